"""Who is offered an item, and what scores."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.rules.visibility import scores, visible
from content.values import ScoringView
from content.vocabulary import EVERYWHERE, ContentKind, ContentState

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKETS = ("DE", "FR", "GB")

hours = st.integers(-3, 3).map(lambda count: NOON + timedelta(hours=count))
market_lists = st.just(frozenset({EVERYWHERE})) | st.frozensets(st.sampled_from(MARKETS), min_size=1)
views = st.builds(
    ScoringView,
    kind=st.just(ContentKind.WEBINAR),
    tags=st.just(frozenset()),
    state=st.sampled_from(ContentState),
    markets=market_lists,
    visible_from=st.none() | hours,
    visible_until=st.none() | hours,
)


def view(**changes: object) -> ScoringView:
    fields: dict[str, object] = {
        "kind": ContentKind.WEBINAR,
        "tags": frozenset(),
        "state": ContentState.APPROVED,
        "markets": frozenset({"FR"}),
    }
    return ScoringView(**(fields | changes))  # type: ignore[arg-type]


@given(views, st.sampled_from(MARKETS), hours)
def test_an_activity_scores_where_the_item_is_approved_in_market_and_open_at_the_time(
    item: ScoringView, market: str, occurred_at: datetime
) -> None:
    reasons_against = [
        item.state is not ContentState.APPROVED,
        EVERYWHERE not in item.markets and market not in item.markets,
        item.visible_from is not None and occurred_at < item.visible_from,
        item.visible_until is not None and occurred_at >= item.visible_until,
    ]
    assert scores(item, market, occurred_at) is not any(reasons_against)


@given(views, st.sampled_from(MARKETS), hours, st.sampled_from(["fr", "fr-CH", "de"]), st.sampled_from(["fr", "de-AT"]))
def test_an_item_is_offered_where_it_would_score_now_to_readers_of_its_language(
    item: ScoringView, market: str, now: datetime, item_locale: str, locale: str
) -> None:
    same_language = item_locale[:2] == locale[:2]
    assert visible(item, item_locale, market, locale, now) is (scores(item, market, now) and same_language)


def test_the_window_opens_at_its_first_moment_and_is_closed_at_its_last() -> None:
    item = view(visible_from=NOON, visible_until=NOON + timedelta(hours=1))
    moment = timedelta(microseconds=1)
    assert scores(item, "FR", NOON)
    assert not scores(item, "FR", NOON - moment)
    assert scores(item, "FR", NOON + timedelta(hours=1) - moment)
    assert not scores(item, "FR", NOON + timedelta(hours=1))


@pytest.mark.parametrize("state", ContentState)
def test_only_an_approved_item_scores(state: ContentState) -> None:
    assert scores(view(state=state), "FR", NOON) is (state is ContentState.APPROVED)


def test_language_does_not_matter_for_scoring() -> None:
    item = view()
    assert scores(item, "FR", NOON)
    assert visible(item, "fr", "FR", "fr-FR", NOON)
    assert not visible(item, "fr", "FR", "de", NOON)
