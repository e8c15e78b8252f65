"""A line to a server, of the server's own kind (a Unix socket), that can be cut, held still, and mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

CHUNK = 65_536


class Line:
    """Carries bytes both ways between ``here`` and ``there``, two socket paths, while it is whole."""

    def __init__(self, here: Path, there: Path) -> None:
        self.here, self.there = here, there
        self._flowing = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def mend(self) -> None:
        """Let callers through (again)."""
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_unix_server(self._call, self.here)

    async def cut(self) -> None:
        """End every call and let nobody through, as a server does that was killed."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.here.unlink(missing_ok=True)
        for call in list(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def hold(self) -> None:
        """Carry nothing and end nothing, as a network does that lost its way; ``mend`` lets it flow on."""
        self._flowing.clear()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_unix_connection(self.there)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(reader, far_writer))
                    both.create_task(self._carry(far_reader, writer))
            finally:
                far_writer.transport.abort()
                writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            await self._flowing.wait()
            writer.write(chunk)
            await writer.drain()
        writer.transport.abort()


def through(url: str, there: Path, here: Path) -> str:
    """Return ``url`` with the path ``here`` instead of ``there``, each quoted as in a URL: a path may hold a space."""
    before, after = (quote(str(path), safe="/") for path in (there, here))
    assert before in url
    return url.replace(before, after)


@asynccontextmanager
async def whole(*lines: Line) -> AsyncIterator[None]:
    """Keep lines whole while the block lasts, and cut them afterwards."""
    for line in lines:
        await line.mend()
    try:
        yield
    finally:
        for line in lines:
            await line.cut()
