"""A log and witnesses to test with: honest ones, and some that are down, slow, lying or talk nonsense."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from audit import Memory, WitnessService
from audit.rules.checkpoints import Checkpoint
from audit.rules.cosignatures import CosignatureVerifier
from audit.rules.notes import parse_note
from audit.rules.proofs import consistency_ranges, proof_from, tiles_of
from audit.rules.submissions import Submission, write_submission
from audit.rules.tiles import Tile, grow
from audit.rules.tree import CompactRange, leaf_hash
from kernel.clock import Clock
from tests.audit.log import KEY

NAME = "witness.example/w1"


class Tree:
    """A log in memory, whose leaves are numbers; ``fork`` makes every leaf from there on another."""

    def __init__(self, size: int, fork: int | None = None) -> None:
        self.leaves = [leaf_hash(b"%d" % (n if fork is None or n < fork else -n)) for n in range(size)]
        self._tiles: dict[Tile, bytes] = grow(0, {}, self.leaves)

    def checkpoint(self, size: int) -> Checkpoint:
        tree = CompactRange()
        tree.extend(self.leaves[:size])
        return Checkpoint(KEY.origin, size, tree.root)

    def note(self, size: int) -> str:
        return KEY.sign_note(self.checkpoint(size).text())

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        ranges = consistency_ranges(old, new)
        assert all(tile in self._tiles for tile in tiles_of(ranges))
        return tuple(proof_from(ranges, self._tiles))

    def submission(self, old: int, new: int) -> bytes:
        return write_submission(Submission(old, self.proof(old, new), self.note(new)))


def witness(folder: Path, clock: Clock, logs: Sequence[str] = (KEY.vkey,)) -> WitnessService:
    return WitnessService(NAME, logs, Memory(folder), clock)


def times(service: WitnessService, note: str) -> list[int | None]:
    return [CosignatureVerifier(vkey).time_of(parse_note(note)) for vkey in service.vkeys]


Answer = Callable[[bytes], Awaitable[bytes]]


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """Serve whatever ``answer`` makes of a request's body, status line and all; give the URL."""

    handlers: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers[asyncio.current_task()] = writer  # type: ignore[index]
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                writer.write(await answer(await reader.readexactly(length)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for handler, writer in handlers.items():
            handler.cancel()
            writer.transport.abort()
        await asyncio.wait(handlers) if handlers else None


def http(status: int, media_type: str, text: str) -> bytes:
    body = text.encode()
    return f"HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def honest(service: WitnessService) -> Answer:
    async def answer(body: bytes) -> bytes:
        return http(*await service.add_checkpoint(body))

    return answer
