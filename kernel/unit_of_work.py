"""One unit of work: one transaction, one instant, one list of what is to be audited.

A service receives it as ``uow`` and never opens a transaction itself. What it records becomes audit entries in the
same transaction, immediately before COMMIT: an effect without its entry can't exist, nor an entry without its effect.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from kernel.clock import Clock
from kernel.database import DB, Connection, translated
from kernel.facts import Fact, Origin, SealedDetail
from kernel.ids import uuid7
from kernel.outbox import put

Step: TypeAlias = Callable[[], Awaitable[None]]


class Recorder(Protocol):
    """Writes audit entries on the transaction's own connection."""

    async def __call__(
        self, connection: Connection, entries: Sequence[tuple[Origin, Fact]], at: datetime
    ) -> list[UUID]:
        """Write ``entries`` as of ``at``; they MUST become durable with the transaction or not at all."""
        ...


class UnitOfWork:
    """One transaction, handed to every service function."""

    __slots__ = ("_after", "_before", "_messages", "connection", "entries", "now", "origin")

    def __init__(self, connection: Connection, origin: Origin, now: datetime) -> None:
        """Bind to a connection; ``now`` (UTC) is the one instant of everything that happens in it."""
        self.connection = connection
        self.origin = origin
        self.now = now
        self.entries: list[tuple[Origin, Fact]] = []
        self._messages: dict[tuple[str, UUID], None] = {}
        self._before: list[Step] = []
        self._after: list[Step] = []

    def act_for(self, person: UUID) -> None:
        """Say in every entry from now on that whoever asks acts for ``person``, who is not asking themselves."""
        self.origin = msgspec.structs.replace(self.origin, on_behalf_of=str(person))

    def new_id(self) -> UUID:
        """Return a new UUID version 7."""
        return uuid7(self.now)

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Return all rows of ``sql`` with ``$1`` placeholders."""
        return await self.connection.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """Return the first row, or None."""
        return await self.connection.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        """Return the first column of the first row, or None."""
        return await self.connection.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> str:
        """Run a statement and return its command tag."""
        return await self.connection.execute(sql, *arguments)

    async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement once per row; prefer one statement with ``unnest``."""
        await self.connection.executemany(sql, rows)

    def record(  # noqa: PLR0913 - what an entry says
        self,
        action: StrEnum,
        *,
        subject: UUID | None = None,
        resource: str | None = None,
        count: int | None = None,
        decision: str = "allowed",
        reason: str | None = None,
        outcome: str = "succeeded",
        origin: Origin | None = None,
        sealed: Sequence[SealedDetail] = (),
        **detail: Any,
    ) -> None:
        """Promise an audit entry; it is written in this transaction, immediately before COMMIT."""
        fact = Fact(
            action=action.value,
            subject=subject,
            resource=resource,
            count=count,
            decision=decision,
            reason=reason,
            outcome=outcome,
            detail=(origin or self.origin).detailed(detail),
            sealed=tuple(sealed),
        )
        self.entries.append((origin or self.origin, fact))

    def recorded(self, action: str) -> bool:
        """Tell whether ``action`` was recorded in this unit of work."""
        return any(fact.action == action for _, fact in self.entries)

    def publish(self, topic: str, key: UUID) -> None:
        """Put a message into the outbox; it exists if, and only if, this transaction commits."""
        self._messages[(topic, key)] = None

    def before_commit(self, step: Step) -> None:
        """Run ``step`` immediately before COMMIT; its failure rolls everything back."""
        self._before.append(step)

    def after_commit(self, step: Step) -> None:
        """Run ``step`` after COMMIT, before the answer leaves; it MUST NOT be the only cure for anything."""
        self._after.append(step)

    async def _finish(self, recorder: Recorder) -> None:
        if self._messages:
            await put(self.connection, [(self.new_id(), topic, key) for topic, key in self._messages])
        for step in self._before:
            await step()
        if self.entries:
            await recorder(self.connection, self.entries, self.now)


class Work:
    """Opens units of work: for requests, for the worker and for the command line alike."""

    def __init__(self, clock: Clock, recorder: Recorder) -> None:
        """Take the clock and what writes audit entries."""
        self.clock = clock
        self._recorder = recorder

    @asynccontextmanager
    async def begin(self, origin: Origin) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; commit it with its audit entries when the block ends without an exception.

        Raises:
            DatabaseUnavailableError: PostgreSQL is away; nothing was done, or it is unknown whether COMMIT arrived.

        """
        now = self.clock.now()
        async with translated(), DB.writing(origin.declared, now) as connection:
            uow = UnitOfWork(connection, origin, now)
            try:
                yield uow
                await uow._finish(self._recorder)  # noqa: SLF001 - the two are one thing in two classes
            finally:
                del uow.connection  # it is somebody else's from now on
        for step in uow._after:  # noqa: SLF001
            await step()

    @asynccontextmanager
    async def read(self, origin: Origin) -> AsyncIterator[UnitOfWork]:
        """Open a read-only unit of work; what it records is left in ``entries`` for the caller to seal."""
        now = self.clock.now()
        async with translated(), DB.reading(origin.declared, now) as connection:
            uow = UnitOfWork(connection, origin, now)
            try:
                yield uow
            finally:
                del uow.connection

    async def append(self, entries: Sequence[tuple[Origin, Fact]]) -> None:
        """Write audit entries in a transaction of their own: for queries and denials, which have no other.

        The recorder writes with one statement, so that one round trip makes them durable.
        """
        async with translated(), DB.appending() as connection:
            await self._recorder(connection, entries, self.clock.now())
