"""One person's numbers while activities are folded: a private copy of the state that is changed in place."""

from bisect import bisect_right
from collections.abc import Set as AbstractSet
from datetime import date

from engagement.values import Activity
from gamification.rules.earnings import (
    Award,
    AwardKey,
    BadgeEffect,
    Counter,
    Effects,
    LevelEffect,
    PointsEffect,
    State,
    StreakEffect,
    StreakState,
)
from gamification.rules.periods import periods_of
from gamification.rules.program import BadgeStep, PointsStep, Program, StreakStep

NOTHING = Effects()
"""The effects of an activity that changed nothing: most of them, so they share one value."""


class Progress:
    """A copy of a state, made once per fold. Only ``apply`` changes it, one activity at a time in order of time."""

    __slots__ = (
        "_awarded", "_date", "_fresh", "_held", "_periods", "awards", "badges", "caps", "last", "level", "made",
        "matches", "points", "streaks",
    )  # fmt: skip

    def __init__(self, state: State, awarded: AbstractSet[AwardKey]) -> None:
        """Copy ``state``; ``awarded`` are keys of awards that exist already, and is only read."""
        self.points = state.points
        self.level = state.level
        self.awards = state.awards.copy()
        self.caps = state.caps.copy()
        self.matches = state.matches.copy()
        self.streaks = state.streaks.copy()
        self.badges = list(state.badges)
        self.made: list[Award] = []
        self.last: Activity | None = None
        self._held = set(state.badges)
        self._awarded = awarded
        self._fresh: set[AwardKey] = set()
        self._date = state.last_date or date.min
        self._periods = periods_of(self._date)

    def apply(self, program: Program, activity: Activity) -> Effects:
        """Fold one activity. The date never runs backwards: a move to another time zone must not open a period anew."""
        self.last = activity
        if activity.local_date > self._date:
            self._date = activity.local_date
            self._periods = periods_of(self._date)
        steps = program.steps[activity.verb, activity.kind]
        points = self._points(steps.points, activity) if steps.points else ()
        streaks = self._streaks(steps.streaks, activity) if steps.streaks else ()
        badges = self._badges(steps.badges, activity) if steps.badges else ()
        levels = self._levels(program)
        if points or streaks or badges or levels:
            return Effects(points=points, badges=badges, levels=levels, streaks=streaks)
        return NOTHING

    def state(self, before: State) -> State:
        """Give up the copy as a state; the progress MUST NOT be used afterwards."""
        if self.last is None:
            return before
        return State(
            points=self.points,
            level=self.level,
            awards=self.awards,
            caps=self.caps,
            matches=self.matches,
            streaks=self.streaks,
            badges=tuple(self.badges),
            last_at=self.last.occurred_at,
            last_id=self.last.id,
            last_date=self._date,
        )

    def _points(self, steps: tuple[PointsStep, ...], activity: Activity) -> tuple[PointsEffect, ...]:
        earned: list[PointsEffect] = []
        subject = ""
        for step in steps:
            if (step.check is not None and not step.check(activity)) or self._capped(step):
                continue
            subject = subject or str(activity.content)
            key = AwardKey(step.key, subject, self._periods[step.recurs])
            if key in self._awarded or key in self._fresh:
                continue
            self._award(key, step, activity)
            effect = PointsEffect(rule=step.key, name=step.name, points=step.points, subject=subject, period=key.period)
            earned.append(effect)
        return tuple(earned)

    def _capped(self, step: PointsStep) -> bool:
        for name, per, limit in step.caps:
            counter = self.caps.get(name)
            if counter is not None and counter.count >= limit and counter.period == self._periods[per]:
                return True
        return False

    def _award(self, key: AwardKey, step: PointsStep, activity: Activity) -> None:
        self._fresh.add(key)
        self.made.append(Award(key, step.points, activity.id))
        self.points += step.points
        self.awards[step.key] = self.awards.get(step.key, 0) + 1
        for name, per, _ in step.caps:
            period, counter = self._periods[per], self.caps.get(name)
            going_on = counter is not None and counter.period == period
            self.caps[name] = Counter(period, counter.count + 1 if counter is not None and going_on else 1)

    def _streaks(self, steps: tuple[StreakStep, ...], activity: Activity) -> tuple[StreakEffect, ...]:
        changed: list[StreakEffect] = []
        for step in steps:
            if step.check is not None and not step.check(activity):
                continue
            period, before = self._periods[step.every], self.streaks.get(step.key)
            if before is not None and before.period == period:
                continue
            goes_on = before is not None and before.period == self._periods[step.previous]
            current = before.current + 1 if before is not None and goes_on else 1
            longest = max(current, before.longest) if before is not None else current
            self.streaks[step.key] = StreakState(period, current, longest)
            changed.append(StreakEffect(key=step.key, name=step.name, current=current, longest=longest))
        return tuple(changed)

    def _badges(self, steps: tuple[BadgeStep, ...], activity: Activity) -> tuple[BadgeEffect, ...]:
        earned: list[BadgeEffect] = []
        for key, is_earned, effect in steps:
            if key in self._held or not is_earned(self, activity):
                continue
            self._held.add(key)
            self.badges.append(key)
            self.matches.pop(key, None)
            self.made.append(Award(AwardKey(key, "", "ever"), 0, activity.id))
            earned.append(effect)
        return tuple(earned)

    def _levels(self, program: Program) -> tuple[LevelEffect, ...]:
        """Rise, never fall. The first level is where everyone starts, so nobody is told of reaching it."""
        reached = bisect_right(program.starts, self.points)
        if program.levels[reached - 1].level <= self.level:
            return ()
        risen = [step for step in program.levels[:reached] if step.level > self.level]
        self.level = risen[-1].level
        return tuple(step.effect for step in risen if step.at > 0)
