"""What was asked for where the register has no lawful basis."""

import msgspec

from consent.values import GapView
from kernel.unit_of_work import UnitOfWork


async def note(uow: UnitOfWork, purpose: str, market: str) -> None:
    """Count one more refusal."""
    await uow.execute(
        "insert into consent.gap (id, purpose, market, first_seen_at, last_seen_at, times)"
        " values ($1, $2, $3, $4, $4, 1)"
        " on conflict (purpose, market) do update set last_seen_at = excluded.last_seen_at, times = gap.times + 1",
        uow.new_id(),
        purpose,
        market,
        uow.now,
    )


async def noted(uow: UnitOfWork) -> list[GapView]:
    """Return everything that was ever noted, the newest first."""
    rows = await uow.fetch(
        "select purpose, market, first_seen_at, last_seen_at, times from consent.gap"
        " order by last_seen_at desc, purpose, market"
    )
    return [msgspec.convert(dict(row), GapView) for row in rows]
