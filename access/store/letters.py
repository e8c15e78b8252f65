"""Queries of letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from access.vocabulary import AccountId, AlertKind, LetterKind
from kernel.unit_of_work import UnitOfWork
from people import PersonId


class StoredLetter(NamedTuple):
    """A letter that waits to be sent; ``sealed_token`` is None where it brings no code.

    ``sealed_address`` is where it goes, if not to the address that the person has.
    """

    id: UUID
    person: PersonId
    kind: str
    sealed_token: bytes | None
    sealed_address: bytes | None


async def insert(
    uow: UnitOfWork,
    letter: UUID,
    account: AccountId,
    kind: str,
    expires_at: datetime,
    token: tuple[bytes, bytes] | None = None,
    password_hash: str | None = None,
    *,
    sealed_address: bytes | None = None,
) -> None:
    """Store a letter to be sent, with hash and sealed form of its ``token``; earlier ones of its kind are void.

    Those are not that bring a password of their own, as this one does. It goes to the person's address, or to
    ``sealed_address``.
    """
    token_hash, sealed_token = token or (None, None)
    if token is not None and password_hash is None:
        await uow.execute(
            "update access.letter set used_at = $3, wrapped_token = null, password_hash = null"
            " where account = $1 and kind = $2 and used_at is null and token_hash is not null",
            account,
            kind,
            uow.now,
        )
    await uow.execute(
        "insert into access.letter (id, account, kind, token_hash, wrapped_token, created_at, expires_at,"
        " password_hash, wrapped_address) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        letter,
        account,
        kind,
        token_hash,
        sealed_token,
        uow.now,
        expires_at,
        password_hash,
        sealed_address,
    )


async def void(uow: UnitOfWork, account: AccountId) -> set[LetterKind]:
    """Let no code work that an account was written and has not used; return of which kinds they were."""
    rows = await uow.fetch(
        "update access.letter set used_at = $2, wrapped_token = null, password_hash = null"
        " where account = $1 and used_at is null and token_hash is not null returning kind",
        account,
        uow.now,
    )
    return {LetterKind(row["kind"]) for row in rows}


async def password_of(uow: UnitOfWork, kind: LetterKind, token_hash: bytes) -> str | None:
    """Return the hash of the password that came with a code, which is about to be used."""
    found: str | None = await uow.fetchval(
        "select password_hash from access.letter where token_hash = $1 and kind = $2 and used_at is null",
        token_hash,
        kind.value,
    )
    return found


async def recent(uow: UnitOfWork, account: AccountId, kind: LetterKind | AlertKind, since: datetime) -> int:
    """Return how many letters of this kind an account was written ``since`` then."""
    return int(
        await uow.fetchval(
            "select count(*) from access.letter where account = $1 and kind = $2 and created_at > $3",
            account,
            kind.value,
            since,
        )
    )


async def addressee(uow: UnitOfWork, kind: LetterKind, token_hash: bytes) -> AccountId | None:
    """Return to whom a code was written that works now."""
    found = await uow.fetchval(
        "select account from access.letter where token_hash = $1 and kind = $2 and used_at is null and expires_at > $3",
        token_hash,
        kind.value,
        uow.now,
    )
    return None if found is None else AccountId(found)


async def use(uow: UnitOfWork, kind: LetterKind, token_hash: bytes) -> AccountId | None:
    """Use a code up and return to whom it was written; of any number at once exactly one succeeds."""
    found = await uow.fetchval(
        "update access.letter set used_at = $3, wrapped_token = null"
        " where token_hash = $1 and kind = $2 and used_at is null and expires_at > $3 returning account",
        token_hash,
        kind.value,
        uow.now,
    )
    return None if found is None else AccountId(found)


async def unsent(uow: UnitOfWork, limit: int, refused: Sequence[UUID] = ()) -> list[StoredLetter]:
    """Return letters that are worth sending, the most urgent first, and keep other senders from them.

    Those that the mail server ``refused`` come after all others, in that order.
    """
    rows = await uow.fetch(
        "select letter.id, account.person, letter.kind, letter.wrapped_token, letter.wrapped_address"
        " from access.letter"
        " join access.account on account.id = letter.account"
        " left join unnest($3::uuid[]) with ordinality as refused (id, place) on refused.id = letter.id"
        " where letter.sent_at is null and letter.used_at is null and letter.expires_at > $1"
        " and account.person is not null order by refused.place nulls first, letter.expires_at"
        " limit $2 for update of letter skip locked",
        uow.now,
        limit,
        list(refused),
    )
    return [StoredLetter(row[0], PersonId(row[1]), *row[2:]) for row in rows]


async def forget_expired(uow: UnitOfWork) -> None:
    """Forget what was sealed of letters that are not worth sending any more, but for those that somebody holds."""
    await uow.execute(
        "update access.letter set wrapped_token = null, wrapped_address = null where id in ("
        "select id from access.letter where sent_at is null and expires_at <= $1"
        " and (wrapped_token is not null or wrapped_address is not null) for update skip locked)",
        uow.now,
    )


async def sent(uow: UnitOfWork, letter: UUID) -> None:
    """Note that a letter has left, or is not to leave, and forget its code and an address of its own."""
    await uow.execute(
        "update access.letter set sent_at = $2, wrapped_token = null, wrapped_address = null where id = $1",
        letter,
        uow.now,
    )


async def of_person(uow: UnitOfWork, person: PersonId) -> list[UUID]:
    """Return every letter to somebody."""
    rows = await uow.fetch(
        "select letter.id from access.letter join access.account on account.id = letter.account where person = $1",
        person,
    )
    return [row["id"] for row in rows]
