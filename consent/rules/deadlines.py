"""Until when a request must be answered: calendar months, as Regulation (EEC, Euratom) No 1182/71 counts them."""

from calendar import monthrange
from collections.abc import Container
from datetime import date, timedelta
from typing import Final

from consent.request_values import Progress

MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
"""One month, and two further ones (GDPR Article 12(3))."""

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def due_on(progress: Progress, holidays: Container[date]) -> date:
    """Return the last day for an answer; days on which the clock stood still are added in front.

    ``holidays`` are the public holidays where the person is.
    """
    runs_from = progress.received_on + progress.paused_days * _DAY
    return deadline(runs_from, EXTENDED_MONTHS if progress.extended else MONTHS, holidays)


def told_by(progress: Progress, holidays: Container[date]) -> date:
    """Return the last day on which an extension can be told: within the first month (GDPR Article 12(3))."""
    return deadline(progress.received_on + progress.paused_days * _DAY, MONTHS, holidays)


def deadline(received_on: date, months: int, holidays: Container[date]) -> date:
    """Return the day with whose last hour a period of ``months`` ends (Regulation 1182/71, Article 3).

    It falls on the same date as the day of receipt or, where that month has no such date, on its last day (3(2)(c)). A
    Saturday, Sunday or public holiday moves it to the next working day (3(4)).
    """
    day = months_after(received_on, months)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += _DAY
    return day


def months_after(day: date, months: int) -> date:
    """Return the same date so many months later: 31 January and one month is the last day of February."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
