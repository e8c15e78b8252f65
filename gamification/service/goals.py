"""Paying everybody who contributed to a community quest that was reached."""

from typing import Final

from gamification.service.awarding import award_agreed
from gamification.store import goals
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

CHUNK: Final = 100
"""People in one transaction: their locks hold up what they record meanwhile."""


async def pay_contributors(uow: UnitOfWork) -> bool:
    """Fold some contributors of a quest once more, now that it is reached; return whether there may be more to do.

    The fold gives the bonus, so a person has it once however often this runs, and whoever came to it another way
    before (by a late activity, say) is left as is. Whoever has withdrawn gamification is left out.
    """
    goal = await goals.take(uow)
    if goal is None:
        return False
    contributors = await goals.contributors(uow, goal, CHUNK)
    for person in await award_agreed(uow, [each.person for each in contributors]):
        uow.record(Action.GOAL_PAID, subject=person, resource=f"quest:{goal.key}")
    await goals.advance(uow, goal, contributors)
    return True
