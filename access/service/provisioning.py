"""Staff that a directory keeps (SCIM 2.0): it proposes and switches off; who gets a role, people decide.

Name, address and what the directory calls somebody stand in the vault.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import people
from access.errors import InvalidAccountError, ProvisionedUserNotFoundError
from access.refusals import ScimFault
from access.rules.scim import DirectoryUser, patched, refused
from access.rules.scope import scope
from access.service.accounts import disable_account, enable_account
from access.service.joining import pend, propose
from access.store import accounts, letters, role_requests
from access.store import provisioning as store
from access.values import Caller, NewAccount, ProvisionedUser
from access.vocabulary import ALL_MARKETS, AccountId, AccountStatus, Action
from kernel.unit_of_work import UnitOfWork
from people import Change, Field, Identifier

USER_NAME: Final = "scim-user-name"
EXTERNAL_ID: Final = "scim-external-id"
REASON: Final = "Proposed by the directory."
ZONE: Final = "UTC"
LOCALE: Final = "en"


async def provision(uow: UnitOfWork, caller: Caller, user: DirectoryUser) -> ProvisionedUser:
    """Register somebody whom a directory names; the invitation is written when a member of staff has agreed.

    Raises:
        InvalidAccountError: the directory's client is not narrowed to markets.
        people.InvalidPersonError: the facts hold the ``field`` that is wrong.
        people.PersonExistsError: the address or the name is taken.

    """
    if ALL_MARKETS in caller.markets or not caller.markets:
        raise InvalidAccountError("The field markets of a directory's client must name markets.", field="markets")
    scoped = scope(user.user_type, caller.markets, caller.brands, None)
    markets, brands = sorted(scoped.markets), sorted(scoped.brands)
    new = NewAccount(
        email=user.email,
        name=user.display_name,
        role=user.user_type,
        market=markets[0],
        zone=ZONE,
        locale=LOCALE,
        markets=tuple(markets),
        brands=tuple(brands),
    )
    account = await pend(uow, new, user.user_type, scoped, _identifiers(user))
    await store.insert(uow, account, caller.account, user.user_type)
    uow.record(Action.STAFF_PROVISIONED, resource=f"account:{account}", role=user.user_type.value)
    if user.active:
        await propose(uow, caller, account, user.user_type, scoped, REASON)
    else:
        await _deactivate(uow, account)
    return await _shown(uow, caller, account)


async def provisioned_user(uow: UnitOfWork, caller: Caller, account: UUID) -> ProvisionedUser:
    """Return a member of staff whom the caller's directory keeps.

    Raises:
        ProvisionedUserNotFoundError: it keeps no such account.

    """
    return await _shown(uow, caller, AccountId(people.PersonId(account)))


async def provisioned_users(
    uow: UnitOfWork, caller: Caller, offset: int, limit: int
) -> tuple[list[ProvisionedUser], int]:
    """Return at most ``limit`` members of staff whom the caller's directory keeps, and how many there are."""
    found, total = await store.page(uow, caller.account, offset, limit)
    uow.record(Action.STAFF_READ, count=len(found))
    return [await _view(uow, each) for each in found], total


async def find_provisioned(uow: UnitOfWork, caller: Caller, attribute: str, value: str) -> list[ProvisionedUser]:
    """Return whom the caller's directory calls so; ``attribute`` is userName or externalId."""
    system = USER_NAME if attribute == "userName" else EXTERNAL_ID
    person = await people.find_by_identifier(uow, system, value)
    account = None if person is None else await accounts.account_of(uow, person)
    known = None if account is None else await store.find(uow, account, caller.account)
    uow.record(Action.STAFF_READ, count=0 if known is None else 1)
    return [] if known is None else [await _view(uow, known)]


async def replace_provisioned(uow: UnitOfWork, caller: Caller, account: UUID, user: DirectoryUser) -> ProvisionedUser:
    """Store what the caller's directory says of somebody now; who is switched off is out at once.

    Raises as ``patch_provisioned`` does.
    """
    known = await _locked(uow, caller, account)
    return await _changed(uow, caller, known, (await _view(uow, known)).user, user)


async def patch_provisioned(
    uow: UnitOfWork, caller: Caller, account: UUID, operations: Mapping[str, Any]
) -> ProvisionedUser:
    """Apply the operations of a PATCH to what the caller's directory says of somebody; of two at once none is lost.

    A directory proposes a role once, and does not move the address of who has chosen a password, or could: whoever
    reads there could choose another one. Who is not in yet is agreed to anew at another address. It switches on only
    whom it switched off.

    Raises:
        ProvisionedUserNotFoundError: it keeps no such account.
        ProvisioningError: it changes what is not its own to change; the facts hold ``field``.
        people.InvalidPersonError, people.PersonExistsError: the facts hold the ``field`` that is wrong.

    """
    known = await _locked(uow, caller, account)
    present = (await _view(uow, known)).user
    return await _changed(uow, caller, known, present, patched(present, operations))


async def deprovision(uow: UnitOfWork, caller: Caller, account: UUID) -> None:
    """Switch somebody off whom the caller's directory no longer knows; the trail keeps knowing them.

    What was proposed for them is withdrawn: nobody agrees any more to what nobody wants.

    Raises:
        ProvisionedUserNotFoundError: it keeps no such account.

    """
    known = await _locked(uow, caller, account)
    if known.status is not AccountStatus.DISABLED:
        await disable_account(uow, known.account)
    await _withdraw(uow, known.account)
    await people.change(uow, known.person, Change(identifiers=()), by_person=False)
    await store.remove(uow, known.account)
    uow.record(Action.STAFF_REMOVED, subject=known.person, resource=f"account:{known.account}")


async def _changed(
    uow: UnitOfWork, caller: Caller, known: store.StoredUser, present: DirectoryUser, user: DirectoryUser
) -> ProvisionedUser:
    if user.user_type is not present.user_type:
        raise refused(ScimFault.MUTABILITY, "userType", "is proposed once; staff decide about another role")
    if user.email != present.email and (known.opened or known.status is AccountStatus.ACTIVE):
        raise refused(ScimFault.MUTABILITY, "emails", "can't change once somebody can choose a password")
    if user.active and not present.active and not known.deactivated:
        raise refused(ScimFault.MUTABILITY, "active", "was switched off by a member of staff")
    if _change(user) != _change(present):
        await people.change(uow, known.person, _change(user), by_person=False)
    if user.email != present.email:
        await _ask_again(uow, caller, known.account)
    await store.note_change(uow, known.account, deactivated=known.deactivated and not user.active)
    if present.active and not user.active:
        await _deactivate(uow, known.account)
    if user.active and not present.active:
        await _activate(uow, caller, known)
    uow.record(Action.STAFF_CHANGED, subject=known.person, resource=f"account:{known.account}", active=user.active)
    return await _shown(uow, caller, known.account)


async def _ask_again(uow: UnitOfWork, caller: Caller, account: AccountId) -> None:
    """Void the codes that went to another address, and let a role be agreed to anew that was agreed to, or waits.

    Who agreed had the other address in mind: whoever holds the directory's secret would otherwise take the role alone.
    """
    await letters.void(uow, account)
    if await _withdraw(uow, account) or await accounts.agreed(uow, account):
        role, scoped = await accounts.role_of(uow, account), await accounts.scope_of(uow, account)
        assert scoped is not None  # noqa: S101 - its row was locked
        await propose(uow, caller, account, role, scoped, REASON)


async def _withdraw(uow: UnitOfWork, account: AccountId) -> bool:
    """Take back what waits to be agreed to; tell whether anything did."""
    withdrawn = await role_requests.withdraw(uow, account)
    if withdrawn is not None:
        uow.record(Action.ROLE_REQUEST_REJECTED, resource=f"account:{account}", request=str(withdrawn))
    return withdrawn is not None


async def _deactivate(uow: UnitOfWork, account: AccountId) -> None:
    await disable_account(uow, account)
    await store.note_change(uow, account, deactivated=True)


async def _activate(uow: UnitOfWork, caller: Caller, known: store.StoredUser) -> None:
    """Switch somebody on again; who never came in waits for a member of staff to agree, as at the beginning."""
    if known.opened:
        await enable_account(uow, known.account)
        return
    await accounts.set_status(uow, known.account, AccountStatus.PENDING)
    if not await role_requests.is_open(uow, known.account):
        scoped = await accounts.scope_of(uow, known.account)
        assert scoped is not None  # noqa: S101 - its row was locked
        await propose(uow, caller, known.account, known.user_type, scoped, REASON)


async def _locked(uow: UnitOfWork, caller: Caller, account: UUID) -> store.StoredUser:
    return _required(await store.lock(uow, AccountId(people.PersonId(account)), caller.account))


async def _shown(uow: UnitOfWork, caller: Caller, account: AccountId) -> ProvisionedUser:
    found = await _view(uow, _required(await store.find(uow, account, caller.account)))
    uow.record(Action.STAFF_READ, resource=f"account:{account}", count=1)
    return found


def _required(found: store.StoredUser | None) -> store.StoredUser:
    if found is None:
        raise ProvisionedUserNotFoundError("This directory keeps no such account.")
    return found


async def _view(uow: UnitOfWork, known: store.StoredUser) -> ProvisionedUser:
    seen = await people.view(uow, known.person, {Field.NAME, Field.EMAIL, Field.IDENTIFIERS})
    called = {each.system: each.value for each in seen.identifiers or ()}
    user = DirectoryUser(
        user_name=called.get(USER_NAME, ""),
        external_id=called.get(EXTERNAL_ID),
        display_name=str(seen.name),
        email=str(seen.email),
        user_type=known.user_type,
        active=known.status is not AccountStatus.DISABLED,
    )
    return ProvisionedUser(known.account, user, known.created_at, known.changed_at)


def _change(user: DirectoryUser) -> Change:
    return Change(name=user.display_name, email=user.email, identifiers=_identifiers(user))


def _identifiers(user: DirectoryUser) -> tuple[Identifier, ...]:
    named = Identifier(USER_NAME, user.user_name)
    return (named,) if user.external_id is None else (named, Identifier(EXTERNAL_ID, user.external_id))
