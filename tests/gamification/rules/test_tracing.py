"""What a proof tells of an award: every condition that the fold decided by, as it was at that moment."""

from itertools import groupby

from hypothesis import given, settings

from engagement.values import Activity
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.tracing import TraceLine, trace
from tests.gamification.rules.happenings import unhurried
from tests.gamification.rules.running import running
from tests.gamification.rules.strategies import activities


def group_of(line: TraceLine) -> str:
    """The needs of one group are alternatives; anything else stands for itself."""
    return line.condition.partition("][")[0]


@settings(unhurried, max_examples=100)
@given(running(), activities())
def test_whatever_the_fold_awards_the_trace_finds_in_order(rules: RuleSet, history: list[Activity]) -> None:
    ordered = sorted(history, key=lambda each: (each.occurred_at, each.id))
    for award in fold(EMPTY, [(rules, each) for each in ordered]).awards:
        at = next(place for place, each in enumerate(ordered) if each.id == award.activity)
        lines = trace(rules, award.key.rule, [(rules, each) for each in ordered[:at]], ordered[at])
        assert lines, "a proof without a single condition proves nothing"
        for name, alternatives in groupby(lines, key=group_of):
            told = list(alternatives)
            assert any(each.holds for each in told), (name, told, award)
