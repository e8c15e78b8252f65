"""Granting freezes to a streak by hand: one more step of the person's history, which is folded once more."""

from collections.abc import Collection
from uuid import UUID

import consent
import people
from consent.vocabulary import Purpose
from gamification.programme_values import FreezesView
from gamification.rules import EMPTY
from gamification.rules.grammar import Streak
from gamification.rules.grandfathering import judged_by
from gamification.rules.parts import streaks
from gamification.rules.standing import freezes_of, next_moment
from gamification.service.awarding import award_agreed
from gamification.service.publishing import current_rules
from gamification.store import interventions as store
from gamification.store import standings
from gamification.streak_errors import FreezesRefusedError, StreakNotFoundError
from gamification.values import GrantedFreezes, State
from gamification.vocabulary import Action, FreezeReason
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def grant_freezes(
    uow: UnitOfWork,
    person: PersonId,
    key: str,
    freezes: int,
    reason: FreezeReason,
    *,
    account: UUID,
    markets: Collection[str],
) -> FreezesView:
    """Grant freezes to a streak of a person of these markets, from now on; the streak holds its rule's most of them.

    Raises:
        StreakNotFoundError: no such streak or person.
        ConsentRequiredError: the person does not take part, or not any more.
        FreezesRefusedError: the streak has no freezes, has not begun, or holds as many as it may.

    """
    where = (await people.lock(uow, [person])).get(person)
    if where is None or not ("*" in markets or where.market in markets):
        raise StreakNotFoundError("There is no such streak of such a person.")
    await consent.require(uow, person, Purpose.GAMIFICATION)
    before = await _state(uow, person)
    streak = await _with_room(uow, before, key)
    granted = GrantedFreezes(id=uow.new_id(), streak=key, freezes=freezes, granted_at=next_moment(before, uow.now))
    await store.insert_freezes(uow, person, granted, reason, account)
    await award_agreed(uow, [person])
    held = freezes_of((await _state(uow, person)).streaks[key], streak)
    resource = f"streak:{key}"
    uow.record(Action.FREEZES_GRANTED, subject=person, resource=resource, reason=reason, count=freezes, held=held)
    return FreezesView(id=granted.id, streak=key, freezes=freezes, granted_at=granted.granted_at, held=held)


async def _with_room(uow: UnitOfWork, state: State, key: str) -> Streak:
    """Return the rule of a streak that has begun and can hold more freezes than it does."""
    _, ruleset = await current_rules(uow)
    streak = next((each for each in streaks(judged_by(ruleset, state.begun)) if each.key == key), None)
    kept = state.streaks.get(key)
    if streak is None:
        raise StreakNotFoundError("There is no such streak of such a person.")
    if streak.freezes is None:
        raise FreezesRefusedError("The rule of this streak has no freezes.", reason="no-freezes")
    if kept is None:
        raise FreezesRefusedError("This person's streak has not begun.", reason="not-begun")
    if freezes_of(kept, streak) == streak.freezes.most:
        raise FreezesRefusedError(f"This streak holds {streak.freezes.most} already.", reason="most-held")
    return streak


async def _state(uow: UnitOfWork, person: PersonId) -> State:
    return (await standings.states(uow, [person])).get(person, EMPTY)
