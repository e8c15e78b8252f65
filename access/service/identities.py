"""Signing in with an account elsewhere: what a provider vouches for opens an account that says so, or begins one.

Whatever is refused here is an answer and not an exception: the refusal's audit entry has to be committed.
"""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

import people
from access.errors import (
    IdentityNotFoundError,
    IdentityRefusedError,
    IdentitySecondFactorError,
    IdentityUnfitError,
    IdentityUnlinkedError,
    LastIdentityError,
    SignInFailedError,
)
from access.refusals import IdentityFault, Refusal
from access.rules.openid import OLDEST_SECONDS, Claimed, refused
from access.rules.scope import scope
from access.service.alerting import alert
from access.service.factors import changed_factors, has_second
from access.service.passkeys import request_for
from access.service.sessions import SESSION_LIFETIME, begin, refuse
from access.service.signing_in import show_second
from access.store import accounts
from access.store import identities as store
from access.values import Caller, IdentityView, SignInRefused, Tokens
from access.vocabulary import AccountId, AccountStatus, Action, AlertKind, Ceremony, Method, Role
from access.webauthn_json import PasskeyAnswer
from kernel.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(seconds=OLDEST_SECONDS)
SECOND_FACTOR: Final = timedelta(minutes=5)


async def begin_visit(
    uow: UnitOfWork, attempt: bytes, provider: str, redirect_uri: str, caller: Caller | None = None
) -> None:
    """Note that somebody goes to ``provider`` with the secret ``attempt``; a ``caller`` wants to link it."""
    account = None if caller is None else caller.account
    await store.insert_attempt(uow, _hash(attempt), provider, redirect_uri, account, uow.now + LIFETIME)
    uow.record(Action.IDENTITY_ASKED, subject=None if caller is None else caller.person, provider=provider)


async def end_visit(uow: UnitOfWork, attempt: bytes, caller: Caller | None = None) -> store.StoredAttempt | None:
    """Return where the browser with the secret ``attempt`` had gone, once; None where that was nowhere, or long ago."""
    if caller is not None:
        return await store.take_link(uow, _hash(attempt), caller.account)
    return await store.answer_attempt(uow, _hash(attempt))


def unknown_visit() -> IdentityRefusedError:
    """Return the error for whoever comes back from nowhere: with another browser's secret, twice, or too late."""
    return refused(IdentityFault.STATE)


def refuse_visit(uow: UnitOfWork, error: IdentityRefusedError) -> None:
    """Record why what came back is not believed."""
    uow.record(Action.SIGN_IN_FAILED, reason=f"identity-{error.fault.value}", outcome="failed")


async def admit(uow: UnitOfWork, provider: str, known: Claimed, attempt: bytes) -> Tokens | SignInRefused:
    """Begin a session for whom ``provider`` vouches, who is registered if nobody like that was here before.

    Nobody gets an account that was there before because of the same e-mail address: its owner links it.

    Raises:
        people.InvalidPersonError: the facts hold the ``field`` that is wrong with somebody new.
        IdentityTakenError: the same person signs in for the first time at this very moment.

    """
    account = await store.account_of(uow, provider, _subject_hash(known))
    if account is None:
        return await _admit_new(uow, provider, known)
    person, role = await _locked(uow, account)
    if await accounts.status_of(uow, account) is not AccountStatus.ACTIVE:
        return refuse(uow, Refusal.DISABLED, account, person=person)
    if role is not Role.HCP:
        return refuse(uow, Refusal.IDENTITY_OF_STAFF, account, person=person)
    if await has_second(uow, account):
        return await _await_second(uow, account, person, attempt)
    return await begin(uow, account, SESSION_LIFETIME, Method.IDENTITY_PROVIDER)


async def admit_second(
    uow: UnitOfWork, attempt: bytes, otp: str | None, passkey: PasskeyAnswer | None
) -> Tokens | SignInRefused:
    """Begin a session for whom a provider vouched and who shows the second factor that their account has.

    Between the two steps they may have become staff, or have removed what they came with.
    """
    account = await store.vouched(uow, _hash(attempt))
    if account is None:
        return refuse(uow, Refusal.UNKNOWN)
    person, role = await _locked(uow, account)
    if await accounts.status_of(uow, account) is not AccountStatus.ACTIVE:
        return refuse(uow, Refusal.DISABLED, account, person=person)
    if role is not Role.HCP:
        return refuse(uow, Refusal.IDENTITY_OF_STAFF, account, person=person)
    if not await store.still_linked(uow, _hash(attempt)):
        return refuse(uow, Refusal.UNKNOWN, account, person=person)
    second = await show_second(uow, account, otp, passkey, Ceremony.SIGN_IN)
    if second is None:
        return refuse(uow, Refusal.WRONG_OTP if passkey is None else Refusal.WRONG_PASSKEY, account, person=person)
    await store.remove_attempt(uow, _hash(attempt))
    return await begin(uow, account, SESSION_LIFETIME, Method.IDENTITY_PROVIDER, second)


async def awaited(uow: UnitOfWork, attempt: bytes) -> AccountId | None:
    """Return whose second factor is awaited after a visit."""
    return await store.vouched(uow, _hash(attempt))


async def listed(uow: UnitOfWork, account: AccountId) -> list[IdentityView]:
    """Return which accounts elsewhere open an account, the oldest first."""
    found = await store.identities(uow, account)
    uow.record(Action.IDENTITIES_READ, resource=f"account:{account}", count=len(found))
    return found


async def link(uow: UnitOfWork, caller: Caller, provider: str, known: Claimed) -> IdentityView:
    """Let whom ``provider`` vouches for open the caller's account, and end every other session.

    Raises:
        IdentityTakenError: that opens an account already, the caller's or somebody else's.

    """
    made = await store.insert(uow, caller.account, provider, _subject_hash(known))
    await changed_factors(uow, caller, Action.IDENTITY_LINKED, AlertKind.IDENTITY_LINKED)
    return made


async def remove(uow: UnitOfWork, caller: Caller, identity: UUID) -> None:
    """Let an account elsewhere no longer open the caller's, and end every other session.

    Raises:
        IdentityNotFoundError: the caller has no such identity.
        LastIdentityError: nothing else would open the account.

    """
    await _locked(uow, caller.account)
    known = [each.id for each in await store.identities(uow, caller.account)]
    if identity not in known:
        raise IdentityNotFoundError("There is no such identity.")
    if len(known) == 1 and (await accounts.credential(uow, caller.person)).password_hash is None:
        raise LastIdentityError("Nothing else opens this account.")
    await store.remove(uow, caller.account, identity)
    await changed_factors(uow, caller, Action.IDENTITY_REMOVED, AlertKind.IDENTITY_REMOVED)


async def _admit_new(uow: UnitOfWork, provider: str, known: Claimed) -> Tokens | SignInRefused:
    """Register somebody whom the provider vouches for as a professional of a country where this is offered."""
    if known.place is None or known.profession is None:
        refuse(uow, Refusal.COUNTRY if known.place is None else Refusal.PROFESSION)
        return SignInRefused(IdentityUnfitError("This service is for healthcare professionals of its countries."))
    owner = None if known.email is None else await people.find_by_email(uow, known.email)
    if owner is not None:
        return await _unlinked(uow, owner)
    new = people.NewPerson(
        name=known.name or provider,
        email=known.email,
        identifiers=() if known.email else (people.Identifier(f"openid-{provider}", known.subject),),
        market=known.place.market,
        zone=known.place.zone,
        locale=known.place.locale,
        profession=known.profession,
    )
    person = await people.register(uow, new)
    account = AccountId(uow.new_id())
    own = scope(Role.HCP, (), (), known.place.market)
    await accounts.insert_account(uow, account, person, Role.HCP, own, None)
    await store.insert(uow, account, provider, _subject_hash(known))
    uow.record(Action.ACCOUNT_CREATED, subject=person, resource=f"account:{account}", role=Role.HCP, provider=provider)
    return await begin(uow, account, SESSION_LIFETIME, Method.IDENTITY_PROVIDER)


async def _unlinked(uow: UnitOfWork, owner: people.PersonId) -> SignInRefused:
    account = await accounts.account_of(uow, owner)
    if account is not None:
        await alert(uow, account, AlertKind.REGISTRATION_REPEATED)
    refuse(uow, Refusal.UNCONFIRMED, account, person=owner)
    return SignInRefused(IdentityUnlinkedError("There is an account with this e-mail address already."))


async def _await_second(
    uow: UnitOfWork, account: AccountId, person: people.PersonId | None, attempt: bytes
) -> SignInRefused:
    await store.vouch(uow, _hash(attempt), account, uow.now + SECOND_FACTOR)
    refuse(uow, Refusal.OTP_MISSING, account, person=person)
    asked = await request_for(uow, account, Role.HCP, Ceremony.SIGN_IN)
    facts = {} if asked is None else {"passkey": asked}
    return SignInRefused(IdentitySecondFactorError("This account has a second factor.", **facts))


async def _locked(uow: UnitOfWork, account: AccountId) -> tuple[people.PersonId | None, Role]:
    found = await accounts.lock_account(uow, account)
    if found is None:
        raise SignInFailedError("These credentials are not valid.")
    return found


def _subject_hash(known: Claimed) -> bytes:
    """Return a keyed hash of what the provider calls somebody: of a pairwise subject, and as good as none."""
    return people.fingerprint(f"{known.issuer} {known.subject}", domain="openid")


def _hash(attempt: bytes) -> bytes:
    return hashlib.sha256(attempt).digest()
