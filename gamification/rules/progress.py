"""One person's numbers while activities are folded: a private copy of the state that is changed in place."""

from bisect import bisect_right
from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from engagement.values import Activity
from gamification.rules.compiling import BadgeStep, PointsStep, QuestStep, StreakStep
from gamification.rules.earnings import (
    Award,
    AwardKey,
    BadgeEffect,
    Counter,
    Effects,
    LevelEffect,
    PointsEffect,
    QuestEffect,
    State,
    StreakEffect,
    StreakState,
)
from gamification.rules.periods import missed, periods_of
from gamification.rules.program import Program, Steps
from gamification.rules.questing import advanced
from gamification.rules.watching import UNSEEN
from gamification.vocabulary import RECOGNITION, AwardKind, Blocked

NOTHING = Effects()  # of an activity that changed nothing: most of them, so they share one value


class Progress:
    """A copy of a state, made once per fold. Only ``apply`` changes it, one activity at a time in order of time."""

    __slots__ = (
        "_awarded", "_checked", "_denied", "_fresh", "_held", "_refused", "_signals", "awards", "badges", "caps",
        "done", "fixed", "held", "last", "level", "made", "matches", "noting", "periods", "points", "quests", "seen",
        "streaks", "today",
    )  # fmt: skip

    def __init__(self, state: State, awarded: AbstractSet[AwardKey], denied: Container[AwardKey]) -> None:
        """Copy ``state``; ``awarded`` are keys of awards that exist already, ``denied`` those that never will."""
        self.noting = False
        self.fixed: Mapping[AwardKey, int] = {}
        self.points, self.level = state.points, state.level
        self.awards = state.awards.copy()
        self.caps = state.caps.copy()
        self.matches = state.matches.copy()
        self.streaks = state.streaks.copy()
        self.badges = list(state.badges)
        self.seen = state.seen.copy()
        self.quests = state.quests.copy()
        self.done = list(state.quests_done)
        self.made: list[Award] = []
        self.held: dict[AwardKey, Blocked] = {}
        self.last: Activity | None = None
        self.today = state.last_date or date.min
        self.periods = periods_of(self.today)
        self._held = set(state.badges)
        self._refused = set(state.denied)
        self._checked = state.checked
        self._awarded = awarded
        self._denied = denied
        self._fresh: set[AwardKey] = set()
        self._signals: set[str] = set()

    def holds(self, badge: str) -> bool:
        """Tell whether the person holds a badge."""
        return badge in self._held

    def move_to(self, day: date) -> None:
        """Let it be ``day``, unless it is later already: a move to another time zone must not open a period anew."""
        if day > self.today:
            self.today = day
            self.periods = periods_of(day)

    def apply(self, program: Program, activity: Activity) -> Effects:
        """Fold one activity: streaks before points, so that what pays for a streak pays with what keeps it up."""
        self.last = activity
        if activity.local_date > self.today:
            self.move_to(activity.local_date)
        steps = program.steps(activity)
        if steps.watchers:
            self.watch(steps, activity)
        streaks = self._streaks(steps.streaks, activity) if steps.streaks else ()
        points = self._points(steps.points, activity) if steps.points else ()
        quests = self._quests(steps.quests, activity) if steps.quests else ()
        levels = self._levels(program)
        badges = self._badges(program, steps, activity)
        if points or streaks or quests or badges or levels:
            return Effects(points=points, badges=badges, levels=levels, streaks=streaks, quests=quests)
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
            denied=tuple(sorted(self._refused)),
            seen=self.seen,
            quests=self.quests,
            quests_done=tuple(self.done),
            checked=self._checked,
            last_at=self.last.occurred_at,
            last_id=self.last.id,
            last_date=self.today,
        )

    def watch(self, steps: Steps, activity: Activity, *, also: str | None = None) -> None:
        """Let the conditions that the activity touches see it; of badges that are held only those of ``also``."""
        for badge, (name, _, watch) in steps.watchers:
            if badge is None or badge == also or not (badge in self._held or badge in self._refused):
                before = self.seen.get(name, UNSEEN)
                after = watch(before, activity, self)
                if after is not before:
                    self.seen[name] = after

    def _points(self, steps: tuple[PointsStep, ...], activity: Activity) -> tuple[PointsEffect, ...]:
        earned: list[PointsEffect] = []
        item = ""
        for step in steps:
            if step.check is not None and not step.check(activity):
                continue
            points = step.worth(activity) if step.factors else step.points
            if self.fixed:
                points = self.fixed.get(self._key(step, activity), points)
            if points == 0:
                continue
            if step.caps and self._capped(step, points):
                if self.noting:
                    self._note(step, activity)
                continue
            item = item or str(activity.content)
            subject = item if step.per_item else ""
            key = AwardKey(step.key, subject, self.periods[step.recurs])
            if key in self._fresh or key in self._awarded or (step.met is not None and not step.met(self)):
                continue
            if key in self._denied:
                self.held[key] = Blocked.BUDGET
                continue
            self._award(key, step, points, activity)
            earned.append(
                PointsEffect(rule=step.key, name=step.name, points=points, subject=subject, period=key.period)
            )
        return tuple(earned)

    def _note(self, step: PointsStep, activity: Activity) -> None:
        """Note that a full cap holds an award back, unless it isn't for the cap alone."""
        key = self._key(step, activity)
        known = key in self._fresh or key in self._awarded or key in self._denied
        if not known and (step.met is None or step.met(self)):
            self.held[key] = Blocked.CAP

    def _key(self, step: PointsStep, activity: Activity) -> AwardKey:
        return AwardKey(step.key, str(activity.content) if step.per_item else "", self.periods[step.recurs])

    def _capped(self, step: PointsStep, points: int) -> bool:
        for name, per, limit, of_points in step.caps:
            counter = self.caps.get(name)
            used = counter.count if counter is not None and counter.period == self.periods[per] else 0
            if used + (points if of_points else 1) > limit:
                return True
        return False

    def _award(self, key: AwardKey, step: PointsStep, points: int, activity: Activity) -> None:
        self._fresh.add(key)
        if self.held:
            self.held.pop(key, None)
        self.made.append(Award(key, points, activity.id, AwardKind.POINTS, step.terms))
        if step.terms.currency == RECOGNITION:
            self._earn(points)
        self.awards[step.key] = self.awards.get(step.key, 0) + 1
        self._signals.add(step.signal)
        for name, per, _, of_points in step.caps:
            period, counter = self.periods[per], self.caps.get(name)
            used = counter.count if counter is not None and counter.period == period else 0
            self.caps[name] = Counter(period, used + (points if of_points else 1))

    def _earn(self, points: int) -> None:
        self.points += points
        self._signals.add("points")

    def _streaks(self, steps: tuple[StreakStep, ...], activity: Activity) -> tuple[StreakEffect, ...]:
        changed: list[StreakEffect] = []
        for step in steps:
            if step.check is not None and not step.check(activity):
                continue
            period, before = self.periods[step.position], self.streaks.get(step.key)
            if before is not None and before.period == period:
                continue
            after = self.streaks[step.key] = _kept(step, before, period)
            self._signals.add(step.signal)
            changed.append(StreakEffect(key=step.key, name=step.name, current=after.current, longest=after.longest))
        return tuple(changed)

    def _quests(self, steps: tuple[QuestStep, ...], activity: Activity) -> tuple[QuestEffect, ...]:
        changed: list[QuestEffect] = []
        for step in steps:
            if step.key in self.done or (step.check is not None and not step.check(activity)):
                continue
            before = self.quests.get(step.under_way)
            after, stages = advanced(step, before, activity, self.today)
            if after is None or after is before:
                continue
            self.quests[step.under_way] = after
            points = self._finish(step, activity) if stages == len(step.stages) else 0
            changed.append(
                QuestEffect(key=step.key, name=step.name, done=stages, steps=len(step.stages), points=points)
            )
        return tuple(changed)

    def _finish(self, step: QuestStep, activity: Activity) -> int:
        self.quests.pop(step.under_way)
        self.done.append(step.key)
        key = AwardKey(step.key, "", "ever")
        if key in self._denied:
            self.held[key] = Blocked.BUDGET
            return 0
        points = self.fixed.get(key, step.points)
        self.made.append(Award(key, points, activity.id, AwardKind.QUEST, step.terms))
        if points:
            self._earn(points)
        return points

    def _badges(self, program: Program, steps: Steps, activity: Activity) -> tuple[BadgeEffect, ...]:
        """Look at the badges that this activity or what it changed can bring; a badge can bring another one."""
        if not steps.badges and not self._signals and not program.always and self._checked == program.digest:
            return ()
        candidates = {step.position: step for step in steps.badges}
        if program.always:
            candidates |= {step.position: step for step in program.always}
        if self._checked != program.digest:
            self._checked = program.digest
            candidates |= {step.position: step for step in program.waiting}
        looked: set[int] = set()
        earned: list[BadgeEffect] = []
        while True:
            for signal in self._signals:
                for step in program.by_signal.get(signal, ()):
                    candidates[step.position] = step
            self._signals.clear()
            for position in sorted(candidates.keys() - looked):
                looked.add(position)
                if self._earned(candidates[position], activity):
                    earned.append(candidates[position].effect)
            if not self._signals:
                return tuple(earned)
            looked -= {step.position for signal in self._signals for step in program.by_signal.get(signal, ())}

    def _earned(self, step: BadgeStep, activity: Activity) -> bool:
        if step.key in self._held or step.key in self._refused:
            return False
        if (step.check is not None and not step.check(activity)) or not step.earned(self, activity):
            return False
        self.matches.pop(step.key, None)
        for name in [name for name in self.seen if name.startswith(f"{step.key}/")]:
            del self.seen[name]
        key = AwardKey(step.key, "", "ever")
        if key in self._denied:
            self._refused.add(step.key)
            self.held[key] = Blocked.BUDGET
            return False
        self._held.add(step.key)
        self.badges.append(step.key)
        self.made.append(Award(key, 0, activity.id, AwardKind.BADGE, step.terms))
        self._signals.add(f"badge:{step.key}")
        return True

    def _levels(self, program: Program) -> tuple[LevelEffect, ...]:
        """Rise, never fall. The first level is where everyone starts, so nobody is told of reaching it."""
        reached = bisect_right(program.starts, self.points)
        if program.levels[reached - 1].level <= self.level:
            return ()
        risen = [step for step in program.levels[:reached] if step.level > self.level]
        self.level = risen[-1].level
        self._signals.add("level")
        return tuple(step.effect for step in risen if step.at > 0)


def _kept(step: StreakStep, before: StreakState | None, period: str) -> StreakState:
    """Return a streak that was kept up in ``period``: a gap takes grace first, then freezes, or ends it."""
    if before is None:
        return StreakState(period, 1, 1, _accrued(step, 1, step.freezes))
    gap = missed(before.period, period, step.every) - step.forgiven
    freezes = min(before.freezes, step.most)
    if gap > freezes:
        return StreakState(period, 1, before.longest, _accrued(step, 1, freezes))
    current = before.current + 1
    return StreakState(period, current, max(current, before.longest), _accrued(step, current, freezes - max(gap, 0)))


def _accrued(step: StreakStep, current: int, freezes: int) -> int:
    return min(step.most, freezes + 1) if step.earns is not None and current % step.earns == 0 else freezes
