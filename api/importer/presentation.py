"""A presentation and its calendar: which instant a day counted from the start stands for. Pure."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

import msgspec

from api.importer.errors import ImportStoppedError

ZONE: Final = "Europe/London"
"""The Open University's time zone, in which the dataset's days are days."""

DAY_BEGINS: Final = 8 * 3600
"""Earliest derived time of day, in seconds after local midnight."""

DAY_LASTS: Final = 12 * 3600
"""How many seconds of the day derived times spread over. Well inside the day, so that the local date is exact."""

DAY_ENDS: Final = 24 * 3600 - 1
"""The last second of a day: what is due on a day is due then."""

_FIRST_MONTH: Final = {"B": 2, "J": 10}
_NAME: Final = re.compile(r"(?P<module>[A-Z]{3})/(?P<run>(?P<year>\d{4})(?P<letter>[BJ]))")


class Presentation(msgspec.Struct, frozen=True):
    """One module in one half-year: ``AAA/2013J``; ``B`` starts on 1 February, ``J`` on 1 October."""

    module: str
    run: str

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read ``MODULE/PRESENTATION``. Raises ``ImportStoppedError`` when it does not look like one."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise ImportStoppedError(
                f"{name!r} is not a presentation: write MODULE/PRESENTATION, for example AAA/2013J"
            )
        return cls(found["module"], found["run"])

    @property
    def name(self) -> str:
        """The name as it is written on the command line."""
        return f"{self.module}/{self.run}"

    @property
    def start(self) -> date:
        """Day 0 of the presentation."""
        return date(int(self.run[:4]), _FIRST_MONTH[self.run[4]], 1)


def instant(presentation: Presentation, day: int, second: int) -> str:
    """Give the instant of a presentation day at ``second`` after local midnight, in UTC as RFC 3339.

    ``second`` lies after the clock change in the early hours, and the shift to UTC leads into no other date.
    """
    local_date, shift = _local_day(presentation, day)
    minutes, seconds = divmod(second - shift, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{local_date}T{hours:02}:{minutes:02}:{seconds:02}Z"


@lru_cache(maxsize=4096)
def _local_day(presentation: Presentation, day: int) -> tuple[str, int]:
    """Give the calendar date of a presentation day and how many seconds local time is ahead of UTC in it."""
    local_date = presentation.start + timedelta(days=day)
    midday = datetime(local_date.year, local_date.month, local_date.day, 12, tzinfo=ZoneInfo(ZONE))
    shift = midday.utcoffset() or timedelta()
    return local_date.isoformat(), int(shift.total_seconds())
