"""Rewards for a place on a board: which boards can have them, and who came to one."""

from access import Scope
from content.vocabulary import ContentClass
from gamification.errors import InvalidRewardError
from gamification.policy_packs import packs_in_force
from gamification.reward_values import Reward
from gamification.rules import policy
from gamification.store import board_rows, board_standings
from gamification.vocabulary import Dimension, Visibility
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def is_won(uow: UnitOfWork, reward: Reward, person: PersonId) -> bool:
    """Tell whether a reward is for no rank of a board, or for one that the person was shown in its last period."""
    if reward.board is None or reward.rank is None:
        return True
    board = await board_rows.board(uow, reward.board)
    if board is None or board.visibility is not Visibility.FULL:
        return False
    by_market = board.value if board.dimension is Dimension.MARKET else None
    least = max(board.minimum, policy.least_cohort(packs_in_force(), by_market, uow.now.date()))
    rank = await board_standings.last_rank(uow, board.key, person, least)
    return rank is not None and rank <= reward.rank


async def check_board(uow: UnitOfWork, key: str, lane: ContentClass, scope: Scope) -> None:
    """Refuse a reward for a place on a board that its author does not know, of another lane, or without ranks.

    Raises:
        InvalidRewardError: names the field.

    """
    found = await board_rows.board(uow, key)
    if found is None or not scope.knows(Scope.of((), found.brand).brands):
        raise InvalidRewardError("There is no such board.", field="board")
    if found.lane is not lane:
        told = f"The board is one of {found.lane} content: a reward for it is of the same content class."
        raise InvalidRewardError(told, field="content_class")
    if found.visibility is not Visibility.FULL:
        raise InvalidRewardError("The board shows nobody's rank, so there can be no reward for it.", field="board")
