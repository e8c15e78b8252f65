"""Turning stored activities into awards: the fold in order, or once more over the whole history when one came late."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

import engagement
from consent.values import Decision
from consent.vocabulary import BOARD_TOPIC, Purpose
from engagement import Stored
from gamification.errors import AwardRacedError
from gamification.rules import EMPTY, Step, candidates, corrections, fold, is_late, late_effects
from gamification.service.publishing import rules_of
from gamification.store import awards, standings
from gamification.values import AwardKey, Effects, Grant, Reversal, State
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Decisions = Mapping[tuple[PersonId, Purpose], Decision]
NOTHING = Effects()


class Change(msgspec.Struct):
    """What one person's new activities change."""

    person: PersonId
    state: State
    moved: int = 0
    grants: list[Grant] = []
    reversals: list[Reversal] = []
    effects: dict[UUID, Effects] = {}


async def award_all(uow: UnitOfWork, fresh: Sequence[Stored], consents: Decisions) -> dict[UUID, Effects]:
    """Award what newly stored activities earn; return what each of them changed.

    The people MUST be locked. Activities without a rules version earn nothing.
    """
    by_person: dict[PersonId, list[Stored]] = {}
    for row in fresh:
        if row.rules_version is not None:
            by_person.setdefault(row.activity.person, []).append(row)
    if not by_person:
        return {}
    states = await standings.states(uow, list(by_person))
    changes = await _in_order(uow, by_person, states, consents)
    for person, rows in by_person.items():
        if person not in changes:
            changes[person] = await _once_more(uow, rows, states[person], consents)
    await _write(uow, list(changes.values()), consents)
    return {activity: effects for change in changes.values() for activity, effects in change.effects.items()}


async def award_again(uow: UnitOfWork, persons: Sequence[PersonId], consents: Decisions) -> None:
    """Fold these people's whole histories again and write what that changes; nobody is told.

    The people MUST be locked. For whoever changed which rules score an activity that is stored already.
    """
    states = await standings.states(uow, persons)
    changes = []
    for person in persons:
        history = await engagement.history(uow, person)
        if history:
            change = await _once_more(uow, history, states.get(person, EMPTY), consents)
            changes.append(msgspec.structs.replace(change, effects={}))
    if changes:
        await _write(uow, changes, consents)


async def _in_order(
    uow: UnitOfWork, by_person: Mapping[PersonId, list[Stored]], states: Mapping[PersonId, State], consents: Decisions
) -> dict[PersonId, Change]:
    """Fold the people whose new activities are all later than everything before; one look-up for all of them."""
    steps: dict[PersonId, list[Step]] = {}
    keys: list[tuple[PersonId, AwardKey]] = []
    for person, rows in by_person.items():
        state = states.get(person, EMPTY)
        if any(is_late(state, row.activity) for row in rows):
            continue
        steps[person] = await _steps(uow, rows)
        keys += [(person, key) for key in candidates(state, steps[person])]
    found: dict[PersonId, set[AwardKey]] = {}
    for person, key in await awards.existing(uow, keys):
        found.setdefault(person, set()).add(key)
    changes = {}
    for person, theirs in steps.items():
        before = states.get(person, EMPTY)
        folded = fold(before, theirs, found.get(person, frozenset()))
        by_id = {row.activity.id: row for row in by_person[person]}
        grants = [_grant(by_id[award.activity], award.key, award.points, consents) for award in folded.awards]
        effects = {step[1].id: each for step, each in zip(theirs, folded.effects, strict=True)}
        moved = sum(award.points for award in folded.awards)
        changes[person] = Change(person, folded.state, moved, grants, [], effects)
    return changes


async def _once_more(uow: UnitOfWork, rows: Sequence[Stored], before: State, consents: Decisions) -> Change:
    """Fold one person's whole history again, because something came late, and correct the difference."""
    person = rows[0].activity.person
    history = await engagement.history(uow, person)
    replayed = fold(EMPTY, await _steps(uow, history))
    existing = await awards.of_person(uow, person)
    desired = {award.key: award.points for award in replayed.awards}
    changed = corrections(existing, desired)
    earned_by = {award.key: award.activity for award in replayed.awards}
    by_id = {row.activity.id: row for row in history}
    changed_points = {key: new for key, (_, new) in changed.to_change.items()}
    grants = [
        _grant(by_id[earned_by[key]], key, points, consents)
        for key, points in (changed.to_award | changed_points).items()
    ]
    reversals = [Reversal(person, key) for key in (*changed.to_reverse, *changed.to_change)]
    moved = sum(desired.values()) - sum(existing.values())
    newest = max(rows, key=lambda row: row.rules_version or 0)
    effects = dict.fromkeys((row.activity.id for row in rows), NOTHING)
    first_late = min(rows, key=lambda row: (row.activity.occurred_at, row.activity.id))
    ruleset = await rules_of(uow, newest.rules_version or 0)
    effects[first_late.activity.id] = late_effects(ruleset, before, replayed, changed)
    return Change(person, replayed.state, moved, grants, reversals, effects)


async def _steps(uow: UnitOfWork, rows: Sequence[Stored]) -> list[Step]:
    return [(await rules_of(uow, row.rules_version or 0), row.activity) for row in rows]


def _grant(row: Stored, key: AwardKey, points: int, consents: Decisions) -> Grant:
    decision = consents.get((row.activity.person, Purpose.GAMIFICATION))
    return Grant(
        person=row.activity.person,
        key=key,
        points=points,
        rules_version=row.rules_version or 0,
        activity=row.activity.id,
        consent=decision.event if decision else None,
        occurred_at=row.activity.occurred_at,
    )


async def _write(uow: UnitOfWork, changes: Sequence[Change], consents: Decisions) -> None:
    reversals = [each for change in changes for each in change.reversals]
    grants = [each for change in changes for each in change.grants]
    if reversals and await awards.reverse(uow, reversals) != len(reversals):
        message = "An award that was to be reversed is not there."
        raise AwardRacedError(message)
    if grants and await awards.grant(uow, grants) != len(grants):
        message = "An award that was to be granted is there already."
        raise AwardRacedError(message)
    await standings.keep(uow, [(change.person, change.moved, change.state) for change in changes])
    outcomes = [
        (activity, msgspec.json.encode(effects))
        for change in changes
        for activity, effects in change.effects.items()
        if effects != NOTHING
    ]
    if outcomes:
        await standings.keep_outcomes(uow, outcomes)
    for change in changes:
        if change.moved and consents[(change.person, Purpose.LEADERBOARD)].allowed:
            uow.publish(BOARD_TOPIC, change.person)
