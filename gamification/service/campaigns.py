"""The life of a campaign: write, submit, review, run, stop. Every step is judged by one table and leaves its traces.

Two people who act at once don't both succeed: each step is a guarded update on the state and revision that were read.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

import content
import people
from access import Scope
from content.vocabulary import EVERYWHERE
from gamification.campaign_values import Campaign, Reviewed, Revision, Staff, Transition, Writing
from gamification.errors import (
    CampaignKeyTakenError,
    CampaignMarketScopeError,
    CampaignMovedError,
    CampaignNotFoundError,
    CampaignTermsError,
)
from gamification.rules.campaigns import Terms, check_key, check_reason, check_terms
from gamification.rules.campaigns.past import says
from gamification.rules.composing import narrowed
from gamification.rules.grammar import RuleSet
from gamification.service.checking import read_campaign
from gamification.service.publishing import base_rules
from gamification.service.stepping import judged, stepped
from gamification.store import campaign_history
from gamification.store import campaigns as store
from gamification.vocabulary import Action, CampaignState, CampaignStep
from kernel import cursors
from kernel.canonical import canonical
from kernel.cursors import Page
from kernel.unit_of_work import UnitOfWork

TENTHS: Final = 10


async def create_campaign(uow: UnitOfWork, staff: Staff, key: str, writing: Writing) -> Campaign:
    """Create a campaign as a draft, at revision 1.

    Raises:
        CampaignTermsError: names the field.
        RuleSetError: names every line of the rules that is wrong.
        CampaignMarketScopeError: it reaches a market that ``staff`` is not responsible for.
        content.OutsideBrandScopeError: it belongs to no brand that ``staff`` works for.
        CampaignKeyTakenError: another campaign has the key.

    """
    check_key(key)
    campaign_id = uow.new_id()
    revision = await _revision(uow, staff, campaign_id, 1, writing)
    if not await store.insert(uow, campaign_id, key, revision.author):
        raise CampaignKeyTakenError(f"There is a campaign {key} already.", field="key")
    await store.add_revision(uow, revision)
    created = await load(uow, staff, campaign_id)
    new = _said(created.terms) | {"key": key, "sha256": created.sha256}
    await stepped(uow, staff.hand, CampaignStep.CREATE, (None, created), writing.reason, {}, new)
    return shown(staff, created)


async def edit_campaign(
    uow: UnitOfWork, staff: Staff, campaign_id: UUID, writing: Writing, *, based_on: int
) -> Campaign:
    """Write a new revision on top of revision ``based_on``; whatever its review had come to begins again as a draft.

    Raises:
        CampaignMovedError: there is another revision by now.
        (and what ``create_campaign`` raises, and what ``judged`` raises)

    """
    before = await own(uow, staff, campaign_id)
    to = await judged(uow, before, CampaignStep.EDIT, staff.hand, revision=based_on)
    revision = await _revision(uow, staff, campaign_id, before.revision + 1, writing)
    # First the guard: who loses it has not written a revision of the same number, on which the insert would fail.
    if not await store.move(uow, before, to, revision=revision.number):
        raise CampaignMovedError("Somebody else edited or moved this campaign at the same moment.")
    await store.add_revision(uow, revision)
    after = await load(uow, staff, campaign_id)
    old, new = _said(before.terms) | {"sha256": before.sha256}, _said(after.terms) | {"sha256": after.sha256}
    changed = [field for field in new if old[field] != new[field]]
    await stepped(
        uow,
        staff.hand,
        CampaignStep.EDIT,
        (before, after),
        writing.reason,
        {field: old[field] for field in changed},
        {field: new[field] for field in changed},
    )
    return shown(staff, after)


async def campaign(uow: UnitOfWork, staff: Staff, campaign_id: UUID) -> Campaign:
    """Return one campaign with its current revision.

    Raises:
        CampaignNotFoundError: there is none that ``staff`` sees.

    """
    found = await load(uow, staff, campaign_id)
    uow.record(Action.CAMPAIGN_READ, resource=f"campaign:{campaign_id}")
    return shown(staff, found)


async def campaigns(
    uow: UnitOfWork, staff: Staff, *, state: CampaignState | None, after: str | None, limit: int
) -> Page[Campaign]:
    """Return a page of the campaigns that ``staff`` sees, newest first, and the cursor of the next.

    Raises:
        CursorError: a broken cursor.

    """
    scope = None if staff.overseer else staff.scope
    found = await store.campaigns(uow, scope=scope, state=state, after=cursors.read_id(after), limit=limit + 1)
    listed = cursors.page([shown(staff, each) for each in found], limit)
    uow.record(Action.CAMPAIGNS_LISTED, count=len(listed.items))
    return listed


async def transitions(
    uow: UnitOfWork, staff: Staff, campaign_id: UUID, *, after: str | None, limit: int
) -> Page[Transition]:
    """Return a page of the steps of a campaign's life, oldest first, and the cursor of the next.

    Raises:
        CampaignNotFoundError: there is none that ``staff`` sees.
        CursorError: a broken cursor.

    """
    await load(uow, staff, campaign_id)
    found = await campaign_history.transitions(uow, campaign_id, cursors.read_id(after), limit + 1)
    listed = cursors.page(found, limit)
    uow.record(Action.CAMPAIGN_READ, resource=f"campaign:{campaign_id}", count=len(listed.items))
    return listed


async def load(uow: UnitOfWork, staff: Staff, campaign_id: UUID) -> Campaign:
    """Return a campaign that ``staff`` sees.

    Raises:
        CampaignNotFoundError: there is none.

    """
    found = await store.campaign(uow, campaign_id)
    if found is None or not staff.sees(found.scope):
        raise CampaignNotFoundError("There is no such campaign.")
    return found


async def own(uow: UnitOfWork, staff: Staff, campaign_id: UUID) -> Campaign:
    """Return a campaign that ``staff`` may change: of a brand that they work for, or of none if they work for all.

    Raises:
        CampaignNotFoundError: they see none.
        content.OutsideBrandScopeError: they see it, and it belongs to no brand.

    """
    found = await load(uow, staff, campaign_id)
    if not staff.overseer:
        content.require_brand(staff.scope, found.scope)
    return found


async def seen_by(uow: UnitOfWork, staff: Staff, ruleset: RuleSet) -> RuleSet:
    """Return a rule set without the campaigns that ``staff`` does not see, and without what is forbidden them."""
    brands = await store.brands(uow, [part.key for part in ruleset.campaigns])
    scopes = {part.key: Scope.of(part.markets or (EVERYWHERE,), brands.get(part.key)) for part in ruleset.campaigns}
    return narrowed(ruleset, [part for part in ruleset.campaigns if staff.sees(scopes[part.key])])


def shown(staff: Staff, campaign: Campaign) -> Campaign:
    """Return a campaign that says in words what its start does to the past.

    Whoever doesn't oversee campaigns sees of a budget how many tenths are used: looking twice must not tell that
    somebody was paid meanwhile, and how much.
    """
    if campaign.budget and not staff.overseer:
        tenths = min(campaign.budget_used * TENTHS // campaign.budget, TENTHS)
        campaign = msgspec.structs.replace(campaign, budget_used=campaign.budget * tenths // TENTHS)
    return msgspec.structs.replace(campaign, past_says=says(campaign.past)) if campaign.past else campaign


async def _revision(uow: UnitOfWork, staff: Staff, campaign_id: UUID, number: int, writing: Writing) -> Revision:
    check_reason(writing.reason)
    terms = check_terms(writing.terms, people.is_market)
    if not (staff.overseer or staff.scope.reaches(terms.markets)):
        beyond = sorted(set(terms.markets) - staff.scope.markets)
        raise CampaignMarketScopeError("This account is not responsible for all of these markets.", markets=beyond)
    fault = content.brand_fault(terms.lane, terms.brand, narrowed=staff.scope.narrowed)
    if fault is not None:
        raise CampaignTermsError(fault, field="brand")
    if not staff.overseer:
        content.require_brand(staff.scope, Scope.of(terms.markets, terms.brand))
    rules = await read_campaign(writing.text, await base_rules(uow), terms.lane)
    body = canonical(msgspec.to_builtins(Reviewed(terms, rules)))
    assert staff.hand.account is not None  # noqa: S101 - the worker writes no revisions
    return Revision(
        id=uow.new_id(),
        campaign=campaign_id,
        number=number,
        author=staff.hand.account,
        terms=terms,
        text=writing.text,
        body=body,
        sha256=hashlib.sha256(body).digest(),
    )


def _said(terms: Terms) -> dict[str, Any]:
    said: Mapping[str, Any] = msgspec.to_builtins(terms)
    return dict(said)
