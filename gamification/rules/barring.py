"""What policy packs forbid the points rules of a programme: found when it is composed, not at each activity.

A pack decides about a rule, the lane of the content and the country of the person. All three are known beforehand, so
the answers are part of the version: an award asks by looking them up, and a replay gets the answers of its time.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from content.vocabulary import ContentClass
from gamification.rules.campaigns.policing import described
from gamification.rules.composing import KINDS, compose, keys_of
from gamification.rules.grammar import Bar, CampaignPart, Parts, PointsRule, RuleSet
from gamification.rules.law import Law
from gamification.rules.parts import parts_of
from gamification.rules.policy import (
    Approval,
    AwardFacts,
    Person,
    Reason,
    Reward,
    award_refusals,
    pack_for,
)

ELSEWHERE: Final = "*"
"""Stands for every country that no pack is about."""

_APPROVED: Final = Approval(id="recorded", version=1, expires_on=None, countries=frozenset({"*"}))
"""What is not approved is not recorded, and never scored; so whatever an award is about is approved."""


def barred(programme: RuleSet, law: Law) -> RuleSet:
    """Return a programme with everything that ``law`` forbids its points rules, whatever it had before.

    Nothing is known of any person's profession or licence, and what nobody knows is never a yes.
    """
    return msgspec.structs.replace(programme, bars=tuple(_bars(programme, law)))


def backfilled(programme: RuleSet, part: CampaignPart, law: Law) -> RuleSet | None:
    """Return the programme that activities recorded under ``programme`` are scored by once ``part`` is backfilled.

    What an earlier revision of the campaign pays there it goes on paying (nothing earned is ever taken back by an
    edit), so only rules with new keys are added, with what ``law`` forbids them; None where there are none.
    """
    holders: list[Parts | RuleSet] = [programme, *(each.rules for each in programme.campaigns)]
    known = {key for holder in holders for key, _ in keys_of(holder)}
    fresh = {kind: tuple(rule for rule in getattr(part.rules, kind) if rule.key not in known) for kind in KINDS}
    if not any(fresh.values()):
        return None
    added = msgspec.structs.replace(part, rules=Parts(**fresh))
    whole = compose(programme, [*programme.campaigns, added])
    new = tuple(bar for bar in barred(whole, law).bars if bar.rule not in known)
    return msgspec.structs.replace(whole, bars=(*programme.bars, *new))


def reasons(programme: RuleSet, rule: str, lane: ContentClass | None, market: str) -> tuple[str, ...]:
    """Return the codes for which a rule pays nothing in ``market`` for content of ``lane``; None: for any content.

    Empty where it may pay.
    """
    found = [bar for bar in programme.bars if bar.rule == rule and holds(bar, market) and lane in {None, bar.lane}]
    return tuple(sorted({code for bar in found for code in bar.reasons}))


def holds(bar: Bar, market: str) -> bool:
    """Tell whether a bar is about a country."""
    return (market in bar.markets) is not bar.elsewhere


def lanes_of(rule: PointsRule, campaign: CampaignPart | None) -> tuple[ContentClass, ...]:
    """Return the lanes of content for which a rule can pay."""
    if campaign is not None:
        return (campaign.lane,)
    return tuple(each for each in ContentClass if rule.when.classes is None or each in rule.when.classes)


def _bars(programme: RuleSet, law: Law) -> Iterator[Bar]:
    for parts, campaign in parts_of(programme):
        judged: Iterable[Parts] = (parts, *(each.rules for each in campaign.earlier)) if campaign else (parts,)
        found: dict[tuple[str, ContentClass], dict[str, set[str]]] = {}
        for rule in (rule for each in judged for rule in each.points):
            for lane in lanes_of(rule, campaign):
                _add(found.setdefault((rule.key, lane), {}), _refused(rule, lane, law))
        for (key, lane), refused in found.items():
            if refused:
                yield _bar(key, lane, refused, law.packs.countries())


def _refused(rule: PointsRule, lane: ContentClass, law: Law) -> dict[str, set[str]]:
    """Return the codes by country, for those that refuse."""
    countries = (*law.packs.countries(), ELSEWHERE)
    currency = law.currency(rule.currency)
    if currency is None:
        return {country: {Reason.CURRENCY_UNKNOWN.value} for country in countries}
    said = described("points", rule, lane)
    found: dict[str, set[str]] = {}
    for country in countries:
        facts = AwardFacts(
            on=law.on,
            reward=Reward(kind="points"),
            currency=currency,
            person=Person(),
            lane=lane,
            behaviours=said.behaviours,
            promotional_view_cap=said.promotional_view_cap,
            approval=_APPROVED,
        )
        codes = {each.code for each in award_refusals(pack_for(law.packs, country, law.on), facts)}
        if codes:
            found[country] = codes
    return found


def _add(mine: dict[str, set[str]], theirs: Mapping[str, set[str]]) -> None:
    for country, codes in theirs.items():
        mine.setdefault(country, set()).update(codes)


def _bar(key: str, lane: ContentClass, refused: Mapping[str, set[str]], known: Iterable[str]) -> Bar:
    elsewhere = ELSEWHERE in refused
    return Bar(
        rule=key,
        lane=lane,
        reasons=tuple(sorted(set().union(*refused.values()))),
        markets=tuple(country for country in known if (country in refused) is not elsewhere),
        elsewhere=elsewhere,
    )
