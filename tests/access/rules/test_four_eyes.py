"""Two people: who may agree, for how long it counts, and to what exactly."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.errors import FourEyesError, InvalidAccountError
from access.rules.four_eyes import digest, reason, require_another, state
from access.vocabulary import ApprovalState

ASKED = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
TICK = timedelta(microseconds=1)


def test_whoever_is_involved_never_decides_and_anybody_else_may() -> None:
    require_another(THREE, ONE, TWO)
    for involved in (ONE, TWO):
        with pytest.raises(FourEyesError):
            require_another(involved, ONE, TWO)


@pytest.mark.parametrize(
    ("decided", "approved", "used", "after", "expected"),
    [
        (None, None, False, timedelta(days=7) - TICK, ApprovalState.WAITING),
        (None, None, False, timedelta(days=7), ApprovalState.EXPIRED),
        (timedelta(days=1), True, False, timedelta(days=2) - TICK, ApprovalState.APPROVED),
        (timedelta(days=1), True, False, timedelta(days=2), ApprovalState.EXPIRED),
        (timedelta(days=1), True, True, timedelta(days=9), ApprovalState.USED),
        (timedelta(days=1), False, False, timedelta(days=1), ApprovalState.REJECTED),
        (timedelta(days=1), False, False, timedelta(days=9), ApprovalState.REJECTED),
    ],
)
def test_a_question_stands_where_time_and_answer_put_it(
    decided: timedelta | None,
    approved: bool | None,  # noqa: FBT001 - a column of the table above
    used: bool,  # noqa: FBT001 - likewise
    after: timedelta,
    expected: ApprovalState,
) -> None:
    decided_at = None if decided is None else ASKED + decided
    assert state(ASKED, decided_at, ASKED + after, approved=approved, used=used) is expected


@given(st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=5) | st.none(), max_size=4))
def test_the_order_of_a_body_binds_nothing_and_everything_else_does(body: dict[str, object]) -> None:
    turned = dict(reversed(body.items()))
    assert digest("POST /x", body) == digest("POST /x", turned)
    assert digest("POST /y", body) != digest("POST /x", body)
    assert digest("POST /x", body | {"another": 1}) != digest("POST /x", body)


@pytest.mark.parametrize("text", ["", "   ", "two\nlines", "x" * 201, "bell\a"])
def test_a_reason_that_says_nothing_is_none(text: str) -> None:
    with pytest.raises(InvalidAccountError) as raised:
        reason(text)
    assert raised.value.facts["field"] == "reason"
    assert reason(f" {'x' * 198} ") == "x" * 198
