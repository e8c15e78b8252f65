"""How people come in: HCPs register themselves, staff are invited, and nobody alone gives anybody a role."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import people
from access.errors import (
    AccountNotFoundError,
    InvalidAccountError,
    OutsideScopeError,
    RoleRequestNotFoundError,
)
from access.rules import four_eyes
from access.rules.scope import Scope, require_within, scope
from access.service.accounts import change_role, disable_account, enable_account
from access.service.alerting import alert
from access.service.letters import token_hash, use_code, write_code, wrote_enough
from access.store import accounts, letters, provisioning
from access.store import role_requests as store
from access.values import Caller, NewAccount, RoleRequest
from access.vocabulary import (
    ALL_BRANDS,
    MACHINES,
    AccountId,
    AccountStatus,
    Action,
    AlertKind,
    LetterKind,
    Role,
)
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork

LETTERS_AN_HOUR: Final = 5
"""How many letters of a kind somebody gets because strangers, or they themselves, typed their address."""


async def register(uow: UnitOfWork, new: NewAccount, password_hash: str) -> None:
    """Register an HCP who asks for it, and write a code to the address; nobody learns whether it was known before.

    Whoever has the address already is told that somebody tried.

    Raises:
        people.InvalidPersonError: the facts hold the ``field`` that is wrong.

    """
    people.check_new(_as_person(new))  # before it is looked up: what is refused is refused of every address
    known = await people.find_by_email(uow, new.email)
    if known is not None:
        await _register_again(uow, known, password_hash)
        return
    account = await pend(uow, new, Role.HCP, Scope(frozenset({new.market}), frozenset()))
    await write_code(uow, account, LetterKind.EMAIL_CONFIRMATION, password_hash)
    uow.record(Action.REGISTRATION_ASKED, resource=f"account:{account}")


async def confirm(uow: UnitOfWork, code: str) -> AccountId:
    """Open the account of whoever read the letter to the address that was registered, with the password of that letter.

    Raises:
        CodeRefusedError: it was never written, was used, or is too old.

    """
    chosen = await letters.password_of(uow, LetterKind.EMAIL_CONFIRMATION, token_hash(code))
    account = await _opened(uow, LetterKind.EMAIL_CONFIRMATION, code, chosen)
    await letters.void(uow, account)
    return account


async def invite(uow: UnitOfWork, caller: Caller, new: NewAccount, reason: str) -> RoleRequest:
    """Propose somebody new for the staff; the invitation is written when somebody else has agreed.

    Raises:
        InvalidAccountError: that is no role of staff, or a market is wrong; the facts hold ``field``.
        OutsideScopeError: a market or brand lies beyond the caller's; the facts hold ``field``.
        people.PersonExistsError: the address is taken.

    """
    if new.role in MACHINES | {Role.HCP}:
        raise InvalidAccountError("The field role must be a role of staff.", field="role")
    scoped = scope(new.role, new.markets, new.brands, None)
    require_within(caller.scope, scoped)
    if not caller.scope.reaches([new.market]):
        raise OutsideScopeError("The field market must be one of your own markets.", field="market")
    account = await pend(uow, new, new.role, scoped)
    return await propose(uow, caller, account, new.role, scoped, reason)


async def accept(uow: UnitOfWork, code: str, password_hash: str) -> AccountId:
    """Open the account of whoever was invited, with the password that they chose.

    Raises:
        CodeRefusedError: it was never written, was used, or is too old.

    """
    return await _opened(uow, LetterKind.INVITATION, code, password_hash)


async def request_role(
    uow: UnitOfWork,
    caller: Caller,
    account: AccountId,
    role: Role,
    markets: Sequence[str],
    reason: str,
    *,
    brands: Sequence[str] | None = None,
) -> RoleRequest:
    """Propose another role or another scope for an account; nothing changes before somebody else has agreed.

    Without ``brands`` it keeps those that it has; who had no role of staff would work for all of them.

    Raises:
        AccountNotFoundError: there is none within the caller's scope, or it is a machine's.
        InvalidAccountError: the facts hold the ``field`` that is wrong.
        RoleRequestOpenError: another request for this account waits.

    """
    present = await within(uow, caller, account)
    if role in MACHINES:
        raise InvalidAccountError("The field role must be one of a person.", field="role")
    own = (await people.bearings(uow, [await _person(uow, account)])).values()
    wanted = present.brands or {ALL_BRANDS} if brands is None else brands
    scoped = scope(role, markets, wanted, next((each.market for each in own), None))
    require_within(caller.scope, scoped)
    return await propose(uow, caller, account, role, scoped, reason)


async def role_requests(uow: UnitOfWork, caller: Caller, after: UUID | None, limit: int) -> Page[RoleRequest]:
    """Return what waits for somebody to agree, the oldest first, as far as it lies within the caller's scope."""
    found = page(await store.waiting(uow, caller.scope, after, limit + 1), limit)
    uow.record(Action.ROLE_REQUESTS_READ, count=len(found.items))
    return found


async def decide_role_request(uow: UnitOfWork, caller: Caller, request: UUID, *, approve: bool) -> RoleRequest:
    """Agree to a role request, or refuse it. Who is invited gets the letter now; who was there gets the role.

    Raises:
        RoleRequestNotFoundError: none waits within the caller's scope; to agree, from somebody who may propose still.
        FourEyesError: the caller asked for it, or knew the secret of the machine that did, or would get the role.

    """
    found = await _decidable(uow, caller, request, approve=approve)
    holder = await store.secret_holder(uow, request)
    four_eyes.require_another(caller.account, found.requested_by, found.account, *([holder] if holder else []))
    await store.decide(uow, request, caller.account, approved=approve)
    if approve:
        await _grant(uow, found)
    uow.record(
        Action.ROLE_REQUEST_APPROVED if approve else Action.ROLE_REQUEST_REJECTED,
        resource=f"account:{found.account}",
        request=str(request),
        role=found.role.value,
    )
    return found


async def switch(uow: UnitOfWork, caller: Caller, account: AccountId, *, on: bool) -> None:
    """Switch an account on or off; one's own stays on.

    Raises:
        AccountNotFoundError: there is none within the caller's scope, or nobody has agreed to its role yet.
        FourEyesError: it is the caller's own.

    """
    status = await accounts.lock_status(uow, account)
    await within(uow, caller, account)
    four_eyes.require_another(caller.account, account)
    if status is AccountStatus.PENDING:
        raise AccountNotFoundError("This account waits for its owner; there is nothing to switch.")
    await (enable_account if on else disable_account)(uow, account)
    await provisioning.leave_to_staff(uow, account)


async def within(uow: UnitOfWork, caller: Caller, account: AccountId) -> Scope:
    """Return the scope of an account, which lies within the caller's.

    Raises:
        AccountNotFoundError: it does not, or there is none.

    """
    theirs = await accounts.scope_of(uow, account)
    if theirs is None or not caller.scope.covers(theirs):
        raise AccountNotFoundError("There is no such account.")
    return theirs


async def _register_again(uow: UnitOfWork, known: people.PersonId, password_hash: str) -> None:
    """Tell the owner of a known address; where nobody has confirmed it yet, write one more letter.

    Each letter opens the account with the password that was registered with it: whoever registers somebody else's
    address, before or after its owner, would otherwise know the password of what its owner confirms. Nobody gets more
    than a few letters an hour, however many strangers type their address.
    """
    account = await accounts.account_of(uow, known)
    status = None if account is None else await accounts.lock_status(uow, account)
    if account is not None and status is not AccountStatus.PENDING:
        if not await wrote_enough(uow, account, AlertKind.REGISTRATION_REPEATED, LETTERS_AN_HOUR):
            await alert(uow, account, AlertKind.REGISTRATION_REPEATED)
    elif (
        account is not None
        and await accounts.role_of(uow, account) is Role.HCP
        and not await wrote_enough(uow, account, LetterKind.EMAIL_CONFIRMATION, LETTERS_AN_HOUR)
    ):
        await write_code(uow, account, LetterKind.EMAIL_CONFIRMATION, password_hash)
    uow.record(Action.REGISTRATION_ASKED, subject=known, reason="known", outcome="failed")


async def _decidable(uow: UnitOfWork, caller: Caller, request: UUID, *, approve: bool) -> RoleRequest:
    """Return what waits within the caller's scope, as what its account has now does; neither changes meanwhile."""
    found = await store.lock(uow, request, approve=approve)
    if found is not None and caller.scope.covers(found.scope):
        await accounts.lock_status(uow, found.account)
        theirs = await accounts.scope_of(uow, found.account)
        if theirs is not None and caller.scope.covers(theirs):  # whoever gives something else takes this away
            return found
    raise RoleRequestNotFoundError("There is no such request that waits.")


async def _grant(uow: UnitOfWork, request: RoleRequest) -> None:
    if await accounts.lock_status(uow, request.account) is AccountStatus.PENDING:
        # What was decided counts, and not what somebody had proposed before for the same account.
        await accounts.set_role(uow, request.account, request.role, request.scope)
        await letters.void(uow, request.account)  # who registered as an HCP doesn't come in as staff with that code
        await write_code(uow, request.account, LetterKind.INVITATION)
    else:
        await change_role(uow, request.account, request.role, request.scope)


async def propose(
    uow: UnitOfWork, caller: Caller, account: AccountId, role: Role, scoped: Scope, reason: str
) -> RoleRequest:
    """Note that the caller wants an account to have a role; somebody else decides.

    Raises:
        InvalidAccountError: the reason is none.
        RoleRequestOpenError: another request for this account waits.

    """
    said = four_eyes.reason(reason)
    identifier = uow.new_id()
    await store.insert(uow, identifier, account, role, scoped, said, caller.account)
    uow.record(Action.ROLE_REQUESTED, resource=f"account:{account}", role=role.value, **scoped.said())
    return RoleRequest(
        id=identifier,
        account=account,
        role=role,
        markets=tuple(sorted(scoped.markets)),
        brands=tuple(sorted(scoped.brands)),
        reason=said,
        requested_by=caller.account,
        requested_at=uow.now,
    )


async def pend(
    uow: UnitOfWork,
    new: NewAccount,
    role: Role,
    scoped: Scope,
    identifiers: tuple[people.Identifier, ...] = (),
) -> AccountId:
    """Register somebody with an account that waits until its owner comes in.

    Raises:
        people.InvalidPersonError: the facts hold the ``field`` that is wrong.
        people.PersonExistsError: the address or an identifier is taken.

    """
    person = await people.register(uow, _as_person(new, identifiers))
    account = AccountId(uow.new_id())
    await accounts.insert_account(uow, account, person, role, scoped, None)
    await accounts.set_status(uow, account, AccountStatus.PENDING)
    uow.record(Action.ACCOUNT_CREATED, subject=person, resource=f"account:{account}", role=role.value, pending=True)
    return account


def _as_person(new: NewAccount, identifiers: tuple[people.Identifier, ...] = ()) -> people.NewPerson:
    return people.NewPerson(
        name=new.name, email=new.email, market=new.market, zone=new.zone, locale=new.locale, identifiers=identifiers
    )


async def _opened(uow: UnitOfWork, kind: LetterKind, code: str, password_hash: str | None) -> AccountId:
    account = await use_code(uow, kind, code, AccountStatus.PENDING)
    if password_hash is not None:
        await accounts.set_password_hash(uow, account, password_hash)
    await accounts.set_status(uow, account, AccountStatus.ACTIVE)
    uow.record(Action.ACCOUNT_CONFIRMED, subject=await _person(uow, account), resource=f"account:{account}")
    return account


async def _person(uow: UnitOfWork, account: AccountId) -> people.PersonId:
    person = await accounts.person_of(uow, account)
    if person is None:
        raise AccountNotFoundError("There is no such account of a person.")
    return person
