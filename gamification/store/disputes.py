"""Disputes about transfers of value; a record has at most one that is open."""

from typing import Final
from uuid import UUID

import msgspec

from gamification.reward_values import Dispute
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = ", ".join(Dispute.__struct_fields__)


async def insert(uow: UnitOfWork, dispute: Dispute) -> bool:
    """Keep a dispute; False if the record is disputed already."""
    return (
        await uow.fetchval(
            f"insert into gamification.transfer_dispute ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)"  # noqa: S608 - field names
            " on conflict (claim) where state = 'open' do nothing returning id",
            *msgspec.structs.astuple(dispute),
        )
        is not None
    )


async def open_of(uow: UnitOfWork, claim: UUID) -> Dispute | None:
    """Return the open dispute about a claim's record; nobody else answers it until the transaction ends."""
    row = await uow.fetchrow(
        f"select {_COLUMNS} from gamification.transfer_dispute where claim = $1 and state = 'open'"  # noqa: S608 - field names
        " for no key update",
        claim,
    )
    return msgspec.convert(dict(row), Dispute) if row else None


async def answer(uow: UnitOfWork, dispute: Dispute) -> None:
    """Write how a dispute ended."""
    await uow.execute(
        "update gamification.transfer_dispute set state = $2, answered_at = $3, answered_by = $4 where id = $1",
        dispute.id,
        dispute.state,
        dispute.answered_at,
        dispute.answered_by,
    )
