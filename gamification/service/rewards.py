"""The catalogue: what can be claimed, who made it, who approved it, and why it can't be claimed now."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import asdict, replace

import content
import people
from access import Scope
from gamification.errors import (
    InvalidRewardError,
    RewardAuthorError,
    RewardMarketError,
    RewardNotFoundError,
    RewardRefusedError,
    RewardWithdrawnError,
)
from gamification.policy_packs import packs_in_force
from gamification.reward_values import NOTHING_KNOWN, Known, NewReward, Reward, RewardOffer, WhyNot
from gamification.rules import claiming, lots, policy
from gamification.rules import rewards as rules
from gamification.service.recipients import as_known_now
from gamification.service.winning import check_board, is_won
from gamification.store import claims
from gamification.store import lots as lot_store
from gamification.store import rewards as store
from gamification.vocabulary import Action, RewardState
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def create_reward(uow: UnitOfWork, author: UUID, new: NewReward, *, scope: Scope) -> Reward:
    """Create a reward as a draft; ``author`` is the account that made it, ``scope`` where it works.

    Raises:
        InvalidRewardError: names the field.
        RewardMarketError: it reaches a market that the author is not responsible for.
        content.OutsideBrandScopeError: it belongs to no brand that the author works for.

    """
    rules.check(new, people.is_market)
    fault = content.brand_fault(new.content_class, new.brand, narrowed=scope.narrowed)
    if fault is not None:
        raise InvalidRewardError(fault, field="brand")
    _check_scope(scope, new)
    if new.board is not None:
        await check_board(uow, new.board, new.content_class, scope)
    created = Reward(
        id=uow.new_id(),
        stocked=new.stock,
        state=RewardState.DRAFT,
        created_by=author,
        created_at=uow.now,
        approved_by=None,
        approved_at=None,
        approval_reference=None,
        approval_until=None,
        **asdict(new),
    )
    await store.insert(uow, created)
    uow.record(Action.REWARD_CREATED, resource=_resource(created.id), reward=created.key, value=created.value)
    return created


async def approve_reward(
    uow: UnitOfWork,
    key: UUID,
    reviewer: UUID,
    *,
    scope: Scope,
    reference: str,
    until: datetime | None = None,
    packs: policy.Packs | None = None,
) -> Reward:
    """Approve a draft under the ``reference`` of its approval, which holds before ``until``; again changes nothing.

    Raises:
        InvalidRewardError: ``until`` is past.
        RewardNotFoundError: no such reward within ``scope``.
        RewardAuthorError: ``reviewer`` created it.
        RewardMarketError: it reaches a market that the reviewer is not responsible for.
        content.OutsideBrandScopeError: it belongs to no brand that the account works for.
        RewardWithdrawnError: it was withdrawn, and stays so.
        RewardRefusedError: the policy pack of one of its markets says no, whoever would claim it.

    """
    found = await _staff_reward(uow, key, scope)
    if until is not None and until <= uow.now:
        raise InvalidRewardError("The approval would be over before it began.", field="until")
    if found.created_by == reviewer:
        raise RewardAuthorError("Whoever created a reward never approves it.")
    _check_scope(scope, found)
    if found.state is RewardState.WITHDRAWN:
        raise RewardWithdrawnError("This reward was withdrawn.")
    repeated = found.state is RewardState.APPROVED
    if not repeated:
        _refuse_offer(found, packs or packs_in_force(), uow.now.date())
        found = replace(
            found,
            state=RewardState.APPROVED,
            approved_by=reviewer,
            approved_at=uow.now,
            approval_reference=reference,
            approval_until=until,
        )
        await store.put_state(uow, found)
    uow.record(Action.REWARD_APPROVED, resource=_resource(key), reference=reference, repeated=repeated)
    return rules.told(found)


async def withdraw_reward(uow: UnitOfWork, key: UUID, *, scope: Scope) -> Reward:
    """Withdraw a reward for good: nobody can claim it any more. What is reserved stays so until somebody cancels it.

    Raises:
        RewardNotFoundError: no such reward within ``scope``.
        RewardMarketError: it reaches a market that the account is not responsible for.
        content.OutsideBrandScopeError: it belongs to no brand that the account works for.

    """
    found = await _staff_reward(uow, key, scope)
    _check_scope(scope, found)
    repeated = found.state is RewardState.WITHDRAWN
    if not repeated:
        found = replace(found, state=RewardState.WITHDRAWN)
        await store.put_state(uow, found)
    uow.record(Action.REWARD_WITHDRAWN, resource=_resource(key), repeated=repeated)
    return rules.told(found)


async def catalogue(uow: UnitOfWork, scope: Scope, after: UUID | None, limit: int) -> Page[Reward]:
    """Return the rewards of any state that ``scope`` touches, newest first."""
    found = page(await store.of_markets(uow, scope, after, limit + 1), limit)
    uow.record(Action.REWARDS_READ, count=len(found.items))
    return Page([rules.told(each) for each in found.items], found.next)


async def offers(
    uow: UnitOfWork,
    packs: policy.Packs,
    person: PersonId,
    after: UUID | None,
    limit: int,
    known: Known = NOTHING_KNOWN,
) -> Page[RewardOffer]:
    """Return what is offered to a person, newest first, each with whether it can be claimed now and if not, why."""
    here = (await people.bearings(uow, [person]))[person]
    today = uow.now.astimezone(ZoneInfo(here.zone)).date()
    found = page(await store.offered(uow, here.market, after, limit + 1), limit)
    held = (await lot_store.held_by(uow, [person]))[person]
    year, claimed = await claims.year(uow, person, today.year), await claims.counts(uow, person)
    pack, known = policy.pack_for(packs, here.market, today), await as_known_now(uow, known, person, here)
    uow.record(Action.REWARDS_READ, subject=person, count=len(found.items))
    shown = []
    for each in found.items:
        so_far = claims.so_far(year, each.category, each.value_currency)
        refusals = policy.claim_refusals(pack, claiming.claim_facts(each, known, so_far, today))
        purse = held[each.currency].purse if each.currency in held else lots.Purse()
        reasons = claiming.why_not(refusals) + _missing(each, lots.spendable(purse, uow.now))
        if not await is_won(uow, each, person):
            reasons.append(WhyNot("rank-not-reached", f"it is for rank {each.rank} or better of {each.board}"))
        if each.per_person is not None:
            used = claimed.get((each.id, rules.period_of(each.period, today)), 0)
            limited = f"{each.per_person} can be claimed per {each.period}"
            reasons += [WhyNot("claim-limit-reached", limited)] if used >= each.per_person else []
        seen = rules.told(each)
        fields = {name: getattr(seen, name) for name in RewardOffer.__struct_fields__ if hasattr(seen, name)}
        shown.append(RewardOffer(**fields, claimable=not reasons, why_not=reasons))
    return Page(shown, found.next)


def _refuse_offer(reward: Reward, packs: policy.Packs, on: date) -> None:
    """Refuse what a market allows nobody, for what the reward is tied to; what it is worth is asked at each claim."""
    markets = [*packs.countries(), rules.EVERYWHERE] if rules.EVERYWHERE in reward.markets else reward.markets
    facts = claiming.claim_facts(reward, NOTHING_KNOWN, policy.YearSoFar(currency=""), on)
    found = [each for market in markets for each in policy.offer_refusals(policy.pack_for(packs, market, on), facts)]
    if found:
        told = "; ".join(dict.fromkeys(f"{each.code} ({each.rule}): {each.detail}" for each in found))
        raise RewardRefusedError(f"Policy refuses this: {told}.", reason=found[0].code)


def _missing(reward: Reward, spendable: int) -> list[WhyNot]:
    reasons = [WhyNot("reward-sold-out", "none is left")] if reward.stock == 0 else []
    if spendable < reward.cost:
        reasons.append(WhyNot("points-missing", f"{reward.cost - spendable} {reward.currency} are missing"))
    return reasons


async def _staff_reward(uow: UnitOfWork, key: UUID, scope: Scope) -> Reward:
    found = await store.reward(uow, key, lock=True)
    if found is None or not scope.touches(Scope.of(found.markets, found.brand)):
        raise RewardNotFoundError("There is no such reward.")
    return found


def _check_scope(scope: Scope, reward: NewReward) -> None:
    if not scope.reaches(reward.markets):
        raise RewardMarketError("This account is not responsible for all markets of the reward.")
    content.require_brand(scope, Scope.of(reward.markets, reward.brand))


def _resource(key: UUID) -> str:
    return f"reward:{key}"
