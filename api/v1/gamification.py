"""Points, badges, streaks, and the proof behind every award."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import gamification
from access import Caller, Permission, Role
from api.routing import command, query
from api.v1.campaigns import staff_of
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from gamification import FreezesView, RuleSet
from gamification.values import (
    AwardView,
    BadgeLine,
    EntryView,
    Opportunity,
    PointsView,
    ProofView,
    StreakLine,
)
from gamification.vocabulary import Action, FreezeReason, Revocation
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


class Because(Body, frozen=True, kw_only=True):
    """Why a badge is taken back or given back."""

    reason: Revocation


class Freezes(Body, frozen=True, kw_only=True):
    """Freezes for a streak, and why."""

    streak: str
    freezes: Annotated[int, msgspec.Meta(ge=1, le=100)]
    reason: FreezeReason


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that score what is recorded now."""

    version: int
    rules: RuleSet


@query.get("/me/points", permission=Permission.POINTS_READ, purpose=Purpose.GAMIFICATION, records=Action.POINTS_READ)
async def points(uow: UnitOfWork, caller: Caller) -> PointsView:
    """Return the caller's balance of recognition points and level."""
    return await gamification.points(uow, _person(caller))


@query.get(
    "/me/points/entries", permission=Permission.POINTS_READ, purpose=Purpose.GAMIFICATION, records=Action.ENTRIES_READ
)
async def entries(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[EntryView]:
    """Return the caller's ledger, newest first; points are negative where an award was taken back."""
    found = await gamification.entries(uow, _person(caller), cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@query.get("/me/badges", permission=Permission.BADGES_READ, purpose=Purpose.GAMIFICATION, records=Action.BADGES_READ)
async def badges(uow: UnitOfWork, caller: Caller) -> Listing[BadgeLine]:
    """Return the badges that the caller holds, in the order they were earned."""
    return Listing(await gamification.badges(uow, _person(caller)))


@query.get("/me/streaks", permission=Permission.STREAKS_READ, purpose=Purpose.GAMIFICATION, records=Action.STREAKS_READ)
async def streaks(uow: UnitOfWork, caller: Caller) -> Listing[StreakLine]:
    """Return the caller's streaks as they stand today where the caller is."""
    return Listing(await gamification.streaks(uow, _person(caller)))


@query.get(
    "/me/opportunities",
    permission=Permission.OPPORTUNITIES_READ,
    purpose=Purpose.GAMIFICATION,
    records=Action.OPPORTUNITIES_READ,
)
async def opportunities(uow: UnitOfWork, caller: Caller) -> Listing[Opportunity]:
    """Return what the caller can earn now, and if not, why not and when."""
    return Listing(await gamification.opportunities(uow, _person(caller)))


@query.get(
    "/awards/{award:uuid}/proof",
    permission=Permission.AWARD_PROOF_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.AWARD_PROOF_READ,
)
async def award_proof(uow: UnitOfWork, caller: Caller, award: FromPath[UUID]) -> ProofView:
    """Return the activity, rules, policy, consent and approval behind an award; HCPs only for their own."""
    own = caller.person if caller.role is Role.HCP else None
    return await gamification.proof(uow, award, own, caller.markets)


@query.get("/rules", permission=Permission.RULES_READ, purpose=Purpose.CONTENT_OPERATIONS, records=Action.RULESET_READ)
async def rules(uow: UnitOfWork, caller: Caller) -> Rules:
    """Return the rule set that scores what is recorded now; of its campaigns those that the caller may see."""
    version, ruleset = await gamification.current_rules(uow)
    return Rules(version=version, rules=await gamification.seen_by(uow, staff_of(caller), ruleset))


@query.get(
    "/rules/{key:str}/why-not",
    permission=Permission.RULES_EXPLAIN,
    purpose=Purpose.COMPLIANCE,
    records=Action.WHY_NOT_READ,
)
async def why_not(uow: UnitOfWork, caller: Caller, key: FromPath[str], person: FromQuery[UUID]) -> Opportunity:
    """Return whether a person of the caller's markets can earn this rule, badge or quest now, and if not, why not."""
    return await gamification.why_not(uow, key, PersonId(person), caller.markets)


@command.post(
    "/awards/{award:uuid}/revoke",
    permission=Permission.AWARD_REVOKE,
    purpose=Purpose.COMPLIANCE,
    records=Action.AWARD_REVOKED,
)
async def revoke_award(uow: UnitOfWork, caller: Caller, award: FromPath[UUID], data: Because) -> AwardView:
    """Take a badge back; its holder earns it no second time, and it can be reinstated."""
    return await gamification.revoke(uow, award, data.reason, caller.markets)


@command.post(
    "/awards/{award:uuid}/reinstate",
    permission=Permission.AWARD_REVOKE,
    purpose=Purpose.COMPLIANCE,
    records=Action.AWARD_REINSTATED,
)
async def reinstate_award(uow: UnitOfWork, caller: Caller, award: FromPath[UUID], data: Because) -> AwardView:
    """Give a revoked badge back."""
    return await gamification.reinstate(uow, award, data.reason, caller.markets)


@command.post(
    "/hcps/{person:uuid}/freezes",
    permission=Permission.FREEZES_GRANT,
    purpose=Purpose.COMPLIANCE,
    records=Action.FREEZES_GRANTED,
    creates=True,
)
async def grant_freezes(uow: UnitOfWork, caller: Caller, person: FromPath[UUID], data: Freezes) -> FreezesView:
    """Grant freezes to a streak that has begun: from now on it forgives so many missed periods more."""
    return await gamification.grant_freezes(
        uow, PersonId(person), data.streak, data.freezes, data.reason, account=caller.account, markets=caller.markets
    )


def _person(caller: Caller) -> PersonId:
    assert caller.person is not None  # noqa: S101 - only HCPs hold these permissions, and each is a person
    return caller.person


ROUTES = [
    points,
    entries,
    badges,
    streaks,
    opportunities,
    award_proof,
    rules,
    why_not,
    revoke_award,
    reinstate_award,
    grant_freezes,
]
