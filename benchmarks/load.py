"""A load of many keep-alive connections from one process; lean, because it shares the cores with what it measures."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import msgspec
import uvloop
from typing_extensions import override

LIMIT_SECONDS: Final = 120
Request = bytes


class Measured(msgspec.Struct, frozen=True):
    """How many requests were answered well, in how many seconds, and the percentiles of their latency (ms)."""

    answered: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Return requests per second."""
        return self.answered / self.seconds


class _Connection(asyncio.Protocol):
    """Sends one request after the other and reads no more of an answer than its status and length."""

    def __init__(self, requests: Iterator[Request], ends_at: float, latencies: list[float]) -> None:
        self._requests, self._ends_at, self._latencies = requests, ends_at, latencies
        self._buffer = b""
        self._began = 0.0
        self.failures: list[bytes] = []
        self.done = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        now = time.perf_counter()
        if now >= self._ends_at:
            self._finish()
            return
        try:
            request = next(self._requests)
        except StopIteration:
            self._finish()
            return
        self._began = now
        self._transport.write(request)  # type: ignore[attr-defined]

    def _finish(self) -> None:
        self._transport.close()
        if not self.done.done():
            self.done.set_result(None)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._buffer.lower().find(b"content-length:", 0, head)
        length = int(self._buffer[at + 15 : self._buffer.find(b"\r\n", at)]) if at >= 0 else 0
        if len(self._buffer) < head + 4 + length:
            return
        if self._buffer[9:10] == b"2":
            self._latencies.append(time.perf_counter() - self._began)
        else:
            self.failures.append(self._buffer[: head + 300])
        self._buffer = b""
        self._next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def _drive(port: int, streams: Sequence[Iterator[Request]], seconds: float) -> Measured:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    began = time.perf_counter()
    connections = []
    for stream in streams:
        made = partial(_Connection, stream, began + seconds, latencies)
        _, connection = await loop.create_connection(made, "127.0.0.1", port)
        connections.append(connection)
    for connection in connections:
        await asyncio.wait_for(connection.done, LIMIT_SECONDS)
    took = time.perf_counter() - began
    failures = [failure for connection in connections for failure in connection.failures]
    if failures:
        message = f"{len(failures)} requests failed; the first answer was {failures[0]!r}"
        raise RuntimeError(message)
    ordered = sorted(latencies)
    return Measured(len(ordered), took, ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000)


def drive(port: int, streams: Callable[[], Sequence[Iterator[Request]]], seconds: float) -> Measured:
    """Send the streams' requests, one connection each, for so many seconds; every answer must be a success.

    Raises:
        RuntimeError: some request was refused.

    """
    return uvloop.run(_drive(port, streams(), seconds))


def http(method: str, path: str, token: str | None = None, body: bytes = b"") -> Request:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(request: Request) -> Iterator[Request]:
    """Repeat one request for ever."""
    return itertools.repeat(request)
