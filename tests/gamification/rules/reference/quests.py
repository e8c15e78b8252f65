"""Quests, each time played again from the first activity on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content.vocabulary import ContentId
from gamification.rules.grammar import Quest
from tests.gamification.rules.reference.matching import applying, barred, fits

if TYPE_CHECKING:
    from datetime import date

    from engagement.values import Activity
    from tests.gamification.rules.reference.story import Story


def done(story: Story, quest: Quest, moment: int) -> bool:
    """Whether the activity of this moment finishes the quest."""
    began: date | None = None
    items: list[set[ContentId]] = []
    changed = False
    for each in range(moment + 1):
        activity = story.history[each][1]
        for now in standing(quest, story, each):
            today = story.days[each]
            late = began is None or (now.within_days is not None and (today - began).days > now.within_days)
            before = [set[ContentId]() for _ in now.steps] if late else items
            step = taken(now, before, activity)
            changed = step is not None
            if step is not None:
                began = today if late else began
                items = before
                items[step].add(activity.content)
    return changed and all(len(found) >= step.at_least for found, step in zip(items, quest.steps, strict=True))


def standing(quest: Quest, story: Story, moment: int) -> list[Quest]:
    """The quest as it stood at a moment, as long as its steps were these."""
    ruleset, activity = story.history[moment]
    return [
        each
        for rules in applying(ruleset, activity)
        for each in rules.quests
        if each.key == quest.key and each.steps == quest.steps and not barred(ruleset, each, activity)
    ]


def taken(quest: Quest, items: list[set[ContentId]], activity: Activity) -> int | None:
    """The first open step that the activity goes further, if any."""
    still_open = [number for number, step in enumerate(quest.steps) if len(items[number]) < step.at_least]
    for number in still_open[:1] if quest.ordered else still_open:
        if fits(quest.steps[number].when, activity) and activity.content not in items[number]:
            return number
    return None
