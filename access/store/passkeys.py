"""Queries of passkeys and their challenges."""

from datetime import datetime
from uuid import UUID

import asyncpg

from access.errors import PasskeyExistsError
from access.rules.passkeys import Known, Made
from access.vocabulary import AccountId, Ceremony
from access.webauthn_json import PasskeyView
from kernel.unit_of_work import UnitOfWork


async def insert_challenge(
    uow: UnitOfWork, challenge_hash: bytes, account: AccountId, ceremony: Ceremony, expires_at: datetime
) -> None:
    """Store what may be answered once, by ``account`` and for this ``ceremony``; the account's old ones go."""
    await uow.execute("delete from access.passkey_challenge where account = $1 and expires_at <= $2", account, uow.now)
    await uow.execute(
        "insert into access.passkey_challenge (challenge_hash, account, ceremony, expires_at) values ($1, $2, $3, $4)",
        challenge_hash,
        account,
        ceremony.value,
        expires_at,
    )


async def take_challenge(uow: UnitOfWork, challenge_hash: bytes, account: AccountId, ceremony: Ceremony) -> bool:
    """Use a challenge up; of any number at once exactly one succeeds."""
    tag = await uow.execute(
        "delete from access.passkey_challenge"
        " where challenge_hash = $1 and account = $2 and ceremony = $3 and expires_at > $4",
        challenge_hash,
        account,
        ceremony.value,
        uow.now,
    )
    return tag == "DELETE 1"


async def insert(uow: UnitOfWork, passkey: UUID, account: AccountId, made: Made) -> None:
    """Store a passkey.

    Raises:
        PasskeyExistsError: it is stored already, whosever it is; the transaction can only be rolled back.

    """
    try:
        await uow.execute(
            "insert into access.passkey (id, account, credential_id, public_key, sign_count, created_at)"
            " values ($1, $2, $3, $4, $5, $6)",
            passkey,
            account,
            made.credential_id,
            made.public_key,
            made.sign_count,
            uow.now,
        )
    except asyncpg.UniqueViolationError:
        raise PasskeyExistsError("This passkey is known already.", field="passkey") from None


async def passkeys(uow: UnitOfWork, account: AccountId) -> list[PasskeyView]:
    """Return the passkeys of an account, the oldest first."""
    rows = await uow.fetch(
        "select id, created_at, last_used_at from access.passkey where account = $1 order by id", account
    )
    return [PasskeyView(row[0], row[1], row[2]) for row in rows]


async def known(uow: UnitOfWork, account: AccountId) -> list[Known]:
    """Return what the passkeys of an account are verified with."""
    rows = await uow.fetch(
        "select id, credential_id, public_key, sign_count from access.passkey where account = $1 order by id", account
    )
    return [Known(row[0], row[1], row[2], row[3]) for row in rows]


async def used(uow: UnitOfWork, passkey: UUID, sign_count: int) -> bool:
    """Note that a passkey signed; False where its count is not beyond the stored one (nobody counts from 0 to 0)."""
    tag = await uow.execute(
        "update access.passkey set sign_count = $2, last_used_at = $3"
        " where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))",
        passkey,
        sign_count,
        uow.now,
    )
    return tag == "UPDATE 1"


async def remove(uow: UnitOfWork, account: AccountId, passkey: UUID) -> bool:
    """Remove a passkey of ``account``; tell whether there was one."""
    tag = await uow.execute("delete from access.passkey where id = $1 and account = $2", passkey, account)
    return tag == "DELETE 1"
