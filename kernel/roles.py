"""The database's two roles: one owns every table and can't log in, the other works with them and owns nothing.

Whoever has the application's credentials, or makes it run SQL of their own, has what ``RIGHTS`` gives and no more: no
table of the audit log can be changed, emptied, altered or given away from there, whatever the code above says
(``docs/decisions/0034-the-database-has-two-roles.md``).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg

from kernel.database import APPLICATION, Connection

OWNER: Final = "laurel_owner"

RIGHTS: Final[Mapping[str, str]] = {"audit": "select, insert"}
"""What the application may do to the tables of a schema, where it is less than ``_USUAL``."""

OWNERS_ALONE: Final[Mapping[str, Sequence[str]]] = {"audit": ("pending",)}
"""Tables into which nobody but the owner's own triggers and functions write."""

_USUAL: Final = "select, insert, update, delete"
_ATTEMPTS: Final = 5
_SCRAM_ROUNDS: Final = 4_096
_SALT_BYTES: Final = 16
_SET_OPTION: Final = (16, 0)

_FOREIGN = """
select format('alter %s %s owner to {owner}', kind, name) from (
    select 'schema' as kind, quote_ident(nspname) as name, nspowner as owner, nspname as schema from pg_namespace
    union all
    select 'table', format('%I.%I', nspname, relname), relowner, nspname
    from pg_class join pg_namespace n on n.oid = relnamespace where relkind in ('r', 'p')
    union all
    select 'routine', p.oid::regprocedure::text, proowner, nspname
    from pg_proc p join pg_namespace n on n.oid = pronamespace
) as thing
where owner <> '{owner}'::regrole and (schema = any($1) or name = 'public.migration')
"""


async def establish(connection: Connection, rooms: Sequence[str], application_url: str) -> None:
    """Make both roles, the login that ``application_url`` names, and give the owner what others still own.

    It runs as whoever may create roles, before the migrations and in a transaction of its own, and changes nothing
    where all is as it should be. Roles belong to the whole server: two databases that are migrated at the same time can
    get into each other's way, and then it tries again.

    Raises:
        asyncpg.PostgresError: who runs it may not; the caller says what to do.

    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with connection.transaction():
                await _establish(connection, rooms, application_url)
        except (asyncpg.UniqueViolationError, asyncpg.DuplicateObjectError, asyncpg.InternalServerError):
            if attempt == _ATTEMPTS:
                raise
        else:
            return


async def _establish(connection: Connection, rooms: Sequence[str], application_url: str) -> None:
    me = await connection.fetchval("select current_user")
    for role in (OWNER, APPLICATION):
        if not await _exists(connection, role):
            await connection.execute(f"create role {role} nologin")
        if not await _is_member(connection, me, role):
            await connection.execute(f"grant {role} to {_quoted(me)}")
    await _let_in(connection, me, application_url)
    database = _quoted(await connection.fetchval("select current_database()"))
    if not await connection.fetchval("select has_database_privilege($1, current_database(), 'create')", OWNER):
        await connection.execute(f"grant create on database {database} to {OWNER}")
    if not await connection.fetchval("select has_schema_privilege($1, 'public', 'create')", OWNER):
        await connection.execute(f"grant usage, create on schema public to {OWNER}")
    for row in await connection.fetch(_FOREIGN.format(owner=OWNER), list(rooms)):
        await connection.execute(row[0])


async def _let_in(connection: Connection, me: str, application_url: str) -> None:
    """Let the login of ``application_url`` work as the application; make it, with its password, where it is missing."""
    parts = urlsplit(application_url)
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    if login in {"", me}:
        return
    if not await _exists(connection, login):
        await connection.execute(f"create role {_quoted(login)} nologin")
    can_login = await connection.fetchval("select rolcanlogin from pg_roles where rolname = $1", login)
    if not can_login:
        await connection.execute(f"alter role {_quoted(login)} login password '{_verifier(password)}'")
    if not await _is_member(connection, login, APPLICATION):
        await connection.execute(f"grant {APPLICATION} to {_quoted(login)}")


async def grant(connection: Connection, rooms: Sequence[str]) -> None:
    """Give the application its rights on everything that the migrations made, and take every other; as the owner."""
    for room in rooms:
        await connection.execute(f"grant usage on schema {room} to {APPLICATION}")
        await connection.execute(f"revoke all on all tables in schema {room} from public, {APPLICATION}")
        await connection.execute(f"grant {RIGHTS.get(room, _USUAL)} on all tables in schema {room} to {APPLICATION}")
        for table in OWNERS_ALONE.get(room, ()):
            await connection.execute(f"revoke insert on {room}.{table} from {APPLICATION}")
        await connection.execute(f"grant usage on all sequences in schema {room} to {APPLICATION}")
    await connection.execute(f"grant select on public.migration to {APPLICATION}")


async def can_become_owner(connection: Connection) -> bool:
    """Tell whether this login could take the owner's role: then only the application's own manners protect the log."""
    could: bool = await connection.fetchval("select pg_has_role(session_user, $1, 'member')", OWNER)
    return could


async def may_establish(connection: Connection) -> bool:
    """Tell whether this login may make the roles or has the owner's already; the application's own may not."""
    may: bool = await connection.fetchval(
        "select rolcreaterole or rolsuper or not exists (select from pg_roles where rolname = $1) or exists"
        " (select from pg_roles where rolname = $1 and pg_has_role(session_user, oid, 'member'))"
        " from pg_roles where rolname = session_user",
        OWNER,
    )
    return may


async def _exists(connection: Connection, role: str) -> bool:
    found: bool = await connection.fetchval("select exists (select from pg_roles where rolname = $1)", role)
    return found


async def _is_member(connection: Connection, who: str, role: str) -> bool:
    """Tell whether a login may take a role; since PostgreSQL 16 that is more than being a member."""
    how = "set" if connection.get_server_version() >= _SET_OPTION else "member"
    found: bool = await connection.fetchval("select pg_has_role($1, $2, $3)", who, role, how)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _verifier(password: str) -> str:
    """Return what PostgreSQL keeps of a password (RFC 5803), so that the password itself is in no statement it logs."""
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{salt_text}${stored_text}:{server_text}"
