"""Previewing a campaign: beside the programme in force, as it would stand in it, against that programme without it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from content.vocabulary import EVERYWHERE, ContentClass
from gamification.campaign_values import Staff
from gamification.rules import load
from gamification.rules.barring import barred
from gamification.rules.campaigns.authoring import WHOLE
from gamification.rules.composing import base_of, compose, keys_of, part_of
from gamification.rules.grammar import CampaignPart, RuleSet
from gamification.rules.law import Law
from gamification.rules.reports import Preview
from gamification.rules.source import Fields, read
from gamification.service import campaigns
from gamification.service.checking import beside_the_loop, read_campaign
from gamification.service.policing import law_of_today
from gamification.service.previewing import PreviewWanted
from gamification.service.publishing import current_rules, rules_of
from gamification.service.valuing import Values
from gamification.store import rule_sets
from gamification.store.campaigns import budgets_in_force
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

DRAFT: Final = "draft-that-is-previewed"
"""The key of a campaign that nobody has made yet."""


async def wanted_of(uow: UnitOfWork, staff: Staff, campaign_id: UUID, since: datetime | None) -> PreviewWanted:
    """Return what previewing the current revision of a campaign means, for the people whom ``staff`` may count.

    Raises:
        CampaignNotFoundError: there is none that ``staff`` sees.
        RuleSetError: its rules don't fit the programme in force any more.
        RulesMissingError: there is no programme yet.

    """
    found = await campaigns.load(uow, staff, campaign_id)
    _, running = await current_rules(uow)
    rules = await read_campaign(found.rules, base_of(running), found.lane)
    markets = None if staff.overseer or EVERYWHERE in staff.scope.markets else staff.scope.markets
    part = part_of(found.key, found.revision, found.terms, rules)
    law = await law_of_today(uow)
    wanted = beside(running, part, law, uow.now, since, markets)
    in_force = await budgets_in_force(uow)
    own = {} if found.budget is None else {found.key: found.budget}
    others = {key: units for key, units in in_force.items() if key != found.key}
    hidden = await _hidden(uow, staff, running)
    return msgspec.structs.replace(wanted, allowances=others | own, running_allowances=in_force, hidden=hidden)


async def wanted_of_text(
    uow: UnitOfWork, text: str, lane: ContentClass, markets: Sequence[str], since: datetime | None
) -> PreviewWanted:
    """Return what previewing a text means: a whole programme if it has levels, otherwise a new campaign's rules.

    Raises:
        RuleSetError: it names every line and field that is wrong.
        RulesMissingError: there is no programme yet that a campaign could stand beside.

    """
    newest = await rule_sets.newest_version(uow)
    running = await rules_of(uow, newest) if newest is not None else None
    tree = await beside_the_loop(read, text, [])
    if isinstance(tree, Fields) and WHOLE & set(tree.fields):
        whole = barred(await beside_the_loop(load, text), await law_of_today(uow))
        return PreviewWanted(ruleset=whole, running=running, since=since)
    _, running = await current_rules(uow)
    rules = await read_campaign(text, base_of(running), lane)
    part = CampaignPart(key=DRAFT, revision=1, rules=rules, lane=lane, markets=tuple(markets) or None)
    law = await law_of_today(uow)
    wanted = beside(running, part, law, uow.now, since, None)
    in_force = await budgets_in_force(uow)
    return msgspec.structs.replace(wanted, allowances=in_force, running_allowances=in_force)


async def _hidden(uow: UnitOfWork, staff: Staff, running: RuleSet) -> frozenset[str]:
    """Return the keys of the running campaigns that ``staff`` does not see, and of their rules."""
    seen = {part.key for part in (await campaigns.seen_by(uow, staff, running)).campaigns}
    unseen = [part for part in running.campaigns if part.key not in seen]
    rules = [each for part in unseen for each in (part.rules, *(earlier.rules for earlier in part.earlier))]
    return frozenset(part.key for part in unseen) | {key for each in rules for key, _ in keys_of(each)}


def beside(
    running: RuleSet,
    part: CampaignPart,
    law: Law,
    now: datetime,
    since: datetime | None,
    markets: frozenset[str] | None,
) -> PreviewWanted:
    """Return the preview of ``running`` with ``part`` in the place of an earlier revision, against ``running``.

    History has nothing to say of a window that hasn't opened: such a campaign is taken as open all the time.
    """
    if part.opens is not None and part.opens > now:
        part = msgspec.structs.replace(part, opens=None, closes=None)
    others = [each for each in running.campaigns if each.key != part.key]
    ruleset = barred(compose(running, [*others, part]), law)
    values = Values(tuple(law.currencies.values()), law.packs)
    return PreviewWanted(ruleset=ruleset, running=running, since=since, markets=markets, values=values)


def record_preview(uow: UnitOfWork, found: Preview, resource: str) -> None:
    """Leave the audit entry of a preview: how many people were counted, and never which."""
    uow.record(Action.CAMPAIGN_PREVIEWED, resource=resource, count=found.people, activities=found.effort.activities)
