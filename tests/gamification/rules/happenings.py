"""What Hypothesis draws of what happens: activities over few words, and selectors over the same words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules.grammar import Bar, SecondsRange, ShareRange, Tags, When
from people.vocabulary import PersonId, Profession

START = datetime(2013, 12, 20, tzinfo=UTC)
"""From here five weeks pass the end of a month, a quarter and a year, and of an ISO year that doesn't end with it."""

VERBS = (Verb.VIEWED, Verb.PASSED)
KINDS = (ContentKind.WEBINAR, ContentKind.EDUCATION_MODULE)
CLASSES = (ContentClass.MEDICAL, ContentClass.PROMOTIONAL)
MARKETS = ("GB", "DE")
PROFESSIONS = (Profession.NURSE, Profession.PHYSICIAN)
TAGS = ("a", "b", "c")

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""A busy machine is no reason to fail."""

shares = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 0.8, 1.0])
moments = st.integers(0, 35 * 24).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def activities(draw: st.DrawFn) -> list[Activity]:
    """Up to 25 activities of one person with different ids, in any order, in wandering time zones."""
    offsets = draw(st.lists(st.integers(0, 35 * 24 * 4), max_size=25))
    numbers = draw(st.permutations(range(len(offsets))))
    return [draw(one_activity(number, offset)) for number, offset in zip(numbers, offsets, strict=True)]


some_words = st.tuples(
    st.sampled_from(VERBS),
    st.integers(1, 4),
    st.sampled_from(KINDS),
    st.frozensets(st.sampled_from(TAGS)),
    st.sampled_from([Channel.WEB, Channel.WEB, Channel.EMAIL]),
    st.sampled_from([MARKETS[0], *MARKETS]),
    st.sampled_from([CLASSES[0], *CLASSES]),
)
some_zones = st.sampled_from([-11, 0, 13])
some_results: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "score": shares,
        "progress": shares,
        "success": st.booleans(),
        "completion": st.booleans(),
        "duration_seconds": st.sampled_from([0.0, 30.0, 600.0]),
    },
)


some_professions = st.sampled_from([None, *PROFESSIONS])
some_dates = st.none() | st.integers(0, 35 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters))


@st.composite
def one_activity(draw: st.DrawFn, number: int, quarters: int) -> Activity:
    moment = START + timedelta(minutes=15 * quarters)
    verb, content, kind, tags, channel, market, content_class = draw(some_words)
    return Activity(
        id=UUID(int=number),
        person=PersonId(UUID(int=1)),
        verb=verb,
        content=ContentId(UUID(int=content)),
        kind=kind,
        tags=tags,
        occurred_at=moment,
        local_date=(moment + timedelta(hours=draw(some_zones))).date(),
        channel=channel,
        market=market,
        content_class=content_class,
        due_at=draw(some_dates),
        profession=draw(some_professions),
        **draw(some_results),
    )


ranges = st.sampled_from([ShareRange(at_least=0.5), ShareRange(below=0.8), ShareRange(at_least=0.5, below=0.8)])
some_verbs = st.sampled_from([VERBS, VERBS, VERBS[:1], VERBS[1:]])
some_tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True).map(tuple)
EXTRA: dict[str, st.SearchStrategy[Any]] = {
    "kinds": st.sampled_from([KINDS[:1], KINDS[1:], KINDS]),
    "classes": st.sampled_from([CLASSES[:1], CLASSES[1:]]),
    "tags": st.builds(lambda name, tags: Tags(**{name: tags}), st.sampled_from(("any", "all", "none")), some_tags),
    "channels": st.just((Channel.WEB,)),
    "score": ranges,
    "progress": ranges,
    "duration_seconds": st.just(SecondsRange(at_least=30.0)),
    "success": st.booleans(),
    "completion": st.booleans(),
    "on_time": st.booleans(),
    "days_early": st.sampled_from([1, 7]),
}
some_extra = st.sampled_from([None, None, None, None, *EXTRA])


@st.composite
def _conditions(draw: st.DrawFn) -> When:
    verbs, chosen = draw(some_verbs), draw(some_extra)
    return When(verbs=verbs) if chosen is None else When(verbs=verbs, **{chosen: draw(EXTRA[chosen])})


conditions = _conditions()
"""Mostly the verb alone, so that rules match; now and then one more condition. Made once: making is what costs."""


def bars(rules: list[str]) -> st.SearchStrategy[tuple[Bar, ...]]:
    """What packs forbid these points rules: now and then one or two of them, in some countries or all but some."""
    if not rules:
        return st.just(())
    one = st.builds(
        Bar,
        rule=st.sampled_from(rules),
        lane=st.sampled_from(CLASSES),
        reasons=st.just(("promotion-uncapped",)),
        markets=st.sampled_from([MARKETS[:1], MARKETS[1:], MARKETS, ()]),
        elsewhere=st.booleans(),
    )
    return st.lists(one, max_size=2, unique_by=lambda bar: (bar.rule, bar.lane)).map(tuple)
