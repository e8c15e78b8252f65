"""Queries about floods of refusals."""

from collections.abc import Sequence
from datetime import datetime

from audit.values import Refusals
from kernel.unit_of_work import UnitOfWork


async def count_refusals(uow: UnitOfWork, refusals: Sequence[Refusals]) -> None:
    """Add to the counts of floods."""
    await uow.execute(
        "insert into audit.refusal (id, minute, address, route, refused)"
        " select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[])",
        [uow.new_id() for _ in refusals],
        [each.minute for each in refusals],
        [each.address for each in refusals],
        [each.route for each in refusals],
        [each.count for each in refusals],
    )


async def take_refusals(uow: UnitOfWork, before: datetime) -> list[Refusals]:
    """Take out the floods of minutes before this one."""
    rows = await uow.fetch("select minute, address, route, refused from audit.take_refusals($1)", before)
    return [Refusals(*row) for row in rows]
