"""The definition of a board names its own faults, and a good one passes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gamification.board_errors import InvalidBoardError
from gamification.board_values import Narrowing, NewBoard
from gamification.rules.definitions import check_board
from gamification.vocabulary import Dimension

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ZONES, MARKETS = {"UTC", "Europe/Berlin"}, {"GB", "FR"}


def check(**given: Any) -> None:
    check_board(NewBoard(**({"key": "spring", "name": "Spring"} | given)), ZONES, MARKETS, NOW)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"schedule": "0 0 * * 1", "zone": "Europe/Berlin", "starts_at": NOW - timedelta(days=30)},
        {"starts_at": datetime(2001, 1, 1, tzinfo=UTC)},
        {"narrowing": Narrowing(Dimension.LANGUAGE, "gsw"), "minimum": 50, "settling_minutes": 5},
        {"narrowing": Narrowing(Dimension.MARKET, "GB"), "rules": ("webinar", "podcast")},
        {"narrowing": Narrowing(Dimension.PROFESSION, "nurse")},
    ],
)
def test_a_good_definition_is_accepted(given: dict[str, Any]) -> None:
    check(**given)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("key", {"key": "Spring"}),
        ("key", {"key": "a" * 65}),
        ("key", {"key": "best-prescriptions"}),
        ("rules", {"rules": ("webinar", "more-sales")}),
        ("name", {"name": ""}),
        ("name", {"name": "a\nb"}),
        ("rules", {"rules": ()}),
        ("rules", {"rules": ("one", "one")}),
        ("rules", {"rules": ("No Key",)}),
        ("within.value", {"narrowing": Narrowing(Dimension.MARKET, "XX")}),
        ("within.value", {"narrowing": Narrowing(Dimension.LANGUAGE, "en-GB")}),
        ("within.value", {"narrowing": Narrowing(Dimension.PROFESSION, "cardiologist")}),
        ("minimum", {"minimum": 9}),
        ("settling_minutes", {"settling_minutes": 4}),
        ("settling_minutes", {"settling_minutes": 10_081}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("schedule", {"schedule": "0 * * * *"}),
        ("starts_at", {"starts_at": datetime(2026, 3, 3)}),  # noqa: DTZ001 - what is refused
        ("starts_at", {"starts_at": datetime.fromisoformat("0001-01-01T00:00:00+14:00")}),
        ("starts_at", {"starts_at": datetime.fromisoformat("9999-12-31T23:59:59-12:00")}),
        ("starts_at", {"starts_at": datetime(1899, 12, 31, tzinfo=UTC)}),
        ("starts_at", {"starts_at": NOW + timedelta(days=401)}),
        ("starts_at", {"starts_at": NOW - timedelta(days=401), "schedule": "0 0 * * *"}),
    ],
)
def test_a_bad_definition_names_its_field(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidBoardError) as refusal:
        check(**given)
    assert refusal.value.facts["field"] == field
