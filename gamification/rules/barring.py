"""What policy packs forbid the rules of a programme that give points: found when it is composed, not at each activity.

A pack decides about a rule, the lane of the content and the country of the person. All three are known beforehand, so
the answers are part of the version: an award asks by looking them up, and a replay gets the answers of its time.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import msgspec

from content.vocabulary import ContentClass
from gamification.rules.campaigns.policing import described
from gamification.rules.composing import KINDS, compose, keys_of
from gamification.rules.grammar import Bar, CampaignPart, Parts, RuleSet
from gamification.rules.law import Law
from gamification.rules.parts import Paying, parts_of, paying_rules, selectors
from gamification.rules.policy import (
    AwardFacts,
    Person,
    Reason,
    Rule,
    award_refusals,
    pack_for,
)

ELSEWHERE: Final = "*"
"""Stands for every country that no pack is about."""

ANYBODY: Final = Person()
FULLY_KNOWN: Final = Person(
    verified=True, licence_active=True, profession="physician", public_employee=False, covered_recipient=True
)
"""Somebody to whom no pack refuses anything for what they are."""


def barred(programme: RuleSet, law: Law) -> RuleSet:
    """Return a programme with everything that ``law`` forbids its points rules, whatever it had before.

    Nothing is known of any person here. So a bar that would not be about somebody whose licence and legal class are
    known says ``unless_eligible``: each activity says whether its person was, and what nobody knew is never a yes.
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


def reasons(
    programme: RuleSet, rule: str, lane: ContentClass | None, market: str, *, eligible: bool = False
) -> tuple[str, ...]:
    """Return the codes for which a rule pays nothing in ``market`` for content of ``lane``; None: for any content.

    Empty where it may pay. ``eligible``: for whoever may be given something with a value.
    """
    about = [bar for bar in programme.bars if bar.rule == rule and lane in {None, bar.lane}]
    return tuple(sorted({code for bar in about if holds(bar, market, eligible=eligible) for code in bar.reasons}))


def holds(bar: Bar, market: str, *, eligible: bool) -> bool:
    """Tell whether a bar is about a country, and about people who are ``eligible`` for value or are not."""
    return (market in bar.markets) is not bar.elsewhere and not (eligible and bar.unless_eligible)


def by_rule_and_lane(bars: Iterable[Bar]) -> Mapping[tuple[str, ContentClass], tuple[Bar, ...]]:
    """Return bars by what they are about."""
    found: dict[tuple[str, ContentClass], tuple[Bar, ...]] = {}
    for bar in bars:
        found[bar.rule, bar.lane] = (*found.get((bar.rule, bar.lane), ()), bar)
    return found


def lanes_of(rule: Paying, campaign: CampaignPart | None) -> tuple[ContentClass, ...]:
    """Return the lanes of content for which a rule can pay."""
    if campaign is not None:
        return (campaign.lane,)
    whens = selectors(rule)
    return tuple(lane for lane in ContentClass if any(when.classes is None or lane in when.classes for when in whens))


def _bars(programme: RuleSet, law: Law) -> Iterator[Bar]:
    for parts, campaign in parts_of(programme):
        judged: Iterable[Parts] = (parts, *(each.rules for each in campaign.earlier)) if campaign else (parts,)
        found: dict[tuple[str, ContentClass], list[tuple[str, Paying]]] = {}
        for kind, rule in chain.from_iterable(map(paying_rules, judged)):
            for lane in lanes_of(rule, campaign):
                found.setdefault((rule.key, lane), []).append((kind, rule))
        for (key, lane), rules in found.items():
            always = _refused(rules, lane, law, FULLY_KNOWN)
            if always:
                yield _bar(key, lane, always, law.packs.countries(), unless_eligible=False)
            unless = _refused(rules, lane, law, ANYBODY)
            if unless.keys() - always.keys():
                yield _bar(key, lane, unless, law.packs.countries(), unless_eligible=True)


def _refused(rules: Iterable[tuple[str, Paying]], lane: ContentClass, law: Law, person: Person) -> dict[str, set[str]]:
    """Return the codes by country, for those that refuse one of ``rules`` to somebody."""
    found: dict[str, set[str]] = {}
    for kind, rule in rules:
        for country in (*law.packs.countries(), ELSEWHERE):
            codes = _codes(described(kind, rule, lane), lane, law, country, person)
            if codes:
                found.setdefault(country, set()).update(codes)
    return found


def _codes(said: Rule, lane: ContentClass, law: Law, country: str, person: Person) -> set[str]:
    currency = law.currency(said.currency)
    if currency is None:
        return {Reason.CURRENCY_UNKNOWN.value}
    known = msgspec.structs.asdict(said) | {"lanes": frozenset({lane})}
    facts = AwardFacts(**known, paid=currency, person=person)
    return {each.code for each in award_refusals(pack_for(law.packs, country, law.on), facts)}


def _bar(
    key: str, lane: ContentClass, refused: Mapping[str, set[str]], known: Iterable[str], *, unless_eligible: bool
) -> Bar:
    elsewhere = ELSEWHERE in refused
    return Bar(
        rule=key,
        lane=lane,
        reasons=tuple(sorted(set().union(*refused.values()))),
        markets=tuple(country for country in known if (country in refused) is not elsewhere),
        elsewhere=elsewhere,
        unless_eligible=unless_eligible,
    )
