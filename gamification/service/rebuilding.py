"""Rebuilding what people have from what they did: the same fold, compared with what is kept, and put right."""

from typing import Final

import msgspec

import engagement
from gamification.programme_values import Difference, Discrepancy, Rebuilt
from gamification.rules import EMPTY
from gamification.rules.levels import next_lapse
from gamification.service.agreeing import agreed_of
from gamification.service.budgeting import deny_beyond_budgets
from gamification.service.changing import Change, Decisions, write
from gamification.service.levels import as_of_now
from gamification.service.refolding import Replay, correction, once_more
from gamification.store import awards, standings
from gamification.store.standings import Stored
from gamification.values import State
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

CHUNK: Final = 100
"""People in one transaction: their locks hold up what they record meanwhile."""


async def rebuild(uow: UnitOfWork, after: PersonId | None, *, mend: bool) -> Rebuilt:
    """Fold the whole histories of some people once more and compare; with ``mend`` write what differs, as corrections.

    Call it again with the answer's ``last`` until that is None. Whoever doesn't agree to gamification now is left out.
    Where the ledger doesn't hold the awards that a person has, nothing is mended: its entries are never changed, and
    any correction would rest on a wrong one.
    """
    persons = await _people_after(uow, after)
    agreed, decisions = await agreed_of(uow, persons)
    replays = [await once_more(uow, person) for person in agreed]
    await deny_beyond_budgets(uow, [replay.run for replay in replays])
    differences, changes = [], []
    for replay in replays:
        change, different = await _compared(uow, replay, decisions)
        if different:
            mended = mend and Discrepancy.LEDGER not in different
            differences.append(Difference(replay.run.person, tuple(different), mended=mended))
            changes += [change] if mended else []
    if changes:
        await write(uow, changes, decisions)
    uow.record(Action.PROGRAMME_COMPARED, count=len(agreed), different=len(differences))
    for each in differences:
        found = [part.value for part in each.found]
        uow.record(Action.PROGRAMME_REBUILT, subject=each.person, found=found, mended=each.mended)
    return Rebuilt(
        people=len(agreed),
        left_out=len(persons) - len(agreed),
        activities=sum(len(replay.history) for replay in replays),
        differences=differences,
        last=persons[-1] if persons else None,
    )


async def _people_after(uow: UnitOfWork, after: PersonId | None) -> list[PersonId]:
    """Return the next people of whom something is kept, or of whom something should be."""
    scored = await engagement.scored_people(uow, after, None, None, CHUNK)
    return sorted({*scored, *await standings.people_after(uow, after, CHUNK)})[:CHUNK]


async def _compared(uow: UnitOfWork, replay: Replay, decisions: Decisions) -> tuple[Change, list[Discrepancy]]:
    """Return what would put a person right, and what is wrong."""
    person, state = replay.run.person, replay.run.folded.state
    kept = await standings.stored(uow, person)
    points = kept.points if kept else 0
    change = await correction(uow, replay, (), EMPTY, decisions)
    change = msgspec.structs.replace(change, moved=state.points - points)
    if kept is None and not replay.history:
        return change, []
    found = []
    if change.grants or change.reversals:
        found.append(Discrepancy.AWARDS)
    if points != state.points:
        found.append(Discrepancy.POINTS)
    if kept is None or _read(kept.state) != state:
        found.append(Discrepancy.STATE)
    if kept is None or not await _shows(uow, kept, state):
        found.append(Discrepancy.LEVEL)
    if not await awards.booked(uow, person):
        found.append(Discrepancy.LEDGER)
    return change, found


def _read(state: bytes) -> State | None:
    try:
        return msgspec.json.decode(state, type=State)
    except msgspec.MsgspecError:
        return None


async def _shows(uow: UnitOfWork, kept: Stored, state: State) -> bool:
    """Tell whether the level that is shown is right, or is about to be put right by the worker."""
    if kept.lapses_on is not None and kept.lapses_on <= uow.now.date():
        return True
    now = await as_of_now(uow, state)
    return (kept.level, kept.expired, kept.lapses_on) == (now.level, now.expired, next_lapse(now))


async def people_to_rebuild(uow: UnitOfWork) -> int:
    """Return about how many people there are to rebuild."""
    return await standings.count(uow)
