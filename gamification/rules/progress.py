"""Folding one activity after the other into one person's numbers."""

from datetime import UTC

from engagement.values import Activity
from gamification.rules.compiling import BadgeStep, CommunityStep, PointsStep, QuestStep, StreakStep
from gamification.rules.earnings import (
    Award,
    AwardKey,
    BadgeEffect,
    ContributionEffect,
    Counter,
    Effects,
    LevelEffect,
    PointsEffect,
    QuestEffect,
    StreakEffect,
)
from gamification.rules.levels import Footing, lapsed
from gamification.rules.person import Person
from gamification.rules.program import Program, Steps
from gamification.rules.questing import advanced
from gamification.rules.streaks import kept
from gamification.vocabulary import RECOGNITION, AwardKind, Blocked

NOTHING = Effects()  # of an activity that changed nothing: most of them, so they share one value


class Progress(Person):
    """A person's numbers that ``apply`` changes, one activity at a time in order of time."""

    __slots__ = ()

    def apply(self, program: Program, activity: Activity) -> Effects:
        """Fold one activity: streaks before points, so that what pays for a streak pays with what keeps it up."""
        self.last = activity
        if activity.local_date > self.today:
            self.move_to(activity.local_date)
        if self.expiring:
            self._lapse(program, activity)
        steps = program.steps(activity)
        if steps.watchers:
            self.watch(steps, activity)
        streaks = self._streaks(steps.streaks, activity) if steps.streaks else ()
        points = self._points(steps.points, activity) if steps.points else ()
        quests = self._quests(steps.quests, activity) if steps.quests else ()
        given, bonus = self._community(steps.community, activity) if steps.community else ((), ())
        levels = self._levels(program)
        badges = self._badges(program, steps, activity)
        if points or streaks or quests or badges or levels or given:
            return Effects(
                points=points + bonus,
                badges=badges,
                levels=levels,
                streaks=streaks,
                quests=quests,
                contributions=given,
            )
        return NOTHING

    def _points(self, steps: tuple[PointsStep, ...], activity: Activity) -> tuple[PointsEffect, ...]:
        earned: list[PointsEffect] = []
        item = ""
        for step in steps:
            if step.check is not None and not step.check(activity):
                continue
            points = step.worth(activity) if step.factors else step.points
            if points == 0:
                continue
            if self.fixed:
                points = min(points, self.fixed.get(self._key(step, activity), points))
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
                PointsEffect(
                    rule=step.key,
                    name=step.name,
                    points=points,
                    subject=subject,
                    period=key.period,
                    currency=step.terms.currency,
                )
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
            expires_at = step.terms.expires_at(activity.occurred_at)
            if expires_at is not None:
                day = expires_at.astimezone(UTC).date().isoformat()
                self.expiring[day] = self.expiring.get(day, 0) + points
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
            after = self.streaks[step.key] = kept(step, before, period)
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
        points = min(step.points, self.fixed.get(key, step.points))
        self.made.append(Award(key, points, activity.id, AwardKind.QUEST, step.terms))
        if points:
            self._earn(points)
        return points

    def _community(
        self, steps: tuple[CommunityStep, ...], activity: Activity
    ) -> tuple[tuple[ContributionEffect, ...], tuple[PointsEffect, ...]]:
        """Contribute an item to community quests; the first contribution to one that was reached brings the bonus."""
        given: list[ContributionEffect] = []
        paid: list[PointsEffect] = []
        item = str(activity.content)
        for step in steps:
            count = self.matches.get(step.key, 0)
            full = step.most_each is not None and count >= step.most_each
            key = AwardKey(step.key, item, "ever")
            known = key in self._fresh or key in self._awarded
            if full or known or (step.check is not None and not step.check(activity)):
                continue
            if key in self._denied:
                self.held[key] = Blocked.BUDGET
                continue
            self._fresh.add(key)
            self.matches[step.key] = count + 1
            self.made.append(Award(key, 0, activity.id, AwardKind.CONTRIBUTION, step.each))
            given.append(ContributionEffect(key=step.key, name=step.name, subject=item))
            if count == 0 and step.key in self.reached:
                paid += self._bonus(step, activity)
        return tuple(given), tuple(paid)

    def _bonus(self, step: CommunityStep, activity: Activity) -> list[PointsEffect]:
        key = AwardKey(step.key, "", "ever")
        if key in self._denied:
            self.held[key] = Blocked.BUDGET
            return []
        points = min(step.points, self.fixed.get(key, step.points))
        self.made.append(Award(key, points, activity.id, AwardKind.COMMUNITY, step.bonus))
        self._earn(points)
        return [PointsEffect(rule=step.key, name=step.name, points=points, subject="", period=key.period)]

    def _badges(self, program: Program, steps: Steps, activity: Activity) -> tuple[BadgeEffect, ...]:
        """Look at the badges that this activity or what it changed can bring; a badge can bring another one.

        One that staff took back can be earned anew once its ground had gone; nobody holds it, so no effect tells of it.
        """
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
                step = candidates[position]
                if self._earned(step, activity) and step.key not in self.revoked:
                    earned.append(step.effect)
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
        if (ends := step.terms.expires_at(activity.occurred_at)) is not None:
            self.ending[step.key] = ends
        self.made.append(Award(key, 0, activity.id, AwardKind.BADGE, step.terms))
        self._signals.add(f"badge:{step.key}")
        return True

    def _lapse(self, program: Program, activity: Activity) -> None:
        """Let what has expired by now stop counting for the level, before anything is earned."""
        day = activity.occurred_at.astimezone(UTC).date()
        if min(self.expiring) <= day.isoformat():
            footing = Footing(self.level, self.expired, self.expiring)
            self.level, self.expired, expiring = lapsed(program.ladder, self.points, footing, day)
            self.expiring = dict(expiring)

    def _levels(self, program: Program) -> tuple[LevelEffect, ...]:
        """Rise. The first level is where everyone starts, so nobody is told of reaching it."""
        risen = program.ladder.risen(self.level, program.ladder.counted(self.points, self.expired))
        if not risen:
            return ()
        self.level = risen[-1].level
        self._signals.add("level")
        return tuple(step.effect for step in risen if step.at > 0)
