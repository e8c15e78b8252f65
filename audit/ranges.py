"""Reading and checking a log range by range, on all cores: each process has a connection that sees the same instant.

A process checks what belongs together and hands back hashes; the tree over them and the signatures are checked by who
asked, in the order of the indexes.
"""

import asyncio
import gc
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Final, TypeAlias

from audit.rules.ranges import RANGE, Sound, sound
from audit.snapshot import Snapshot, join

Tiles: TypeAlias = list[Sound]
"""A range in which all agrees, tile by tile."""

TASK: Final = 8 * RANGE
"""How many entries a process is asked for at a time."""

FEW: Final = 4 * TASK
"""Up to how many entries the start of other processes costs more than they save."""

AHEAD: Final = 2
"""Tasks per process that wait in line: enough that none is idle, few enough to hold."""


MOST_PROCESSES: Final = 8
"""Each takes a connection from a server that others use."""


@asynccontextmanager
async def sound_ranges(log: Snapshot, dsn: str, total: int) -> AsyncIterator[AsyncIterator[Tiles | None]]:
    """Lend the ranges of ``RANGE`` indexes below ``total`` in their order; None for one in which something differs."""
    workers = min(os.cpu_count() or 1, MOST_PROCESSES)
    ranges = _here(log, total) if total <= FEW else _in_processes(log, dsn, total, workers)
    async with aclosing(ranges):
        yield ranges


async def check(log: Snapshot, first: int, end: int) -> list[Tiles | None]:
    """Read and check the ranges between two indexes."""
    found: list[Tiles | None] = []
    for start in range(first, end, RANGE):
        tiles = [sound(stored) for stored in await log.stored(start, min(start + RANGE, end))]
        sounds = [tile for tile in tiles if tile is not None]
        found.append(sounds if len(sounds) == len(tiles) else None)
    return found


async def _here(log: Snapshot, total: int) -> AsyncGenerator[Tiles | None]:
    for first in range(0, total, RANGE):
        for each in await check(log, first, min(first + RANGE, total)):
            yield each


async def _in_processes(log: Snapshot, dsn: str, total: int, workers: int) -> AsyncGenerator[Tiles | None]:
    under_way: deque[Future[list[Tiles | None]]] = deque()
    with _pool(dsn, log.name, workers) as pool:
        for first in range(0, total, TASK):
            under_way.append(pool.submit(_check, first, min(first + TASK, total)))
            if len(under_way) > AHEAD * workers:
                for each in await asyncio.wrap_future(under_way.popleft()):
                    yield each
        while under_way:
            for each in await asyncio.wrap_future(under_way.popleft()):
                yield each


@contextmanager
def _pool(dsn: str, name: str, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Forked where that is sound: a new interpreter that reads the whole program in would take longer than the work.

    A forked process uses nothing of its parent's, neither its connection nor its loop.
    """
    way = "fork" if sys.platform == "linux" else "spawn"
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context(way), initializer=_begin, initargs=(dsn, name))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class _Process:
    """What one process works with."""

    def __init__(self, dsn: str, name: str) -> None:
        self.runner = asyncio.Runner()
        self.log = self.runner.run(join(dsn, name))


_LARGE: Final = 16_000_000
"""A block so large keeps the memory of a process, once it has gone: see ``snapshot``."""

_processes: list[_Process] = []
"""In a worker: itself."""


def _begin(dsn: str, name: str) -> None:
    gc.freeze()  # what was there before is never garbage
    bytes(_LARGE)
    _processes.append(_Process(dsn, name))


def _check(first: int, end: int) -> list[Tiles | None]:
    (process,) = _processes
    return process.runner.run(check(process.log, first, end))
