"""The figures of the audit room: a log verified, sequenced, proved and exported."""

import asyncio
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg

import audit
from benchmarks import trail
from benchmarks.rows import Row
from benchmarks.scene import Scene
from kernel.clock import SystemClock

ENTRIES: Final = 200_000
BACKLOG: Final = 30_000
PROOFS: Final = 500
TIMES: Final = 3
MOST_PROOF_MS: Final = 20
LEAST_DRAINED: Final = 10_000
MOST_EXPORT_MIB: Final = 200


def verification(scene: Scene, _: float, entries: int = ENTRIES) -> Row:
    """A log of its own, verified as `laurel audit verify` does it, against SHA-256 over each body in memory."""
    with trail.log(scene, entries) as url:
        hashed = _hashed(url)
        verified = min(_verify(url, entries) for _ in range(TIMES))
    return _verifying("its database, on all cores", entries, verified, hashed)


def mirroring(scene: Scene, _: float, entries: int = ENTRIES) -> Row:
    """The same log in files, verified as `laurel audit verify-mirror` does it, against the same."""
    with trail.log(scene, entries) as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(_mirror(url, Path(folder)))
        hashed = _hashed(url)
        verified = min(_verify_mirror(Path(folder), entries) for _ in range(TIMES))
    return _verifying("files, on one core", entries, verified, hashed)


def sequencing(scene: Scene, _: float, entries: int = ENTRIES) -> Row:
    """A backlog drained and signed behind a log that is long already, against the least that it must be."""
    with trail.log(scene, entries, BACKLOG) as url:
        took = asyncio.run(_drain(url))
    rate = BACKLOG / took
    return Row(
        name=f"sequencing {BACKLOG:,} entries", unit="entries/s", measured=rate, against_name="the least",
        against=LEAST_DRAINED, ratio=rate / LEAST_DRAINED, floor=1, goal=2, note=f"behind {entries:,} others",
    )  # fmt: skip


def proving(scene: Scene, _: float, entries: int = ENTRIES) -> Row:
    """Inclusion proofs of entries all over a log, each in a unit of work that is audited, against 20 ms."""
    with trail.log(scene, entries) as url:
        took = sorted(asyncio.run(_prove(url, entries)))
    p99, worst = (took[place] * 1e3 for place in (-len(took) // 100, -1))
    return Row(
        name="an inclusion proof, p99", unit="ms", measured=p99, against_name="the most", against=MOST_PROOF_MS,
        ratio=MOST_PROOF_MS / p99, floor=1, goal=2, note=f"worst {worst:.1f} ms; any of {entries:,} entries",
    )  # fmt: skip


def exporting(scene: Scene, _: float, entries: int = ENTRIES) -> Row:
    """A whole log as an archive: the memory of the process that writes it, against 200 MiB."""
    with trail.log(scene, entries) as url, multiprocessing.get_context("spawn").Pool(1) as pool:
        began = time.perf_counter()
        peak = pool.apply(_export, (url,))
        took = time.perf_counter() - began
    return Row(
        name=f"exporting {entries:,} entries", unit="MiB", measured=peak, against_name="the most",
        against=MOST_EXPORT_MIB, ratio=MOST_EXPORT_MIB / peak, floor=1, goal=1.5, note=f"{entries / took:,.0f}/s",
    )  # fmt: skip


class _Hashed(NamedTuple):
    """How long it takes to hash a log's bodies, and to make their tree, in memory and one loop (seconds)."""

    bare: float
    tree: float
    size: float  # bytes each, on average


def _hashed(url: str) -> _Hashed:
    bodies = asyncio.run(_bodies(url))
    bare = min(_timed(_hash, bodies) for _ in range(TIMES))
    tree = min(_timed(_tree, bodies) for _ in range(TIMES))
    return _Hashed(bare, tree, sum(map(len, bodies)) / len(bodies))


def _verifying(where: str, entries: int, took: float, hashed: _Hashed) -> Row:
    return Row(
        name=f"verifying {entries:,} entries in {where}", unit="entries/s", measured=entries / took,
        against_name="hashing them in one loop", against=entries / hashed.bare, ratio=hashed.bare / took, floor=1 / 5,
        goal=1 / 3,
        note=f"{took / hashed.bare:.1f} times as long; {took / hashed.tree:.1f} times as long as their tree in one"
        f" loop; {hashed.size:.0f} bytes each",
    )  # fmt: skip


def _hash(bodies: list[bytes]) -> None:
    for body in bodies:
        sha256(b"\0" + body).digest()


def _tree(bodies: list[bytes]) -> None:
    """Hash the bodies and all nodes over them, as RFC 6962 section 2.1 has it, but for what is left at the edge."""
    row = [sha256(b"\0" + body).digest() for body in bodies]
    while len(row) > 1:
        row = [sha256(b"\1" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]


def _timed(work: Callable[[list[bytes]], None], bodies: list[bytes]) -> float:
    began = time.perf_counter()
    work(bodies)
    return time.perf_counter() - began


def _verify(url: str, entries: int) -> float:
    began = time.perf_counter()
    report = asyncio.run(audit.verify(url, trail.KEY.vkey))
    took = time.perf_counter() - began
    assert (report.ok, report.entries) == (True, entries), report.findings
    return took


def _verify_mirror(folder: Path, entries: int) -> float:
    began = time.perf_counter()
    checkpoint = audit.check_mirror(partial(_read, folder), audit.KeyRing(trail.KEY.vkey))
    took = time.perf_counter() - began
    assert checkpoint.size == entries, checkpoint
    return took


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


async def _mirror(url: str, folder: Path) -> None:
    async with trail.reading(url) as work, work.begin(trail.READER) as uow:
        await audit.write_mirror(uow, folder)


async def _drain(url: str) -> float:
    async with audit.sequencing(url, trail.KEY, SystemClock()) as work:
        began = time.perf_counter()
        drained = 0
        while count := await work.sequence_once():
            drained += count
        took = time.perf_counter() - began
    assert drained == BACKLOG, drained
    return took


async def _prove(url: str, entries: int) -> list[float]:
    took = []
    async with trail.reading(url) as work:
        for number in range(PROOFS):
            index = number * (entries - 1) // (PROOFS - 1)
            began = time.perf_counter()
            async with work.begin(trail.READER) as uow:
                proof = await audit.inclusion_proof(uow, index)
            took.append(time.perf_counter() - began)
            assert audit.is_in_log(proof, trail.KEY.vkey)
    return took


def _export(url: str) -> float:
    """Return the most memory (MiB) that this process ever had: it does nothing else."""
    asyncio.run(_write(url))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _write(url: str) -> None:
    async with trail.reading(url) as work, work.begin(trail.READER) as uow:
        with tempfile.TemporaryFile() as file:
            await audit.write_archive(uow, trail.KEY, audit.EntryFilter(), range(2**53 - 1), file)


async def _bodies(url: str) -> list[bytes]:
    connection = await asyncpg.connect(url)
    try:
        return [body for (body,) in await connection.fetch("select body from audit.entry order by id")]
    finally:
        await connection.close()
