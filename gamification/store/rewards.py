"""The catalogue of rewards and its stock."""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from access import Scope
from gamification.errors import InvalidRewardError
from gamification.reward_values import Reward
from gamification.vocabulary import RewardState
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = ", ".join(Reward.__struct_fields__)


async def insert(uow: UnitOfWork, reward: Reward) -> None:
    """Keep a new reward.

    Raises:
        InvalidRewardError: its key is taken.

    """
    values = msgspec.structs.astuple(reward)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    try:
        await uow.execute(f"insert into gamification.reward ({_COLUMNS}) values ({places})", *values)  # noqa: S608 - field names
    except asyncpg.UniqueViolationError:
        raise InvalidRewardError("There is a reward with this key already.", field="key") from None


async def reward(uow: UnitOfWork, key: UUID, *, lock: bool = False) -> Reward | None:
    """Return one reward, whatever its state; with ``lock``, nobody else decides about it until the transaction ends."""
    suffix = " for no key update" if lock else ""
    row = await uow.fetchrow(f"select {_COLUMNS} from gamification.reward where id = $1{suffix}", key)  # noqa: S608
    return msgspec.convert(dict(row), Reward) if row else None


async def put_state(uow: UnitOfWork, reward: Reward) -> None:
    """Write where a reward stands in approval; its stock moves elsewhere, and nothing else ever changes."""
    await uow.execute(
        "update gamification.reward set state = $2, approved_by = $3, approved_at = $4, approval_reference = $5,"
        " approval_until = $6 where id = $1",
        reward.id,
        reward.state,
        reward.approved_by,
        reward.approved_at,
        reward.approval_reference,
        reward.approval_until,
    )


async def offered(uow: UnitOfWork, market: str, after: UUID | None, limit: int) -> list[Reward]:
    """Return the rewards that somebody in ``market`` is shown now, newest first: ``rules.rewards.offered`` in SQL."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from gamification.reward where state = $1 and markets && $2::text[]"  # noqa: S608
        " and (approval_until is null or approval_until > $3) and ($4::uuid is null or id < $4)"
        " order by id desc limit $5",
        RewardState.APPROVED,
        ["*", market],
        uow.now,
        after,
        limit,
    )
    return [msgspec.convert(dict(row), Reward) for row in rows]


async def of_markets(uow: UnitOfWork, scope: Scope, after: UUID | None, limit: int) -> list[Reward]:
    """Return the rewards of any state that ``scope`` touches, newest first."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from gamification.reward where ('*' = any($1::text[])"  # noqa: S608 - field names
        " or markets && ($1 || '{*}'::text[])) and ('*' = any($4::text[]) or brand is null or brand = any($4))"
        " and ($2::uuid is null or id < $2) order by id desc limit $3",
        sorted(scope.markets),
        after,
        limit,
        sorted(scope.brands),
    )
    return [msgspec.convert(dict(row), Reward) for row in rows]


async def take_one(uow: UnitOfWork, key: UUID) -> bool:
    """Take one out of stock if it can still be claimed; False when none is left. Unlimited stock stays unlimited."""
    taken = await uow.fetchval(
        "update gamification.reward set stock = stock - 1 where id = $1 and state = $2 and (stock is null or stock > 0)"
        " returning id",
        key,
        RewardState.APPROVED,
    )
    return taken is not None


async def put_one_back(uow: UnitOfWork, key: UUID) -> None:
    """Put one back into stock."""
    await uow.execute("update gamification.reward set stock = stock + 1 where id = $1", key)
