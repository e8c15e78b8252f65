"""Campaigns as they run: scheduled, paused, frozen, ended; by hand and by the clock."""

from uuid import UUID

from gamification.campaign_values import Campaign, Staff
from gamification.errors import CampaignMovedError
from gamification.rules.campaigns import SYSTEM, Hand, check_reason
from gamification.service.campaigns import load, shown
from gamification.service.publishing import compose_programme
from gamification.service.stepping import take_step
from gamification.store import backfills, rule_sets
from gamification.store import campaigns as store
from gamification.vocabulary import CampaignPast, CampaignState, CampaignStep
from kernel.unit_of_work import UnitOfWork

_OPENED = "The activity window opened."
_CLOSED = "The activity window closed."


async def move_campaign(
    uow: UnitOfWork, staff: Staff, campaign_id: UUID, step: CampaignStep, reason: str, *, revision: int | None = None
) -> Campaign:
    """Schedule, pause, resume, freeze, unfreeze or end a campaign; from then on it scores, or no longer does.

    Raises:
        CampaignTermsError: the reason is none.
        CampaignNotFoundError: there is none inside the markets of ``staff``.
        (and what ``stepping.take_step`` raises)

    """
    check_reason(reason)
    before = await load(uow, staff, campaign_id)
    after = await take_step(uow, before, step, staff.hand, reason, revision=revision)
    if CampaignState.RUNNING in {before.state, after.state}:
        await compose_programme(uow)
    return shown(after)


async def keep_schedule(uow: UnitOfWork) -> int:
    """Start scheduled campaigns whose activity window opens and end those whose window closes; return how many.

    Running it twice, or on two workers at once, moves each campaign once. Before there are base rules nothing starts.
    """
    due = await store.due(uow)
    if not due or await rule_sets.newest_version(uow) is None:
        return 0
    hand = Hand(SYSTEM)
    moved: list[tuple[Campaign, Campaign]] = []
    for before in due:
        closes = before.closes_at is not None and before.closes_at <= uow.now
        step, reason = (CampaignStep.END, _CLOSED) if closes else (CampaignStep.START, _OPENED)
        try:
            moved.append((before, await take_step(uow, before, step, hand, reason)))
        except CampaignMovedError:
            continue  # another worker, or somebody by hand, was quicker
    if any(CampaignState.RUNNING in {before.state, after.state} for before, after in moved):
        version = (await compose_programme(uow)).version
        started = [after for _, after in moved if after.state is CampaignState.RUNNING]
        for after in sorted(started, key=lambda each: each.key):
            await _begin(uow, after, version)
    return len(moved)


async def _begin(uow: UnitOfWork, campaign: Campaign, version: int) -> None:
    """Put a started revision's budget in force, and ask for its past if that is what was reviewed."""
    await store.set_budget(uow, campaign.id, campaign.budget)
    if campaign.past is CampaignPast.BACKFILL_SILENTLY:
        await backfills.begin(uow, campaign.id, campaign.revision, version)
