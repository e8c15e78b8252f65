"""Training: for whom it is asked, before what, and for how long it counts."""

from datetime import UTC, datetime, timedelta

import pytest

from access.authority_errors import InvalidTrainingError
from access.policy import PERSONAL
from access.rules.training import check, decide_training, until
from access.vocabulary import Permission, Reason, Role

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
UNTRAINED = {Role.HCP, Role.LEARNING_SYSTEM, Role.PROVISIONER, Role.WITNESS}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_staff_need_it_for_what_identifies_others_and_for_nothing_else(role: Role, permission: Permission) -> None:
    without = decide_training(role, permission, None, NOON, 365)
    assert without.allowed == (role in UNTRAINED or permission not in PERSONAL)
    assert without.reason is (Reason.ALLOWED if without.allowed else Reason.TRAINING_MISSING)
    lately = decide_training(role, permission, NOON, NOON, 365)
    assert (lately.allowed, lately.reason) == (True, Reason.ALLOWED)


@pytest.mark.parametrize("days", [1, 365])
def test_it_counts_for_so_many_days_to_the_instant(days: int) -> None:
    ends = until(NOON, days)
    assert ends - NOON == timedelta(days=days)
    role, permission = Role.ADMINISTRATOR, Permission.HCP_READ
    assert decide_training(role, permission, NOON, ends - TICK, days).allowed
    assert not decide_training(role, permission, NOON, ends, days).allowed


@pytest.mark.parametrize(
    "completed_at",
    [
        NOON + TICK,
        NOON.replace(tzinfo=None),
        datetime.fromisoformat("0001-01-01T00:00:00+14:00"),
        datetime.fromisoformat("9999-12-31T23:59:59-12:00"),
    ],
)
def test_nobody_has_completed_anything_tomorrow_or_at_no_time_at_all(completed_at: datetime) -> None:
    check(NOON, NOON)
    with pytest.raises(InvalidTrainingError) as raised:
        check(completed_at, NOON)
    assert raised.value.facts["field"] == "completed_at"
