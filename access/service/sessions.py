"""Staying signed in, and the end of it.

Whatever is refused here is an answer and not an exception: the refusal's audit entry has to be committed.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import people
from access.configuration import configured
from access.errors import SessionNotFoundError, SignInFailedError
from access.refusals import Refusal
from access.rules.claims import LIFETIME_SECONDS
from access.rules.dpop import same
from access.rules.rotation import is_repeat, successor
from access.service.alerting import alert
from access.store import sessions as store
from access.tokens import issue
from access.values import Caller, Claims, SessionView, SignInRefused, Standing, Tokens
from access.vocabulary import AccountId, AccountStatus, Action, AlertKind, Method, SessionId
from kernel import epochs
from kernel.unit_of_work import UnitOfWork

SESSION_LIFETIME: Final = timedelta(hours=12)
"""A working day, whatever happens in it; afterwards one signs in again (ASVS 7.3.2)."""
IDLE: Final = timedelta(hours=1)
"""Who refreshes nothing for so long has gone; a client in use refreshes every ten minutes (ASVS 7.3.1)."""
TOKEN_LIFETIME: Final = timedelta(seconds=LIFETIME_SECONDS)
SECRET_BYTES: Final = 32
BEARER: Final = "Bearer"
BOUND: Final = "DPoP"


async def refresh(uow: UnitOfWork, refresh_token: str, key: str | None = None) -> Tokens | SignInRefused:
    """Exchange a refresh token for an access token and the next refresh token.

    Presented once more within ten seconds it gives the same successor again; later it is taken for stolen, and the
    whole session ends. Where the session is bound to a key, ``key`` must be it: who stole the token alone ends nothing.
    """
    salt, presented = secrets.token_bytes(SECRET_BYTES), hashed(refresh_token)
    claimed = await store.claim(uow, presented, salt, key)
    if claimed is not None:
        current = await store.session(uow, claimed)
        used_at = None
    else:
        known = await store.refresh_token(uow, presented)
        if known is None:
            return refuse(uow, Refusal.UNKNOWN)
        current = await store.session(uow, known.session)
        if not same(current.key, key):
            return refuse(uow, Refusal.WRONG_KEY, current.caller.account, person=current.caller.person)
        if known.used_at is None or known.successor_salt is None:
            return refuse(uow, Refusal.EXPIRED, current.caller.account, person=current.caller.person)
        used_at, salt = known.used_at, known.successor_salt
    refusal = _why_dead(current, uow.now)
    if refusal is not None:
        return refuse(uow, refusal, current.caller.account, person=current.caller.person)
    if used_at is not None and not is_repeat(used_at, uow.now):
        return await _reused(uow, current.caller)
    following = successor(refresh_token, salt)
    if used_at is None:
        await _hand_out(uow, following, current.caller.session, current.expires_at)
        await store.used(uow, current.caller.session)
    uow.record(Action.SESSION_REFRESHED, subject=current.caller.person, resource=f"session:{current.caller.session}")
    return _tokens(uow, current, following)


async def end_session(uow: UnitOfWork, session: SessionId) -> None:
    """End a session: its refresh tokens are void, its access tokens refused by every worker. Harmless when repeated."""
    account = await store.end_session(uow, session)
    if account is not None:
        epochs.move_or_wait(uow, account)
    uow.record(Action.SESSION_ENDED, resource=f"session:{session}", ended=account is not None)


async def own_sessions(uow: UnitOfWork, account: AccountId) -> list[SessionView]:
    """Return where an account is signed in, the newest session first."""
    found = await store.sessions(uow, account)
    uow.record(Action.SESSIONS_READ, resource=f"account:{account}", count=len(found))
    return found


async def end_own_session(uow: UnitOfWork, session: SessionId, account: AccountId) -> None:
    """End one of the account's own sessions, on whichever device it is.

    Raises:
        SessionNotFoundError: the account has no such session, or it has ended already.

    """
    if not await store.end_own_session(uow, session, account):
        raise SessionNotFoundError("There is no such session.")
    epochs.move_or_wait(uow, account)
    uow.record(Action.SESSION_ENDED, resource=f"session:{session}", ended=True)


async def end_other_sessions(uow: UnitOfWork, session: SessionId, account: AccountId) -> int:
    """End every session of ``account`` but this one; return how many that were."""
    ended = await store.end_sessions(uow, account, but=session)
    epochs.move_or_wait(uow, account)
    uow.record(Action.SESSION_ENDED, resource=f"account:{account}", sessions_ended=ended)
    return ended


async def standings(uow: UnitOfWork, asked: Sequence[tuple[SessionId, AccountId]]) -> list[Standing]:
    """Return what each session and its account are worth now, in order.

    An answer holds until the epoch of its account moves. Time alone never makes it wrong for a caller with a valid
    access token: no token outlives its session.
    """
    return await store.standings(uow, asked)


async def begin(uow: UnitOfWork, account: AccountId, lifetime: timedelta, *methods: Method) -> Tokens:
    """Begin a session of ``account`` that was opened by ``methods``; a machine's gets no refresh token."""
    session = SessionId(uow.new_id())
    expires_at = uow.now + lifetime
    await store.insert_session(uow, session, account, expires_at, methods)
    current = await store.session(uow, session)
    refresh_token = None
    if Method.CLIENT_SECRET not in methods:
        refresh_token = secrets.token_urlsafe(SECRET_BYTES)
        await _hand_out(uow, refresh_token, session, expires_at)
    uow.record(
        Action.SIGNED_IN,
        subject=current.caller.person,
        resource=f"account:{account}",
        session=str(session),
        methods=[method.value for method in methods],
    )
    return _tokens(uow, current, refresh_token)


async def bind_session(uow: UnitOfWork, begun: Tokens | SignInRefused, key: str | None) -> Tokens | SignInRefused:
    """Bind a session that begins in this unit of work to ``key``, and return tokens that are good with it alone.

    Without a key nothing changes.
    """
    if key is None or isinstance(begun, SignInRefused):
        return begun
    await store.bind(uow, begun.session, key)
    return _tokens(uow, await store.session(uow, begun.session), begun.refresh_token)


async def use_proof(uow: UnitOfWork, name: str, seconds: int) -> bool:
    """Remember for so many ``seconds`` that a proof was shown; tell whether it was the first time."""
    return await store.use_proof(uow, name, uow.now + timedelta(seconds=seconds))


async def _hand_out(uow: UnitOfWork, token: str, session: SessionId, session_ends: datetime) -> None:
    """Keep a refresh token for as long as one may be away, never longer than the session."""
    await store.insert_refresh_token(uow, hashed(token), session, min(uow.now + IDLE, session_ends))


def _tokens(uow: UnitOfWork, current: store.StoredSession, refresh_token: str | None) -> Tokens:
    caller, expires_at = current.caller, min(uow.now + TOKEN_LIFETIME, current.expires_at)
    claims = Claims(caller=caller, jti=uow.new_id(), issued_at=uow.now, expires_at=expires_at, key=current.key)
    return Tokens(
        account=caller.account,
        session=caller.session,
        access_token=issue(configured(), claims),
        expires_in=int((expires_at - uow.now).total_seconds()),
        refresh_token=refresh_token,
        token_type=BEARER if current.key is None else BOUND,
    )


def _why_dead(current: store.StoredSession, now: datetime) -> Refusal | None:
    if current.status is not AccountStatus.ACTIVE:
        return Refusal.DISABLED
    if current.ended_at is not None:
        return Refusal.ENDED
    return Refusal.EXPIRED if now >= current.expires_at else None


async def _reused(uow: UnitOfWork, caller: Caller) -> SignInRefused:
    await store.end_session(uow, caller.session)
    epochs.move_or_wait(uow, caller.account)
    await alert(uow, caller.account, AlertKind.REFRESH_REUSED, caller.session)
    uow.record(
        Action.REFRESH_REUSED,
        subject=caller.person,
        resource=f"session:{caller.session}",
        reason=Refusal.REUSED.value,
        outcome="failed",
    )
    return SignInRefused(SignInFailedError("These credentials are not valid."))


def refuse(
    uow: UnitOfWork, refusal: Refusal, account: AccountId | None = None, *, person: people.PersonId | None = None
) -> SignInRefused:
    """Record why, and tell nobody: the sentence is the same for all of them."""
    uow.record(
        Action.SIGN_IN_FAILED,
        subject=person,
        resource=None if account is None else f"account:{account}",
        reason=refusal.value,
        outcome="failed",
    )
    return SignInRefused(SignInFailedError("These credentials are not valid."))


def hashed(secret: str) -> bytes:
    """Return what is stored of a secret that is random and not chosen: one SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
