"""Queries of sessions and their refresh tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from access.values import Caller, Opened, SessionView, Standing
from access.vocabulary import AccountId, AccountStatus, Method, Permission, Role, SessionId
from kernel.unit_of_work import UnitOfWork
from people import PersonId


class StoredSession(NamedTuple):
    """A session with its account as both are now."""

    caller: Caller
    status: AccountStatus
    expires_at: datetime
    ended_at: datetime | None
    key: str | None


class StoredToken(NamedTuple):
    """A refresh token that could not be claimed."""

    session: SessionId
    used_at: datetime | None
    successor_salt: bytes | None


async def insert_session(
    uow: UnitOfWork,
    session: SessionId,
    account: AccountId,
    expires_at: datetime,
    methods: Sequence[Method] = (Method.PASSWORD,),
) -> None:
    """Store a session that begins now, from the network prefix of the request, by these methods."""
    await uow.execute(
        "insert into access.session (id, account, created_at, expires_at, last_used_at, address, methods, proved_at)"
        " values ($1, $2, $3, $4, $3, $5, $6, $3)",
        session,
        account,
        uow.now,
        expires_at,
        uow.origin.address,
        [method.value for method in methods],
    )


async def sessions(uow: UnitOfWork, account: AccountId) -> list[SessionView]:
    """Return the sessions of an account that live now, the newest first."""
    rows = await uow.fetch(
        "select id, created_at, last_used_at, expires_at, address, methods from access.session"
        " where account = $1 and ended_at is null and expires_at > $2 order by id desc",
        account,
        uow.now,
    )
    return [
        SessionView(
            session=SessionId(row["id"]),
            started_at=row["created_at"],
            last_used_at=row["last_used_at"] or row["created_at"],
            expires_at=row["expires_at"],
            address=row["address"],
            methods=tuple(row["methods"] or ()),
        )
        for row in rows
    ]


async def used(uow: UnitOfWork, session: SessionId) -> None:
    """Note that a session was refreshed now."""
    await uow.execute("update access.session set last_used_at = $2 where id = $1", session, uow.now)


async def proved(uow: UnitOfWork, session: SessionId, method: Method) -> None:
    """Note that whoever sits in a session has shown once more who they are."""
    await uow.execute(
        "update access.session set proved_at = $2, methods ="
        " case when methods @> array[$3] then methods else methods || $3::text end where id = $1",
        session,
        uow.now,
        method.value,
    )


async def session(uow: UnitOfWork, session: SessionId) -> StoredSession:
    """Return a session that exists, with its account."""
    (row,) = await uow.fetch(
        "select account.id, account.role, account.markets, account.brands, account.person, account.status,"
        " session.expires_at, session.ended_at, session.key_thumbprint"
        " from access.session join access.account on account.id = session.account where session.id = $1",
        session,
    )
    caller = Caller(
        account=AccountId(row["id"]),
        session=session,
        role=Role(row["role"]),
        markets=frozenset(row["markets"]),
        brands=frozenset(row["brands"]),
        person=None if row["person"] is None else PersonId(row["person"]),
    )
    return StoredSession(
        caller, AccountStatus(row["status"]), row["expires_at"], row["ended_at"], row["key_thumbprint"]
    )


async def standings(uow: UnitOfWork, asked: Sequence[tuple[SessionId, AccountId]]) -> list[Standing]:
    """Return what each session of its account is worth at the unit of work's instant; nothing where there is none."""
    rows = await uow.fetch(
        "select session.id as session, account.id as account,"
        " session.ended_at is null and session.expires_at > $3 and account.status = 'active' as live,"
        " account.role, account.markets, account.brands, account.status, session.proved_at,"
        " authenticator.confirmed_at is not null"
        " or exists (select from access.passkey where passkey.account = account.id) as second_factor,"
        " client.permissions, array(select kid from access.removed_key) as removed_keys,"
        " glass.id as glass, glass.permission as lent, glass.market as lent_market, glass.ends_at as glass_ends_at,"
        " (select max(completed_at) from access.training where training.account = account.id) as trained_at"
        " from unnest($1::uuid[], $2::uuid[]) as asked (session, account)"
        " join access.session on session.id = asked.session"
        " join access.account on account.id = session.account and account.id = asked.account"
        " left join access.authenticator on authenticator.account = account.id"
        " left join access.machine_client as client on client.account = account.id"
        " left join access.break_glass as glass on glass.account = account.id and glass.ended_at is null",
        [session for session, _ in asked],
        [account for _, account in asked],
        uow.now,
    )
    found = {(row["session"], row["account"]): _standing(row) for row in rows}
    return [found.get(each, Standing(live=False)) for each in asked]


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(
        live=row["live"],
        role=Role(row["role"]),
        markets=frozenset(row["markets"]),
        brands=frozenset(row["brands"]),
        status=AccountStatus(row["status"]),
        proved_at=row["proved_at"],
        second_factor=row["second_factor"],
        narrowed=None if row["permissions"] is None else frozenset(map(Permission, row["permissions"])),
        removed_keys=frozenset(row["removed_keys"]),
        opened=None if row["glass"] is None else _opened(row),
        trained_at=row["trained_at"],
    )


def _opened(row: asyncpg.Record) -> Opened:
    return Opened(
        id=row["glass"],
        permission=None if row["lent"] is None else Permission(row["lent"]),
        market=row["lent_market"],
        ends_at=row["glass_ends_at"],
    )


async def end_session(uow: UnitOfWork, session: SessionId) -> AccountId | None:
    """End a session; return whose it was, or None when there is nothing to end."""
    account = await uow.fetchval(
        "update access.session set ended_at = $2 where id = $1 and ended_at is null returning account",
        session,
        uow.now,
    )
    return None if account is None else AccountId(account)


async def end_own_session(uow: UnitOfWork, session: SessionId, account: AccountId) -> bool:
    """End a session of ``account``; tell whether there was one."""
    tag = await uow.execute(
        "update access.session set ended_at = $3"
        " where id = $1 and account = $2 and ended_at is null and expires_at > $3",
        session,
        account,
        uow.now,
    )
    return tag == "UPDATE 1"


async def end_sessions(uow: UnitOfWork, account: AccountId, but: SessionId | None = None) -> int:
    """End every session of an account, but one if that is named; return how many that were."""
    tag = await uow.execute(
        "update access.session set ended_at = $2 where account = $1 and ended_at is null and id is distinct from $3",
        account,
        uow.now,
        but,
    )
    return int(tag.rpartition(" ")[2])


async def insert_refresh_token(uow: UnitOfWork, token_hash: bytes, session: SessionId, expires_at: datetime) -> None:
    """Store the hash of a refresh token."""
    await uow.execute(
        "insert into access.refresh_token (token_hash, session, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        session,
        uow.now,
        expires_at,
    )


async def bind(uow: UnitOfWork, session: SessionId, key: str) -> None:
    """Note which key the tokens of a session are bound to."""
    await uow.execute("update access.session set key_thumbprint = $2 where id = $1", session, key)


async def claim(uow: UnitOfWork, token_hash: bytes, successor_salt: bytes, key: str | None) -> SessionId | None:
    """Use a refresh token up; None when it is unknown, expired or used, or its session is bound to another ``key``.

    Of any number at once exactly one succeeds. Without the key nobody uses up what they stole.
    """
    found = await uow.fetchval(
        "update access.refresh_token as token set used_at = $2, successor_salt = $3 from access.session"
        " where token.token_hash = $1 and token.used_at is null and token.expires_at > $2"
        " and session.id = token.session and session.key_thumbprint is not distinct from $4 returning token.session",
        token_hash,
        uow.now,
        successor_salt,
        key,
    )
    return None if found is None else SessionId(found)


async def refresh_token(uow: UnitOfWork, token_hash: bytes) -> StoredToken | None:
    """Return a refresh token as it is."""
    row = await uow.fetchrow(
        "select session, used_at, successor_salt from access.refresh_token where token_hash = $1", token_hash
    )
    return None if row is None else StoredToken(SessionId(row[0]), row[1], row[2])


async def use_proof(uow: UnitOfWork, name: str, expires_at: datetime) -> bool:
    """Remember a proof; of any number at once exactly one is the first. Those that are too old are forgotten."""
    await uow.execute("delete from access.key_proof where expires_at <= $1", uow.now)
    tag = await uow.execute(
        "insert into access.key_proof (name, expires_at) values ($1, $2) on conflict do nothing", name, expires_at
    )
    return tag == "INSERT 0 1"
