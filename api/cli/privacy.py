"""`laurel privacy`: what an operator does for people's data: the retention schedule, erasures after a restore."""

import asyncio
from collections import Counter

import click
import msgspec

import consent
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from api.runtime import Runtime
from consent import Erased, Overdue
from kernel.settings import Settings


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did: erasures that the list names, and how many of them had to be done again."""

    listed: int
    replayed: int


@click.group("privacy")
def privacy() -> None:
    """People's data: retention, and erasures after a restore."""


@privacy.command("retention")
@click.option("--dry-run", is_flag=True, help="Remove nothing; say what is overdue.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def retention(*, dry_run: bool, as_json: bool) -> None:
    """Remove what has been kept for long enough, and report every table of the schedule.

    Exit status 1 where rows are overdue: with --dry-run these are to be removed, without it something kept them.
    """
    with servers() as settings:
        lines = asyncio.run(_retained(settings, dry_run=dry_run))
    if as_json:
        click.echo(msgspec.json.encode({"overdue": sum(line.rows for line in lines), "tables": lines}))
    else:
        for line in lines:
            click.echo(
                f"{line.table}: {line.days} days, {line.purpose}: {line.rows:,} overdue,"
                f" {line.held:,} held, {line.removed:,} removed"
            )
    if any(line.rows for line in lines):
        raise SystemExit(1)


async def _retained(settings: Settings, *, dry_run: bool) -> list[Overdue]:
    await migrated(settings)
    async with opened(settings) as runtime:
        origin = command_origin("privacy retention")
        if dry_run:
            async with runtime.work.begin(origin) as uow:
                return await consent.overdue(uow, runtime.registry)
        removed: Counter[tuple[str, str]] = Counter()
        while True:
            async with runtime.work.begin(origin) as uow:
                lines = await consent.retain(uow, runtime.registry)
            removed.update({(line.table, line.purpose): line.removed for line in lines})
            # Rows that stay although nothing was removed wait for others: rows that refer to them, or a transaction.
            if not any(line.removed for line in lines):
                return [msgspec.structs.replace(line, removed=removed[line.table, line.purpose]) for line in lines]


@privacy.command("replay-erasures")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def replay_erasures(*, as_json: bool) -> None:
    """Erase again everybody who was erased since the backup that was restored; harmless when there is nothing to do."""
    with servers() as settings:
        report = asyncio.run(_replayed(settings, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        click.echo(f"{report.replayed:,} of {report.listed:,} erasures on the list were done again.")


async def _replayed(settings: Settings, *, shown: bool) -> Replayed:
    await migrated(settings)
    async with opened(settings) as runtime:
        async with runtime.work.read(command_origin("privacy replay-erasures")) as uow:
            missing = await consent.missing_erasures(uow, runtime.registry)
        with bar("erasing", shown=shown, total=len(missing)) as advance:
            for done, entry in enumerate(missing, 1):
                await _erased_again(runtime, entry)
                advance(done)
        return Replayed(listed=len(runtime.registry.erasures.entries()), replayed=len(missing))


async def _erased_again(runtime: Runtime, entry: Erased) -> None:
    origin = command_origin("privacy replay-erasures")
    async with runtime.work.begin(origin) as uow:
        await consent.replay(uow, runtime.registry, entry)
    more = True
    while more:
        async with runtime.work.begin(origin) as uow:
            more = await consent.work_once(uow, runtime.registry)


async def require_replayed(settings: Settings) -> None:
    """See that nobody who was erased is back in the database of ``settings``.

    Raises:
        LaurelError: somebody is, or the list of erasures can't be read.

    """
    async with opened(settings) as runtime:
        await runtime.require_replayed()
