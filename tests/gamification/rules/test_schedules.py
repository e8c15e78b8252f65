"""Periods by cron in a named zone: the calendar of a place, through every change of its clock."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.schedules import EVER, ScheduleError, check_schedule, next_start, starts

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAILY, WEEKLY, MONTHLY = "0 0 * * *", "0 0 * * 1", "0 0 1 * *"


def local(zone: ZoneInfo, *at: int) -> datetime:
    return datetime(*at, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_a_week_begins_at_midnight_there_and_is_an_hour_shorter_or_longer_when_the_clock_changes() -> None:
    spring = list(islice(starts(WEEKLY, BERLIN, local(BERLIN, 2026, 3, 20)), 3))
    autumn = list(islice(starts(WEEKLY, BERLIN, local(BERLIN, 2026, 10, 16)), 3))
    assert spring == [local(BERLIN, 2026, 3, day) for day in (23, 30)] + [local(BERLIN, 2026, 4, 6)]
    assert [spring[1] - spring[0], spring[2] - spring[1]] == [timedelta(hours=167), timedelta(hours=168)]
    assert [autumn[1] - autumn[0], autumn[2] - autumn[1]] == [timedelta(hours=169), timedelta(hours=168)]


def test_a_time_that_is_left_out_is_made_up_for_at_once_and_one_that_comes_twice_counts_once() -> None:
    missing = list(islice(starts("30 2 * * *", BERLIN, local(BERLIN, 2026, 3, 28, 12)), 2))
    assert missing == [local(BERLIN, 2026, 3, 29, 3), local(BERLIN, 2026, 3, 30, 2, 30)]
    twice = list(islice(starts("30 2 * * *", BERLIN, local(BERLIN, 2026, 10, 24, 12)), 2))
    assert [each.astimezone(BERLIN).date().day for each in twice] == [25, 26]
    second_round = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1).astimezone(UTC)
    assert next_start("30 2 * * *", BERLIN, second_round) > second_round


def test_a_zone_that_changes_its_clock_at_midnight_has_every_day_once() -> None:
    santiago = ZoneInfo("America/Santiago")
    days = list(islice(starts(DAILY, santiago, local(santiago, 2026, 9, 3, 12)), 5))
    assert [each.astimezone(santiago).date().day for each in days] == [4, 5, 6, 7, 8]


@given(
    st.sampled_from([DAILY, WEEKLY, MONTHLY, "30 2 * * *", "0 12 L * *", "15 3 * * MON#1"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
)
def test_each_period_begins_where_the_one_before_ended_and_time_only_goes_forward(
    schedule: str, zone: str, after: datetime
) -> None:
    coming = list(islice(starts(schedule, ZoneInfo(zone), after), 4))
    assert [after, *coming] == sorted({after, *coming})
    following = after
    for expected in coming:
        following = next_start(schedule, ZoneInfo(zone), following)
        assert following == expected


@pytest.mark.parametrize("schedule", [EVER, DAILY, WEEKLY, MONTHLY, "0 0 1 1,4,7,10 *"])
def test_a_schedule_of_days_or_longer_is_accepted(schedule: str) -> None:
    check_schedule(schedule, BERLIN, NOW)


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "0 * * * *",
        "0 0,12 * * *",
        "0 0 30 2 *",
        "0 0 * *",
        "0 0 0 * * *",
        "weekly",
        "",
        "61 0 * * *",
        "EVER",
    ],
)
def test_a_schedule_that_is_none_or_too_short_is_refused_with_its_reason(schedule: str) -> None:
    with pytest.raises(ScheduleError, match=r"^(is|has|never) "):
        check_schedule(schedule, BERLIN, NOW)
