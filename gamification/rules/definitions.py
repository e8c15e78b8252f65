"""What makes the definition of a board one that can be used."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engagement.vocabulary import Profession
from gamification.board_errors import InvalidBoardError
from gamification.board_values import NewBoard
from gamification.rules.campaigns.terms import EARLIEST
from gamification.rules.narrowing import LEAST_PEOPLE, Narrowing
from gamification.rules.policy import key_refusals
from gamification.rules.schedules import EVER, ScheduleError, check_schedule
from gamification.vocabulary import Dimension
from kernel.texts import is_readable

KEY: Final = re.compile("[a-z][a-z0-9-]{0,63}")
LANGUAGE: Final = re.compile("[a-z]{2,3}")
NAME_MOST: Final = 120
RULES_MOST: Final = 200
PEOPLE_MOST: Final = 1_000_000
SETTLING: Final = (5, 10_080)
"""Minutes. Five are longer than any request that was under way when a period ended; a week is the longest."""

FARTHEST: Final = timedelta(days=400)


def is_key(text: str) -> bool:
    """Tell whether ``text`` could be the key of a board; anything else is nobody's."""
    return KEY.fullmatch(text) is not None


def check_board(new: NewBoard, zones: Collection[str], markets: Collection[str], now: datetime) -> None:
    """Accept only a board that can be shown without showing too much; ``zones`` and ``markets`` are all there are.

    Raises:
        InvalidBoardError: names the field.

    """
    if not is_key(new.key):
        raise InvalidBoardError("A key has small letters, digits and hyphens, at most 64.", field="key")
    if not is_readable(new.name, NAME_MOST):
        raise InvalidBoardError(f"A name has 1 to {NAME_MOST} printable characters.", field="name")
    _check_words(new)
    _check_rules(new.rules)
    _check_narrowing(new.narrowing, markets)
    if not LEAST_PEOPLE <= new.minimum <= PEOPLE_MOST:
        raise InvalidBoardError(f"A board shows at least {LEAST_PEOPLE} people, or nobody.", field="minimum")
    if not SETTLING[0] <= new.settling_minutes <= SETTLING[1]:
        raise InvalidBoardError(
            f"A period settles for {SETTLING[0]} to {SETTLING[1]} minutes.", field="settling_minutes"
        )
    if new.zone not in zones:
        raise InvalidBoardError("There is no such time zone.", field="zone")
    try:
        check_schedule(new.schedule, ZoneInfo(new.zone), now)
    except ScheduleError as error:
        raise InvalidBoardError(f"The schedule {error}.", field="schedule") from error
    _check_start(new, now)


def _check_words(new: NewBoard) -> None:
    """No board ranks by what no rule may read: prescribing, sales, samples or formulary data."""
    for field, text in (("key", new.key), *(("rules", rule) for rule in new.rules or ())):
        for _, refused in key_refusals({field: text}):
            raise InvalidBoardError(f"{refused.detail} ({refused.rule}).", field=field, reason=refused.code)


def _check_rules(rules: tuple[str, ...] | None) -> None:
    if rules is None:
        return
    if not 1 <= len(rules) <= RULES_MOST or len(set(rules)) != len(rules) or not all(map(KEY.fullmatch, rules)):
        raise InvalidBoardError("Rules are keys, each once; leave them out to count all.", field="rules")


def _check_narrowing(narrowing: Narrowing | None, markets: Collection[str]) -> None:
    if narrowing is None:
        return
    known = {
        Dimension.MARKET: narrowing.value in markets,
        Dimension.LANGUAGE: LANGUAGE.fullmatch(narrowing.value) is not None,
        Dimension.PROFESSION: narrowing.value in set(Profession),
    }
    if not known[narrowing.dimension]:
        raise InvalidBoardError(f"There is no such {narrowing.dimension}.", field="within.value")


def _check_start(new: NewBoard, now: datetime) -> None:
    if new.starts_at is None:
        return
    if new.starts_at.utcoffset() is None:
        raise InvalidBoardError("A time has an offset from UTC.", field="starts_at")
    if new.starts_at < EARLIEST:
        raise InvalidBoardError("A board does not begin before the year 1900.", field="starts_at")
    far = abs(new.starts_at - now) > FARTHEST
    if far and not (new.schedule == EVER and new.starts_at < now):
        raise InvalidBoardError(f"A board begins within {FARTHEST.days} days.", field="starts_at")
