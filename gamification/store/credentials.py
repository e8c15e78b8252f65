"""Credentials that were handed out, their places in status lists, and which of them were taken back."""

import secrets
from typing import Final
from uuid import UUID

import msgspec

from gamification.rules.credentials.status import BITS
from gamification.values import IssuedCredential
from kernel.ids import opaque_id
from kernel.unit_of_work import UnitOfWork

TRIES: Final = 8
"""Draws in one list before the next one is begun: lists fill to about half, and a draw rarely finds a taken bit."""

_INSERT: Final = """
insert into gamification.credential (award, id, subject, list_number, list_index, issued_at)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning award
"""


async def of_award(uow: UnitOfWork, award: UUID) -> IssuedCredential | None:
    """Return the credential of an award, or None before it is first handed out."""
    row = await uow.fetchrow("select * from gamification.credential where award = $1", award)
    return msgspec.convert(dict(row), IssuedCredential) if row else None


async def claim(uow: UnitOfWork, award: UUID) -> IssuedCredential:
    """Return the credential of an award; at the first time its ids and its bit are drawn at random.

    The unique indexes decide: of two that claim at the same time the second finds what the first one wrote, and a bit
    that is taken is drawn again.
    """
    number, tries = max(1, await last_list(uow)), 0
    while (known := await of_award(uow, award)) is None:
        index = secrets.randbelow(BITS)
        await uow.fetchval(_INSERT, award, opaque_id(), opaque_id(), number, index, uow.now)
        tries += 1
        if tries % TRIES == 0:
            number += 1
    return known


async def last_list(uow: UnitOfWork) -> int:
    """Return the number of the newest status list, 0 before the first credential."""
    return int(await uow.fetchval("select coalesce(max(list_number), 0) from gamification.credential"))


async def revoked(uow: UnitOfWork, number: int) -> list[int]:
    """Return the bits of list ``number`` whose award was reversed, or is no longer there at all."""
    rows = await uow.fetch(
        "select c.list_index from gamification.credential c left join gamification.award a on a.id = c.award"
        " where c.list_number = $1 and a.state is distinct from 'active'",
        number,
    )
    return [row["list_index"] for row in rows]


async def is_revoked(uow: UnitOfWork, credential: UUID) -> bool | None:
    """Tell whether a credential's award was reversed; None if the credential was never handed out."""
    found = await uow.fetchval(
        "select a.state is distinct from 'active' from gamification.credential c"
        " left join gamification.award a on a.id = c.award where c.id = $1",
        credential,
    )
    return None if found is None else bool(found)
