"""A preview that names no rule of a campaign that its reader doesn't see."""

from datetime import date
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.reports import (
    BudgetLine,
    BurnLine,
    Comparison,
    Effort,
    HeldLine,
    Preview,
    RuleLine,
    without,
)

KEYS = st.sampled_from(["ours", "ours-webinar", "theirs", "theirs-webinar", "theirs-badge"])


def lines(keys: list[str]) -> dict[str, Any]:
    """Return one line of every kind about each of these keys."""
    return {
        "rules": [RuleLine(rule=key, kind="points", people=20, awards=20, units=100) for key in keys],
        "burn": [BurnLine(rule=key, day=date(2026, 1, 1), units=100) for key in keys],
        "held": [HeldLine(rule=key, reason="cap", people=20, awards=20) for key in keys],
        "budgets": [BudgetLine(rule=key, budget=9, used=9, short_from=None) for key in keys]
        + [BudgetLine(campaign=key, budget=9, used=9, short_from=None) for key in keys],
        "repeated": [f"rule {key} points" for key in keys],
    }


def preview(keys: list[str]) -> Preview:
    said = lines(keys)
    compared = Comparison(points=1, earners=20, more=20, same=20, fewer=20, rules=said["rules"])
    effort = Effort(activities=9, seconds=1.0, workers=1, rate_per_core=9.0, peak_bytes=9, rounds=1)
    empty: dict[str, Any] = {name: [] for name in ("quantiles", "histogram", "blocked", "levels", "transfers")}
    numbers: dict[str, Any] = {"since": None, "until": None, "people": 40, "earners": 20, "points": 100}
    return Preview(**numbers, **empty, **said, comparison=compared, effort=effort)


@given(st.lists(KEYS, unique=True), st.frozensets(KEYS))
def test_what_is_hidden_is_named_nowhere_and_everything_else_stays(keys: list[str], hidden: frozenset[str]) -> None:
    shown = without(preview(keys), hidden)
    assert shown == preview([key for key in keys if key not in hidden])
    words = set(msgspec.json.encode(shown).decode().replace('"', " ").split())
    assert words.isdisjoint(hidden)
    assert words >= {key for key in keys if key not in hidden}
