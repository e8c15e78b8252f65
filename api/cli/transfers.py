"""`laurel tov`: transfers of value in the layouts that authorities ask for."""

import asyncio
import csv
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import click
import msgspec

import audit
import gamification
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers
from api.cli.files import draft_of, naming
from api.cli.migrating import migrated
from gamification import EFPIA, OPEN_PAYMENTS, ColumnNote
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork

LAYOUTS = {"open-payments": OPEN_PAYMENTS, "efpia": EFPIA}
EVERYWHERE = ("*",)


NOTICES = {
    "open-payments": (
        "The columns of the general-payments detail file that CMS publishes, not of the file that companies submit."
        " Recipients are pseudonyms; what only a register knows is empty."
    ),
    "efpia": (
        "In the manner of the EFPIA Code's template, whose wording was not read. Recipients are pseudonyms; who has not"
        " agreed to be named is in the totals where a country asks for that."
    ),
}


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: ``rows`` of the layout, and how many transfers belong into another one or are not published."""

    layout: str
    year: int
    file: str
    rows: int
    left_out: int


class Manifest(Exported, frozen=True, kw_only=True):
    """What goes with a file: its hash, and of each column whether it is filled and whether its words were read."""

    sha256: str
    notice: str
    columns: list[ColumnNote]


@click.group("tov")
def tov() -> None:
    """Transfers of value."""


@tov.command("export")
@click.option("--year", required=True, type=click.IntRange(2000, 2200), help="The calendar year.")
@click.option("--layout", required=True, type=click.Choice(sorted(LAYOUTS)), help="Whose layout.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The CSV file to write.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export(year: int, layout: str, out: Path, *, as_json: bool) -> None:
    """Write a year's transfers of value as CSV, with a manifest beside it: by pseudonym, for EFPIA in total as well.

    What only a register knows (names, addresses, NPI, licences) stays empty. The export leaves an audit entry.
    """
    with servers() as settings:
        report = asyncio.run(_exported(settings, year, layout, out, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        left_out = f"{report.left_out:,} transfers belong into another layout or are not published"
        click.echo(f"{report.rows:,} rows in {report.file}, described in {report.file}.manifest.json; {left_out}.")


async def _exported(settings: Settings, year: int, layout: str, out: Path, *, shown: bool) -> Exported:
    await migrated(settings)
    with draft_of(out) as draft, draft_of(out.with_name(f"{out.name}.manifest.json")) as manifest:
        async with opened(settings) as runtime, runtime.work.begin(command_origin("tov export")) as uow:
            with naming(out):
                rows, left_out = await _written(uow, year, layout, draft, shown=shown)
                report = Exported(layout=layout, year=year, file=str(out), rows=rows, left_out=left_out)
                _describe(report, draft, manifest)
            gamification.exported(uow, year, layout, rows)
    return report


def _describe(report: Exported, draft: Path, manifest: Path) -> None:
    with draft.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    said = Manifest(
        **msgspec.structs.asdict(report) | {"file": Path(report.file).name},
        sha256=digest,
        notice=NOTICES[report.layout],
        columns=gamification.column_notes(report.layout),
    )
    manifest.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=2))


async def _written(uow: UnitOfWork, year: int, layout: str, draft: Path, *, shown: bool) -> tuple[int, int]:
    """Write the rows into ``draft``; return how many there are, and how many transfers are in none of them."""
    rows = left_out = 0
    with (
        draft.open("w", encoding="utf-8", newline="") as file,
        bar("writing", shown=shown) as advance,
    ):
        sheet = csv.DictWriter(file, LAYOUTS[layout])
        sheet.writeheader()
        async for row in _rows(uow, year, layout):
            if isinstance(row, int):
                left_out += row
                continue
            sheet.writerow({name: audit.harmless(cell) for name, cell in row.items()})
            rows += 1
            advance(rows)
    return rows, left_out


async def _rows(uow: UnitOfWork, year: int, layout: str) -> AsyncIterator[dict[str, str] | int]:
    """Yield rows, and numbers of transfers that belong into none."""
    if layout == "efpia":
        async for row in gamification.yearly_report(uow, year, EVERYWHERE, gamification.packs_in_force()):
            yield row
        return
    async for transfer in gamification.handed_over(uow, year, EVERYWHERE):
        yield gamification.open_payments(transfer, year) or 1
