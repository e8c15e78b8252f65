"""Taking an activity back: it stays known, counts for nothing any more, and what it earned is corrected."""

from collections.abc import Collection
from uuid import UUID

import engagement
import people
from gamification.errors import ActivityNotFoundError
from gamification.retraction_vocabulary import Retraction
from gamification.service.awarding import award_agreed
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork


async def retract(
    uow: UnitOfWork, activity: UUID, reason: Retraction, markets: Collection[str], told_by: UUID | None = None
) -> bool:
    """Let an activity count for nothing any more; return whether it counted until now. Again changes nothing.

    Everything that rested on it goes by reversing entries: points, caps, budgets, badges, streaks and boards are as if
    it had never happened. Its id stays known, so that whoever sends it again changes nothing. Of whoever has withdrawn
    gamification nothing is folded; ``laurel rules rebuild`` does it once they agree again.

    ``told_by`` limits it to what that account told us.

    Raises:
        ActivityNotFoundError: there is none in these markets, or another account told us.

    """
    found = await engagement.told_by(uow, activity)
    where = (await people.lock(uow, [found[0]])).get(found[0]) if found else None
    if found is None or where is None or not ("*" in markets or where.market in markets):
        raise ActivityNotFoundError("There is no such activity.")
    person, account = found
    if told_by not in {None, account}:
        raise ActivityNotFoundError("There is no such activity.")
    counted = await engagement.retract(uow, activity)
    if counted:
        await award_agreed(uow, [person])
    uow.record(
        Action.ACTIVITY_RETRACTED,
        subject=person,
        resource=f"activity:{activity}",
        reason=reason.value,
        repeated=not counted,
    )
    return counted
