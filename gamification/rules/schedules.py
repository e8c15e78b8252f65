"""When the periods of a board begin: a cron expression in a named time zone, calculated and never waited for.

What happens when the clock is changed is what Debian's cron does: a time that is left out is made up for at once, and
one that comes twice counts once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

EVER: Final = "ever"
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a period begins that leaves nothing out."""

SHORTEST: Final = timedelta(hours=23)
"""A day on which the clock is put forward; a shorter period would tell when people are active."""

_FIELDS: Final = 5
_LOOKED_AT: Final = 100


class ScheduleError(ValueError):
    """The schedule can't be used; the text says why, as the end of a sentence."""


def starts(schedule: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Give the beginnings of periods after an instant, in UTC, in order, each later than the one before.

    Raises:
        ScheduleError: it is no cron expression of five fields, or one that never comes.

    """
    if len(schedule.split()) != _FIELDS:
        raise ScheduleError("is `ever`, or a cron expression of five fields")
    try:
        moments = CronSim(schedule, after.astimezone(zone))
        last = after
        for moment in moments:
            at = moment.astimezone(UTC)
            if at > last:  # in an hour that comes twice, cron's first one is already over
                yield at
                last = at
    except CronSimError as error:
        raise ScheduleError("is no cron expression") from error
    raise ScheduleError("never comes")


def next_start(schedule: str, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first beginning of a period after an instant, in UTC.

    Raises:
        ScheduleError: as ``starts``.

    """
    return next(starts(schedule, zone, after))


def check_schedule(schedule: str, zone: ZoneInfo, now: datetime) -> None:
    """Accept ``ever`` and expressions whose periods are a day or longer, as far as one can look ahead.

    Raises:
        ScheduleError: says why it can't be used.

    """
    if schedule == EVER:
        return
    coming = starts(schedule, zone, now)
    last = next(coming)
    for _ in range(_LOOKED_AT):
        following = next(coming)
        if following - last < SHORTEST:
            raise ScheduleError("has periods shorter than a day")
        last = following
