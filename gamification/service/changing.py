"""What changes for a person when activities are folded, and writing it: one statement per table for everybody."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from consent.values import Decision
from consent.vocabulary import BOARD_TOPIC, Purpose
from engagement import Stored
from gamification.errors import AwardRacedError
from gamification.rules.rationing import asked_by
from gamification.service.budgeting import use
from gamification.service.levels import as_of_now
from gamification.store import awards, goals, standings
from gamification.store.standings import Kept
from gamification.values import Award, Effects, Grant, Reversal, State
from gamification.vocabulary import Action, AwardKind, AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Decisions = Mapping[tuple[PersonId, Purpose], Decision]
NOTHING = Effects()


class Change(msgspec.Struct):
    """What folding some activities changes for one person; ``moved`` is by how much the balance does."""

    person: PersonId
    state: State
    moved: int = 0
    grants: list[Grant] = []
    reversals: list[Reversal] = []
    effects: dict[UUID, Effects] = {}
    used: Counter[str] = msgspec.field(default_factory=Counter)
    targets: dict[str, int] = {}


def used_by(granted: Sequence[Award]) -> Counter[str]:
    """Return what these awards take from budgets."""
    used: Counter[str] = Counter()
    for award in granted:
        if asked := asked_by(award):
            used.update(asked)
    return used


def targets_of(asked: Sequence[Award]) -> dict[str, int]:
    """Return the targets of the community quests that were contributed to, or were full already."""
    return {
        each.key.rule: each.terms.budget
        for each in asked
        if each.kind is AwardKind.CONTRIBUTION and each.terms.budget is not None
    }


def grant_of(row: Stored, award: Award, consents: Decisions, state: AwardState = AwardState.ACTIVE) -> Grant:
    """Return an award with everything it rests on; ``row`` is the activity that earned it."""
    decision = consents.get((row.activity.person, Purpose.GAMIFICATION))
    terms, occurred_at = award.terms, row.activity.occurred_at
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
        lane=row.activity.content_class,
        available_at=terms.available_at(occurred_at),
        expires_at=terms.expires_at(occurred_at),
    )


async def write(uow: UnitOfWork, changes: Sequence[Change], consents: Decisions) -> None:
    """Write what changes for these people, whose locks MUST be held.

    Raises:
        AwardRacedError: another transaction changed the same awards; roll back and begin again.

    """
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
    if targets := {key: target for change in changes for key, target in change.targets.items()}:
        for key in await goals.reach(uow, targets):
            uow.record(Action.GOAL_REACHED, resource=f"quest:{key}")
    await standings.keep(
        uow, [Kept(change.person, change.moved, change.state, await as_of_now(uow, change.state)) for change in changes]
    )
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
