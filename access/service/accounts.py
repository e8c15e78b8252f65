"""Accounts of people and machines, and what changes them.

Whatever changes what an account is worth ends its sessions, voids the codes in its letters and moves its epoch in the
same transaction: nobody goes on with what they no longer have.
"""

from collections.abc import Collection, Sequence
from typing import Any

import people
from access.common_passwords import common_passwords
from access.errors import AccountNotFoundError, InvalidAccountError
from access.passwords import PASSWORDS
from access.rules import password as password_rules
from access.rules.scope import Scope, scope
from access.service.alerting import alert
from access.service.emergencies import end_open
from access.service.letters import write_to_former
from access.store import accounts as store
from access.store import letters, sessions
from access.values import NewAccount
from access.vocabulary import ALL_BRANDS, MACHINES, AccountId, AccountStatus, Action, AlertKind, Role
from kernel import epochs
from kernel.unit_of_work import UnitOfWork
from people import NewPerson, PersonId


async def create_account(uow: UnitOfWork, new: NewAccount) -> AccountId:
    """Register somebody and open an account for them.

    Raises:
        people.InvalidPersonError, InvalidAccountError: the facts hold the ``field`` that is wrong.
        people.PersonExistsError: the e-mail address is taken.
        PasswordsBusyError: too many passwords wait to be hashed.

    """
    person = await people.register(
        uow, NewPerson(name=new.name, email=new.email, market=new.market, zone=new.zone, locale=new.locale)
    )
    own = (new.name, new.email)
    return await open_account(
        uow, person, role=new.role, markets=new.markets, brands=new.brands, password=new.password, own=own
    )


async def open_account(
    uow: UnitOfWork,
    person: PersonId,
    *,
    role: Role,
    markets: Sequence[str] = (),
    brands: Sequence[str] = (ALL_BRANDS,),
    password: str | None = None,
    own: Sequence[str] = (),
) -> AccountId:
    """Open an account for somebody who is registered already; an HCP's scope is the own market, whatever is named.

    ``own`` are words that are no good in this person's password, such as the name.

    Raises:
        InvalidAccountError: the facts hold the ``field`` that is wrong.
        AccountExistsError: this person has one.
        people.PersonNotFoundError: there is nobody to open it for.
        PasswordsBusyError: too many passwords wait to be hashed.

    """
    _require_person_role(role)
    scoped = scope(role, markets, brands, await _own_market(uow, person))
    password_hash = None if password is None else await _hashed(password, own)
    account = AccountId(uow.new_id())
    await store.insert_account(uow, account, person, role, scoped, password_hash)
    uow.record(Action.ACCOUNT_CREATED, subject=person, resource=f"account:{account}", role=role.value, **scoped.said())
    return account


async def account_of(uow: UnitOfWork, person: PersonId) -> AccountId | None:
    """Return the account of ``person``."""
    return await store.account_of(uow, person)


async def staff_among(uow: UnitOfWork, persons: Collection[PersonId]) -> set[PersonId]:
    """Return which of these people are members of staff: whoever works on HCPs must not work on colleagues."""
    return await store.staff_among(uow, persons)


async def move_address(uow: UnitOfWork, person: PersonId) -> None:
    """End every session of somebody whose address is about to be corrected, and say so to the one they have still.

    Where letters go to decides who comes in: whoever moves an address to their own can't do so unnoticed.

    Raises:
        people.PersonNotFoundError: they are a member of staff by now, whose address is not corrected like this.

    """
    account = await store.account_of(uow, person)
    if account is not None:
        _, role = await _locked(uow, account)
        if role is not Role.HCP:
            raise people.PersonNotFoundError("There is no such person.")
        await write_to_former(uow, account, person, AlertKind.ADDRESS_MOVED)
        await alert(uow, account, AlertKind.ADDRESS_MOVED)
        await _changed(uow, account, person, Action.ADDRESS_MOVED)


async def disable_account(uow: UnitOfWork, account: AccountId) -> None:
    """Switch an account off: nobody signs in to it, and whoever was is out.

    Raises:
        AccountNotFoundError: there is none.

    """
    person, _ = await _locked(uow, account)
    await store.set_status(uow, account, AccountStatus.DISABLED)
    await end_open(uow, account)
    await _changed(uow, account, person, Action.ACCOUNT_DISABLED)


async def enable_account(uow: UnitOfWork, account: AccountId) -> None:
    """Switch an account on again; sessions that ended stay ended.

    Raises:
        AccountNotFoundError: there is none, or nobody has ever agreed to its role.

    """
    person, _ = await _locked(uow, account)
    if not await store.agreed(uow, account):
        # Otherwise whoever proposes a role, by a directory that never switched the account on, gives it alone.
        raise AccountNotFoundError("Nobody has agreed to this account's role; there is nothing to switch on.")
    await store.set_status(uow, account, AccountStatus.ACTIVE)
    await alert(uow, account, AlertKind.ACCOUNT_ENABLED)
    await _changed(uow, account, person, Action.ACCOUNT_ENABLED)


async def change_role(uow: UnitOfWork, account: AccountId, role: Role, asked: Scope) -> None:
    """Give an account another role or another scope.

    Raises:
        AccountNotFoundError: there is none.
        InvalidAccountError: a machine can't take a person's role, nor a person a machine's; or ``asked`` is wrong.

    """
    person, previous = await _locked(uow, account)
    if person is None:
        raise InvalidAccountError("The field role can't change for a machine.", field="role")
    _require_person_role(role)
    scoped = scope(role, asked.markets, asked.brands, await _own_market(uow, person))
    await store.set_role(uow, account, role, scoped)
    await end_open(uow, account)
    await alert(uow, account, AlertKind.ROLE_CHANGED)
    await _changed(uow, account, person, Action.ROLE_CHANGED, role=role.value, previous=previous.value, **scoped.said())


async def change_password(uow: UnitOfWork, account: AccountId, password: str) -> None:
    """Give an account another password.

    Raises:
        AccountNotFoundError: there is no such account, or it is a machine's.
        InvalidAccountError: the password is too short or too long.
        PasswordsBusyError: too many passwords wait to be hashed.

    """
    await change_password_hash(uow, account, await _hashed(password))


async def change_password_hash(uow: UnitOfWork, account: AccountId, password_hash: str) -> None:
    """Give an account the password that ``password_hash`` was made of; its sessions end.

    Raises:
        AccountNotFoundError: there is no such account, or it is a machine's.

    """
    person, _ = await _locked(uow, account)
    if not await store.set_password_hash(uow, account, password_hash):
        raise AccountNotFoundError("There is no such account with a password.")
    await alert(uow, account, AlertKind.PASSWORD_CHANGED)
    await _changed(uow, account, person, Action.PASSWORD_CHANGED)


async def _locked(uow: UnitOfWork, account: AccountId) -> tuple[PersonId | None, Role]:
    found = await store.lock_account(uow, account)
    if found is None:
        raise AccountNotFoundError("There is no such account.")
    return found


async def _changed(
    uow: UnitOfWork,
    account: AccountId,
    person: PersonId | None,
    action: Action,
    **detail: Any,
) -> None:
    ended = await sessions.end_sessions(uow, account)
    await letters.void(uow, account)
    epochs.move_or_wait(uow, account)
    uow.record(action, subject=person, resource=f"account:{account}", sessions_ended=ended, **detail)


async def _own_market(uow: UnitOfWork, person: PersonId) -> str:
    bearings = (await people.bearings(uow, [person])).get(person)
    if bearings is None:
        raise people.PersonNotFoundError("There is no such person.")
    return bearings.market


async def _hashed(password: str, own: Sequence[str] = ()) -> str:
    password_rules.check(password, common_passwords(), own)
    return await PASSWORDS.hash(password)


def _require_person_role(role: Role) -> None:
    if role in MACHINES:
        raise InvalidAccountError("The field role: machines are clients with a secret, not people.", field="role")
