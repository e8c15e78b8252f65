"""What Hypothesis draws: small rule sets over few words, so that rules, caps and periods meet often."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from content.vocabulary import ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules.grammar import (
    Badge,
    Cap,
    PointsRule,
    RuleSet,
    SecondsRange,
    ShareRange,
    Streak,
    StreakLength,
    Tags,
    Threshold,
    When,
)
from gamification.rules.periods import WITHIN
from gamification.vocabulary import Period, Rhythm
from people.vocabulary import PersonId
from tests.gamification.rules.examples import ruleset

START = datetime(2013, 12, 20, tzinfo=UTC)
"""From here five weeks pass the end of a month, of a year and of an ISO year that doesn't end with it."""

VERBS = (Verb.VIEWED, Verb.PASSED)
KINDS = (ContentKind.WEBINAR, ContentKind.EDUCATION_MODULE)
TAGS = ("a", "b", "c")
RECURRING = {"one": Period.DAY, "two": Period.WEEK, "three": Period.MONTH, "four": Period.EVER, "five": Period.DAY}
RHYTHMS = {"daily": Rhythm.DAY, "weekly": Rhythm.WEEK}

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

some_tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True).map(tuple)
shares = st.sampled_from([0.0, 0.5, 0.8, 1.0])


@st.composite
def activities(draw: st.DrawFn) -> list[Activity]:
    """Up to 25 activities of one person with different ids, in any order, in wandering time zones."""
    offsets = draw(st.lists(st.integers(0, 35 * 24 * 4), max_size=25))
    numbers = draw(st.permutations(range(len(offsets))))
    return [draw(one_activity(number, offset)) for number, offset in zip(numbers, offsets, strict=True)]


@st.composite
def one_activity(draw: st.DrawFn, number: int, quarters: int) -> Activity:
    moment = START + timedelta(minutes=15 * quarters)
    return Activity(
        id=UUID(int=number),
        person=PersonId(UUID(int=1)),
        verb=draw(st.sampled_from(VERBS)),
        content=ContentId(UUID(int=draw(st.integers(1, 4)))),
        kind=draw(st.sampled_from(KINDS)),
        tags=draw(st.frozensets(st.sampled_from(TAGS))),
        occurred_at=moment,
        local_date=(moment + timedelta(hours=draw(st.sampled_from([-11, 0, 13])))).date(),
        channel=draw(st.sampled_from([Channel.WEB, Channel.EMAIL])),
        score=draw(st.none() | shares),
        success=draw(st.none() | st.booleans()),
        completion=draw(st.none() | st.booleans()),
        progress=draw(st.none() | shares),
        duration_seconds=draw(st.sampled_from([None, 0.0, 30.0, 600.0])),
    )


@st.composite
def conditions(draw: st.DrawFn) -> When:
    """Mostly the verb alone, so that rules match; now and then one more condition."""
    verbs = draw(st.sampled_from([VERBS, VERBS, VERBS[:1], VERBS[1:]]))
    ranges = st.sampled_from([ShareRange(at_least=0.5), ShareRange(below=0.8), ShareRange(0.5, 0.8)])
    extra: dict[str, st.SearchStrategy[Any]] = {
        "kinds": st.sampled_from([KINDS[:1], KINDS[1:], KINDS]),
        "tags": st.sampled_from(("any", "all", "none")).flatmap(
            lambda name: some_tags.map(lambda t: Tags(**{name: t}))
        ),
        "channels": st.just((Channel.WEB,)),
        "score": ranges,
        "progress": ranges,
        "duration_seconds": st.just(SecondsRange(at_least=30.0)),
        "success": st.booleans(),
        "completion": st.booleans(),
    }
    chosen = draw(st.sampled_from([None, None, *extra]))
    return When(verbs) if chosen is None else When(verbs, **{chosen: draw(extra[chosen])})


@st.composite
def points_rules(draw: st.DrawFn, key: str) -> PointsRule:
    recurs = RECURRING[key]
    allowed = [per for per in Period if recurs in WITHIN[per]]
    pers = draw(st.lists(st.sampled_from(allowed), max_size=2, unique=True))
    caps = tuple(Cap(per, draw(st.integers(1, 4))) for per in pers)
    return PointsRule(key, key.title(), draw(conditions()), draw(st.integers(1, 9)), recurs, caps)


@st.composite
def badges(draw: st.DrawFn, key: str, awards_of: list[str], streaks: list[str]) -> Badge:
    reasons: list[st.SearchStrategy[dict[str, Any]]] = [
        conditions().map(lambda when: {"when": when}),
        st.integers(1, 40).map(lambda points: {"threshold": Threshold(points=points)}),
        st.tuples(conditions(), st.integers(1, 6)).map(
            lambda pair: {"threshold": Threshold(activities=pair[0], at_least=pair[1])}
        ),
    ]
    if awards_of:
        reasons.append(
            st.tuples(st.sampled_from(awards_of), st.integers(1, 6)).map(
                lambda pair: {"threshold": Threshold(awards_of=pair[0], at_least=pair[1])}
            )
        )
    if streaks:
        lengths = st.tuples(st.sampled_from(streaks), st.integers(1, 4))
        reasons.append(lengths.map(lambda pair: {"streak": StreakLength(*pair)}))
    reason = draw(st.one_of(reasons))
    return Badge(key=key, name=key.title(), description="Earned.", **reason)


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """Rule sets that follow one another: a key always recurs by the same period, all else may change."""
    points = [draw(points_rules(key)) for key in draw(st.lists(st.sampled_from(list(RECURRING)), unique=True))]
    streaks = [
        Streak(key, key.title(), draw(conditions()), RHYTHMS[key])
        for key in draw(st.lists(st.sampled_from(list(RHYTHMS)), unique=True))
    ]
    names = draw(st.lists(st.sampled_from(["gold", "silver", "bronze"]), unique=True))
    rule_keys, streak_keys = [rule.key for rule in points], [streak.key for streak in streaks]
    return ruleset(points, streaks, [draw(badges(name, rule_keys, streak_keys)) for name in names])
