"""Campaigns as they run: scheduled, held back, paused, frozen, ended; by hand, by the clock, and by the law."""

from typing import Any
from uuid import UUID

from gamification.campaign_values import Campaign, Staff
from gamification.errors import CampaignMovedError
from gamification.rules.campaigns import SYSTEM, Hand, check_reason
from gamification.rules.law import Law
from gamification.rules.policy import Packs
from gamification.service.campaigns import own, shown
from gamification.service.policing import country_refusals, law_of_today, plain, refuse_by_policy, spoken
from gamification.service.publishing import compose_programme
from gamification.service.stepping import judged, take_step
from gamification.store import backfills, rule_sets
from gamification.store import campaign_history as history
from gamification.store import campaigns as store
from gamification.vocabulary import CampaignPast, CampaignState, CampaignStep
from kernel.unit_of_work import UnitOfWork

_OPENED = "The activity window opened."
_CLOSED = "The activity window closed."
_ALIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING})
_HAND = Hand(SYSTEM)

_settled: list[Any] = []
"""The rules version and the law for which this process last found nothing to do. To forget it is harmless."""


async def move_campaign(
    uow: UnitOfWork,
    staff: Staff,
    campaign_id: UUID,
    step: CampaignStep,
    reason: str,
    *,
    revision: int | None = None,
    packs: Packs | None = None,
) -> Campaign:
    """Schedule, pause, resume, freeze, unfreeze or end a campaign; from then on it scores, or no longer does.

    Raises:
        CampaignTermsError: the reason is none.
        CampaignNotFoundError: there is none that ``staff`` sees.
        content.OutsideBrandScopeError: it belongs to no brand that they work for.
        CampaignRefusedByPolicyError: it would be scheduled or run, and a country says no.
        (and what ``stepping.take_step`` raises)

    """
    check_reason(reason)
    before = await own(uow, staff, campaign_id)
    if await judged(uow, before, step, staff.hand, revision=revision) in _ALIVE:
        rules = await history.rules(uow, before.id, before.revision)
        refuse_by_policy(before, rules, await law_of_today(uow, packs))
    after = await take_step(uow, before, step, staff.hand, reason, revision=revision)
    if CampaignState.RUNNING in {before.state, after.state}:
        await compose_programme(uow, packs)
    return shown(staff, after)


async def keep_schedule(uow: UnitOfWork, packs: Packs | None = None) -> int:
    """Start and end campaigns by the clock, hold back those that a policy pack refuses; return how many moved.

    A pack is asked when a campaign starts, and of everything that runs whenever the packs that hold, the approved
    currencies or the rules are others than before: then what it forbids single rules is decided anew, too. Running
    this twice, or on two workers at once, moves each campaign once. Before there are base rules nothing starts.
    """
    newest = await rule_sets.newest_version(uow)
    if newest is None:
        return 0
    due, law = await store.due(uow), await law_of_today(uow, packs)
    settled = _settled == [newest, law]
    if settled and not due:
        return 0
    moved = [each for before in due if (each := await _due(uow, before, law)) is not None]
    if not settled:
        moved += await _hold_refused(uow, law, {before.id for before, _ in moved})
    if settled and not any(CampaignState.RUNNING in {before.state, after.state} for before, after in moved):
        return len(moved)
    version = (await compose_programme(uow, packs)).version
    started = [after for _, after in moved if after.state is CampaignState.RUNNING]
    for after in sorted(started, key=lambda each: each.key):
        await _begin(uow, after, version)
    if not moved and version == newest:
        _settled[:] = [newest, law]
    return len(moved)


async def _due(uow: UnitOfWork, before: Campaign, law: Law) -> tuple[Campaign, Campaign] | None:
    """End a campaign whose window closes, start one whose window opens, or hold it back where a country says no."""
    if before.closes_at is not None and before.closes_at <= uow.now:
        return await _moved(uow, before, CampaignStep.END, _CLOSED)
    return await _held(uow, before, law) or await _moved(uow, before, CampaignStep.START, _OPENED)


async def _hold_refused(uow: UnitOfWork, law: Law, moved: set[UUID]) -> list[tuple[Campaign, Campaign]]:
    """Hold back what runs and may not run any more; in id order, as whoever moves several campaigns locks them."""
    running = [each for each in await store.in_state(uow, CampaignState.RUNNING) if each.id not in moved]
    return [each for before in running if (each := await _held(uow, before, law)) is not None]


async def _held(uow: UnitOfWork, before: Campaign, law: Law) -> tuple[Campaign, Campaign] | None:
    found = country_refusals(before, await history.rules(uow, before.id, before.revision), law)
    return await _moved(uow, before, CampaignStep.HOLD, spoken(found), refusals=plain(found)) if found else None


async def _moved(
    uow: UnitOfWork, before: Campaign, step: CampaignStep, reason: str, **said: Any
) -> tuple[Campaign, Campaign] | None:
    try:
        return before, await take_step(uow, before, step, _HAND, reason, said=said)
    except CampaignMovedError:
        return None  # another worker, or somebody by hand, was quicker


async def _begin(uow: UnitOfWork, campaign: Campaign, version: int) -> None:
    """Put a started revision's budget in force, and ask for its past if that is what was reviewed."""
    await store.set_budget(uow, campaign.id, campaign.budget)
    if campaign.past is CampaignPast.BACKFILL_SILENTLY:
        await backfills.begin(uow, campaign.id, campaign.revision, version)
