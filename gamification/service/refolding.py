"""Folding whole histories once more: because something came late, or to see whether what is kept is right."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

import engagement
from engagement import Stored
from gamification.rules import EMPTY, Step, corrections, late_effects
from gamification.rules.grandfathering import judged_by
from gamification.rules.rationing import asked_by
from gamification.service.budgeting import Paid, Run, given_by, run
from gamification.service.changing import NOTHING, Change, Decisions, grant_of, targets_of, used_by
from gamification.service.publishing import rules_for, rules_of
from gamification.store import awards, goals, interventions
from gamification.values import AwardKey, Reversal, State
from gamification.vocabulary import AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


class Replay(msgspec.Struct):
    """One person's whole history folded once more, and the awards they had before, with their points.

    ``revoked`` are the badges that were taken back: they stay so, whatever the history says of them.
    """

    run: Run
    history: Sequence[Stored]
    existing: Mapping[AwardKey, int]
    revoked: frozenset[str] = frozenset()


async def once_more(uow: UnitOfWork, person: PersonId) -> Replay:
    """Fold one person's whole history again."""
    history = await engagement.history(uow, person)
    existing, denied = await awards.of_person(uow, person), await awards.denied(uow, person)
    steps = await steps_of(uow, history)
    settled, reached = {key: Paid(had) for key, had in existing.items()}, await goals.reached(uow)
    taken = (await interventions.of_people(uow, [person])).get(person, ())
    replayed = run(person, EMPTY, steps, settled=settled, denied=denied, reached=reached, interventions=taken)
    if existing and any(asked_by(award) for award in replayed.folded.awards):
        given = await _given(uow, person, existing)
        replayed.settled = {key: Paid(had, given[key]) for key, had in existing.items()}
    return Replay(replayed, history, existing, await awards.revoked(uow, person))


async def correction(
    uow: UnitOfWork, replay: Replay, rows: Sequence[Stored], before: State, consents: Decisions
) -> Change:
    """Return what a replay changes for a person; ``rows`` are the activities that are answered with it."""
    person, folded = replay.run.person, replay.run.folded
    earned = {award.key: award for award in folded.awards}
    changed = corrections(replay.existing, {key: award.points for key, award in earned.items()})
    by_id = {row.activity.id: row for row in replay.history}
    granted = [earned[key] for key in (*changed.to_award, *changed.to_change)]
    grants = [grant_of(by_id[award.activity], award, consents) for award in granted]
    grants += [grant_of(by_id[award.activity], award, consents, AwardState.DENIED) for award in replay.run.denials]
    gone = {key: had for key, had in changed.to_reverse.items() if key.rule not in replay.revoked}
    taken = gone | {key: old for key, (old, _) in changed.to_change.items()}
    used = used_by(granted)
    used.subtract(await _given_back(uow, person, taken))
    effects = dict.fromkeys((row.activity.id for row in rows), NOTHING)
    if rows:
        first_late = min(rows, key=lambda row: (row.activity.occurred_at, row.activity.id))
        ruleset = judged_by(await rules_of(uow, max(row.rules_version or 0 for row in rows)), folded.state.begun)
        effects[first_late.activity.id] = late_effects(ruleset, before, folded, changed)
    reversals = [Reversal(person, key) for key in taken]
    moved, targets = folded.state.points - before.points, targets_of([*granted, *replay.run.denials])
    return Change(person, folded.state, moved, grants, reversals, effects, used, targets)


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


async def steps_of(uow: UnitOfWork, rows: Sequence[Stored]) -> list[Step]:
    """Return activities with the rules that each was recorded under."""
    return [(await rules_of(uow, row.rules_version or 0), row.activity) for row in rows]
