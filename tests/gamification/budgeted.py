"""Rule sets with budgets, and what awards took from them, for machines that record at random."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from gamification.rules import RuleSet
from gamification.service import publishing
from gamification.service.budgeting import given_by
from gamification.values import AwardKey
from kernel.unit_of_work import UnitOfWork

BUDGETED = frozenset({"one", "three", "seven"})
"""The points rules that have a budget where there is one."""


def limited(rules: RuleSet, sizes: dict[str, int | None]) -> RuleSet:
    """Give rules budgets; and recognition points alone, which are what a standing counts."""
    points = tuple(
        msgspec.structs.replace(each, currency="recognition", budget=sizes["points"] if each.key in BUDGETED else None)
        for each in rules.points
    )
    badges = tuple(
        msgspec.structs.replace(each, most_earners=sizes["earners"] if each.key in {"gold", "silver"} else None)
        for each in rules.badges
    )
    return msgspec.structs.replace(rules, points=points, badges=badges)


def awards_in(state: str, rows: Sequence[Any]) -> dict[AwardKey, int]:
    return {
        AwardKey(row["rule"], row["subject"], row["period"]): row["points"] for row in rows if row["state"] == state
    }


async def limited_awards(uow: UnitOfWork, rows: Sequence[Any]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for row in rows:
        key = AwardKey(row["rule"], row["subject"], row["period"])
        counted.update(given_by(await publishing.rules_of(uow, row["rules_version"]), key, row["points"]))
    return dict(counted)
