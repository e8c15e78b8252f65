"""How people come in: registering oneself, being invited, and what nobody decides alone."""

from typing import Final
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import access
from access import ALL_BRANDS, Caller, LetterKind, NewAccount, Permission, Role, RoleRequest
from access.vocabulary import AccountId, Action
from api.evenly import evenly
from api.limiting import take
from api.passage import Passage
from api.routing import command, public, query
from api.v1.wire import Body, Code, Email, Limit, Listing, Password
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.errors import TooManyError
from kernel.limits import Limit as Rate
from kernel.unit_of_work import UnitOfWork

PER_NETWORK: Final = 30
"""Registrations, or codes tried, per network and minute."""
FACTOR_SECONDS: Final = 900
"""Who decides about others' roles, programs or addresses, or ends sessions, has lately shown who they are (seconds)."""


class Registration(Body, frozen=True, kw_only=True):
    """A healthcare professional who wants an account."""

    name: str
    email: Email
    market: str
    zone: str
    locale: str
    password: Password


class Invitation(Body, frozen=True, kw_only=True):
    """Somebody who is to join the staff; ``markets`` are codes and ``brands`` keys, or only ``*``."""

    name: str
    email: Email
    role: Role
    market: str
    markets: list[str]
    brands: list[str] = msgspec.field(default_factory=lambda: [ALL_BRANDS])
    zone: str
    locale: str
    reason: str


class RoleAsked(Body, frozen=True, kw_only=True):
    """Another role, or other markets or brands, and why; ``brands`` left out are those that the account has."""

    role: Role
    markets: list[str] = msgspec.field(default_factory=list)
    brands: list[str] | None = None
    reason: str


class CodeOnly(Body, frozen=True, kw_only=True):
    """The code from the letter."""

    code: Code


class Acceptance(Body, frozen=True, kw_only=True):
    """The code from the letter, and the password to sign in with."""

    code: Code
    password: Password


class Registered(msgspec.Struct, frozen=True):
    """What everybody is told."""

    detail: str = "A letter is on its way. With its code the registration is complete."


class TooManyRegistrationsError(TooManyError):
    """One network registered too many people, or tried too many codes."""

    code = "too-many-registrations"


@public.post(
    "/registrations", because="who registers has no account yet", purpose=Purpose.SERVICE,
    records=Action.REGISTRATION_ASKED, status_code=202,
)  # fmt: skip
async def register(data: Registration, passage: Passage) -> Registered:
    """Register as a healthcare professional; the answer is the same whether or not the address is known."""
    new = NewAccount(
        email=data.email, name=data.name, role=Role.HCP, market=data.market, zone=data.zone, locale=data.locale
    )
    async with evenly():
        await _limited(passage, "registration")
        password_hash = await access.new_password(data.password, (data.name, data.email))
        async with passage.begin() as uow:
            await access.register(uow, new, password_hash)
        return Registered()


@public.post(
    "/registrations/confirm", because="the code from the letter is the proof", purpose=Purpose.SERVICE,
    records=Action.ACCOUNT_CONFIRMED, status_code=204,
)  # fmt: skip
async def confirm(data: CodeOnly, passage: Passage) -> None:
    """Confirm the e-mail address; the account can be signed in to from now on."""
    await _limited(passage, "code")
    async with passage.begin() as uow:
        await access.confirm(uow, data.code)


@command.post(
    "/invitations", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE, records=Action.ROLE_REQUESTED,
    creates=True, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def invite(uow: UnitOfWork, caller: Caller, data: Invitation) -> RoleRequest:
    """Propose somebody new for the staff; the letter is written when somebody else has agreed."""
    new = NewAccount(
        email=data.email,
        name=data.name,
        role=data.role,
        market=data.market,
        markets=tuple(data.markets),
        brands=tuple(data.brands),
        zone=data.zone,
        locale=data.locale,
    )
    return await access.invite(uow, caller, new, data.reason)


@public.post(
    "/invitations/accept", because="the code from the letter is the proof", purpose=Purpose.SERVICE,
    records=Action.ACCOUNT_CONFIRMED, status_code=204,
)  # fmt: skip
async def accept(data: Acceptance, passage: Passage) -> None:
    """Accept an invitation and choose a password."""
    await _limited(passage, "code")
    async with passage.read() as uow:
        _, person = await access.addressee(uow, LetterKind.INVITATION, data.code)
        password_hash = await access.hash_for(uow, person, data.password)
    async with passage.begin() as uow:
        await access.accept(uow, data.code, password_hash)


@command.post(
    "/accounts/{account:uuid}/role-requests", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE,
    records=Action.ROLE_REQUESTED, creates=True, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def request_role(uow: UnitOfWork, caller: Caller, account: FromPath[UUID], data: RoleAsked) -> RoleRequest:
    """Propose another role for an account; nothing changes before somebody else has agreed."""
    return await access.request_role(
        uow, caller, AccountId(account), data.role, data.markets, data.reason, brands=data.brands
    )


@query.get(
    "/role-requests", permission=Permission.ROLE_DECIDE, purpose=Purpose.SERVICE, records=Action.ROLE_REQUESTS_READ
)
async def role_requests(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[RoleRequest]:
    """Return the role requests that wait for somebody to agree, the oldest first."""
    found = await access.role_requests(uow, caller, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/role-requests/{request_id:uuid}/approve", permission=Permission.ROLE_DECIDE, purpose=Purpose.SERVICE,
    records=Action.ROLE_REQUEST_APPROVED, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def approve_role(uow: UnitOfWork, caller: Caller, request_id: FromPath[UUID]) -> RoleRequest:
    """Agree to a role that somebody else asked for."""
    return await access.decide_role_request(uow, caller, request_id, approve=True)


@command.post(
    "/role-requests/{request_id:uuid}/reject", permission=Permission.ROLE_DECIDE, purpose=Purpose.SERVICE,
    records=Action.ROLE_REQUEST_REJECTED, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def reject_role(uow: UnitOfWork, caller: Caller, request_id: FromPath[UUID]) -> RoleRequest:
    """Refuse a role that somebody else asked for."""
    return await access.decide_role_request(uow, caller, request_id, approve=False)


@command.post(
    "/accounts/{account:uuid}/disable", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE,
    records=Action.ACCOUNT_DISABLED, status_code=204, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def disable(uow: UnitOfWork, caller: Caller, account: FromPath[UUID]) -> None:
    """Switch an account off: whoever is signed in to it is out at once, everywhere."""
    await access.switch(uow, caller, AccountId(account), on=False)


@command.post(
    "/accounts/{account:uuid}/enable", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE,
    records=Action.ACCOUNT_ENABLED, status_code=204, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def enable(uow: UnitOfWork, caller: Caller, account: FromPath[UUID]) -> None:
    """Switch an account on again; sessions that ended stay ended."""
    await access.switch(uow, caller, AccountId(account), on=True)


async def _limited(passage: Passage, name: str) -> None:
    refusal = TooManyRegistrationsError("This network sent too many of these requests in this minute.")
    await take(passage, [Rate(f"{name}:{passage.address}", PER_NETWORK)], refusal)


ROUTES = [
    register,
    confirm,
    invite,
    accept,
    request_role,
    role_requests,
    approve_role,
    reject_role,
    disable,
    enable,
]
