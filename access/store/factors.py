"""Queries of second factors: authenticators and recovery codes."""

from collections.abc import Sequence
from typing import NamedTuple

from access.vocabulary import AccountId
from kernel.unit_of_work import UnitOfWork
from people import PersonId


class StoredAuthenticator(NamedTuple):
    """An authenticator; ``confirmed`` once its owner has shown that it works."""

    person: PersonId
    sealed_secret: bytes
    last_step: int
    confirmed: bool


async def authenticator(uow: UnitOfWork, account: AccountId) -> StoredAuthenticator | None:
    """Return the authenticator of an account."""
    row = await uow.fetchrow(
        "select account.person, wrapped_secret, last_step, confirmed_at is not null from access.authenticator"
        " join access.account on account.id = authenticator.account where authenticator.account = $1",
        account,
    )
    return None if row is None else StoredAuthenticator(PersonId(row[0]), row[1], row[2], row[3])


async def has_second(uow: UnitOfWork, account: AccountId) -> bool:
    """Tell whether an account has a second factor that works: an authenticator or a passkey."""
    return bool(
        await uow.fetchval(
            "select exists (select from access.authenticator where account = $1 and confirmed_at is not null)"
            " or exists (select from access.passkey where account = $1)",
            account,
        )
    )


async def passkeys(uow: UnitOfWork, account: AccountId) -> int:
    """Return how many passkeys an account has."""
    return int(await uow.fetchval("select count(*) from access.passkey where account = $1", account))


async def put(uow: UnitOfWork, account: AccountId, sealed_secret: bytes) -> bool:
    """Store an authenticator in the place of one that was never confirmed; False if there is a confirmed one."""
    tag = await uow.execute(
        "insert into access.authenticator as known (account, wrapped_secret, last_step, created_at)"
        " values ($1, $2, 0, $3) on conflict (account)"
        " do update set wrapped_secret = excluded.wrapped_secret, last_step = 0, created_at = excluded.created_at"
        " where known.confirmed_at is null",
        account,
        sealed_secret,
        uow.now,
    )
    return tag == "INSERT 0 1"


async def use_step(uow: UnitOfWork, account: AccountId, step: int, *, confirm: bool = False) -> bool:
    """Use up a period and everything before it; of any number at once exactly one succeeds."""
    tag = await uow.execute(
        "update access.authenticator set last_step = $2, confirmed_at = coalesce(confirmed_at, $3)"
        " where account = $1 and last_step < $2 and (confirmed_at is null) = $4",
        account,
        step,
        uow.now if confirm else None,
        confirm,
    )
    return tag == "UPDATE 1"


async def remove(uow: UnitOfWork, account: AccountId) -> bool:
    """Remove the authenticator; tell whether it had been confirmed."""
    confirmed = await uow.fetchval(
        "delete from access.authenticator where account = $1 returning confirmed_at is not null", account
    )
    return confirmed is True


async def remove_codes(uow: UnitOfWork, account: AccountId) -> None:
    """Remove every recovery code."""
    await uow.execute("delete from access.recovery_code where account = $1", account)


async def replace_codes(uow: UnitOfWork, account: AccountId, hashes: Sequence[bytes]) -> None:
    """Store new recovery codes; the old ones are void."""
    await remove_codes(uow, account)
    await uow.execute(
        "insert into access.recovery_code (code_hash, account, created_at) select hash, $2, $3"
        " from unnest($1::bytea[]) as hash",
        hashes,
        account,
        uow.now,
    )


async def use_code(uow: UnitOfWork, account: AccountId, code_hash: bytes) -> bool:
    """Use a recovery code up; of any number at once exactly one succeeds."""
    tag = await uow.execute(
        "update access.recovery_code set used_at = $3 where code_hash = $1 and account = $2 and used_at is null",
        code_hash,
        account,
        uow.now,
    )
    return tag == "UPDATE 1"


async def codes_left(uow: UnitOfWork, account: AccountId) -> int:
    """Return how many recovery codes are still good."""
    return int(
        await uow.fetchval("select count(*) from access.recovery_code where account = $1 and used_at is null", account)
    )
