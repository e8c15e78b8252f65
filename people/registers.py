"""Asking registers of licences, over HTTP or in a file. What their answers come to is judged in the rules."""

import asyncio
import csv
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

import msgspec

from kernel.http_client import HttpClient, NoAnswerError
from people.rules.registers import PLACE, HttpRegister, RegisterSource, day_of, entry_of, reference_of
from people.values import RegisterEntry

COLUMNS: Final = frozenset({"identifier", "name", "status"})
ACTIVE: Final = "active"


class Register(Protocol):
    """A register that can be asked about one number."""

    async def entry(self, identifier: str) -> RegisterEntry | None:
        """Return what it says of ``identifier``, None where it has no such entry.

        Raises:
            NoAnswerError: it doesn't answer, or nothing that can be understood.

        """
        ...


class Registers:
    """The registers of the settings; an operator's own kind is one more ``Register``."""

    def __init__(self, sources: Mapping[str, RegisterSource]) -> None:
        """Ask ``sources``, by their keys; OSError where a secret's file can't be read."""
        self.sources = dict(sources)
        self._client = HttpClient()
        self._registers: dict[str, Register] = {
            key: _over_http(source.http, self._client) if source.http else TableRegister(Path(source.file or ""))
            for key, source in sources.items()
        }

    async def entry(self, register: str, identifier: str) -> RegisterEntry | None:
        """Return what a register says of ``identifier``, None where it has no such entry.

        Raises:
            NoAnswerError: it doesn't answer, or nothing that can be understood.

        """
        return await self._registers[register].entry(identifier)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()


class JsonRegister:
    """A register that answers a GET with JSON, as NPPES does. Names never leave the house: the number alone is sent."""

    def __init__(self, source: HttpRegister, client: HttpClient, authorization: str | None) -> None:
        """Ask the address of ``source``, with this ``Authorization`` if there is one."""
        self._source, self._client = source, client
        self._headers = {} if authorization is None else {"Authorization": authorization}

    async def entry(self, identifier: str) -> RegisterEntry | None:
        """Ask once."""
        source = self._source
        address = source.address.replace(PLACE, quote(identifier.strip(), safe=""))
        status, body = await self._client.ask("GET", address, seconds=source.timeout_seconds, headers=self._headers)
        if status == source.not_found_status:
            return None
        if status != HTTPStatus.OK:
            raise NoAnswerError("The register does not answer.")
        try:
            return entry_of(source.reading, msgspec.json.decode(body), identifier)
        except ValueError:  # msgspec's errors are such, too
            raise NoAnswerError("The register answers something else than was said.") from None


class TableRegister:
    """A register that an operator keeps as a table (RFC 4180), read anew each time, since it may be replaced."""

    def __init__(self, file: Path) -> None:
        """Read ``file``."""
        self._file = file

    async def entry(self, identifier: str) -> RegisterEntry | None:
        """Look for the first line of this number."""
        try:
            return await asyncio.to_thread(self._look_up, identifier.strip().casefold())
        except (OSError, ValueError, csv.Error):
            raise NoAnswerError("The register's table can't be read.") from None

    def _look_up(self, identifier: str) -> RegisterEntry | None:
        with self._file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            if not set(rows.fieldnames or ()) >= COLUMNS:
                message = "a column is missing"
                raise ValueError(message)
            for row in rows:
                if (row["identifier"] or "").strip().casefold() == identifier:
                    return RegisterEntry(
                        name=row["name"] or "",
                        active=(row["status"] or "").strip().casefold() == ACTIVE,
                        expires_on=day_of(row.get("expires_on")),
                        reference=reference_of(row.get("reference"), {str(name): row[name] for name in row}),
                    )
        return None


def _over_http(source: HttpRegister, client: HttpClient) -> JsonRegister:
    file = source.authorization_file
    return JsonRegister(source, client, None if file is None else Path(file).read_text(encoding="utf-8").strip())
