"""Calendar periods as text. A date is the person's own (invariant 4); nothing here knows a time zone or a clock."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from gamification.rules.words import Period, Rhythm

DAY, WEEK, MONTH, QUARTER, YEAR, EVER = range(6)
POSITIONS = {
    Period.DAY: DAY,
    Period.WEEK: WEEK,
    Period.MONTH: MONTH,
    Period.QUARTER: QUARTER,
    Period.YEAR: YEAR,
    Period.EVER: EVER,
}

_DAYS_A_WEEK = 7


class Periods(NamedTuple):
    """The periods that a date lies in, in the order of the positions above."""

    day: str
    week: str
    month: str
    quarter: str
    year: str
    ever: str


@lru_cache(maxsize=4096)
def periods_of(day: date) -> Periods:
    """Spell the periods of ``day``; a remembered answer, since a fold asks for few dates many times."""
    text = day.isoformat()
    year, week, _ = day.isocalendar()
    quarter = f"{text[:4]}-Q{(day.month + 2) // 3}"
    return Periods(text, f"{year:04d}-W{week:02d}", text[:7], quarter, text[:4], "ever")


@lru_cache(maxsize=4096)
def number_of(period: str, every: Rhythm) -> int:
    """Return the number of a day or an ISO week in the row of all days or weeks; neighbours differ by one."""
    if every is Rhythm.DAY:
        return date.fromisoformat(period).toordinal()
    return (date.fromisoformat(f"{period}-1").toordinal() - 1) // _DAYS_A_WEEK


def missed(since: str, until: str, every: Rhythm) -> int:
    """Return how many whole periods lie between two days or weeks; negative where they are the same."""
    return number_of(until, every) - number_of(since, every) - 1


def days_between(earlier: date, later: date) -> int:
    """Return how many dates ``later`` comes after ``earlier``."""
    return (later - earlier) // timedelta(days=1)
