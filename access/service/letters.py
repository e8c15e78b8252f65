"""Letters: codes that prove that somebody reads an e-mail address, and word of what happened to an account.

A letter is a row that is written in the transaction it tells of; whoever sends reads the address from the vault at that
moment. Its code is stored as a hash, and in a form that can be read again only until the letter has left.
"""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

import structlog

import people
from access.errors import CodeRefusedError
from access.rules.letters import letter, lifetime
from access.store import accounts
from access.store import letters as store
from access.vocabulary import AccountId, AccountStatus, Action, AlertKind, LetterKind
from kernel import crypto
from kernel.mail import Mail, Mailbox, MailUnavailableError, UnwritableMailError
from kernel.unit_of_work import UnitOfWork

TOKEN_BYTES: Final = 32
AT_ONCE: Final = 20
REFUSED_KNOWN: Final = 10_000
AN_HOUR: Final = timedelta(hours=1)

MayWrite: TypeAlias = Callable[[UnitOfWork, people.PersonId, str | None], Awaitable[bool]]
"""Whether somebody may be written to now, at an address other than their own if one is given.

A room above knows what people agreed to and which addresses are not used, so it is handed in.
"""

_refused: Final = dict[UUID, None]()
"""Letters that the mail server did not take from this process, the latest last: they are tried in turn, after all that
were not tried. Otherwise a few addresses that no server takes would keep every other letter from leaving.
"""

_log = structlog.get_logger()


async def write_code(uow: UnitOfWork, account: AccountId, kind: LetterKind, password_hash: str | None = None) -> None:
    """Write a letter with a code that works once; codes of the same kind that are still out stop working.

    With ``password_hash`` they go on, each with the password that came with it: of two who register the same address
    neither decides with which one the other's letter opens the account.
    """
    identifier, token = uow.new_id(), secrets.token_bytes(TOKEN_BYTES)
    person = await accounts.person_of(uow, account)
    assert person is not None  # noqa: S101 - nobody writes to a machine
    pair = (token_hash(_written(token)), await people.seal_secret(uow, person, token, _context(identifier)))
    await store.insert(uow, identifier, account, kind.value, uow.now + lifetime(kind), pair, password_hash)


async def wrote_enough(uow: UnitOfWork, account: AccountId, kind: LetterKind | AlertKind, most: int) -> bool:
    """Tell whether an account was written ``most`` letters of this kind within the hour, whoever asked for them."""
    return await store.recent(uow, account, kind, uow.now - AN_HOUR) >= most


async def use_code(uow: UnitOfWork, kind: LetterKind, code: str, status: AccountStatus) -> AccountId:
    """Use a code up and return whose it is: an account of this ``status``, kept as it is until the transaction ends.

    Raises:
        CodeRefusedError: it was never written, was used or withdrawn, is too old, or the account has another status.

    """
    account = await store.addressee(uow, kind, token_hash(code))
    # Locked before it is looked at: whoever switches it off at this moment is waited for, and counts.
    if account is not None and await accounts.lock_status(uow, account) is status:
        used = await store.use(uow, kind, token_hash(code))
        if used is not None:
            return used
    raise CodeRefusedError("This code does not work, or not any more.", field="code")


async def write_word(uow: UnitOfWork, account: AccountId, kind: AlertKind) -> None:
    """Write a letter that only tells something."""
    await store.insert(uow, uow.new_id(), account, kind.value, uow.now + lifetime(kind))


async def write_to_former(uow: UnitOfWork, account: AccountId, person: people.PersonId, kind: AlertKind) -> None:
    """Write a letter that only tells something to the address that ``person`` has now, also if it changes."""
    identifier, address = uow.new_id(), await _address(uow, person)
    if address is None:
        return
    sealed = await people.seal_secret(uow, person, address.encode(), _context(identifier, "wrapped_address"))
    await store.insert(uow, identifier, account, kind.value, uow.now + lifetime(kind), sealed_address=sealed)


async def send_letters(uow: UnitOfWork, mailbox: Mailbox, may_write: MayWrite) -> bool:
    """Send what waits; tell whether there may be more. A letter that the mail server does not take waits on.

    One that expired meanwhile never leaves, and what it would have said or where it would have gone is forgotten.

    ``may_write`` is asked at the moment a letter leaves; one that may not is done with, and its code is forgotten. So
    is one that no e-mail can be made of: it would keep all others from leaving, for ever.

    A crash between sending and COMMIT sends a letter again, with the same name: better twice than never.
    """
    await store.forget_expired(uow)
    waiting = await store.unsent(uow, AT_ONCE, tuple(_refused))
    failed = 0
    for each in waiting:
        _refused.pop(each.id, None)
        try:
            await _send(uow, mailbox, may_write, each)
        except MailUnavailableError as error:
            failed += 1
            _remember(each.id)
            _log.warning("letter_waits", error=type(error).__name__)
        except UnwritableMailError as error:
            _log.warning("letter_stopped", error=type(error).__name__)
            await _stop(uow, each)
    return len(waiting) == AT_ONCE and not failed


async def _send(uow: UnitOfWork, mailbox: Mailbox, may_write: MayWrite, waiting: store.StoredLetter) -> None:
    former = await _former_address(uow, waiting)
    if await may_write(uow, waiting.person, former):
        token = None
        if waiting.sealed_token is not None:
            token = _written(await people.open_secret(uow, waiting.person, waiting.sealed_token, _context(waiting.id)))
        address = former or await _address(uow, waiting.person)
        assert address is not None  # noqa: S101 - without one the answer is no
        kind = LetterKind(waiting.kind) if token else AlertKind(waiting.kind)
        subject, text = letter(kind, token)
        await mailbox.send(Mail(name=str(waiting.id), recipient=address, subject=subject, text=text))
        _record(uow, Action.LETTER_SENT, waiting)
        await store.sent(uow, waiting.id)
    else:
        await _stop(uow, waiting)


def _remember(refused: UUID) -> None:
    """Let a letter come last; of what is forgotten to make room most has left by now."""
    _refused[refused] = None
    if len(_refused) > REFUSED_KNOWN:
        del _refused[next(iter(_refused))]


async def _stop(uow: UnitOfWork, waiting: store.StoredLetter) -> None:
    _record(uow, Action.LETTER_STOPPED, waiting)
    await store.sent(uow, waiting.id)


async def _address(uow: UnitOfWork, person: people.PersonId) -> str | None:
    address = (await people.view(uow, person, {people.Field.EMAIL})).email
    return address if isinstance(address, str) else None


async def _former_address(uow: UnitOfWork, waiting: store.StoredLetter) -> str | None:
    """Return where a letter goes that does not go to the person's own address; None also where nobody is there now."""
    if waiting.sealed_address is None:
        return None
    context = _context(waiting.id, "wrapped_address")
    try:
        return (await people.open_secret(uow, waiting.person, waiting.sealed_address, context)).decode()
    except people.PersonErasedError:
        return None


def _record(uow: UnitOfWork, action: Action, letter: store.StoredLetter) -> None:
    uow.record(action, subject=letter.person, resource=f"letter:{letter.id}", kind=letter.kind)


async def letters_of(uow: UnitOfWork, person: people.PersonId) -> list[UUID]:
    """Return every letter to somebody that is known still: for whoever forgets what was written."""
    return await store.of_person(uow, person)


def token_hash(token: str) -> bytes:
    """Return what is stored of a code."""
    return hashlib.sha256(token.strip().encode("utf-8", "surrogatepass")).digest()


def _context(letter_id: UUID, column: str = "wrapped_token") -> bytes:
    return crypto.cell("access.letter", column, letter_id)


def _written(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()
