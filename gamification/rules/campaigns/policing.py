"""What a campaign looks like to the policy packs, and what they say in each of its countries."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import msgspec

from content.vocabulary import EVERYWHERE, ContentClass
from gamification.rules.campaigns.terms import Terms
from gamification.rules.composing import KINDS
from gamification.rules.grammar import Parts, RuleSet
from gamification.rules.law import Law
from gamification.rules.meaning import Fault
from gamification.rules.policy import (
    Approval,
    Behaviour,
    PublishFacts,
    Refusal,
    Reward,
    Rule,
    pack_for,
    publish_refusals,
)
from gamification.vocabulary import RECOGNITION

_SIGNALS: Final = frozenset({"verbs", "kinds", "channels"})
_TAGS: Final = frozenset({"any", "all", "none"})
_TAKING_IN: Final = frozenset({"viewed", "listened"})
"""Verbs of whoever looks at, or hears, an item: where it is promotion, that is a view of promotion (C18)."""

_ANSWER: Final = frozenset({"score", "success", "progress"})
"""What a rating says. A rule that looks at it pays for the answer and not for taking part (C18)."""


class Country(msgspec.Struct, frozen=True):
    """What a country says no to, by the pack that holds there."""

    country: str
    pack: str
    version: int
    refusal: Refusal


def facts_of(key: str, revision: int, terms: Terms, rules: Parts, law: Law) -> PublishFacts:
    """Describe a revision as it would go live on the day of ``law`` with the approval that is asked for."""
    approval = Approval(id=key, version=revision, expires_on=None, countries=frozenset(terms.markets))
    chosen = [(kind, rule) for kind in KINDS for rule in getattr(rules, kind)]
    currencies = {str(getattr(rule, "currency", RECOGNITION)) for _, rule in chosen}
    return PublishFacts(
        on=law.on,
        rules=tuple(described(kind, rule, terms.lane) for kind, rule in chosen),
        rewards=tuple(Reward(kind="badge", approval=approval) for _ in rules.badges[:1]),
        currencies=tuple(found for each in sorted(currencies) if (found := law.currency(each)) is not None),
        approval=approval,
    )


def refusals(terms: Terms, facts: PublishFacts, law: Law) -> list[Country]:
    """Return every no of every country of ``terms``.

    A campaign that is everywhere is judged by each pack there is, and by the one for countries that nobody knows.
    """
    countries = [*law.packs.countries(), EVERYWHERE] if terms.markets == (EVERYWHERE,) else terms.markets
    packs = [(country, pack_for(law.packs, country, law.on)) for country in countries]
    return [
        Country(country, pack.code, pack.version, refusal)
        for country, pack in packs
        for refusal in publish_refusals(pack, facts)
    ]


def described(kind: str, rule: Any, lane: ContentClass) -> Rule:
    """Describe a rule of a kind (a field of ``Parts``) as policy looks at it, for content of ``lane``."""
    plain = msgspec.to_builtins(rule)
    named = {ContentClass(each) for each in _under(plain, {"classes"})}
    viewing = lane is ContentClass.PROMOTIONAL and not _TAKING_IN.isdisjoint(_under(plain, {"verbs"}))
    caps = [cap["limit"] for cap in plain.get("caps", ())]
    behaviours = {Behaviour.PROMOTION_VIEWED} if viewing and kind == "points" else set()
    if any(_looks_at_answers(each) for each in _structures(plain)):
        behaviours.add(Behaviour.SURVEY_ANSWERED)
    return Rule(
        key=plain["key"],
        reads=frozenset(_under(plain, _SIGNALS | _TAGS)),
        lanes=frozenset({lane} | named),
        behaviours=frozenset(behaviours),
        promotional_view_cap=min(caps, default=None),
        quest=kind == "quests",
        currency=plain.get("currency", RECOGNITION),
    )


def paid_answers(rules: Parts | RuleSet) -> Iterator[Fault]:
    """Yield every rule that rewards what a rating says: of a programme's own rules no country is asked beforehand."""
    for kind in KINDS:
        for index, rule in enumerate(getattr(rules, kind)):
            if any(_looks_at_answers(each) for each in _structures(msgspec.to_builtins(rule))):
                remedy = "look at the verb alone: taking part may be rewarded, the answer never (C18)"
                yield (kind, index), "depends on what a rating says", remedy


def _looks_at_answers(plain: Mapping[str, Any]) -> bool:
    """Tell whether a selector of ratings, or a sum over them, depends on what the ratings say."""
    if plain.get("is") == "sum":
        return plain["of"] in _ANSWER and "rated" in plain["when"]["verbs"]
    return "rated" in plain.get("verbs", ()) and not _ANSWER.isdisjoint(plain)


def _under(plain: Any, names: Iterable[str]) -> Iterator[str]:
    """Yield every text that stands in a list under one of these names, at any depth."""
    for each in _structures(plain):
        lists = (value for name, value in each.items() if name in names and isinstance(value, list | tuple))
        yield from (item for item in chain.from_iterable(lists) if isinstance(item, str))


def _structures(plain: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every structure at any depth."""
    if isinstance(plain, dict):
        yield plain
        plain = plain.values()
    elif not isinstance(plain, list | tuple):
        return
    for each in plain:
        yield from _structures(each)
