"""Each condition of ``when``: an activity that fulfils it, and one that doesn't."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from content.vocabulary import ContentKind
from engagement.vocabulary import Channel, Verb
from gamification.rules import EMPTY, evaluate
from gamification.rules.grammar import SecondsRange, ShareRange, Tags, When
from tests.gamification.rules.examples import VIEWED, activity, rule, ruleset

NOON = activity(1).occurred_at
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)


def with_(**fields: Any) -> When:
    return msgspec.structs.replace(VIEWED, **fields)


def pays(when: When, **fields: Any) -> bool:
    return bool(evaluate(ruleset([rule(when=when)]), EMPTY, activity(1, **fields)).effects.points)


@pytest.mark.parametrize(
    ("when", "fulfils", "fails"),
    [
        (VIEWED, {}, {"verb": Verb.PASSED}),
        (with_(kinds=(ContentKind.WEBINAR,)), {"kind": ContentKind.WEBINAR}, {}),
        (with_(channels=(Channel.EMAIL,)), {"channel": Channel.EMAIL}, {}),
        (with_(tags=Tags(any=("a", "b"))), {"tags": frozenset("bc")}, {"tags": frozenset("c")}),
        (with_(tags=Tags(all=("a", "b"))), {"tags": frozenset("abc")}, {"tags": frozenset("a")}),
        (with_(tags=Tags(none=("a",))), {"tags": frozenset("b")}, {"tags": frozenset("ab")}),
        (with_(score=ShareRange(at_least=0.8)), {"score": 0.8}, {"score": 0.79}),
        (with_(score=ShareRange(below=0.8)), {"score": 0.79}, {"score": 0.8}),
        (with_(score=ShareRange(at_least=0.0)), {"score": 0.0}, {"score": None}),
        (with_(progress=ShareRange(0.5, 1.0)), {"progress": 0.5}, {"progress": 1.0}),
        (with_(duration_seconds=SecondsRange(at_least=60)), {"duration_seconds": 60.0}, {"duration_seconds": None}),
        (with_(success=True), {"success": True}, {"success": None}),
        (with_(success=False), {"success": False}, {"success": None}),
        (with_(completion=True), {"completion": True}, {"completion": False}),
        (with_(on_time=True), {"due_at": NOON}, {"due_at": NOON - MOMENT}),
        (with_(on_time=True), {"due_at": NOON}, {"due_at": None}),
        (with_(on_time=False), {"due_at": NOON - MOMENT}, {"due_at": NOON}),
        (with_(on_time=False), {"due_at": NOON - MOMENT}, {"due_at": None}),
        (with_(days_early=3), {"due_at": NOON + 3 * DAY}, {"due_at": NOON + 3 * DAY - MOMENT}),
        (with_(days_early=1), {"due_at": NOON + DAY}, {"due_at": None}),
        (with_(success=True, score=ShareRange(0.5)), {"success": True, "score": 0.5}, {"success": True, "score": 0.4}),
    ],
)
def test_an_activity_pays_only_if_it_fulfils_the_condition(
    when: When, fulfils: dict[str, Any], fails: dict[str, Any]
) -> None:
    assert pays(when, **fulfils)
    assert not pays(when, **fails)
