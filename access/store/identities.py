"""Queries of accounts elsewhere, and of visits to their providers."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from access.errors import IdentityTakenError
from access.values import IdentityView
from access.vocabulary import AccountId
from kernel.unit_of_work import UnitOfWork


class StoredAttempt(NamedTuple):
    """A visit that somebody came back from."""

    provider: str
    redirect_uri: str


async def insert_attempt(
    uow: UnitOfWork,
    attempt_hash: bytes,
    provider: str,
    redirect_uri: str,
    account: AccountId | None,
    expires_at: datetime,
) -> None:
    """Store a visit that begins; ``account`` is who wants to link what they come back with."""
    await uow.execute(
        "insert into access.identity_attempt (attempt_hash, provider, redirect_uri, account, expires_at)"
        " values ($1, $2, $3, $4, $5)",
        attempt_hash,
        provider,
        redirect_uri,
        account,
        expires_at,
    )


async def answer_attempt(uow: UnitOfWork, attempt_hash: bytes) -> StoredAttempt | None:
    """Use up a visit of somebody who wants to sign in; of any number at once exactly one succeeds."""
    row = await uow.fetchrow(
        "update access.identity_attempt set answered_at = $2"
        " where attempt_hash = $1 and account is null and answered_at is null and expires_at > $2"
        " returning provider, redirect_uri",
        attempt_hash,
        uow.now,
    )
    return None if row is None else StoredAttempt(row[0], row[1])


async def take_link(uow: UnitOfWork, attempt_hash: bytes, account: AccountId) -> StoredAttempt | None:
    """Use up a visit of ``account`` that wants to link; nothing of it stays that could be taken for a provider's word.

    Of any number at once exactly one succeeds.
    """
    row = await uow.fetchrow(
        "delete from access.identity_attempt"
        " where attempt_hash = $1 and account = $2 and answered_at is null and expires_at > $3"
        " returning provider, redirect_uri",
        attempt_hash,
        account,
        uow.now,
    )
    return None if row is None else StoredAttempt(row[0], row[1])


async def vouch(uow: UnitOfWork, attempt_hash: bytes, account: AccountId, expires_at: datetime) -> None:
    """Note for whom the provider vouched, until they show a second factor."""
    await uow.execute(
        "update access.identity_attempt set account = $2, expires_at = $3 where attempt_hash = $1",
        attempt_hash,
        account,
        expires_at,
    )


async def vouched(uow: UnitOfWork, attempt_hash: bytes) -> AccountId | None:
    """Return for whom a provider vouched at the end of a visit, and keep others from this until the end."""
    found = await uow.fetchval(
        "select account from access.identity_attempt"
        " where attempt_hash = $1 and answered_at is not null and expires_at > $2 for update",
        attempt_hash,
        uow.now,
    )
    return None if found is None else AccountId(found)


async def still_linked(uow: UnitOfWork, attempt_hash: bytes) -> bool:
    """Tell whether what a provider vouched for at the end of a visit opens that account still."""
    return bool(
        await uow.fetchval(
            "select exists (select from access.identity_attempt as attempt"
            " join access.identity on identity.account = attempt.account and identity.provider = attempt.provider"
            " where attempt.attempt_hash = $1 and identity.created_at <= attempt.answered_at"
            " and identity.last_used_at >= attempt.answered_at)",
            attempt_hash,
        )
    )


async def remove_attempt(uow: UnitOfWork, attempt_hash: bytes) -> None:
    """Forget a visit."""
    await uow.execute("delete from access.identity_attempt where attempt_hash = $1", attempt_hash)


async def insert(uow: UnitOfWork, account: AccountId, provider: str, subject_hash: bytes) -> IdentityView:
    """Let an account elsewhere open this one.

    Raises:
        IdentityTakenError: it opens one already; the transaction can only be rolled back.

    """
    identity = uow.new_id()
    try:
        await uow.execute(
            "insert into access.identity (id, account, provider, subject_hash, created_at) values ($1, $2, $3, $4, $5)",
            identity,
            account,
            provider,
            subject_hash,
            uow.now,
        )
    except asyncpg.UniqueViolationError:
        raise IdentityTakenError("This account at the provider opens an account already.", field="provider") from None
    return IdentityView(identity, provider, uow.now, None)


async def account_of(uow: UnitOfWork, provider: str, subject_hash: bytes) -> AccountId | None:
    """Return which account an account elsewhere opens, and note that it was asked for now."""
    found = await uow.fetchval(
        "update access.identity set last_used_at = $3 where provider = $1 and subject_hash = $2 returning account",
        provider,
        subject_hash,
        uow.now,
    )
    return None if found is None else AccountId(found)


async def identities(uow: UnitOfWork, account: AccountId) -> list[IdentityView]:
    """Return what opens an account, the oldest first."""
    rows = await uow.fetch(
        "select id, provider, created_at, last_used_at from access.identity where account = $1 order by id", account
    )
    return [IdentityView(row[0], row[1], row[2], row[3]) for row in rows]


async def remove(uow: UnitOfWork, account: AccountId, identity: UUID) -> bool:
    """Remove what opens ``account``; tell whether it was there."""
    tag = await uow.execute("delete from access.identity where id = $1 and account = $2", identity, account)
    return tag == "DELETE 1"
