"""What Hypothesis draws of rules: small rule sets over few words, so that rules, caps, periods and needs meet often."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    Cap,
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
    LevelNeed,
    Need,
    PointsNeed,
    SequenceNeed,
    StreakNeed,
    SumNeed,
    Window,
)
from gamification.rules.periods import WITHIN
from gamification.vocabulary import CapUnit, Counted, Once, Past, Period, Quantity, Rhythm
from tests.gamification.rules.examples import LEVELS
from tests.gamification.rules.happenings import CLASSES, MARKETS, activities, conditions, moments, unhurried

__all__ = ["CREDITS", "activities", "rulesets", "running", "unhurried"]

RECURRING = {
    "one": Period.DAY,
    "two": Period.WEEK,
    "three": Period.MONTH,
    "four": Period.EVER,
    "five": Period.DAY,
    "six": Period.QUARTER,
    "seven": Period.YEAR,
}
PER_PERSON = {"five", "seven"}
CREDITS = {"three", "three-spring"}
RHYTHMS = {"daily": Rhythm.DAY, "weekly": Rhythm.WEEK}


class Names(NamedTuple):
    """The keys that the rules of one rule set can refer to."""

    points: list[str]
    streaks: list[str]
    badges: list[str]
    quests: list[str]


def some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=3)


windows = (
    st.none()
    | st.sampled_from(Period).map(lambda per: Window(per=per))
    | st.integers(1, 9).map(lambda days: Window(days=days))
)


@st.composite
def needed(draw: st.DrawFn, names: Names) -> Need:
    """One condition of any kind that has something to refer to."""
    kinds: list[st.SearchStrategy[Any]] = [
        st.builds(
            CountNeed, when=conditions(), at_least=st.integers(1, 5), of=st.sampled_from(Counted), within=windows
        ),
        st.builds(
            SumNeed,
            when=conditions(),
            of=st.sampled_from(Quantity),
            at_least=st.sampled_from([0.3, 1.0, 2.0, 630.0]),
            within=windows,
        ),
        st.builds(
            SequenceNeed,
            steps=st.lists(conditions(), min_size=2, max_size=3).map(tuple),
            within_days=st.integers(1, 7),
        ),
        st.builds(PointsNeed, at_least=st.integers(0, 40)),
        st.builds(LevelNeed, level=st.integers(1, 3)),
    ]
    if names.points:
        kinds.append(st.builds(AwardsNeed, rule=st.sampled_from(names.points), at_least=st.integers(1, 4)))
    if names.streaks:
        kinds.append(st.builds(StreakNeed, key=st.sampled_from(names.streaks), length=st.integers(1, 4)))
    if names.badges:
        kinds.append(st.builds(BadgeNeed, key=st.sampled_from(names.badges)))
    return draw(st.one_of(kinds))  # type: ignore[no-any-return]


def groups(names: Names) -> st.SearchStrategy[Any]:
    group = st.lists(needed(names), min_size=1, max_size=2).map(tuple)
    return st.lists(group, min_size=1, max_size=2).map(tuple)


@st.composite
def points_rules(draw: st.DrawFn, key: str, recurs: Period, names: Names) -> PointsRule:
    allowed = [(per, of) for per in Period if recurs in WITHIN[per] for of in CapUnit]
    pairs = draw(st.lists(st.sampled_from(allowed), max_size=2, unique=True))
    return PointsRule(
        key=key,
        name=key.title(),
        when=draw(conditions()),
        points=draw(st.integers(1, 9)),
        recurs=recurs,
        caps=tuple(
            Cap(per=per, limit=draw(st.integers(1, 4) if of is CapUnit.AWARDS else st.integers(1, 30)), of=of)
            for per, of in pairs
        ),
        needs=draw(st.none() | groups(names)),
        once_per=Once.PERSON if key.removesuffix("-spring") in PER_PERSON else Once.ITEM,
        currency="credits" if key in CREDITS else "recognition",
    )


@st.composite
def streaks(draw: st.DrawFn, key: str, every: Rhythm) -> Streak:
    freezes = st.builds(Freezes, start=st.integers(0, 2), every=st.none() | st.integers(1, 3), most=st.integers(1, 3))
    return Streak(
        key=key,
        name=key.title(),
        when=draw(conditions()),
        every=every,
        grace=draw(st.integers(0, 2)),
        freezes=draw(st.none() | freezes),
    )


@st.composite
def badges(draw: st.DrawFn, key: str, names: Names) -> Badge:
    reasons: list[st.SearchStrategy[dict[str, Any]]] = [
        conditions().map(lambda when: {"when": when}),
        st.integers(1, 40).map(lambda points: {"threshold": Threshold(points=points)}),
        st.builds(Threshold, activities=conditions(), at_least=st.integers(1, 6)).map(lambda it: {"threshold": it}),
        groups(names).map(lambda needs: {"needs": needs}),
        groups(names).map(lambda needs: {"needs": needs}),
    ]
    if names.points:
        awards = st.builds(Threshold, awards_of=st.sampled_from(names.points), at_least=st.integers(1, 6))
        reasons.append(awards.map(lambda it: {"threshold": it}))
    if names.streaks:
        lengths = st.builds(StreakLength, key=st.sampled_from(names.streaks), length=st.integers(1, 4))
        reasons.append(lengths.map(lambda it: {"streak": it}))
    return Badge(
        key=key,
        name=key.title(),
        description="Earned.",
        closes_at=draw(st.none() | moments),
        locked=draw(st.sampled_from([False, False, False, True])),
        **draw(st.one_of(reasons)),
    )


@st.composite
def quests(draw: st.DrawFn, key: str) -> Quest:
    step = st.builds(QuestStep, name=st.just("Step"), when=conditions(), at_least=st.integers(1, 2))
    return Quest(
        key=key,
        name=key.title(),
        description="To be done.",
        steps=tuple(draw(st.lists(step, min_size=1, max_size=3))),
        ordered=draw(st.booleans()),
        within_days=draw(st.none() | st.integers(1, 9)),
        points=draw(st.integers(0, 9)),
    )


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
        if rules and draw(st.booleans())
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
        multipliers=(draw(multipliers(f"more{suffix}", names.points)),) if draw(st.booleans()) else (),
    )


@st.composite
def keys(draw: st.DrawFn, suffix: str = "") -> Names:
    drawn = [some(list(RECURRING)), some(list(RHYTHMS)), some(["gold", "silver", "bronze"]), some(["tour"])]
    return Names(*([f"{key}{suffix}" for key in draw(each)] for each in drawn))


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """Rule sets that follow one another: a key always recurs by the same period, all else may change."""
    own = draw(parts(draw(keys()), Names([], [], [], []), ""))
    return RuleSet(
        key="example",
        name="Example",
        past=Past.NEW_ONLY,
        levels=LEVELS,
        points=own.points,
        streaks=own.streaks,
        badges=own.badges,
        quests=own.quests,
        multipliers=own.multipliers,
    )


@st.composite
def running(draw: st.DrawFn) -> RuleSet:
    """A rule set that may have a running campaign."""
    ruleset = draw(rulesets())
    if draw(st.booleans()):
        return ruleset
    beside = Names(*([each.key for each in named] for named in (ruleset.points, ruleset.streaks, ruleset.badges, ())))
    opens, closes = draw(st.none() | moments), draw(st.none() | moments)
    campaign = CampaignPart(
        key="spring",
        revision=draw(st.integers(1, 2)),
        rules=draw(parts(draw(keys("-spring")), beside, "-spring")),
        lane=draw(st.sampled_from(CLASSES)),
        markets=draw(st.sampled_from([None, MARKETS[:1], MARKETS[1:], MARKETS])),
        opens=opens,
        closes=closes,
    )
    return RuleSet(**{name: getattr(ruleset, name) for name in ruleset.__struct_fields__} | {"campaigns": (campaign,)})
