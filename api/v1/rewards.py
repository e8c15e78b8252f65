"""Rewards: created by marketers, approved by somebody else, claimed by HCPs, handed over or given back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import gamification
from access import Caller, Permission, Role
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from content.vocabulary import ContentClass
from gamification import Claim, NewReward, Reward, RewardOffer
from gamification.vocabulary import RECOGNITION, Action, ClaimPeriod
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class NewRewardBody(Body, frozen=True, kw_only=True):
    """A new reward, as a draft.

    ``value`` is the fair market value of one in minor units of ``value_currency``; 0 is none. ``stock``: null is
    unlimited, 0 is out. ``per_person`` claims per ``period``; null is unlimited. ``payer`` names the legal entity that
    pays. With ``board`` (a key) it is for who came to ``rank`` or better in the newest closed period of that board.
    ``kind`` is one of badge, certificate, level, content_unlock and educational_item; ``category`` and ``conditions``
    are words of the policy packs; ``brand`` is whose a promotional reward is.
    """

    key: Words
    name: Words
    kind: Words
    markets: Annotated[list[str], msgspec.Meta(min_length=1, max_length=300)]
    payer: Words
    content_class: ContentClass
    currency: Words = RECOGNITION
    cost: Number = 0
    value: Number = 0
    value_currency: Words | None = None
    stock: Number | None = None
    per_person: Annotated[int, msgspec.Meta(ge=1, le=1_000)] | None = None
    period: ClaimPeriod = ClaimPeriod.YEAR
    product: Words | None = None
    category: gamification.ItemCategory | None = None
    conditions: Annotated[list[gamification.Condition], msgspec.Meta(max_length=10)] = msgspec.field(
        default_factory=list
    )
    content: UUID | None = None
    brand: Words | None = None
    board: Words | None = None
    rank: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class Approval(Body, frozen=True, kw_only=True):
    """The medical-legal-regulatory approval of a reward: its reference, and until when it holds (exclusive)."""

    reference: Words
    until: datetime | None = None


class Fulfilment(Body, frozen=True, kw_only=True):
    """What was handed over really cost ``actual_value`` minor units; it can also be told later, once."""

    actual_value: Number | None = None


@query.get("/rewards", permission=Permission.REWARDS_READ, purpose=Purpose.GAMIFICATION, records=Action.REWARDS_READ)
async def list_rewards(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[RewardOffer]:
    """Return what the caller can claim, newest first, and where something can't be claimed now, why not."""
    packs = gamification.packs_in_force()
    after, known = cursors.read_id(cursor), await gamification.known(uow)
    found = await gamification.offers(uow, packs, _person(caller), after, limit, known)
    return Listing(found.items, found.next)


@query.get(
    "/rewards/catalogue",
    permission=Permission.REWARD_CATALOGUE_READ,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.REWARDS_READ,
)
async def reward_catalogue(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[Reward]:
    """Return the rewards of any state that the caller's markets and brands touch, newest first."""
    found = await gamification.catalogue(uow, caller.scope, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/rewards",
    permission=Permission.REWARD_CREATE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.REWARD_CREATED,
    creates=True,
)
async def create_reward(uow: UnitOfWork, caller: Caller, data: NewRewardBody) -> Reward:
    """Create a reward as a draft; it can't be claimed before somebody else approves it."""
    fields = {name: getattr(data, name) for name in NewReward.__struct_fields__}
    fields |= {"markets": tuple(data.markets), "conditions": tuple(data.conditions)}
    new = NewReward(**fields | {"kind": gamification.kind_of(data.kind)})
    return await gamification.create_reward(uow, caller.account, new, scope=caller.scope)


@command.post(
    "/rewards/{reward:uuid}/approve",
    permission=Permission.REWARD_APPROVE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.REWARD_APPROVED,
)
async def approve_reward(uow: UnitOfWork, caller: Caller, reward: FromPath[UUID], data: Approval) -> Reward:
    """Approve a reward; its author never does. Approving twice is harmless."""
    return await gamification.approve_reward(
        uow, reward, caller.account, scope=caller.scope, reference=data.reference, until=data.until
    )


@command.post(
    "/rewards/{reward:uuid}/withdraw",
    permission=Permission.REWARD_APPROVE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.REWARD_WITHDRAWN,
)
async def withdraw_reward(uow: UnitOfWork, caller: Caller, reward: FromPath[UUID]) -> Reward:
    """Withdraw a reward for good; what is reserved stays so until somebody cancels it."""
    return await gamification.withdraw_reward(uow, reward, scope=caller.scope)


@command.post(
    "/rewards/{reward:uuid}/claims",
    permission=Permission.REWARD_CLAIM,
    purpose=Purpose.GAMIFICATION,
    records=Action.REWARD_CLAIMED,
    creates=True,
)
async def claim_reward(uow: UnitOfWork, caller: Caller, reward: FromPath[UUID]) -> Claim:
    """Claim a reward: its stock, its points and its value of the caller's year are reserved, all or nothing."""
    known = await gamification.known(uow)
    return await gamification.claim(uow, gamification.packs_in_force(), _person(caller), reward, known=known)


@query.get("/me/claims", permission=Permission.CLAIMS_READ, purpose=Purpose.SERVICE, records=Action.CLAIMS_READ)
async def own_claims(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[Claim]:
    """Return the caller's claims, newest first."""
    found = await gamification.claims_of(uow, _person(caller), cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/claims/{claim:uuid}/fulfil",
    permission=Permission.CLAIM_FULFIL,
    purpose=Purpose.SERVICE,
    records=Action.CLAIM_FULFILLED,
)
async def fulfil_claim(uow: UnitOfWork, caller: Caller, claim: FromPath[UUID], data: Fulfilment) -> Claim:
    """Hand over what was claimed. Sending it again is harmless, and can tell once what it really cost."""
    return await gamification.fulfil_claim(
        uow,
        gamification.packs_in_force(),
        claim,
        caller.account,
        scope=caller.scope,
        actual_value=data.actual_value,
        known=await gamification.known(uow),
    )


@command.post(
    "/claims/{claim:uuid}/cancel",
    permission=Permission.CLAIM_CANCEL,
    purpose=Purpose.SERVICE,
    records=Action.CLAIM_CANCELLED,
)
async def cancel_claim(uow: UnitOfWork, caller: Caller, claim: FromPath[UUID]) -> Claim:
    """Cancel a claim that was not fulfilled and give everything back; HCPs only their own."""
    own = caller.person if caller.role is Role.HCP else None
    return await gamification.cancel_claim(uow, claim, caller.account, scope=caller.scope, person=own)


def _person(caller: Caller) -> PersonId:
    assert caller.person is not None  # noqa: S101 - only HCPs hold these permissions, and each is a person
    return caller.person


ROUTES = [
    list_rewards,
    reward_catalogue,
    create_reward,
    approve_reward,
    withdraw_reward,
    claim_reward,
    own_claims,
    fulfil_claim,
    cancel_claim,
]
