"""What Hypothesis draws of rules: small rule sets over few words, so that rules, caps, periods and needs meet often."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from gamification.rules.grammar import (
    Badge,
    Cap,
    CommunityQuest,
    Freezes,
    Multiplier,
    Parts,
    PointsRule,
    Quest,
    QuestStep,
    RuleSet,
    Streak,
    StreakLength,
    Threshold,
)
from gamification.rules.needs import (
    AwardsNeed,
    BadgeNeed,
    CountNeed,
    FirstNeed,
    LevelNeed,
    Need,
    Needs,
    PointsNeed,
    SequenceNeed,
    StreakNeed,
    SumNeed,
    Window,
)
from gamification.rules.words import CapUnit, Counted, Downgrade, LevelBasis, Once, Past, Period, Quantity, Rhythm
from tests.gamification.rules.examples import LEVELS
from tests.gamification.rules.happenings import (
    activities,
    conditions,
    moments,
    unhurried,
)

__all__ = ["CREDITS", "activities", "rulesets", "unhurried"]

RULE_KEYS = ("one", "two", "three", "four", "five", "six", "seven")
PERIODS = (Period.DAY, Period.WEEK, Period.MONTH, Period.EVER, Period.DAY, Period.QUARTER, Period.YEAR)
RECURRING = dict(zip(RULE_KEYS, PERIODS, strict=True))
PER_PERSON, CREDITS = {"five", "seven"}, {"three", "three-spring"}
RHYTHMS = {"daily": Rhythm.DAY, "weekly": Rhythm.WEEK}


class Names(NamedTuple):
    """The keys that the rules of one rule set can refer to."""

    points: list[str]
    streaks: list[str]
    badges: list[str]
    quests: list[str]
    goals: list[str]


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=3)


windows = (
    st.none()
    | st.sampled_from(Period).map(lambda per: Window(per=per))
    | st.integers(1, 9).map(lambda days: Window(days=days))
)
NEEDS: dict[str, st.SearchStrategy[Any]] = {
    "count": st.builds(
        CountNeed, when=conditions, at_least=st.integers(1, 5), of=st.sampled_from(Counted), within=windows
    ),
    "sum": st.builds(
        SumNeed,
        when=conditions,
        of=st.sampled_from(Quantity),
        at_least=st.sampled_from([0.3, 1.0, 2.0, 630.0]),
        within=windows,
    ),
    "sequence": st.builds(
        SequenceNeed,
        steps=st.tuples(conditions, conditions) | st.tuples(conditions, conditions, conditions),
        within_days=st.integers(1, 7),
    ),
    "first": st.builds(FirstNeed, when=conditions),
    "points": st.builds(PointsNeed, at_least=st.integers(0, 40)),
    "level": st.builds(LevelNeed, level=st.integers(1, 3)),
}
few = st.integers(1, 2)
small = st.integers(1, 4)
some_need = st.sampled_from([*NEEDS, "count", "of points", "of streaks", "of badges"])


@st.composite
def needed(draw: st.DrawFn, names: Names) -> Need:
    """One condition of any kind that has something to refer to."""
    chosen = draw(some_need)
    if chosen in NEEDS:
        return draw(NEEDS[chosen])  # type: ignore[no-any-return]
    keys = getattr(names, chosen.removeprefix("of "))
    if not keys:
        return draw(NEEDS["count"])  # type: ignore[no-any-return]
    key, count = draw(st.sampled_from(keys)), draw(small)
    if chosen == "of points":
        return AwardsNeed(rule=key, at_least=count)
    return StreakNeed(key=key, length=count) if chosen == "of streaks" else BadgeNeed(key=key)


@st.composite
def groups(draw: st.DrawFn, names: Names) -> Needs:
    one = needed(names)
    return tuple(tuple(draw(one) for _ in range(draw(few))) for _ in range(draw(few)))


some_caps = st.lists(st.sampled_from([(per, of) for per in Period for of in CapUnit]), max_size=2, unique=True)
limits = {CapUnit.AWARDS: small, CapUnit.POINTS: st.integers(1, 30)}
up_to_nine, yes_or_no = st.integers(1, 9), st.booleans()


@st.composite
def points_rules(draw: st.DrawFn, key: str, recurs: Period, names: Names) -> PointsRule:
    return PointsRule(
        key=key,
        name=key.title(),
        when=draw(conditions),
        points=draw(up_to_nine),
        recurs=recurs,
        caps=tuple(Cap(per=per, limit=draw(limits[of]), of=of) for per, of in draw(some_caps)),
        needs=draw(groups(names)) if draw(yes_or_no) else None,
        once_per=Once.PERSON if key.removesuffix("-spring") in PER_PERSON else Once.ITEM,
        pending_days=draw(st.none() | few),
        expires_after_days=draw(st.none() | up_to_nine),
        currency="credits" if key in CREDITS else "recognition",
    )


STREAKS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "when": conditions,
        "grace": st.integers(0, 2),
        "freezes": st.none()
        | st.builds(Freezes, start=st.integers(0, 2), every=st.none() | st.integers(1, 3), most=st.integers(1, 3)),
    }
)


@st.composite
def streaks(draw: st.DrawFn, key: str, every: Rhythm) -> Streak:
    return Streak(key=key, name=key.title(), every=every, **draw(STREAKS))


REASONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "when": conditions.map(lambda when: {"when": when}),
    "points": st.integers(1, 40).map(lambda points: {"threshold": Threshold(points=points)}),
    "activities": st.builds(Threshold, activities=conditions, at_least=st.integers(1, 6)).map(
        lambda threshold: {"threshold": threshold}
    ),
}
some_reason = st.sampled_from([*REASONS, "awards", "streak", "needs", "needs"])


@st.composite
def reasons(draw: st.DrawFn, names: Names) -> dict[str, Any]:
    chosen = draw(some_reason)
    if chosen == "awards" and names.points:
        key = draw(st.sampled_from(names.points))
        return {"threshold": Threshold(awards_of=key, at_least=draw(small))}
    if chosen == "streak" and names.streaks:
        return {"streak": StreakLength(key=draw(st.sampled_from(names.streaks)), length=draw(small))}
    return draw(REASONS[chosen]) if chosen in REASONS else {"needs": draw(groups(names))}


closing = st.none() | moments
locking = st.sampled_from([False, False, False, True])


@st.composite
def badges(draw: st.DrawFn, key: str, names: Names) -> Badge:
    return Badge(
        key=key,
        name=key.title(),
        description="Earned.",
        closes_at=draw(closing),
        expires_after_days=draw(st.none() | up_to_nine),
        locked=draw(locking),
        **draw(reasons(names)),
    )


QUESTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "steps": st.lists(
            st.builds(QuestStep, name=st.just("Step"), when=conditions, at_least=few), min_size=1, max_size=3
        ).map(tuple),
        "ordered": yes_or_no,
        "within_days": st.none() | up_to_nine,
        "points": st.integers(0, 9),
    }
)


@st.composite
def quests(draw: st.DrawFn, key: str) -> Quest:
    return Quest(key=key, name=key.title(), description="To be done.", **draw(QUESTS))


@st.composite
def goals(draw: st.DrawFn, key: str) -> CommunityQuest:
    size: dict[str, Any] = {"target": draw(small), "points": draw(up_to_nine), "most_each": draw(st.none() | few)}
    return CommunityQuest(key=key, name=key.title(), description="To be done together.", when=draw(conditions), **size)


@st.composite
def multipliers(draw: st.DrawFn, key: str, rules: list[str]) -> Multiplier:
    opens, closes = sorted(draw(st.lists(moments, min_size=2, max_size=2, unique=True)))
    return Multiplier(
        key=key,
        name=key.title(),
        percent=draw(st.sampled_from([10, 50, 150, 200])),
        opens=opens,
        closes=closes,
        rules=tuple(draw(st.lists(st.sampled_from(rules), min_size=1, max_size=2, unique=True)))
        if bool(rules) and draw(yes_or_no)
        else None,
    )


@st.composite
def parts(draw: st.DrawFn, own: Names, beside: Names, suffix: str) -> Parts:
    """Rules under these keys, that may refer to those ``beside`` as well."""
    names = Names(*(mine + theirs for mine, theirs in zip(own, beside, strict=True)))
    return Parts(
        points=tuple(draw(points_rules(key, RECURRING[key.removesuffix(suffix)], names)) for key in own.points),
        streaks=tuple(draw(streaks(key, RHYTHMS[key.removesuffix(suffix)])) for key in own.streaks),
        badges=tuple(draw(badges(key, names)) for key in own.badges),
        quests=tuple(draw(quests(key)) for key in own.quests),
        community_quests=tuple(draw(goals(key)) for key in own.goals),
        multipliers=(draw(multipliers(f"more{suffix}", names.points)),) if draw(yes_or_no) else (),
    )


KEYS: list[st.SearchStrategy[list[str]]] = [
    some(list(RECURRING)),
    some(list(RHYTHMS)),
    some(["gold", "silver", "bronze"]),
    some(["tour"]),
    some(["together"]),
]


@st.composite
def keys(draw: st.DrawFn, suffix: str = "") -> Names:
    return Names(*([f"{key}{suffix}" for key in draw(each)] for each in KEYS))


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """Rule sets that follow one another: a key always recurs by the same period, all else may change."""
    own = draw(parts(draw(keys()), Names([], [], [], [], []), ""))
    levels_by = draw(st.sampled_from(LevelBasis))
    return RuleSet(
        key="example",
        name="Example",
        past=Past.NEW_ONLY,
        levels=LEVELS,
        points=own.points,
        streaks=own.streaks,
        badges=own.badges,
        quests=own.quests,
        community_quests=own.community_quests,
        multipliers=own.multipliers,
        levels_by=levels_by,
        downgrade=draw(st.sampled_from(Downgrade)) if levels_by is LevelBasis.ACTIVE else Downgrade.NEVER,
    )
