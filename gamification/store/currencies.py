"""Currencies beside recognition; few rows, changed by compliance alone."""

from uuid import UUID

import msgspec

from gamification.currency_values import CurrencyView
from gamification.vocabulary import CurrencyState
from kernel.unit_of_work import UnitOfWork


async def insert(uow: UnitOfWork, new: CurrencyView) -> bool:
    """Keep a new currency; return whether its key was free."""
    tag = await uow.execute(
        "insert into gamification.currency (key, name, unit_value, money, state, defined_by, defined_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (key) do nothing",
        new.key,
        new.name,
        new.unit_value,
        new.money,
        new.state,
        new.defined_by,
        new.defined_at,
    )
    return not tag.endswith(" 0")


async def currency(uow: UnitOfWork, key: str) -> CurrencyView | None:
    """Return one currency, and lock it until the transaction ends."""
    row = await uow.fetchrow("select * from gamification.currency where key = $1 for update", key)
    return msgspec.convert(dict(row), CurrencyView) if row else None


async def currencies(uow: UnitOfWork, state: CurrencyState | None = None) -> list[CurrencyView]:
    """Return every currency, or those in a state, by key."""
    rows = await uow.fetch(
        "select * from gamification.currency where $1::text is null or state = $1 order by key", state
    )
    return [msgspec.convert(dict(row), CurrencyView) for row in rows]


async def approve(uow: UnitOfWork, key: str, account: UUID) -> None:
    """Let a currency be used."""
    await uow.execute(
        "update gamification.currency set state = 'approved', approved_by = $2, approved_at = $3 where key = $1",
        key,
        account,
        uow.now,
    )


async def withdraw(uow: UnitOfWork, key: str) -> None:
    """Let a currency be used no more, for good."""
    await uow.execute("update gamification.currency set state = 'withdrawn' where key = $1", key)
