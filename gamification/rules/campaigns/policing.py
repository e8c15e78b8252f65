"""What a campaign looks like to the policy packs, and what they say in each of its countries."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import msgspec

from content.vocabulary import EVERYWHERE, ContentClass, ContentKind
from engagement.vocabulary import Channel
from gamification.rules.campaigns.lanes import WANTED
from gamification.rules.campaigns.terms import Terms
from gamification.rules.composing import KINDS
from gamification.rules.grammar import Parts, RuleSet
from gamification.rules.law import Law
from gamification.rules.meaning import Fault
from gamification.rules.policy import (
    Behaviour,
    Packs,
    PublishFacts,
    QuizPlace,
    Refusal,
    Rule,
    pack_for,
    publish_refusals,
)
from gamification.vocabulary import RECOGNITION

_QUIZ: Final = frozenset({"answered", "passed", "failed"})
"""Verbs of whoever answers questions."""

_NAMED: Final = {
    "adverse-event": Behaviour.ADVERSE_EVENT_REPORT,
    "forwarded-promotion": Behaviour.PROMOTION_FORWARDED,
    "product-review": Behaviour.TESTIMONIAL_GIVEN,
    "speaker-programme": Behaviour.SPEAKER_PROGRAMME_ATTENDED,
    "testimonial": Behaviour.TESTIMONIAL_GIVEN,
}
"""What content is tagged with that is about something which nobody is rewarded for."""

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


def facts_of(terms: Terms, rules: Parts, law: Law) -> PublishFacts:
    """Describe the rules of a campaign as they would go live on the day of ``law``."""
    chosen = [(kind, rule) for kind in KINDS for rule in getattr(rules, kind)]
    currencies = {str(getattr(rule, "currency", RECOGNITION)) for _, rule in chosen}
    return PublishFacts(
        rules=tuple(described(kind, rule, terms.lane) for kind, rule in chosen),
        currencies=tuple(found for each in sorted(currencies) if (found := law.currency(each)) is not None),
    )


def refusals(terms: Terms, facts: PublishFacts, law: Law) -> list[Country]:
    """Return every no of every country of ``terms``.

    A campaign that is everywhere is judged by each pack there is, and by the one for countries that nobody knows.
    """
    countries = judges(law.packs) if terms.markets == (EVERYWHERE,) else terms.markets
    packs = [(country, pack_for(law.packs, country, law.on)) for country in countries]
    return [
        Country(country, pack.code, pack.version, refusal)
        for country, pack in packs
        for refusal in publish_refusals(pack, facts)
    ]


def judges(packs: Packs) -> list[str]:
    """Return the countries that judge what is everywhere: each that a pack is about, and one that nobody knows."""
    return [*packs.countries(), EVERYWHERE]


def programme_faults(rules: RuleSet, law: Law) -> Iterator[Fault]:
    """Yield every rule of a programme that a country says no to for what it names, by any of ``judges``.

    What a rule doesn't name is judged where it is scored: by lane, country and person (``barring``). So is the
    value of a currency, which the programme pays where it may.
    """
    packs = [(country, pack_for(law.packs, country, law.on)) for country in judges(law.packs)]
    for kind in KINDS:
        for index, rule in enumerate(getattr(rules, kind)):
            said = msgspec.structs.replace(described(kind, rule, None), currency=RECOGNITION)
            found: dict[tuple[str, str], list[str]] = {}
            for country, pack in packs:
                for each in publish_refusals(pack, PublishFacts(rules=(said,), by_marketer=False)):
                    found.setdefault((each.code, each.detail), []).append(f"{country} {each.rule}")
            for (code, detail), where in found.items():
                yield (kind, index), detail, f"change what it counts: {code} ({', '.join(where)})"


def described(kind: str, rule: Any, lane: ContentClass | None) -> Rule:
    """Describe a rule of a kind (a field of ``Parts``) as policy looks at it, for content of ``lane``.

    Without a lane it is described by those that it names.
    """
    plain = msgspec.to_builtins(rule)
    lanes = {ContentClass(each) for each in _under(plain, {"classes"})} | ({lane} if lane else set())
    promotes = ContentClass.PROMOTIONAL in ({lane} if lane else lanes)
    caps = [cap["limit"] for cap in plain.get("caps", ())]
    caps += [plain["most_each"]] if plain.get("most_each") else []
    return Rule(
        key=plain["key"],
        lanes=frozenset(lanes),
        behaviours=frozenset(_behaviours(kind, plain, promotes=promotes)),
        promotional_view_cap=min(caps, default=None),
        quest=kind in {"quests", "community_quests"},
        quiz=_quiz_of(plain),
        currency=plain.get("currency", RECOGNITION),
    )


def _behaviours(kind: str, plain: Mapping[str, Any], *, promotes: bool) -> Iterator[Behaviour]:
    """Yield what a rule rewards of all that the law looks at (C18)."""
    if promotes and kind in {"points", "community_quests"} and not _TAKING_IN.isdisjoint(_under(plain, {"verbs"})):
        yield Behaviour.PROMOTION_VIEWED
    if any(_looks_at_answers(each) for each in _structures(plain)):
        yield Behaviour.SURVEY_ANSWERED
    for tag in _under(plain, WANTED):
        if tag in _NAMED:
            yield _NAMED[tag]


def _quiz_of(plain: Mapping[str, Any]) -> QuizPlace | None:
    """Return where the quiz is held whose answers a rule counts: at an event, what is no webinar is no session (C8)."""
    places = set()
    for each in _structures(plain):
        if not _QUIZ.isdisjoint(each.get("verbs", ())):
            session = set(each.get("kinds") or ()) == {ContentKind.WEBINAR}
            at_event = QuizPlace.IN_SESSION if session else QuizPlace.BESIDE_SESSION
            places.add(at_event if Channel.EVENT in (each.get("channels") or ()) else QuizPlace.COURSE)
    return max(places, key=list(QuizPlace).index, default=None)


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
