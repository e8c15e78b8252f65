"""Grants that wait for their second yes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from consent.values import Pending, Question
from consent.vocabulary import Channel, Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def ask(uow: UnitOfWork, pending: Pending) -> None:
    """Keep a first yes; one that waits for the same question already is renewed, and its token stops working."""
    await uow.execute(
        "insert into consent.confirmation (id, person, market, purpose, channel, topic, shown, grant_expires_at,"
        " requested_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (person, purpose, channel, topic) where confirmed_at is null do update set"
        " market = excluded.market, shown = excluded.shown, grant_expires_at = excluded.grant_expires_at,"
        " requested_at = excluded.requested_at, expires_at = excluded.expires_at, token_sha256 = null,"
        " handed_out_at = null",
        pending.id,
        pending.person,
        pending.market,
        pending.purpose,
        pending.channel,
        pending.topic,
        pending.shown,
        pending.grant_expires_at,
        pending.requested_at,
        pending.expires_at,
    )


async def give_up(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> None:
    """Remove what waits of one person and purpose: whoever says no must not be made to agree by an older message."""
    await uow.execute(
        "delete from consent.confirmation where person = $1 and purpose = $2 and confirmed_at is null", person, purpose
    )


async def waiting(uow: UnitOfWork, person: PersonId, purposes: Sequence[Purpose]) -> dict[Question, datetime]:
    """Return until when the confirmations of one person can be given."""
    rows = await uow.fetch(
        "select purpose, channel, topic, expires_at from consent.confirmation"
        " where person = $1 and purpose = any($2::text[]) and confirmed_at is null and expires_at > $3",
        person,
        purposes,
        uow.now,
    )
    return {
        Question(
            person, Purpose(row["purpose"]), None if row["channel"] is None else Channel(row["channel"]), row["topic"]
        ): row["expires_at"]
        for row in rows
    }


async def claim(uow: UnitOfWork, markets: Collection[str], most: int) -> list[Pending]:
    """Return, locked and oldest first, what waits and has no token yet, of people in ``markets`` (``*`` for all)."""
    rows = await uow.fetch(
        "select * from consent.confirmation where token_sha256 is null and confirmed_at is null and expires_at > $1"
        " and ('*' = any($2::text[]) or market = any($2::text[])) order by requested_at, id limit $3"
        " for update skip locked",
        uow.now,
        list(markets),
        most,
    )
    return [_pending(row) for row in rows]


async def next_unwritten(uow: UnitOfWork) -> PersonId | None:
    """Return somebody of whom a confirmation waits without a token, the oldest first, without locking anything."""
    found = await uow.fetchval(
        "select person from consent.confirmation where token_sha256 is null and confirmed_at is null"
        " and expires_at > $1 order by requested_at, id limit 1",
        uow.now,
    )
    return None if found is None else PersonId(found)


async def claim_of(uow: UnitOfWork, person: PersonId) -> list[Pending]:
    """Return, locked, what waits of ``person`` and has no token yet; the caller holds the person's lock."""
    rows = await uow.fetch(
        "select * from consent.confirmation where person = $2 and token_sha256 is null and confirmed_at is null"
        " and expires_at > $1 order by requested_at, id for update",
        uow.now,
        person,
    )
    return [_pending(row) for row in rows]


async def put_tokens(uow: UnitOfWork, digests: Sequence[tuple[UUID, bytes]]) -> None:
    """Keep the SHA-256 of each token that is handed out with this transaction."""
    await uow.executemany(
        "update consent.confirmation set token_sha256 = $2, handed_out_at = $3 where id = $1",
        [(identifier, digest, uow.now) for identifier, digest in digests],
    )


async def by_token(uow: UnitOfWork, digest: bytes) -> Pending | None:
    """Return what a token would confirm, or None where it can't any more."""
    row = await uow.fetchrow(
        "select * from consent.confirmation where token_sha256 = $1 and confirmed_at is null and expires_at > $2",
        digest,
        uow.now,
    )
    return None if row is None else _pending(row)


async def use(uow: UnitOfWork, digest: bytes) -> bool:
    """Use a token up: of all who present it at once, one is told True."""
    done = await uow.execute(
        "update consent.confirmation set confirmed_at = $2"
        " where token_sha256 = $1 and confirmed_at is null and expires_at > $2",
        digest,
        uow.now,
    )
    return done == "UPDATE 1"


def _pending(row: asyncpg.Record) -> Pending:
    names = Pending.__struct_fields__
    return msgspec.convert({name: row[name] for name in names}, Pending)
