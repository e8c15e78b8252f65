"""How a quest goes on with one more activity."""

from collections.abc import Iterable
from datetime import date

from engagement.values import Activity
from gamification.rules.compiling import QuestStep
from gamification.rules.earnings import QuestState
from gamification.rules.periods import days_between


def advanced(
    step: QuestStep, before: QuestState | None, activity: Activity, today: date
) -> tuple[QuestState | None, int]:
    """Return the quest after ``activity`` and how many of its steps are done; ``before`` itself if nothing changed.

    An activity counts for the first open step that it matches, an item once per step; in an ordered quest only the
    first open step can go on. One that was not finished in time begins anew.
    """
    alive = before is not None and (step.within_days is None or days_between(before.began, today) <= step.within_days)
    begun = before if alive and before is not None else None
    done: list[tuple[str, ...]] = list(begun.done) if begun is not None else [()] * len(step.stages)
    item = str(activity.content)
    for number, stage in enumerate(step.stages):
        if len(done[number]) >= stage.at_least:
            continue
        if stage.matches(activity) and item not in done[number]:
            done[number] = (*done[number], item)
            after = QuestState(begun.began if begun is not None else today, tuple(done))
            return after, _finished(step, after)
        if step.ordered:
            break
    return before, _finished(step, before) if before is not None else 0


def stages_done(at_least: Iterable[int], state: QuestState) -> int:
    """Return how many steps of a quest are done, given how many items each needs."""
    return sum(len(items) >= needed for items, needed in zip(state.done, at_least, strict=True))


def _finished(step: QuestStep, state: QuestState) -> int:
    return stages_done([stage.at_least for stage in step.stages], state)
