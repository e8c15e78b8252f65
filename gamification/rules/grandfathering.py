"""Who keeps being judged by an earlier revision of a campaign, and what the rules are for them.

Somebody has begun under a revision who did something that one of its rules asks for, or earned something of it, and had
it recorded while that revision ran. That is a set of revisions by campaign, kept in the person's state: it is found
from the activities alone, so it doesn't depend on the order in which they arrive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import msgspec

from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules.composing import keys_of
from gamification.rules.conditions import Check, Sort, check_of, reaches, sort_of, touches
from gamification.rules.earnings import Award
from gamification.rules.grammar import CampaignPart, Earlier, Parts, RuleSet, When
from gamification.rules.watching import conditions_of, watchers_of
from gamification.vocabulary import CampaignPast

Begun: TypeAlias = Mapping[str, tuple[int, ...]]
"""The revisions under which a person has begun, by campaign."""


class Started(NamedTuple):
    """A revision that has run, and what its start did to the past."""

    revision: int
    past: CampaignPast
    rules: Parts


def kept(started: Iterable[Started], current: int) -> tuple[Earlier, ...]:
    """Return the revisions by which somebody may still be judged while ``current`` runs; ``started`` in their order.

    Each start that grandfathers adds the revision before it. Any other start judges everybody anew.
    """
    found: list[Earlier] = []
    for each in started:
        if each.past is not CampaignPast.GRANDFATHER:
            found.clear()
        found.append(Earlier(revision=each.revision, rules=each.rules))
    return tuple(each for each in found if each.revision != current)


def judged_by(ruleset: RuleSet, begun: Begun) -> RuleSet:
    """Return the rules as they are for whoever has ``begun``: of each campaign the oldest revision that holds for them.

    Its rules alone are taken over. Lane, markets, window and budget are those of today for everybody.
    """
    if not any(part.earlier for part in ruleset.campaigns):
        return ruleset
    chosen = tuple((part.key, _oldest(part, begun.get(part.key, ()))) for part in ruleset.campaigns)
    return _judged_by(ruleset, chosen)


def every_meaning(ruleset: RuleSet) -> Iterator[RuleSet]:
    """Yield the rules as they are for those who began under each revision, whoever they are."""
    yield ruleset
    for part in ruleset.campaigns:
        for each in part.earlier:
            yield judged_by(ruleset, {part.key: (each.revision,)})


def begun_by(before: Begun, steps: Sequence[tuple[RuleSet, Activity]]) -> dict[str, tuple[int, ...]]:
    """Return ``before`` with the revisions that ``steps`` were recorded under and have something that counts for."""
    found = dict(before)
    ruleset: RuleSet | None = None
    missing: list[tuple[CampaignPart, frozenset[Verb]]] = []
    for given, activity in steps:
        if given is not ruleset:
            ruleset = given
            missing = [(part, _verbs(part)) for part in given.campaigns if part.revision not in found.get(part.key, ())]
        for each in missing[:]:
            part, verbs = each
            if activity.verb in verbs and _asks_for(part, activity):
                note(found, part.key, part.revision)
                missing.remove(each)
    return found


def earned(begun: dict[str, tuple[int, ...]], ruleset: RuleSet, awards: Iterable[Award]) -> bool:
    """Note the revisions of ``ruleset`` that made ``awards``; return whether one of them is new."""
    before = dict(begun)
    for award in awards:
        for part in ruleset.campaigns if award.terms.campaign is not None else ():
            if part.key == award.terms.campaign and award.key.rule in _keys(part):
                note(begun, part.key, part.revision)
    return begun != before


def note(begun: dict[str, tuple[int, ...]], campaign: str, revision: int) -> None:
    """Note that somebody has begun under a revision."""
    begun[campaign] = tuple(sorted({*begun.get(campaign, ()), revision}))


def _oldest(part: CampaignPart, begun: Sequence[int]) -> int:
    return next((each.revision for each in part.earlier if each.revision in begun), part.revision)


@lru_cache(maxsize=256)
def _judged_by(ruleset: RuleSet, chosen: tuple[tuple[str, int], ...]) -> RuleSet:
    parts = tuple(_meant(part, revision) for part, (_, revision) in zip(ruleset.campaigns, chosen, strict=True))
    return ruleset if parts == ruleset.campaigns else msgspec.structs.replace(ruleset, campaigns=parts)


def _meant(part: CampaignPart, revision: int) -> CampaignPart:
    for each in part.earlier:
        if each.revision == revision:
            return msgspec.structs.replace(part, revision=revision, rules=each.rules, earlier=())
    return part


def _asks_for(part: CampaignPart, activity: Activity) -> bool:
    """Tell whether a rule, streak, quest or badge of a campaign asks for an activity."""
    sort = sort_of(activity)
    return any(check is None or check(activity) for check in _checks(part, sort))


@lru_cache(maxsize=256)
def _keys(part: CampaignPart) -> frozenset[str]:
    return frozenset(key for key, _ in keys_of(part.rules))


@lru_cache(maxsize=256)
def _verbs(part: CampaignPart) -> frozenset[Verb]:
    """Return the verbs that a campaign asks for: a quick look that spares most activities the whole one."""
    return frozenset(verb for when in selectors_of(part.rules) for verb in when.verbs)


@lru_cache(maxsize=10_000)
def _checks(part: CampaignPart, sort: Sort) -> tuple[Check | None, ...]:
    if not reaches(part, sort):
        return ()
    return tuple(check_of(when, part) for when in selectors_of(part.rules) if touches(when, sort))


def selectors_of(rules: Parts) -> Iterator[When]:
    """Yield everything that the rules of a campaign look for in activities."""
    yield from (rule.when for rule in rules.points)
    yield from (streak.when for streak in rules.streaks)
    yield from (step.when for quest in rules.quests for step in quest.steps)
    yield from (goal.when for goal in rules.community_quests)
    for badge in rules.badges:
        counted = badge.threshold.activities if badge.threshold is not None else None
        yield from (when for when in (badge.when, counted) if when is not None)
    for needs in (*(rule.needs for rule in rules.points), *(badge.needs for badge in rules.badges)):
        for watcher in watchers_of(conditions_of("", needs, None, lasting=False)):
            yield from watcher.selectors
