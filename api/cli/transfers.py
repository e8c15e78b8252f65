"""`laurel tov`: transfers of value in the layouts that authorities ask for."""

import asyncio
import csv
import os
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

import gamification
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from gamification import EFPIA, OPEN_PAYMENTS
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork

LAYOUTS = {"open-payments": OPEN_PAYMENTS, "efpia": EFPIA}
EVERYWHERE = ("*",)


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: ``rows`` of the layout, and how many transfers belonged into another one."""

    layout: str
    year: int
    file: str
    rows: int
    left_out: int


@click.group("tov")
def tov() -> None:
    """Transfers of value."""


@tov.command("export")
@click.option("--year", required=True, type=click.IntRange(2000, 2200), help="The calendar year.")
@click.option("--layout", required=True, type=click.Choice(sorted(LAYOUTS)), help="Whose layout.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The CSV file to write.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export(year: int, layout: str, out: Path, *, as_json: bool) -> None:
    """Write a year's transfers of value as CSV: by pseudonym, and in total for EFPIA.

    What only a register knows (names, addresses, NPI, licences) stays empty. The export leaves an audit entry.
    """
    with servers() as settings:
        report = asyncio.run(_exported(settings, year, layout, out, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        click.echo(f"{report.rows:,} rows in {report.file}; {report.left_out:,} belong into another layout.")


async def _exported(settings: Settings, year: int, layout: str, out: Path, *, shown: bool) -> Exported:
    await migrated(settings)
    draft = out.with_name(out.name + ".part")
    try:
        async with opened(settings) as runtime, runtime.work.begin(command_origin("tov export")) as uow:
            rows, left_out = await _written(uow, year, layout, draft, shown=shown)
            gamification.exported(uow, year, layout, rows)
        draft.replace(out)  # only now is the export in the trail
    finally:
        draft.unlink(missing_ok=True)
    return Exported(layout=layout, year=year, file=str(out), rows=rows, left_out=left_out)


async def _written(uow: UnitOfWork, year: int, layout: str, draft: Path, *, shown: bool) -> tuple[int, int]:
    """Write the rows into ``draft``, which only its owner may read: what is in it is about people."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("writing"), MofNCompleteColumn())
    rows = left_out = 0
    kept = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(kept, "w", encoding="utf-8", newline="") as file,
        Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress,
    ):
        task = progress.add_task("writing", total=None)
        sheet = csv.DictWriter(file, LAYOUTS[layout])
        sheet.writeheader()
        async for row in _rows(uow, year, layout):
            if row is None:
                left_out += 1
                continue
            sheet.writerow(row)
            rows += 1
            progress.update(task, completed=rows)
    return rows, left_out


async def _rows(uow: UnitOfWork, year: int, layout: str) -> AsyncIterator[dict[str, str] | None]:
    if layout == "efpia":
        for total in await gamification.transfer_totals(uow, year, EVERYWHERE):
            yield gamification.efpia(total, year)
        return
    async for transfer in gamification.handed_over(uow, year, EVERYWHERE):
        yield gamification.open_payments(transfer, year)
