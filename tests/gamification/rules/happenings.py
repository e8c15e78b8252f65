"""What Hypothesis draws of what happens: activities over few words, and selectors over the same words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules.grammar import SecondsRange, ShareRange, Tags, When
from people.vocabulary import PersonId

START = datetime(2013, 12, 20, tzinfo=UTC)
"""From here five weeks pass the end of a month, a quarter and a year, and of an ISO year that doesn't end with it."""

VERBS = (Verb.VIEWED, Verb.PASSED)
KINDS = (ContentKind.WEBINAR, ContentKind.EDUCATION_MODULE)
CLASSES = (ContentClass.MEDICAL, ContentClass.PROMOTIONAL)
MARKETS = ("GB", "DE")
TAGS = ("a", "b", "c")

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""A busy machine is no reason to fail."""

some_tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True).map(tuple)
shares = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 0.8, 1.0])
moments = st.integers(0, 35 * 24).map(lambda hours: START + timedelta(hours=hours))


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
        market=draw(st.sampled_from(MARKETS)),
        content_class=draw(st.sampled_from(CLASSES)),
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
    ranges = st.sampled_from([ShareRange(at_least=0.5), ShareRange(below=0.8), ShareRange(at_least=0.5, below=0.8)])
    extra: dict[str, st.SearchStrategy[Any]] = {
        "kinds": st.sampled_from([KINDS[:1], KINDS[1:], KINDS]),
        "classes": st.sampled_from([CLASSES[:1], CLASSES[1:]]),
        "tags": st.sampled_from(("any", "all", "none")).flatmap(
            lambda name: some_tags.map(lambda tags: Tags(**{name: tags}))
        ),
        "channels": st.just((Channel.WEB,)),
        "score": ranges,
        "progress": ranges,
        "duration_seconds": st.just(SecondsRange(at_least=30.0)),
        "success": st.booleans(),
        "completion": st.booleans(),
    }
    chosen = draw(st.sampled_from([None, None, None, *extra]))
    return When(verbs=verbs) if chosen is None else When(verbs=verbs, **{chosen: draw(extra[chosen])})
