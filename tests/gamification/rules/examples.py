"""Activities and rule sets for the tests of the pure core."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from content.vocabulary import ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules.grammar import Badge, Cap, Level, PointsRule, RuleSet, Streak, When
from gamification.rules.words import Past, Period
from people.vocabulary import PersonId

MONDAY = date(2013, 9, 30)
LEVELS = (Level(1, "Newcomer", 0), Level(2, "Reader", 10), Level(3, "Scholar", 20))
VIEWED = When((Verb.VIEWED,))


def activity(number: int, day: date = MONDAY, content: int = 1, **fields: Any) -> Activity:
    """The activity with this number: it happens so many seconds after noon of its day."""
    given: dict[str, Any] = {
        "verb": Verb.VIEWED,
        "kind": ContentKind.EDUCATION_MODULE,
        "tags": frozenset[str](),
        "channel": Channel.WEB,
        "occurred_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=number),
        "local_date": day,
    }
    return Activity(
        id=UUID(int=number), person=PersonId(UUID(int=1)), content=ContentId(UUID(int=content)), **(given | fields)
    )


def days(count: int, start: date = MONDAY) -> list[date]:
    return [start + timedelta(days=number) for number in range(count)]


def rule(key: str = "read", *, recurs: Period = Period.DAY, points: int = 2, **fields: Any) -> PointsRule:
    return PointsRule(key=key, name=key.title(), points=points, recurs=recurs, **({"when": VIEWED} | fields))


def cap(per: Period, limit: int) -> tuple[Cap, ...]:
    return (Cap(per, limit),)


def badge(key: str = "star", **reason: Any) -> Badge:
    return Badge(key=key, name=key.title(), description=f"For {key}.", **reason)


def ruleset(points: Sequence[PointsRule] = (), streaks: Sequence[Streak] = (), badges: Sequence[Badge] = ()) -> RuleSet:
    return RuleSet("example", "Example", Past.NEW_ONLY, LEVELS, tuple(points), tuple(streaks), tuple(badges))
