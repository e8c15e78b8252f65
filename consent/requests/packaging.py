"""A package: everything that is held about one person, as JSON with its JSON Schema and as a page to read, in a ZIP.

It is written as a stream: rows come from a cursor, go through the archive and leave in sealed pieces, so that a person
with a million activities takes no more memory than one with ten.
"""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from typing_extensions import Buffer

import people
from consent.request_values import Package, PrivacyRequest
from consent.request_vocabulary import RequestType
from consent.requests.registry import Registry
from consent.requests.store import holdings, packages
from consent.rules import packages as rules
from consent.vocabulary import Action
from kernel.holdings import Holding
from kernel.unit_of_work import UnitOfWork
from people import Box

KEPT_FOR: Final = timedelta(days=14)
CHUNK_BYTES: Final = 262_144
PAGE_ROWS: Final = 1_000
"""Rows of a table that the readable page shows; the JSON has them all."""

CHUNK_ROW: Final = "consent.package_chunk"


class Sheet(msgspec.Struct, frozen=True):
    """One table of a package: its declaration, and the columns that are shown as (name, SQL type, may be null)."""

    holding: Holding
    columns: Sequence[tuple[str, str, bool]]


class _Outlet:
    """Where the archive writes to: bytes wait here until they are taken away; nothing can go back."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: Buffer) -> int:
        self.waiting += data
        return memoryview(data).nbytes

    def flush(self) -> None:
        """Do nothing: whoever owns the outlet takes the bytes."""

    def take(self, least: int) -> bytes:
        """Return the first ``CHUNK_BYTES`` of what waits if there are at least ``least``, and forget them."""
        if len(self.waiting) < least:
            return b""
        taken = bytes(self.waiting[:CHUNK_BYTES])
        del self.waiting[:CHUNK_BYTES]
        self.digest.update(taken)
        self.size += len(taken)
        return taken


class _Writer:
    """Writes one package of one person."""

    def __init__(self, uow: UnitOfWork, request: PrivacyRequest, box: Box, sheets: Sequence[Sheet]) -> None:
        self._uow, self._request, self._box, self._sheets = uow, request, box, sheets
        self._outlet = _Outlet()
        self.chunks = self.rows = 0

    async def write(self) -> Package:
        with zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:  # type: ignore[call-overload] # all it asks for is write and flush
            archive.writestr("schema.json", rules.schema([(sheet.holding, sheet.columns) for sheet in self._sheets]))
            for name, pieces in (("data.json", self._json()), ("read-me.html", self._page())):
                with archive.open(name, "w", force_zip64=True) as file:
                    async for piece in pieces:
                        file.write(piece)
                        await self._pour(CHUNK_BYTES)
        await self._pour(1)
        return Package(
            request=self._request.id,
            chunks=self.chunks,
            size=self._outlet.size,
            sha256=self._outlet.digest.digest(),
            made_at=self._uow.now,
            expires_at=self._uow.now + KEPT_FOR,
            taken_at=None,
        )

    async def _pour(self, least: int) -> None:
        while taken := self._outlet.take(least):
            sealed = self._box.seal(taken, CHUNK_ROW, f"sealed {self.chunks}", self._request.id)
            await packages.insert_chunk(self._uow, self._request.id, self.chunks, sealed)
            self.chunks += 1

    async def _json(self) -> AsyncIterator[bytes]:
        yield rules.json_head(self._request, self._uow.now)
        for number, sheet in enumerate(self._sheets):
            yield rules.json_table_head(sheet.holding, first=number == 0)
            first = True
            async for row in self._records(sheet, None):
                yield (b"" if first else b",\n") + msgspec.json.encode(row)
                first = False
                self.rows += 1
            yield b"]}"
        yield b"}}\n"

    async def _page(self) -> AsyncIterator[bytes]:
        yield rules.page_head(self._request, self._uow.now)
        for sheet in self._sheets:
            yield rules.page_table_head(sheet.holding, [name for name, *_ in sheet.columns])
            async for row in self._records(sheet, PAGE_ROWS):
                yield rules.page_row(row)
            yield rules.page_table_end(await holdings.count(self._uow, sheet.holding, self._request.person), PAGE_ROWS)
        yield rules.PAGE_END

    async def _records(self, sheet: Sheet, most: int | None) -> AsyncIterator[dict[str, object]]:
        holding, names = sheet.holding, [name for name, *_ in sheet.columns]
        async for row in holdings.rows(self._uow, holding, names, self._request.person, most):
            yield {
                name: self._opened(row[name], holding, name, row[holding.key])
                if name in holding.sealed
                else rules.plain(row[name])
                for name in names
            }

    def _opened(self, sealed: bytes | None, holding: Holding, column: str, key: UUID) -> str | None:
        if sealed is None:
            return None
        return self._box.open(sealed, holding.table, column, key).decode()


async def make_package(uow: UnitOfWork, registry: Registry, request: PrivacyRequest) -> int:
    """Write the package that answers ``request``; return how many records are in it.

    Portability takes along what the person gave (GDPR Article 20), access everything that is held (Article 15).
    """
    portable = request.type is RequestType.PORTABILITY
    chosen = [holding for holding in registry.holdings if holding.provided or not portable]
    columns = await holdings.columns(uow, chosen)
    sheets = [
        Sheet(holding, [each for each in columns[holding.table] if each[0] not in holding.withheld])
        for holding in chosen
    ]
    writer = _Writer(uow, request, await people.box(uow, request.person), sheets)
    await packages.insert(uow, await writer.write(), request.person)
    uow.record(
        Action.PACKAGE_MADE,
        subject=request.person,
        resource=f"privacy_request:{request.id}",
        count=writer.rows,
    )
    return writer.rows


async def take_package(uow: UnitOfWork, person: people.PersonId, request: UUID) -> tuple[Package, Box] | None:
    """Note that ``person`` takes the package of ``request``, once; None where there is none to take."""
    package = await packages.take(uow, request, person)
    if package is None:
        return None
    uow.record(Action.PACKAGE_TAKEN, subject=person, resource=f"privacy_request:{request}", count=package.chunks)
    return package, await people.box(uow, person)


async def opened_chunk(uow: UnitOfWork, box: Box, request: UUID, number: int) -> bytes | None:
    """Return one piece of a package, readable; None where it is gone."""
    sealed = await packages.chunk(uow, request, number)
    return None if sealed is None else box.open(sealed, CHUNK_ROW, f"sealed {number}", request)
