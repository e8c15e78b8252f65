"""Submitting a campaign, and what a reviewer says: four eyes on every revision, and the law of every country."""

from uuid import UUID

from gamification.campaign_values import Campaign, Staff
from gamification.errors import RuleSetError
from gamification.rules.campaigns import changed_meanings, check_reason, problems_at
from gamification.rules.composing import clashes, keys_of
from gamification.rules.grammar import Parts
from gamification.rules.policy import Packs
from gamification.service.campaigns import own, shown
from gamification.service.checking import beside_the_loop, read_campaign
from gamification.service.policing import law_of_today, refuse_by_policy
from gamification.service.publishing import base_rules
from gamification.service.stepping import judged, take_step
from gamification.store import campaign_history as history
from gamification.store import campaigns as store
from gamification.store import rule_sets
from gamification.vocabulary import CampaignPast, CampaignStep
from kernel.unit_of_work import UnitOfWork


async def submit_campaign(
    uow: UnitOfWork,
    staff: Staff,
    campaign_id: UUID,
    past: CampaignPast,
    reason: str,
    *,
    revision: int | None = None,
    packs: Packs | None = None,
) -> Campaign:
    """Hand the current revision to review, with what its start is to do to the past. The keys of its rules are taken.

    Raises:
        CampaignNotFoundError: there is none that ``staff`` sees.
        content.OutsideBrandScopeError: it belongs to no brand that they work for.
        RuleSetError: a key belongs to somebody else, or would mean something else than it did.
        CampaignRefusedByPolicyError: a country says no; it lists every refusal.
        (and what ``stepping.take_step`` raises)

    """
    check_reason(reason)
    before = await own(uow, staff, campaign_id)
    await judged(uow, before, CampaignStep.SUBMIT, staff.hand, revision=revision)
    await _claim_keys(uow, before, await _checked(uow, before, packs))
    return shown(staff, await take_step(uow, before, CampaignStep.SUBMIT, staff.hand, reason, past=past))


async def approve_campaign(
    uow: UnitOfWork, staff: Staff, campaign_id: UUID, reason: str, *, revision: int, packs: Packs | None = None
) -> Campaign:
    """Approve the revision that was read; whoever wrote a revision since the last approval never does.

    Raises:
        CampaignRefusedByPolicyError: a country says no; it lists every refusal.
        (and what ``stepping.take_step`` raises)

    """
    check_reason(reason)
    before = await own(uow, staff, campaign_id)
    await judged(uow, before, CampaignStep.APPROVE, staff.hand, revision=revision)
    await _checked(uow, before, packs)
    return shown(staff, await take_step(uow, before, CampaignStep.APPROVE, staff.hand, reason))


async def reject_campaign(uow: UnitOfWork, staff: Staff, campaign_id: UUID, reason: str, *, revision: int) -> Campaign:
    """Send the revision that was read back to its author, as a draft.

    Raises:
        CampaignNotFoundError: there is no such campaign.
        (and what ``stepping.take_step`` raises)

    """
    check_reason(reason)
    before = await own(uow, staff, campaign_id)
    return shown(staff, await take_step(uow, before, CampaignStep.REJECT, staff.hand, reason, revision=revision))


async def _checked(uow: UnitOfWork, campaign: Campaign, packs: Packs | None) -> Parts:
    """Return the rules of the current revision, which fit the base rules of now and what every country allows.

    No base rules are published until the transaction ends: those that would break an approved campaign are refused,
    and one that is being approved at this moment must not slip through.
    """
    await rule_sets.lock(uow)
    rules = await read_campaign(campaign.rules, await base_rules(uow), campaign.lane)
    refuse_by_policy(campaign, rules, await law_of_today(uow, packs))
    return rules


async def _claim_keys(uow: UnitOfWork, campaign: Campaign, rules: Parts) -> None:
    """Take the keys of the rules for good; of two campaigns that want the same at once, the second is refused."""
    keys = [key for key, _ in keys_of(rules)]
    await store.claim(uow, campaign.id, keys)
    owners = await store.owners(uow, keys)
    taken = {key: f"the campaign {owner}" for key, owner in owners.items() if owner != campaign.key}
    problems = await beside_the_loop(problems_at, campaign.rules, list(clashes(rules, taken)))
    for previous in await history.approved_rules(uow, campaign.id):
        changed = await beside_the_loop(changed_meanings, campaign.rules, previous, rules)
        problems += [each for each in changed if each not in problems]
    if problems:
        raise RuleSetError(problems)
