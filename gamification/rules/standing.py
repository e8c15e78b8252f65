"""What a person's numbers mean today, for showing them; a fold never needs this."""

from datetime import date

from gamification.rules.earnings import StreakState
from gamification.rules.grammar import Level, RuleSet
from gamification.rules.periods import periods_of
from gamification.vocabulary import Rhythm


def current_length(streak: StreakState, every: Rhythm, today: date) -> int:
    """Return how long a streak is on ``today`` (the person's local date): 0 once a whole period was missed."""
    periods = periods_of(today)
    going_on = (periods.day, periods.previous_day) if every is Rhythm.DAY else (periods.week, periods.previous_week)
    return streak.current if streak.period in going_on else 0


def level_at(ruleset: RuleSet, points: int) -> Level:
    """Return the level that ``points`` lifetime points reach."""
    return max((level for level in ruleset.levels if level.at <= points), key=lambda level: level.at)


def level_after(ruleset: RuleSet, level: int) -> Level | None:
    """Return the level that follows ``level``, or None above the highest."""
    return next((following for following in ruleset.levels if following.level > level), None)
