"""The one place that decides points: a pure fold over one person's activities in order of ``(occurred_at, id)``.

No IO, no clock, no randomness. The live path, previews and replays all call ``fold``. Each activity comes with the rule
set it was recorded under, so a new version never rewrites what an older one decided.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from engagement.values import Activity
from gamification.errors import OutOfOrderError
from gamification.rules.compiling import CapStep
from gamification.rules.earnings import AwardKey, Counter, Effects, Folded, Intervention, Outcome, State, moment_of
from gamification.rules.grammar import RuleSet
from gamification.rules.grandfathering import begun_by, earned, every_meaning, judged_by
from gamification.rules.periods import periods_of
from gamification.rules.program import program_of
from gamification.rules.progress import Progress

Step: TypeAlias = tuple[RuleSet, Activity]
"""An activity and the rule set it was recorded under."""

EMPTY = State()
NO_AWARDS: frozenset[AwardKey] = frozenset()


def evaluate(ruleset: RuleSet, state: State, activity: Activity, awarded: AbstractSet[AwardKey] = NO_AWARDS) -> Outcome:
    """Fold one activity into ``state`` and return what it changed; the inputs stay as they are.

    ``awarded`` MUST hold every key of ``candidates(state, [(ruleset, activity)])`` whose award exists.
    Raise ``OutOfOrderError`` if ``is_late``.
    """
    folded = fold(state, [(ruleset, activity)], awarded)
    return Outcome(folded.effects[0], folded.awards, folded.state)


def fold(
    state: State,
    steps: Sequence[Step],
    awarded: AbstractSet[AwardKey] = NO_AWARDS,
    denied: Container[AwardKey] = NO_AWARDS,
    *,
    fixed: Mapping[AwardKey, int] = MappingProxyType({}),
    reached: Container[str] = (),
    interventions: Sequence[Intervention] = (),
    noting: bool = False,
) -> Folded:
    """Fold activities of one person, given in any order, into ``state``; the inputs stay as they are.

    ``awarded`` MUST hold every key of ``candidates(state, steps)`` whose award exists; a replay from ``EMPTY`` passes
    none. ``denied`` are awards that a used-up budget has refused for good: as if their rule did not apply. ``fixed``
    are awards that pay what they were paid before, because no budget can pay what they would be worth now.
    ``reached`` are the community quests whose target everybody together has reached: who contributed gets the bonus.
    ``interventions`` are what staff did since the last step of ``state``, in any order.
    An id that comes again changes nothing and has the effects of the first one.
    With ``noting`` the answer also says what full caps held back, which takes a little longer.
    Raise ``OutOfOrderError`` if one of them ``is_late``.
    """
    order = _in_order(state, steps)
    progress = Progress(state, awarded, denied)
    progress.noting, progress.fixed, progress.reached = noting, fixed, reached
    done: dict[int, Effects] = {}
    effects: list[Effects] = [Effects()] * len(steps)
    begun = begun_by(state.begun, steps)
    waiting = sorted(interventions, key=moment_of, reverse=True)
    ruleset, judged, program, made = None, None, None, 0
    for position in order:
        given, activity = steps[position]
        if program is None or judged is None or given is not ruleset:
            ruleset, judged = given, judged_by(given, begun)
            program = program_of(judged)
        if waiting:
            _intervene(progress, waiting, _moment(activity))
        number = activity.id.int
        if number not in done:
            done[number] = progress.apply(program, activity)
        effects[position] = done[number]
        if len(progress.made) > made:
            if given.campaigns and earned(begun, judged, progress.made[made:]):
                ruleset = None  # what comes next may be judged by the revision under which this was earned
            made = len(progress.made)
    _intervene(progress, waiting, None)
    after = progress.state(state)
    if begun:
        after = msgspec.structs.replace(after, begun=begun)
    return Folded(tuple(effects), tuple(progress.made), after, progress.held)


def _intervene(progress: Progress, waiting: list[Intervention], until: tuple[datetime, int] | None) -> None:
    """Take what staff did before a moment; ``waiting`` has the next one last."""
    while waiting and (until is None or moment_of(waiting[-1]) < until):
        progress.intervene(waiting.pop())


def is_late(state: State, activity: Activity) -> bool:
    """Tell whether ``activity`` comes before (or is) the last one folded: then only a replay gives the right answer."""
    if state.last_at is None or state.last_id is None:
        return False
    return (activity.occurred_at, activity.id.int) <= (state.last_at, state.last_id.int)


def candidates(state: State, steps: Iterable[Step]) -> set[AwardKey]:
    """Return the keys that folding ``steps`` into ``state`` can ask for: look up which of these awards exist.

    Keys behind a cap that is full already are left out; nothing can be awarded there.
    """
    keys: set[AwardKey] = set()
    today = state.last_date or date.min
    for ruleset, activity in sorted(steps, key=lambda step: _moment(step[1])):
        today = max(today, activity.local_date)
        periods = periods_of(today)
        for touched in (program_of(each).steps(activity) for each in every_meaning(ruleset)):
            keys.update(AwardKey(goal.key, str(activity.content), "ever") for goal in touched.community)
            keys.update(
                AwardKey(rule.key, str(activity.content) if rule.per_item else "", periods[rule.recurs])
                for rule in touched.points
                if (rule.check is None or rule.check(activity)) and not _full(state.caps, rule.caps, periods)
            )
    return keys


def _in_order(state: State, steps: Sequence[Step]) -> list[int]:
    """Return the places of ``steps`` in order of time; raise ``OutOfOrderError`` if the first of them is late."""
    order = sorted(range(len(steps)), key=lambda position: _moment(steps[position][1]))
    if order and is_late(state, steps[order[0]][1]):
        detail = "an activity is older than the last one folded"
        raise OutOfOrderError(detail, activity=str(steps[order[0]][1].id))
    return order


def _moment(activity: Activity) -> tuple[datetime, int]:
    return activity.occurred_at, activity.id.int


def _full(counters: dict[str, Counter], caps: tuple[CapStep, ...], periods: tuple[str, ...]) -> bool:
    return any(
        cap.counter in counters
        and counters[cap.counter].period == periods[cap.per]
        and counters[cap.counter].count >= cap.limit
        for cap in caps
    )
