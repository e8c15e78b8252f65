"""Claiming a reward: reserved, then fulfilled, or cancelled with everything given back.

The order of locks is the same everywhere: the person, the person's points, the person's year, the reward's stock.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

import consent
import content
import people
from access import Scope
from consent.vocabulary import Purpose
from gamification.errors import (
    ClaimClosedError,
    ClaimLimitError,
    ClaimNotFoundError,
    RewardNotFoundError,
    RewardRefusedError,
    SoldOutError,
    YearlyCapError,
)
from gamification.policy_errors import RankNotReachedError
from gamification.reward_values import NOTHING_KNOWN, Claim, Known, Reward
from gamification.rules import claiming as rules
from gamification.rules import policy
from gamification.rules.rewards import offered, period_of
from gamification.service.recipients import as_known_now
from gamification.service.spending import give_back, spend
from gamification.service.winning import is_won
from gamification.store import claims as store
from gamification.store import rewards, transfers
from gamification.vocabulary import Action, ClaimState, TransferState
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def claim(
    uow: UnitOfWork, packs: policy.Packs, person: PersonId, reward: UUID, *, known: Known = NOTHING_KNOWN
) -> Claim:
    """Claim a reward for a person: reserve one, its points, and its value of the person's year, all or nothing.

    Raises:
        ConsentRequiredError: the person does not take part, or not any more.
        RewardNotFoundError: it is not offered to this person now.
        RewardRefusedError: the policy pack of the person's country says no.
        RankNotReachedError, ClaimLimitError, PointsMissingError, YearlyCapError, SoldOutError: it can't be claimed now.

    """
    here = (await people.lock(uow, [person])).get(person)
    found = await rewards.reward(uow, reward)
    if here is None or found is None or not offered(found, here.market, uow.now):
        raise RewardNotFoundError("There is no such reward.")
    decision = await consent.require(uow, person, Purpose.GAMIFICATION)
    if not await is_won(uow, found, person):
        raise RankNotReachedError(f"This is for rank {found.rank} or better of {found.board}.")
    today = uow.now.astimezone(ZoneInfo(here.zone)).date()
    pack = policy.pack_for(packs, here.market, today)
    so_far = store.so_far(await store.year(uow, person, today.year), found.category, found.value_currency)
    known = await as_known_now(uow, known, person, here)
    facts = rules.claim_facts(found, known, so_far, today)
    _refuse(policy.claim_refusals(pack, facts))
    made = _made(uow, found, person, pack, here.market, today)
    made = replace(made, consent=decision.event)
    await _reserve(uow, found, made, rules.caps(pack, found, known), known.person)
    alerts = policy.alerts(pack, facts)
    if alerts:
        await store.alert(uow, made, {made.category or rules.ALL if each.category else rules.ALL for each in alerts})
    uow.record(
        Action.REWARD_CLAIMED, subject=person, resource=_resource(made.id), reward=found.key, cost=made.cost,
        currency=made.currency, value=made.value, value_currency=made.value_currency, pack=made.pack,
        near=[each.code for each in alerts],
    )  # fmt: skip
    return made


def _made(uow: UnitOfWork, reward: Reward, person: PersonId, pack: policy.Pack, market: str, today: date) -> Claim:
    """Return a claim with everything that it rests on as it is at this moment."""
    return Claim(
        id=uow.new_id(),
        person=person,
        reward=reward.id,
        state=ClaimState.RESERVED,
        period=period_of(reward.period, today),
        slot=None,
        currency=reward.currency,
        cost=reward.cost,
        value=reward.value,
        value_currency=reward.value_currency,
        payer=reward.payer,
        product=reward.product,
        category=reward.category,
        market=market,
        year=today.year,
        pack=pack.stamp,
        consent=None,
        claimed_at=uow.now,
    )


async def _reserve(uow: UnitOfWork, reward: Reward, made: Claim, caps: rules.Caps, recipient: policy.Person) -> None:
    if not await store.insert(uow, made, reward.per_person):
        raise ClaimLimitError(f"{reward.per_person} can be claimed per {reward.period}.")
    if made.cost:
        await spend(uow, made.person, made.currency, made.cost, made.id)
    if made.value:
        if not await store.reserve(uow, made, caps):
            raise YearlyCapError("This would be more than the policy allows in a year.", reason="year-value-reached")
        await transfers.add(uow, made, TransferState.ESTIMATED, made.value, recipient)
    if not await rewards.take_one(uow, reward.id):  # last, since everybody waits for this row
        raise SoldOutError("None is left.")


async def fulfil_claim(
    uow: UnitOfWork,
    packs: policy.Packs,
    key: UUID,
    account: UUID,
    *,
    scope: Scope,
    actual_value: int | None = None,
    known: Known = NOTHING_KNOWN,
) -> Claim:
    """Hand a claimed reward over. ``actual_value``: what it really cost, in minor units; it can be told later, once.

    Raises:
        ClaimNotFoundError: no such claim within ``scope``.
        ClaimClosedError: it was cancelled.
        RewardRefusedError: the policy pack of the person's country does not allow it any more.

    """
    found = await _locked(uow, key, scope)
    await _require_brand(uow, scope, found)
    if found.state is ClaimState.CANCELLED:
        raise ClaimClosedError("This claim was cancelled.")
    repeated = found.state is ClaimState.FULFILLED
    if not repeated:
        await _check_fulfilment(uow, packs, found, known)
        found = replace(found, state=ClaimState.FULFILLED, closed_at=uow.now, closed_by=account)
        await store.close(uow, found)
        if found.value:
            await store.settle_year(uow, found, handed_over=True)
            await transfers.add(uow, found, TransferState.COMMITTED, found.value)
    told = found.value > 0 and actual_value is not None
    if told and actual_value is not None and await transfers.add(uow, found, TransferState.ACTUAL, actual_value):
        await store.correct_year(uow, found, actual_value - found.value)
    uow.record(
        Action.CLAIM_FULFILLED,
        subject=found.person,
        resource=_resource(key),
        repeated=repeated,
        actual_value=actual_value,
    )
    return found


async def _check_fulfilment(uow: UnitOfWork, packs: policy.Packs, found: Claim, known: Known) -> None:
    """Ask the policy of today, with the reward as it stands and the year without this claim."""
    here = (await people.bearings(uow, [found.person])).get(found.person)
    reward = await rewards.reward(uow, found.reward)
    if here is None or reward is None:
        raise ClaimNotFoundError("There is no such claim.")
    today = uow.now.astimezone(ZoneInfo(here.zone)).date()
    year = store.so_far(await store.year(uow, found.person, found.year), found.category, found.value_currency)
    if found.value:
        mine = found.value if found.category else 0
        year = policy.YearSoFar(
            currency=year.currency,
            value=year.value - found.value,
            count=year.count - 1,
            category_value=year.category_value - mine,
            category_count=year.category_count - (1 if found.category else 0),
        )
    asked = rules.claim_facts(reward, await as_known_now(uow, known, found.person, here), year, today)
    facts = policy.FulfilFacts(
        on=today,
        reward=asked.reward,
        currency=asked.currency,
        person=asked.person,
        so_far=asked.so_far,
        lanes=asked.lanes,
        reserved=policy.Money(found.value, found.value_currency) if found.value_currency else None,
        recorded=await transfers.recorded(uow, found.id),
    )
    _refuse(policy.fulfil_refusals(policy.pack_for(packs, found.market, today), facts))


async def cancel_claim(
    uow: UnitOfWork, key: UUID, account: UUID, *, scope: Scope, person: PersonId | None = None
) -> Claim:
    """Cancel a claim and give everything back: stock, points, the slot of its period, and the year's value and count.

    ``person`` limits it to one's own claims. Cancelling again changes nothing.

    Raises:
        ClaimNotFoundError: no such claim within ``scope``, or it is another person's.
        ClaimClosedError: it was fulfilled.

    """
    found = await _locked(uow, key, scope)
    if person is None:
        await _require_brand(uow, scope, found)
    elif person != found.person:
        raise ClaimNotFoundError("There is no such claim.")
    if found.state is ClaimState.FULFILLED:
        raise ClaimClosedError("This claim was fulfilled.")
    if found.state is ClaimState.CANCELLED:
        uow.record(Action.CLAIM_CANCELLED, subject=found.person, resource=_resource(key), repeated=True)
        return found
    return await _cancel(uow, found, account)


async def cancel_reserved(uow: UnitOfWork, person: PersonId) -> None:
    """Cancel what somebody has reserved who leaves for good: nobody could hand it over, and others wait for it."""
    await people.lock(uow, [person])
    for key in await store.reserved(uow, person):
        found = await store.claim(uow, key, lock=True)
        assert found is not None  # noqa: S101 - claims are never deleted, and the person's lock keeps their state
        await _cancel(uow, found, None)


async def _cancel(uow: UnitOfWork, found: Claim, account: UUID | None) -> Claim:
    found = replace(found, state=ClaimState.CANCELLED, closed_at=uow.now, closed_by=account)
    await store.close(uow, found)
    await give_back(uow, found.person, found.currency, found.id, found.claimed_at)
    if found.value:
        await store.settle_year(uow, found, handed_over=False)
        await transfers.add(uow, found, TransferState.RELEASED, 0)
    await rewards.put_one_back(uow, found.reward)
    uow.record(Action.CLAIM_CANCELLED, subject=found.person, resource=_resource(found.id), repeated=False)
    return found


async def claims_of(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> Page[Claim]:
    """Return a person's claims, newest first."""
    found = page(await store.of_person(uow, person, before, limit + 1), limit)
    uow.record(Action.CLAIMS_READ, subject=person, count=len(found.items))
    return found


async def _locked(uow: UnitOfWork, key: UUID, scope: Scope) -> Claim:
    """Lock the person of a claim, then the claim; who has been erased needs no lock, since nobody acts for them."""
    found = await store.claim(uow, key)
    if found is None or not scope.reaches({found.market}):
        raise ClaimNotFoundError("There is no such claim.")
    await people.lock(uow, [found.person])
    locked = await store.claim(uow, key, lock=True)
    assert locked is not None  # noqa: S101 - claims are never deleted
    return locked


async def _require_brand(uow: UnitOfWork, scope: Scope, claim: Claim) -> None:
    """See that staff of ``scope`` work for the brand whose reward was claimed: of another brand there is no claim."""
    reward = await rewards.reward(uow, claim.reward)
    theirs = None if reward is None else Scope.of(reward.markets, reward.brand)
    if theirs is None or not scope.knows(theirs.brands):
        raise ClaimNotFoundError("There is no such claim.")
    content.require_brand(scope, theirs)


def _refuse(refusals: list[policy.Refusal]) -> None:
    if refusals:
        told = "; ".join(f"{each.code} ({each.rule}): {each.detail}" for each in refusals)
        raise RewardRefusedError(f"Policy refuses this: {told}.", reason=refusals[0].code)


def _resource(key: UUID) -> str:
    return f"claim:{key}"
