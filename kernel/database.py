"""The way to PostgreSQL: Piccolo's engine with a transaction that can be trusted, and its pools.

Piccolo's own transaction keeps the connection for ever when COMMIT fails, and its nested transactions are no-ops: a
failure caught outside keeps the inner rows. Both are mended here, once
(``docs/decisions/0005-one-transaction-around-the-handler.md``).

Reads go through a pool whose sessions are read-only: a query route can't write, whatever its code says, and one
statement needs no BEGIN and COMMIT around it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from types import TracebackType
from typing import Any, Final, TypeAlias, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from typing_extensions import override

from kernel.declaring import DECLARE_ONCE, PooledConnection
from kernel.errors import UnavailableError
from kernel.waiting import MOST_SECONDS, Lent, WaitingLine

Connection: TypeAlias = Lent

APPLICATION: Final = "laurel_app"
"""The role that every session of the application has (``kernel/roles.py``)."""

STATEMENT_TIMEOUT_MS: Final = 10_000
LOCK_TIMEOUT_MS: Final = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS: Final = 30_000
COMMAND_TIMEOUT_SECONDS: Final = 30.0

AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)
"""What asyncpg raises when the server is away, overloaded or gave up on us: nothing is wrong with the request."""

REFUSED: Final = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
"""What asyncpg raises when the server is there and the URL is wrong: the role, its password, or the database."""


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL is away, restarting or too busy."""

    code = "database-unavailable"


class DatabaseRefusedError(UnavailableError):
    """PostgreSQL answers and does not let us in."""

    code = "database-refused"
    remedy = "Correct the role, the password or the database's name in LAUREL_DATABASE_URL."


class RoleMissingError(UnavailableError):
    """The application's role is not there, or this login is no member of it."""

    code = "database-role-missing"
    remedy = "Run `laurel migrate`, which makes the roles, then start again."


class Transaction(PostgresTransaction):
    """Gives its connection back even when COMMIT fails, and nests as a SAVEPOINT.

    Piccolo's base class does neither (measured: a pool of two is dead after two failed commits).
    """

    _is_clean = False

    @override
    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            self._savepoint = await self._parent.savepoint()
            return self._parent
        self.connection = await self.get_connection()
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    @override
    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._parent is not None:
            await self._leave_savepoint(failed=exception is not None)
            return False
        try:
            if exception is not None:
                if not self._rolled_back and not self.connection.is_closed():
                    await self.rollback()
            elif not (self._committed or self._rolled_back):
                await self.commit()
            self._is_clean = exception is None
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _leave_savepoint(self, *, failed: bool) -> None:
        if failed:
            await self._savepoint.rollback_to()
            return
        connection = cast("Any", self._parent).connection
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await self._savepoint.release()

    async def _give_back(self) -> None:
        connection = self.connection
        del self.connection  # whoever kept the transaction MUST NOT write in the next one's
        await self._line.give(connection, clean=self._is_clean)

    @override
    async def get_connection(self) -> Connection:
        self._line = cast("Engine", self.engine).line("pool")
        return await self._line.take()


class _Reading:
    """Stands where Piccolo looks for the current transaction, so that its queries use the read-only connection."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


class Engine(PostgresEngine):
    """Piccolo's engine, configured when the program starts instead of when a module is imported."""

    def __init__(self) -> None:
        """Hold no connection yet: importing a room must not need a database."""
        super().__init__(config={})
        self.reads: asyncpg.Pool[asyncpg.Record] | None = None
        self.appends: asyncpg.Pool[asyncpg.Record] | None = None
        self._lines: dict[str, WaitingLine] = {}

    @override
    async def check_version(self) -> None:
        """Do nothing: the base class connects while modules are imported."""

    @override
    async def prep_database(self) -> None:
        """Do nothing: Laurel needs no extension."""

    @override
    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> list[asyncpg.Record]:
        async with self.line("pool").lend() as connection:
            return await connection.fetch(query, *(args or ()))

    @override
    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:
        return Transaction(engine=self, allow_nested=allow_nested)

    async def open(self, url: str, *, size: int = 10, role: str | None = APPLICATION) -> None:
        """Open the pools on ``url``: to write and to read with ``size`` connections each at the most, one to append.

        Their sessions have ``role``, whoever logs in; None leaves them what the login is, for migrations alone.

        Raises:
            DatabaseUnavailableError: the server does not answer.
            DatabaseRefusedError: it answers, and the URL is wrong, or the login may not have the role.

        """
        settings = {
            "application_name": "laurel",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
            "timezone": "UTC",
        } | ({} if role is None else {"role": role})
        self.config = {"dsn": url, "server_settings": settings, "timeout": MOST_SECONDS}
        pooled: dict[str, Any] = {
            "min_size": 1,
            "max_size": size,
            "command_timeout": COMMAND_TIMEOUT_SECONDS,
            "connection_class": PooledConnection,
        }
        reading = self.config | {"server_settings": settings | {"default_transaction_read_only": "on"}}
        try:
            async with translated():
                self.pool = await asyncpg.create_pool(**self.config, **pooled)
                self.reads = await asyncpg.create_pool(**reading, **pooled)
                self.appends = await asyncpg.create_pool(**self.config, **pooled | {"max_size": 1})
        except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
            await self.close()
            raise RoleMissingError(f"The login of LAUREL_DATABASE_URL can't work as {role}.") from error
        except UnavailableError:
            await self.close()
            raise
        pools = {"pool": self.pool, "reads": self.reads, "appends": self.appends}
        self._lines = {name: WaitingLine(pool) for name, pool in pools.items()}

    async def close(self) -> None:
        """Close the pools; harmless when they are not open."""
        for pool in (self.pool, self.reads, self.appends):
            if pool is not None:
                pool.terminate()
        self.pool = self.reads = self.appends = None
        self._lines.clear()

    def line(self, name: str) -> WaitingLine:
        """Return the line to the pool of this attribute; without one, ``DatabaseUnavailableError`` is raised."""
        if name not in self._lines:
            raise DatabaseUnavailableError("The database pool is not open.")
        return self._lines[name]

    @asynccontextmanager
    async def reading(self, purpose: str = "", now: datetime | None = None) -> AsyncIterator[Connection]:
        """Lend a read-only connection; Piccolo's queries in the block use it too.

        What is read is read for ``purpose``, ``now``: without one, no row that belongs to a person is there.
        """
        async with self.line("reads").lend() as connection:
            await cast("PooledConnection", connection).declare(purpose, now)
            current = cast("ContextVar[Any]", self.current_transaction)
            reading = _Reading(connection)
            token = current.set(reading)
            try:
                yield connection
            finally:
                current.reset(token)
                del reading.connection  # whoever kept it MUST NOT ask in the next reader's name

    @asynccontextmanager
    async def appending(self) -> AsyncIterator[Connection]:
        """Lend a connection for exactly one statement, which is a transaction by itself: no BEGIN, no COMMIT.

        It is kept for this: that there is no other connection left can still be written down, and then said.
        """
        async with self.line("appends").lend() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, purpose: str = "", now: datetime | None = None) -> AsyncIterator[Connection]:
        """Open a transaction and lend its connection; it commits when the block ends without an exception.

        What it does is done for ``purpose``, ``now``: without one, no row that belongs to a person is there.
        """
        async with self.transaction(allow_nested=False) as transaction:
            if purpose:
                moment = "" if now is None else now.isoformat()
                await transaction.connection.fetchrow(DECLARE_ONCE, purpose, moment)
            yield transaction.connection


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn a server that is away into ``DatabaseUnavailableError``; everything else passes."""
    try:
        yield
    except AWAY as error:
        message = f"The database can't answer at the moment ({type(error).__name__})."
        raise DatabaseUnavailableError(message) from error
    except REFUSED as error:
        message = f"The database refuses us ({type(error).__name__})."
        raise DatabaseRefusedError(message) from error


DB: Final = Engine()
