"""Taking a badge back for a reason, and giving it back: the award stays, its state says what counts."""

from collections.abc import Collection
from uuid import UUID

import msgspec

import people
from gamification.errors import AwardNotFoundError, AwardNotRevocableError
from gamification.rules import EMPTY
from gamification.rules.standing import next_moment
from gamification.service.awarding import award_agreed
from gamification.store import awards as store
from gamification.store import interventions, standings
from gamification.values import AwardView, BadgeDecision
from gamification.vocabulary import Action, AwardKind, AwardState, Revocation
from kernel.unit_of_work import UnitOfWork


async def revoke(uow: UnitOfWork, award_id: UUID, reason: Revocation, markets: Collection[str]) -> AwardView:
    """Take a badge back; whoever holds it earns it no second time, and it can be reinstated.

    From now on it opens no rule that asks for it; what it opened before stays earned. Of whoever has withdrawn
    gamification nothing is folded: ``laurel rules rebuild`` does it once they agree again.

    Raises:
        AwardNotFoundError: there is none in these markets.
        AwardNotRevocableError: it is no badge, or nobody holds it.

    """
    taken = await _moved(uow, award_id, AwardState.ACTIVE, AwardState.REVOKED, markets)
    uow.record(Action.AWARD_REVOKED, subject=taken.person, resource=f"award:{award_id}", reason=reason.value)
    return taken


async def reinstate(uow: UnitOfWork, award_id: UUID, reason: Revocation, markets: Collection[str]) -> AwardView:
    """Give a revoked badge back: when it was earned stays what it was, and from now on it opens rules again.

    Raises:
        AwardNotFoundError: there is none in these markets.
        AwardNotRevocableError: it was not revoked.

    """
    given = await _moved(uow, award_id, AwardState.REVOKED, AwardState.ACTIVE, markets)
    uow.record(Action.AWARD_REINSTATED, subject=given.person, resource=f"award:{award_id}", reason=reason.value)
    return given


async def _moved(
    uow: UnitOfWork, award_id: UUID, before: AwardState, after: AwardState, markets: Collection[str]
) -> AwardView:
    found = await store.award(uow, award_id)
    where = (await people.lock(uow, [found.person])).get(found.person) if found else None
    if found is None or where is None or not ("*" in markets or where.market in markets):
        message = "There is no such award."
        raise AwardNotFoundError(message)
    if found.kind != AwardKind.BADGE or not await store.put_state(uow, award_id, before, after):
        message = f"This award is not a badge that is {before}."
        raise AwardNotRevocableError(message)
    await _told(uow, found, revoked=after is AwardState.REVOKED)
    return msgspec.structs.replace(found, state=after.value)


async def _told(uow: UnitOfWork, award: AwardView, *, revoked: bool) -> None:
    """Make it a step of the person's history, and fold that once more."""
    state = (await standings.states(uow, [award.person])).get(award.person, EMPTY)
    at = next_moment(state, uow.now)
    decided = BadgeDecision(id=uow.new_id(), badge=award.rule, revoked=revoked, decided_at=at)
    await interventions.insert_decision(uow, award.person, decided)
    await award_agreed(uow, [award.person])
