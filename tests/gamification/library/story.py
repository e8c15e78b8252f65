"""Small stories about the example rules: what somebody does, and what they have earned in the end.

A file of the library holds the rules of one campaign. A story runs them beside the standing programme and looks at
nothing but what the file's own rules gave.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules import EMPTY, RuleSet, fold, load, load_parts
from gamification.rules.grammar import CampaignPart, Parts
from gamification.rules.parts import parts_of
from gamification.values import Award, Effects
from gamification.vocabulary import AwardKind
from people.vocabulary import PersonId

LIBRARY = Path(__file__).parents[3] / "samples" / "rules" / "library"
STANDING = "standing-programme"
MONDAY = date(2026, 3, 2)
"""Day 0 of every story; the month ends on day 29, the quarter too."""

MODULE, PODCAST, WEBINAR = ContentKind.EDUCATION_MODULE, ContentKind.PODCAST, ContentKind.WEBINAR


class Deed(NamedTuple):
    """Something somebody does on a day of the story, with an item that has this name."""

    verb: Verb
    kind: ContentKind
    item: str
    day: int
    fields: dict[str, Any]


class Story(NamedTuple):
    """What somebody does, and what the rules of ``file`` give for it: points by key, badges, longest streaks.

    ``reached`` are community quests of which everybody together has reached the target.
    """

    file: str
    says: str
    deeds: Sequence[Deed]
    pays: Mapping[str, int] = {}
    badges: Sequence[str] = ()
    streaks: Mapping[str, int] = {}
    campaign: Mapping[str, Any] = {}
    reached: Sequence[str] = ()

    @property
    def title(self) -> str:
        return f"{self.file}: {self.says}"


class Ending(NamedTuple):
    """What the rules of the file gave, by what was awarded and by what the person was shown."""

    pays: dict[str, int]
    badges: list[str]
    streaks: dict[str, int]
    awards: list[Award]
    shown: dict[str, int]
    shown_badges: list[str]


def attended(item: str = "webinar", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.ATTENDED, WEBINAR, item, day, *tags, **fields)


def registered(item: str = "webinar", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.REGISTERED, WEBINAR, item, day, *tags, **fields)


def heard(item: str = "podcast", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.LISTENED, PODCAST, item, day, *tags, **fields)


def read(item: str = "module", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.VIEWED, MODULE, item, day, *tags, **fields)


def completed(item: str = "module", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.COMPLETED, MODULE, item, day, *tags, completion=True, **fields)


def passed(item: str = "module", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.PASSED, MODULE, item, day, *tags, success=True, **fields)


def failed(item: str = "module", day: int = 0, *tags: str, **fields: Any) -> Deed:
    return did(Verb.FAILED, MODULE, item, day, *tags, success=False, **fields)


def did(verb: Verb, kind: ContentKind, item: str, day: int, *tags: str, **fields: Any) -> Deed:
    """Any deed; ``minutes`` says how long it took, other fields are those of an activity."""
    if "minutes" in fields:
        fields["duration_seconds"] = fields.pop("minutes") * 60.0
    return Deed(verb, kind, item, day, {"tags": frozenset(tags), **fields})


def played(story: Story) -> Ending:
    """Run a story from the beginning."""
    rules, ruleset = rules_of(story.file), ruleset_of(story)
    folded = fold(EMPTY, [(ruleset, activity) for activity in activities(story.deeds)], reached=story.reached)
    badges = {badge.key for badge in rules.badges}
    own = badges | {rule.key for rule in rules.points} | {quest.key for quest in rules.quests}
    own |= {goal.key for goal in rules.community_quests}
    awards = [award for award in folded.awards if award.key.rule in own]
    pays: Counter[str] = Counter()
    for award in awards:
        if award.key.rule not in badges and award.kind is not AwardKind.CONTRIBUTION:
            pays[award.key.rule] += award.points
    held = [key for key in folded.state.badges if key in badges]
    streaks = {streak.key for streak in rules.streaks}
    longest = {key: kept.longest for key, kept in folded.state.streaks.items() if key in streaks}
    shown = {key: points for key, points in points_shown(folded.effects).items() if key in own}
    named = [badge.key for effects in folded.effects for badge in effects.badges if badge.key in own]
    return Ending(dict(pays), held, longest, awards, shown, named)


def points_shown(effects: Sequence[Effects]) -> dict[str, int]:
    """The points that a person was told of, by the key of what gave them; steps of a quest that pay nothing aren't."""
    shown: Counter[str] = Counter()
    for each in effects:
        for points in each.points:
            shown[points.rule] += points.points
        for quest in each.quests:
            if quest.points:
                shown[quest.key] += quest.points
    return dict(shown)


@cache
def standing() -> RuleSet:
    return load((LIBRARY / f"{STANDING}.yaml").read_text())


@cache
def rules_of(file: str) -> Parts:
    if file == STANDING:
        return parts_of(standing())[0][0]
    return load_parts((LIBRARY / f"{file}.yaml").read_text(), standing())


def ruleset_of(story: Story) -> RuleSet:
    """The standing programme with the file's rules as a running campaign; of the medical lane, if nothing is said."""
    if story.file == STANDING:
        return standing()
    settings: dict[str, Any] = {"lane": ContentClass.MEDICAL, **story.campaign}
    campaign = CampaignPart(key=f"campaign-{story.file}", revision=1, rules=rules_of(story.file), **settings)
    return msgspec.structs.replace(standing(), campaigns=(campaign,))


def activities(deeds: Sequence[Deed]) -> list[Activity]:
    """The deeds as one person's activities: each a second after the one before it, around noon of its day."""
    person = PersonId(UUID(int=1))
    return [
        Activity(
            id=UUID(int=number),
            person=person,
            verb=deed.verb,
            content=ContentId(uuid5(NAMESPACE_OID, deed.item)),
            kind=deed.kind,
            occurred_at=moment(deed.day) + timedelta(seconds=number),
            local_date=MONDAY + timedelta(days=deed.day),
            **{"channel": Channel.WEB, "market": "DE"} | deed.fields,
        )
        for number, deed in enumerate(deeds, start=1)
    ]


def moment(day: int, at: time = time(12)) -> datetime:
    """The moment of a day of the story, in UTC."""
    return datetime.combine(MONDAY + timedelta(days=day), at, UTC)


def ends_as_told(story: Story) -> bool:
    """Compare the end of a story with what it says, by the awards and by what the person was shown."""
    ending = played(story)
    assert (ending.pays, ending.badges, ending.streaks) == (story.pays, list(story.badges), story.streaks)
    assert (ending.shown, ending.shown_badges) == (story.pays, list(story.badges))
    return True
