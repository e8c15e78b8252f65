"""Calendar periods as text. A date is the person's own (invariant 4); nothing here knows a time zone or a clock."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from gamification.vocabulary import Period

DAY, WEEK, MONTH, EVER, PREVIOUS_DAY, PREVIOUS_WEEK = range(6)
POSITIONS = {Period.DAY: DAY, Period.WEEK: WEEK, Period.MONTH: MONTH, Period.EVER: EVER}

WITHIN = {
    Period.DAY: {Period.DAY, Period.WEEK, Period.MONTH, Period.EVER},
    Period.WEEK: {Period.WEEK, Period.EVER},
    Period.MONTH: {Period.MONTH, Period.EVER},
    Period.EVER: {Period.EVER},
}
"""The periods that each period lies within, whole. A week isn't within a month: it can begin in another one."""


class Periods(NamedTuple):
    """The periods that a date lies in, and the day and week before them, in the order of the positions above."""

    day: str
    week: str
    month: str
    ever: str
    previous_day: str
    previous_week: str


@lru_cache(maxsize=4096)
def periods_of(day: date) -> Periods:
    """Spell the periods of ``day``; a remembered answer, since a fold asks for few dates many times."""
    text = day.isoformat()
    return Periods(text, _week(day), text[:7], "ever", _before(day, 1), _week_before(day))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _before(day: date, days: int) -> str:
    return (day - timedelta(days=days)).isoformat() if day.toordinal() > days else ""


def _week_before(day: date) -> str:
    return _week(day - timedelta(days=7)) if day.toordinal() > 7 else ""  # noqa: PLR2004 - the days of a week
