"""Every learner's points, badges, streaks and level, against SQL that knows nothing of the fold."""

import ast
import os
from pathlib import Path

import pytest

from gamification.rules import EMPTY, RuleSet, fold, level_of, load
from gamification.values import State
from tests.oracle.history import histories
from tests.oracle.oracle import Result, awards_by_rule, compute

ROOT = Path(__file__).parents[2]
OULAD = Path(os.environ.get("OULAD_DIR", ROOT.parent / "shared" / "data" / "oulad"))
RULES = load((ROOT / "samples" / "rules" / "demonstration.yaml").read_text())

pytestmark = pytest.mark.skipif(
    not (OULAD / "studentVle_ds").is_dir(),
    reason="the OULAD data isn't here: set OULAD_DIR to the folder with its parquet files",
)


def result(rules: RuleSet, state: State) -> Result:
    return {
        "points": state.points,
        "badges": sorted(state.badges),
        "longest_daily": state.streaks["daily-learning"].longest if state.streaks else 0,
        "longest_weekly": state.streaks["weekly-learning"].longest if state.streaks else 0,
        "level": level_of(rules, state.level).level,
    }


@pytest.mark.parametrize(
    ("module", "presentation", "least"),
    [
        ("AAA", "2013J", 180_000),
        pytest.param("DDD", "2013B", 500_000, marks=pytest.mark.slow),
    ],
)
def test_every_learner_earns_exactly_what_the_oracle_says(module: str, presentation: str, least: int) -> None:
    expected = compute(OULAD, module, presentation)
    found = dict.fromkeys(expected, result(RULES, EMPTY))
    activities = 0
    for learner, history in histories(OULAD, module, presentation):
        activities += len(history)
        found[learner] = result(RULES, fold(EMPTY, [(RULES, activity) for activity in history]).state)
    assert activities >= least
    assert found == expected


def test_no_rule_and_no_badge_of_the_demonstration_is_idle() -> None:
    assert awards_by_rule(OULAD, "AAA", "2013J") == {
        "read": 71_566,
        "discover": 16_901,
        "discuss": 4_164,
        "quiz": 1_633,
        "webinar": 134,
        "pass": 1_591,
        "excel": 374,
    }
    results = compute(OULAD, "AAA", "2013J").values()
    badges = [badge for each in results for badge in each["badges"]]
    assert {key: badges.count(key) for key in sorted(set(badges))} == {
        "conversationalist": 137,
        "explorer": 324,
        "first-webinar": 115,
        "four-weeks": 343,
        "seven-days": 176,
        "thousand-points": 104,
        "top-mark": 17,
    }
    assert {each["level"] for each in results} == {1, 2, 3, 4, 5}


def test_the_oracle_shares_no_code_with_laurel() -> None:
    nodes = list(ast.walk(ast.parse((Path(__file__).parent / "oracle.py").read_text())))
    modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert modules == {"pathlib", "typing", "duckdb"}
