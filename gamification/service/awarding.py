"""Awarding what activities earn: one fold per person, or one more over the whole history when one came late."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from engagement import Stored
from gamification.rules import EMPTY, Step, candidates, is_late
from gamification.service.agreeing import agreed_of
from gamification.service.budgeting import Paid, Run, deny_beyond_budgets, run
from gamification.service.changing import Change, Decisions, grant_of, targets_of, used_by, write
from gamification.service.refolding import correction, once_more, steps_of
from gamification.store import awards, standings
from gamification.values import AwardKey, Effects, State
from gamification.vocabulary import AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


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
    replays = [await once_more(uow, person) for person in by_person if person not in {each.person for each in runs}]
    await deny_beyond_budgets(uow, [*runs, *(each.run for each in replays)])
    changes = [_change(each, by_person[each.person], consents) for each in runs]
    for replay in replays:
        person = replay.run.person
        changes.append(await correction(uow, replay, by_person[person], states[person], consents))
    await write(uow, changes, consents)
    return {activity: effects for change in changes for activity, effects in change.effects.items()}


async def award_again(uow: UnitOfWork, persons: Sequence[PersonId], consents: Decisions) -> None:
    """Fold these people's whole histories again and write what that changes; nobody is told.

    The people MUST be locked. For whoever changed which rules score an activity that is stored already.
    """
    states = await standings.states(uow, persons)
    found = [await once_more(uow, person) for person in persons]
    replays = [each for each in found if each.history or each.run.person in states]  # where nothing counts, all goes
    await deny_beyond_budgets(uow, [replay.run for replay in replays])
    changes = []
    for replay in replays:
        before = states.get(replay.run.person, EMPTY)
        changes.append(await correction(uow, replay, (), before, consents))
    if changes:
        await write(uow, changes, consents)


async def award_agreed(uow: UnitOfWork, persons: Sequence[PersonId]) -> list[PersonId]:
    """Do the same for those of these people who agree to gamification now, and return them; locks them first."""
    agreed, decisions = await agreed_of(uow, persons)
    await award_again(uow, agreed, decisions)
    return agreed


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
        steps[person] = await steps_of(uow, rows)
        keys += [(person, key) for key in candidates(state, steps[person])]
    known = await awards.existing(uow, steps.keys(), keys) if steps else {}
    runs = []
    for person, theirs in steps.items():
        state = states.get(person, EMPTY)
        revoked = {AwardKey(badge, "", "ever"): Paid(0) for badge in state.revoked}
        found = known[person]
        runs.append(run(person, state, theirs, awarded=found.awarded, settled=revoked, denied=found.denied))
    return runs


def _change(each: Run, rows: Sequence[Stored], consents: Decisions) -> Change:
    """Return what a run changes; a badge that was revoked has its award and its place, which wait to be given back."""
    by_id = {row.activity.id: row for row in rows}
    made = [award for award in each.folded.awards if award.key not in each.settled]
    grants = [grant_of(by_id[award.activity], award, consents) for award in made]
    grants += [grant_of(by_id[award.activity], award, consents, AwardState.DENIED) for award in each.denials]
    effects = {step[1].id: found for step, found in zip(each.steps, each.folded.effects, strict=True)}
    state = each.folded.state
    moved = state.points - each.before.points
    return Change(each.person, state, moved, grants, [], effects, used_by(made), targets_of([*made, *each.denials]))
