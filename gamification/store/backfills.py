"""Backfills that are under way."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from gamification.campaign_values import Backfill
from kernel.unit_of_work import UnitOfWork


async def begin(uow: UnitOfWork, campaign_id: UUID, revision: int, version: int) -> None:
    """Ask for what was recorded before ``version`` to be scored by a revision; asking again changes nothing."""
    await uow.execute(
        "insert into gamification.campaign_backfill (id, campaign, revision, version, people)"
        " values ($1, $2, $3, $4, 0) on conflict (campaign, revision) do nothing",
        uow.new_id(),
        campaign_id,
        revision,
        version,
    )


async def take(uow: UnitOfWork) -> Backfill | None:
    """Return the oldest backfill of a running campaign that no other worker works on; it is locked."""
    row = await uow.fetchrow(
        "select f.* from gamification.campaign_backfill f join gamification.campaign c"
        " on c.id = f.campaign and c.revision = f.revision and c.state = 'running'"
        " where f.done_at is null order by f.id limit 1 for no key update of f skip locked"
    )
    return msgspec.convert(dict(row), Backfill) if row else None


async def advance(uow: UnitOfWork, backfill: Backfill, done: Sequence[UUID]) -> None:
    """Note who is done, in the order of their ids; nobody left means that the backfill is done."""
    await uow.execute(
        "update gamification.campaign_backfill set after = $2, people = people + $3, done_at = $4 where id = $1",
        backfill.id,
        done[-1] if done else backfill.after,
        len(done),
        None if done else uow.now,
    )
