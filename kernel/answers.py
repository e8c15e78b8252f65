"""Answers that are kept, so that repeating a request is answered the same and does nothing."""

from uuid import UUID

import msgspec

from kernel.unit_of_work import UnitOfWork


class KeptAnswer(msgspec.Struct, frozen=True):
    """What a request was answered: SHA-256 of its body, the HTTP status and the response's body."""

    request_hash: bytes
    status: int
    body: bytes


async def claim(uow: UnitOfWork, name: UUID, request_hash: bytes, subject: UUID | None = None) -> KeptAnswer | None:
    """Claim ``name`` for this transaction and return None, or return the answer that it has.

    ``subject`` is the person who asks: what they were answered goes when they do.

    Another transaction that claimed it is waited for: the unique index decides, not a look that comes too early.
    """
    claimed = await uow.fetchval(
        "insert into kernel.answer (id, request_hash, status, body, answered_at, subject)"
        " values ($1, $2, 0, '', $3, $4)"
        " on conflict (id) do nothing returning id",
        name,
        request_hash,
        uow.now,
        subject,
    )
    if claimed:
        return None
    row = await uow.fetchrow("select request_hash, status, body from kernel.answer where id = $1", name)
    return msgspec.convert(dict(row or {}), KeptAnswer)


async def keep(uow: UnitOfWork, name: UUID, status: int, body: bytes) -> None:
    """Keep the answer of a claimed name."""
    await uow.execute("update kernel.answer set status = $2, body = $3 where id = $1", name, status, body)
