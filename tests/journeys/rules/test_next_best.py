"""Next best content: what is suggested, in which order, and for which reason."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.values import OfferedContent
from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Use
from journeys.rules.next_best import FINISHED_WEIGHT, HALF_LIFE, interests_of, next_best
from journeys.vocabulary import NEW

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TAGS = ("asthma", "copd", "inhalers", "quiz")


def item(number: int, *tags: str) -> OfferedContent:
    return OfferedContent(
        id=ContentId(UUID(int=number)),
        kind=ContentKind.PODCAST,
        title=f"Item {number}",
        summary="",
        locale="en",
        tags=tags,
        content_class=ContentClass.MEDICAL,
        visible_from=None,
        visible_until=None,
        due_at=None,
        duration_seconds=None,
        starts_at=None,
    )


def use(number: int, *tags: str, ago: timedelta = timedelta(0), finished: bool = False) -> Use:
    return Use(content=ContentId(UUID(int=number)), tags=frozenset(tags), last_at=NOW - ago, finished=finished)


def order(uses: list[Use], *offered: OfferedContent) -> list[int]:
    return [each.content.id.int for each in next_best(uses, offered, NOW)]


tag_lists = st.lists(st.sampled_from(TAGS), unique=True).map(tuple)
offers = st.lists(
    st.builds(lambda number, tags: item(number, *tags), st.integers(1, 30), tag_lists), unique_by=lambda each: each.id
)
histories = st.lists(
    st.builds(
        lambda number, tags, days, finished: use(number, *tags, ago=timedelta(days=days), finished=finished),
        st.integers(1, 30),
        tag_lists,
        st.integers(-1, 5_000),
        st.booleans(),
    ),
    unique_by=lambda each: each.content,
)


@given(histories, offers)
def test_everything_unused_is_suggested_once_and_nothing_that_was_used(
    uses: list[Use], offered: list[OfferedContent]
) -> None:
    used = {each.content for each in uses}
    assert sorted(order(uses, *offered)) == sorted(each.id.int for each in offered if each.id not in used)


@given(histories, offers, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_read_changes_nothing(
    uses: list[Use], offered: list[OfferedContent], chance: Random
) -> None:
    expected = next_best(uses, offered, NOW)
    mixed_uses, mixed_offers = list(uses), list(offered)
    chance.shuffle(mixed_uses)
    chance.shuffle(mixed_offers)
    assert next_best(mixed_uses, mixed_offers, NOW) == expected


@given(histories, offers)
def test_every_reason_is_a_subject_of_the_item_that_was_used_or_new(
    uses: list[Use], offered: list[OfferedContent]
) -> None:
    known = {tag for each in uses for tag in each.tags}
    for found in next_best(uses, offered, NOW):
        assert set(found.because) == (set(found.content.tags) & known or {NEW})
        assert len(set(found.because)) == len(found.because)


@given(histories, offers)
def test_an_item_with_a_known_subject_stands_before_every_item_without(
    uses: list[Use], offered: list[OfferedContent]
) -> None:
    unknown = [found.because == (NEW,) for found in next_best(uses, offered, NOW)]
    assert unknown == sorted(unknown)


@given(histories, st.integers(0, 2_000))
def test_waiting_changes_no_order_because_every_interest_fades_alike(uses: list[Use], days: int) -> None:
    past = [each for each in uses if each.last_at <= NOW]
    now, later = interests_of(past, NOW), interests_of(past, NOW + timedelta(days=days))
    fade = 0.5 ** (timedelta(days=days) / HALF_LIFE)
    assert later == pytest.approx({tag: weight * fade for tag, weight in now.items()})


def test_a_finished_item_counts_as_much_as_two_opened_ones() -> None:
    finished = interests_of([use(1, "asthma", finished=True)], NOW)
    opened = interests_of([use(1, "asthma"), use(2, "asthma")], NOW)
    assert finished == opened == {"asthma": FINISHED_WEIGHT}


def test_a_use_counts_half_after_thirty_days_and_a_clock_ahead_of_ours_gains_nothing() -> None:
    assert interests_of([use(1, "asthma", ago=timedelta(days=30))], NOW) == {"asthma": 0.5}
    assert interests_of([use(1, "asthma", ago=timedelta(minutes=-4))], NOW) == {"asthma": 1.0}


def test_the_recent_subject_leads_the_old_one_and_says_so_first() -> None:
    uses = [use(1, "asthma", ago=timedelta(days=90)), use(2, "copd")]
    assert order(uses, item(3, "asthma"), item(4, "copd"), item(5, "asthma", "copd")) == [5, 4, 3]
    (both,) = next_best(uses, [item(5, "asthma", "copd")], NOW)
    assert both.because == ("copd", "asthma")


def test_nothing_known_suggests_the_newest_first() -> None:
    assert order([], item(1, "asthma"), item(3), item(2, "copd")) == [3, 2, 1]
    assert {found.because for found in next_best([], [item(1, "asthma"), item(2)], NOW)} == {(NEW,)}
