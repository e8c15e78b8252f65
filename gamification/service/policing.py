"""Asking the policy packs about campaigns: before one runs, and again when what they say changes."""

from collections.abc import Sequence
from typing import Final

import msgspec

from gamification.campaign_values import Campaign
from gamification.errors import CampaignRefusedByPolicyError
from gamification.policy_packs import packs_in_force
from gamification.rules.campaigns.policing import Country, facts_of, refusals
from gamification.rules.grammar import Parts
from gamification.rules.law import Law
from gamification.rules.policy import Packs
from gamification.service.currencies import approved_currencies
from kernel.unit_of_work import UnitOfWork

_MOST: Final = 440
"""Letters of refusals in a reason, which has 500."""


async def law_of_today(uow: UnitOfWork, packs: Packs | None = None) -> Law:
    """Return what decides about awards today (UTC): ``packs``, those that come with Laurel unless given."""
    return Law(packs or packs_in_force(), uow.now.date(), await approved_currencies(uow))


def country_refusals(campaign: Campaign, rules: Parts, law: Law) -> list[Country]:
    """Return every no of every country to the current revision of a campaign."""
    facts = facts_of(campaign.terms, rules, law)
    return refusals(campaign.terms, facts, law)


def refuse_by_policy(campaign: Campaign, rules: Parts, law: Law) -> None:
    """Let a campaign go on only if every country of it allows it.

    Raises:
        CampaignRefusedByPolicyError: a country says no; it lists every refusal.

    """
    found = country_refusals(campaign, rules, law)
    if found:
        sentences = "; ".join(f"{each.country}: {each.refusal.rule} {each.refusal.detail}" for each in found)
        raise CampaignRefusedByPolicyError(f"Policy says no. {sentences}.", refusals=plain(found))


def plain(found: Sequence[Country]) -> list[dict[str, object]]:
    """Return refusals as they are kept and shown: country, pack, version, code, rule, sentence and source."""
    return [
        {"country": each.country, "pack": each.pack, "version": each.version, **msgspec.to_builtins(each.refusal)}
        for each in found
    ]


def spoken(found: Sequence[Country]) -> str:
    """Return refusals as a reason of a step: the codes by country, as many as fit."""
    codes = [f"{each.country} {each.refusal.code} ({each.refusal.rule}, {each.pack}/{each.version})" for each in found]
    said = "; ".join(codes)
    return f"Policy says no. {said}" if len(said) < _MOST else f"Policy says no. {said[:_MOST]} and more"
