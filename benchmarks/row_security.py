"""`python -m benchmarks.row_security`: what the database's second net costs, on and off in turn on the same rows.

It records batches and reads points in this process, by the rooms' own functions: all of Laurel but HTTP, so that the
share of the database is larger than in a request. What is compared is processor time, of this process and the sessions
in the database together: others who use the machine make it slower and hardly dearer.

`off` has no policies; `on` those of `kernel/row_security.py`, where recording declares what our own programs do; `on,
consent looked up` lets recording declare a purpose that rests on consent, so that every row it reads or adds is held
against its person's answer. An empty transaction is `on` when it declares something, which takes a round trip.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.table import Table

import consent
import content
import engagement
import gamification
import people
from access import EVERYTHING
from api.cli.importing import publish_notices, publish_rules
from api.cli.migrating import migrated
from api.runtime import Runtime
from consent.values import ConsentChoice
from consent.vocabulary import Answer, Purpose
from content.values import NewContent
from content.vocabulary import ContentId, ContentKind
from gamification.values import Delivery
from kernel import embedded
from kernel.facts import Origin
from kernel.ids import uuid7
from kernel.keys import load_keys
from kernel.settings import CHECKOUT, Settings
from people.vocabulary import PersonId

PEOPLE: Final = 200
ITEMS: Final = 20
BATCH: Final = 500
FEW: Final = 8
FEW_TIMES: Final = 10
READS: Final = 400
SYSTEM: Final = Origin(request=UUID(int=1), actor="system:benchmark", role="system", route="benchmark")
GATED: Final = msgspec.structs.replace(SYSTEM, purpose=Purpose.ENGAGEMENT.value)
READING: Final = msgspec.structs.replace(SYSTEM, purpose=Purpose.GAMIFICATION.value)
NOBODY: Final = msgspec.structs.replace(SYSTEM, role="anonymous")
"""Who declares nothing, so that there is no round trip for it."""

EACH: Final = {
    "batch of 500": 1,
    "8 requests merged": FEW_TIMES,
    "read of points": READS,
    "50 ledger lines": READS,
    "empty transaction": READS,
}
"""How many of what a row tells of one measurement holds."""

_SESSIONS: Final = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
_SECURED: Final = "select format('%I.%I', schemaname, tablename) from pg_policies"
Measure = Callable[[], Awaitable[None]]


class Bench:
    """People, items and a database whose policies are switched."""

    def __init__(self, runtime: Runtime, switch: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._runtime, self._switch = runtime, switch
        self._persons: list[PersonId] = []
        self._items: list[ContentId] = []
        self._at = datetime.now(UTC) - timedelta(days=20)
        self._turn = 0

    async def fill(self) -> None:
        """Register people who agreed to everything, and publish what they use."""
        await publish_notices(self._runtime, CHECKOUT / "samples" / "notices")
        await publish_rules(self._runtime, self._runtime.settings.rules_file)
        granted = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        choices = [(purpose, granted) for purpose in consent.CONSENT_PURPOSES]
        async with self._runtime.work.begin(SYSTEM) as uow:
            for number in range(PEOPLE):
                new = people.NewPerson(
                    name=f"Load {number}", email=f"{number}@load.example", market="GB", zone="UTC", locale="en"
                )
                self._persons.append(await people.register(uow, new))
                await consent.record_consents(uow, self._persons[-1], choices)
            for number in range(ITEMS):
                item = NewContent(
                    kind=ContentKind.EDUCATION_MODULE, title=f"Item {number}", locale="en", markets=("*",),
                    tags=("activity:oucontent",),
                )  # fmt: skip
                made = await content.create_content(uow, UUID(int=1), item, scope=EVERYTHING)
                await content.approve(uow, made.id, UUID(int=2), scope=EVERYTHING)
                self._items.append(ContentId(made.id))

    async def enable(self, *, on: bool) -> None:
        """Switch every policy on or off."""
        for (table,) in await self._switch.fetch(_SECURED):
            await self._switch.execute(f"alter table {table} {'enable' if on else 'disable'} row level security")

    async def spent(self) -> float:
        """Return the seconds of processor time that this process and the database's sessions have used so far."""
        pids = await self._switch.fetch(_SESSIONS)
        return time.process_time() + sum(_on_processor(pid) for (pid,) in pids)

    async def record(self, origin: Origin, size: int = BATCH, group: int = 5) -> None:
        """Record one batch of ``size`` activities, of a ``group`` of people in turn."""
        drafts = self._batch(size, group)
        delivery = Delivery(
            origin_for=lambda *_: SYSTEM, account=UUID(int=3), markets=frozenset("*"), person=None, drafts=drafts
        )
        async with self._runtime.work.begin(origin) as uow:
            (results,) = await gamification.record_deliveries(uow, [delivery], retention_days=None)
        assert isinstance(results, list)
        assert all(result.status == "recorded" for result in results)

    async def read(self) -> None:
        """Read everybody's points, one after the other."""
        for number in range(READS):
            async with self._runtime.work.read(READING) as uow:
                await gamification.points(uow, self._persons[number % PEOPLE])

    async def read_list(self) -> None:
        """Read the newest 50 lines of everybody's ledger, one after the other."""
        for number in range(READS):
            async with self._runtime.work.read(READING) as uow:
                await gamification.entries(uow, self._persons[number % PEOPLE], None, 50)

    async def begin(self, origin: Origin) -> None:
        """Do nothing in many transactions, one after the other."""
        for _ in range(READS):
            async with self._runtime.work.begin(origin):
                pass

    async def record_few(self, origin: Origin) -> None:
        """Record merged requests of one activity each, as many as come together when 32 clients send."""
        for _ in range(FEW_TIMES):
            await self.record(origin, FEW, FEW)

    def _batch(self, size: int, people_in_it: int) -> list[engagement.Draft | engagement.Malformed]:
        self._turn += 1
        group = [self._persons[(self._turn * people_in_it + each) % PEOPLE] for each in range(people_in_it)]
        drafts = []
        for number in range(size):
            self._at += timedelta(milliseconds=1)
            said = {
                "id": str(uuid7(self._at)),
                "actor": str(group[number % people_in_it]),
                "verb": "viewed",
                "object": str(self._items[number % ITEMS]),
                "occurred_at": self._at.isoformat(),
            }
            drafts.append(engagement.parse(msgspec.json.encode(said)))
        return drafts


def _on_processor(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


@click.command()
@click.option("--rounds", default=40, show_default=True, help="How often each is measured, in turn with the others.")
def main(rounds: int) -> None:
    """Measure what row-level security costs, side by side."""
    with tempfile.TemporaryDirectory(prefix="laurel-bench-") as folder:
        Path(folder).chmod(0o755)
        with embedded.start(Path(folder) / "home") as running:
            settings = Settings(
                home=Path(folder) / "home", database_url=running.database_url, redis_url=running.redis_url
            )
            found = asyncio.run(_measured(settings, rounds))
    Console().print(_table(found, rounds))


async def _measured(settings: Settings, rounds: int) -> dict[tuple[str, str], Sequence[float]]:
    await migrated(settings)
    switch = await asyncpg.connect(settings.database_url)
    found: dict[tuple[str, str], list[float]] = {}
    async with Runtime(settings, load_keys(settings)).opened() as runtime:
        bench = Bench(runtime, switch)
        await bench.fill()
        plan: list[tuple[str, str, bool, Measure]] = [
            ("batch of 500", "off", False, lambda: bench.record(SYSTEM)),
            ("batch of 500", "on", True, lambda: bench.record(SYSTEM)),
            ("batch of 500", "on, consent looked up", True, lambda: bench.record(GATED)),
            ("8 requests merged", "off", False, lambda: bench.record_few(SYSTEM)),
            ("8 requests merged", "on", True, lambda: bench.record_few(SYSTEM)),
            ("8 requests merged", "on, consent looked up", True, lambda: bench.record_few(GATED)),
            ("read of points", "off", False, bench.read),
            ("read of points", "on, consent looked up", True, bench.read),
            ("50 ledger lines", "off", False, bench.read_list),
            ("50 ledger lines", "on, consent looked up", True, bench.read_list),
            ("empty transaction", "off", False, lambda: bench.begin(NOBODY)),
            ("empty transaction", "on", True, lambda: bench.begin(SYSTEM)),
        ]
        for turn in range(-1, rounds):
            for what, how, on, measure in plan[turn % len(plan) :] + plan[: turn % len(plan)]:
                await bench.enable(on=not on)
                await bench.enable(on=on)  # whatever was measured before: plans are made anew
                await measure()
                before = await bench.spent()
                await measure()
                if turn >= 0:
                    found.setdefault((what, how), []).append((await bench.spent() - before) / EACH[what])
    await switch.close()
    return {(what, how): found[what, how] for what, how, _, _ in plan}


def _table(found: dict[tuple[str, str], Sequence[float]], rounds: int) -> Table:
    title = f"processor time, median of {rounds} rounds, load {os.getloadavg()[0]:.1f}"
    table = Table("what", "policies", "each", "against off", title=title)
    for (what, how), times in found.items():
        here, off = statistics.median(times), statistics.median(found[what, "off"])
        table.add_row(what, how, f"{here * 1_000:.3f} ms", f"{here / off:.3f}")
    return table


if __name__ == "__main__":
    main()
