"""Choosing another password: while signed in, or with a code from a letter. Neither tells who has an account."""

from collections.abc import Sequence
from typing import Final

import people
from access.common_passwords import common_passwords
from access.errors import CodeRefusedError, PasswordWrongError
from access.passwords import PASSWORDS
from access.refusals import Refusal
from access.rules import password as rules
from access.service.accounts import change_password_hash
from access.service.letters import token_hash, use_code, write_code, wrote_enough
from access.store import accounts
from access.store import letters as store
from access.values import Caller, Credential
from access.vocabulary import AccountId, AccountStatus, Action, LetterKind
from kernel.unit_of_work import UnitOfWork

RESETS: Final = 3
"""Letters an hour. Nobody's mailbox is filled by a stranger: further requests are answered alike and send nothing."""


async def ask_for_reset(uow: UnitOfWork, email: str) -> None:
    """Write a code for a new password to ``email``, if that is somebody's; nobody learns whether it is."""
    known = await accounts.credential(uow, await people.find_by_email(uow, email))
    reason = await _why_no_letter(uow, known)
    if known.account is not None and reason is None:
        await write_code(uow, known.account, LetterKind.PASSWORD_RESET)
    uow.record(
        Action.PASSWORD_RESET_ASKED,
        subject=known.person,
        resource=None if known.account is None else f"account:{known.account}",
        reason=reason,
        outcome="succeeded" if reason is None else "failed",
    )


async def hash_for(uow: UnitOfWork, person: people.PersonId, password: str) -> str:
    """Return the hash of a password that is good enough for ``person``.

    Raises:
        InvalidAccountError: it is too short, too long, or easily guessed.
        PasswordsBusyError: too many passwords wait to be hashed.

    """
    profile = await people.profile(uow, person)
    return await new_password(password, (profile.name, profile.email or ""))


async def new_password(password: str, own: Sequence[str]) -> str:
    """Return the hash of a password that is good enough for somebody of whom a guesser knows the words ``own``.

    Raises:
        InvalidAccountError: it is too short, too long, or easily guessed.
        PasswordsBusyError: too many passwords wait to be hashed.

    """
    rules.check(password, common_passwords(), own)
    return await PASSWORDS.hash(password)


async def addressee(uow: UnitOfWork, kind: LetterKind, code: str) -> tuple[AccountId, people.PersonId]:
    """Return to whom ``code`` was written.

    Raises:
        CodeRefusedError: it was never written, was used, or is too old.

    """
    account = await store.addressee(uow, kind, token_hash(code))
    locked = None if account is None else await accounts.person_of(uow, account)
    if account is None or locked is None:
        raise CodeRefusedError("This code does not work, or not any more.", field="code")
    return account, locked


async def change_with_code(uow: UnitOfWork, kind: LetterKind, code: str, password_hash: str) -> AccountId:
    """Use ``code`` up and set the password that its reader chose; every session of the account ends.

    Raises:
        CodeRefusedError: it was used, or withdrawn, in the meantime, or the account is not active.

    """
    account = await use_code(uow, kind, code, AccountStatus.ACTIVE)
    await change_password_hash(uow, account, password_hash)
    return account


async def own_credential(uow: UnitOfWork, caller: Caller) -> Credential:
    """Return what the caller signs in with."""
    return await accounts.credential(uow, caller.person)


async def change_own(uow: UnitOfWork, known: Credential, *, right: bool, password_hash: str) -> None:
    """Give the account of ``known`` another password, if the present one was shown and has not changed since.

    Raises:
        PasswordWrongError: it was not.

    """
    if not right or known.account is None or not await accounts.still_stands(uow, known):
        raise PasswordWrongError("The present password is another one.", field="current_password")
    await change_password_hash(uow, known.account, password_hash)


async def _why_no_letter(uow: UnitOfWork, known: Credential) -> str | None:
    account = known.account or AccountId(people.PersonId(uow.origin.request))
    status = await accounts.lock_status(uow, account)  # of many at once, each counts the letters of those before
    enough = await wrote_enough(uow, account, LetterKind.PASSWORD_RESET, RESETS)
    if known.account is None:
        return Refusal.UNKNOWN.value
    if status is not AccountStatus.ACTIVE:
        return Refusal.DISABLED.value
    return "too-many" if enough else None
