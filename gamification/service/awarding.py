"""Turning stored activities into awards: the fold in order, or once more over the whole history when one came late."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

import engagement
from consent.values import Decision
from consent.vocabulary import BOARD_TOPIC, Purpose
from engagement import Stored
from gamification.errors import AwardRacedError
from gamification.rules import EMPTY, Step, candidates, corrections, is_late, late_effects
from gamification.rules.grandfathering import judged_by
from gamification.rules.rationing import asked_by
from gamification.service.budgeting import Paid, Run, deny_beyond_budgets, given_by, run, use
from gamification.service.publishing import rules_for, rules_of
from gamification.store import awards, standings
from gamification.values import Award, AwardKey, Effects, Grant, Reversal, State
from gamification.vocabulary import AwardState
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
    used: Counter[str] = msgspec.field(default_factory=Counter)


class Replay(msgspec.Struct):
    """One person's whole history folded once more, and the awards they had before, with their points."""

    run: Run
    history: Sequence[Stored]
    existing: Mapping[AwardKey, int]


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
    runs = await _in_order(uow, by_person, states)
    replays = [await _once_more(uow, person) for person in by_person if person not in {each.person for each in runs}]
    await deny_beyond_budgets(uow, [*runs, *(each.run for each in replays)])
    changes = [_change(each, by_person[each.person], consents) for each in runs]
    for replay in replays:
        person = replay.run.person
        changes.append(await _correction(uow, replay, by_person[person], states[person], consents))
    await _write(uow, changes, consents)
    return {activity: effects for change in changes for activity, effects in change.effects.items()}


async def award_again(uow: UnitOfWork, persons: Sequence[PersonId], consents: Decisions) -> None:
    """Fold these people's whole histories again and write what that changes; nobody is told.

    The people MUST be locked. For whoever changed which rules score an activity that is stored already.
    """
    states = await standings.states(uow, persons)
    replays = [replay for person in persons if (replay := await _once_more(uow, person)).history]
    await deny_beyond_budgets(uow, [replay.run for replay in replays])
    changes = []
    for replay in replays:
        before = states.get(replay.run.person, EMPTY)
        change = await _correction(uow, replay, replay.history, before, consents)
        changes.append(msgspec.structs.replace(change, effects={}))
    if changes:
        await _write(uow, changes, consents)


async def _in_order(
    uow: UnitOfWork, by_person: Mapping[PersonId, list[Stored]], states: Mapping[PersonId, State]
) -> list[Run]:
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
    return [
        run(person, states.get(person, EMPTY), theirs, awarded=found.get(person, frozenset()))
        for person, theirs in steps.items()
    ]


def _change(each: Run, rows: Sequence[Stored], consents: Decisions) -> Change:
    by_id = {row.activity.id: row for row in rows}
    grants = [_grant(by_id[award.activity], award, consents) for award in each.folded.awards]
    grants += [_grant(by_id[award.activity], award, consents, AwardState.DENIED) for award in each.denials]
    effects = {step[1].id: found for step, found in zip(each.steps, each.folded.effects, strict=True)}
    state = each.folded.state
    return Change(each.person, state, state.points - each.before.points, grants, [], effects, _used(each.folded.awards))


async def _once_more(uow: UnitOfWork, person: PersonId) -> Replay:
    """Fold one person's whole history again, because something came late."""
    history = await engagement.history(uow, person)
    existing, denied = await awards.of_person(uow, person), await awards.denied(uow, person)
    steps = await _steps(uow, history)
    replayed = run(person, EMPTY, steps, settled={key: Paid(had) for key, had in existing.items()}, denied=denied)
    if existing and any(asked_by(award) for award in replayed.folded.awards):
        given = await _given(uow, person, existing)
        replayed.settled = {key: Paid(had, given[key]) for key, had in existing.items()}
    return Replay(replayed, history, existing)


async def _correction(
    uow: UnitOfWork, replay: Replay, rows: Sequence[Stored], before: State, consents: Decisions
) -> Change:
    """Return the difference between the awards a person has and those that the replay came to."""
    person, folded = replay.run.person, replay.run.folded
    earned = {award.key: award for award in folded.awards}
    changed = corrections(replay.existing, {key: award.points for key, award in earned.items()})
    by_id = {row.activity.id: row for row in replay.history}
    granted = [earned[key] for key in (*changed.to_award, *changed.to_change)]
    grants = [_grant(by_id[award.activity], award, consents) for award in granted]
    grants += [_grant(by_id[award.activity], award, consents, AwardState.DENIED) for award in replay.run.denials]
    taken = changed.to_reverse | {key: old for key, (old, _) in changed.to_change.items()}
    used = _used(granted)
    used.subtract(await _given_back(uow, person, taken))
    effects = dict.fromkeys((row.activity.id for row in rows), NOTHING)
    first_late = min(rows, key=lambda row: (row.activity.occurred_at, row.activity.id))
    ruleset = judged_by(await rules_of(uow, max(row.rules_version or 0 for row in rows)), folded.state.begun)
    effects[first_late.activity.id] = late_effects(ruleset, before, folded, changed)
    reversals = [Reversal(person, key) for key in taken]
    return Change(person, folded.state, folded.state.points - before.points, grants, reversals, effects, used)


def _used(granted: Sequence[Award]) -> Counter[str]:
    """Return what these awards take from budgets."""
    used: Counter[str] = Counter()
    for award in granted:
        if asked := asked_by(award):
            used.update(asked)
    return used


async def _given_back(uow: UnitOfWork, person: PersonId, taken: Mapping[AwardKey, int]) -> Counter[str]:
    """Return what awards give back to budgets: nothing where the rules that made them had none."""
    back: Counter[str] = Counter()
    for given in (await _given(uow, person, taken)).values() if taken else ():
        back.update(given)
    return back


async def _given(uow: UnitOfWork, person: PersonId, taken: Mapping[AwardKey, int]) -> dict[AwardKey, dict[str, int]]:
    """Return what each of these awards took from budgets, by the rules that made it."""
    versions = await awards.versions(uow, person, list(taken))
    return {key: given_by(await rules_for(uow, versions[key], person), key, had) for key, had in taken.items()}


async def _steps(uow: UnitOfWork, rows: Sequence[Stored]) -> list[Step]:
    return [(await rules_of(uow, row.rules_version or 0), row.activity) for row in rows]


def _grant(row: Stored, award: Award, consents: Decisions, state: AwardState = AwardState.ACTIVE) -> Grant:
    decision = consents.get((row.activity.person, Purpose.GAMIFICATION))
    terms, occurred_at = award.terms, row.activity.occurred_at
    available_at = occurred_at + timedelta(days=terms.pending_days) if terms.pending_days else None
    lasts = timedelta(days=terms.expires_after_days) if terms.expires_after_days else None
    return Grant(
        person=row.activity.person,
        key=award.key,
        points=award.points,
        rules_version=row.rules_version or 0,
        activity=row.activity.id,
        consent=decision.event if decision else None,
        occurred_at=occurred_at,
        kind=award.kind,
        state=state,
        currency=terms.currency,
        available_at=available_at,
        expires_at=(available_at or occurred_at) + lasts if lasts else None,
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
    used: Counter[str] = Counter()
    for change in changes:
        used.update(change.used)
    if used:
        await use(uow, used)
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
