"""Levels as time passes: points that expire can take a level with them, although nobody did anything."""

from typing import Final

import people
from gamification.rules.levels import as_of, ladder_of
from gamification.service.publishing import current_rules
from gamification.store import lots, standings
from gamification.values import State
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

PEOPLE_AT_ONCE: Final = 200


async def as_of_now(uow: UnitOfWork, state: State) -> State:
    """Return what a state has become by now under the rules in force; only for showing it."""
    if not state.expiring:
        return state
    _, ruleset = await current_rules(uow)
    return as_of(ladder_of(ruleset), state, uow.now.date())


async def lapse_levels(uow: UnitOfWork) -> int:
    """Let levels follow points that have expired; return of how many people. Call it again until that is none.

    Only what is shown moves: the fold lets the same points expire before the next activity. So running it twice, on two
    workers or not at all makes no difference to what anybody earns.
    """
    if not await lots.alone(uow):
        return 0
    persons = sorted(await standings.lapsing(uow, PEOPLE_AT_ONCE))
    if not persons:
        return 0
    await people.lock(uow, persons)
    shown = []
    for person, (level, state) in (await standings.shown(uow, persons)).items():
        now = await as_of_now(uow, state)
        shown.append((person, now))
        if now.level != level:
            uow.record(Action.LEVEL_MOVED, subject=person, before=level, after=now.level)
    await standings.show(uow, shown)
    return len(persons)
