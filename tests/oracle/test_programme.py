"""A programme with a rule for every element of the grammar, against SQL that knows nothing of the fold."""

import ast
import os
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb
import pytest

from engagement.values import Activity
from gamification.rules import EMPTY, fold, load
from gamification.values import Folded
from tests.oracle.history import histories
from tests.oracle.programme import Result, compute

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "oulad"
OULAD = Path(os.environ.get("OULAD_DIR", ROOT.parent / "shared" / "data" / "oulad"))
RULES = load((ROOT / "samples" / "rules" / "oulad-programme.yaml").read_text())

whole = pytest.mark.skipif(
    not (OULAD / "studentVle_ds").is_dir(),
    reason="the OULAD data isn't here: set OULAD_DIR to the folder with its parquet files",
)


def result(folded: Folded) -> Result:
    points: Counter[str] = Counter()
    for award in folded.awards:
        if award.points:
            points[award.key.rule] += award.points
    assert sum(points.values()) == folded.state.points
    return {
        "points": dict(points),
        "badges": sorted(folded.state.badges),
        "streaks": {key: kept.longest for key, kept in folded.state.streaks.items()},
        "level": max(folded.state.level, 1),
    }


@cache
def sample() -> tuple[dict[int, Result], list[tuple[int, list[Activity]]]]:
    """What the oracle says of the learners of the sample, and their histories."""
    return compute(SAMPLE, "AAA", "2013J"), list(histories(SAMPLE, "AAA", "2013J"))


def found(data: Path, module: str, presentation: str, learners: set[int]) -> tuple[dict[int, Result], int]:
    """What the fold gives each learner, and how many activities it took."""
    results, activities = dict.fromkeys(learners, result(fold(EMPTY, []))), 0
    for learner, history in histories(data, module, presentation):
        activities += len(history)
        results[learner] = result(fold(EMPTY, [(RULES, activity) for activity in history]))
    return results, activities


@pytest.mark.parametrize(
    ("data", "module", "presentation", "least"),
    [
        pytest.param(SAMPLE, "AAA", "2013J", 15_000, id="sample"),
        pytest.param(OULAD, "AAA", "2013J", 180_000, id="AAA-2013J", marks=whole),
        pytest.param(OULAD, "DDD", "2013B", 500_000, id="DDD-2013B", marks=[whole, pytest.mark.slow]),
    ],
)
def test_every_learner_earns_exactly_what_the_oracle_says(
    data: Path, module: str, presentation: str, least: int
) -> None:
    expected = compute(data, module, presentation)
    results, activities = found(data, module, presentation, set(expected))
    assert activities >= least
    assert results == expected


def test_no_rule_is_idle_and_no_badge_is_for_everybody() -> None:
    results = sample()[0].values()
    paying = {rule.key for rule in RULES.points} | {quest.key for quest in RULES.quests}
    assert {key for each in results for key in each["points"]} == paying
    badges = Counter(badge for each in results for badge in each["badges"])
    assert set(badges) == {badge.key for badge in RULES.badges}
    assert max(badges.values()) < len(results)
    assert {each["level"] for each in results} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("of: items\n          at_least: 5", "of: items\n          at_least: 6"),
        ("at_least: 5, within: {days: 7}", "at_least: 5, within: {days: 8}"),
        ("{per: week, limit: 6}", "{per: week, limit: 7}"),
        ("limit: 20, of: points", "limit: 21, of: points"),
        ("within_days: 3\n", "within_days: 4\n"),
        ("start: 1, every: 4, most: 2", "start: 1, every: 5, most: 2"),
        ("every: 5, most: 3", "every: 5, most: 4"),
        ("within_days: 7\n", "within_days: 8\n"),
        ("percent: 275", "percent: 300"),
        ("on_time: true}\n    points: 7", "on_time: false}\n    points: 7"),
        ("days_early: 2", "days_early: 3"),
    ],
)
def test_the_comparison_notices_a_number_that_is_one_off(old: str, new: str) -> None:
    text = (ROOT / "samples" / "rules" / "oulad-programme.yaml").read_text()
    assert text.count(old) == 1
    changed = load(text.replace(old, new))
    expected, learners = sample()
    assert any(
        result(fold(EMPTY, [(changed, activity) for activity in history])) != expected[learner]
        for learner, history in learners
    )


@whole
def test_the_dates_that_are_on_time_are_those_of_the_presentation() -> None:
    with duckdb.connect() as connection:
        due = connection.execute(
            "select cast(date as integer) from read_parquet($assessments) where code_module = 'AAA'"
            " and code_presentation = '2013J' and date is not null order by date limit 3",
            {"assessments": str(OULAD / "assessments.parquet")},
        ).fetchall()
    closing = [badge.closes_at for badge in RULES.badges if badge.closes_at is not None]
    begins = date(2013, 10, 1)
    assert [begins + timedelta(days=days + 1) for (days,) in due] == [moment.date() for moment in closing]


def test_the_oracle_shares_no_code_with_laurel() -> None:
    nodes = list(ast.walk(ast.parse((Path(__file__).parent / "programme.py").read_text())))
    modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert modules == {"pathlib", "typing", "duckdb", "tests.oracle.oracle"}
