"""What a person's numbers mean today, for showing them; a fold never needs this."""

from datetime import date, datetime, timedelta

import msgspec

from engagement.vocabulary import Profession
from gamification.rules.earnings import State, StreakState
from gamification.rules.grammar import Level, RuleSet, Streak
from gamification.rules.periods import missed, periods_of
from gamification.rules.words import Rhythm


class Here(msgspec.Struct, frozen=True):
    """Where and when somebody asks: the instant (UTC), the person's date, time zone and market; and the profession.

    ``refusals`` are the codes for which the person may be given nothing with a value although the country allows it.
    """

    now: datetime
    today: date
    zone: str
    market: str
    profession: Profession | None = None
    refusals: tuple[str, ...] = ()


def current_length(kept: StreakState, streak: Streak, today: date) -> int:
    """Return how long a streak is on ``today`` (the person's local date).

    It is 0 once more whole periods were missed than its grace and the freezes that are left forgive.
    """
    periods = periods_of(today)
    now = periods.day if streak.every is Rhythm.DAY else periods.week
    return kept.current if missed(kept.period, now, streak.every) <= streak.grace + freezes_of(kept, streak) else 0


def freezes_of(kept: StreakState, streak: Streak) -> int:
    """Return how many missed periods a streak still forgives beside its grace: at most what its rule lets it hold."""
    return min(kept.freezes, streak.freezes.most) if streak.freezes else 0


def level_of(ruleset: RuleSet, number: int) -> Level:
    """Return level ``number`` of a person, or the one below it where a later version has no such level any more."""
    return max((each for each in ruleset.levels if each.level <= number), key=_number, default=ruleset.levels[0])


def _number(level: Level) -> int:
    return level.level


def level_after(ruleset: RuleSet, level: int) -> Level | None:
    """Return the level that follows ``level``, or None above the highest."""
    return next((following for following in ruleset.levels if following.level > level), None)


def next_moment(state: State, now: datetime) -> datetime:
    """Return now, or later than what was done by a clock that is ahead: what staff does comes after all of it."""
    return now if state.last_at is None or state.last_at < now else state.last_at + timedelta(microseconds=1)
