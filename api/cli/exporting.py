"""`laurel audit export` and `mirror`: the log in files, which need no server to be verified."""

import asyncio
from pathlib import Path
from typing import Final

import click

import audit as room
from api.cli.bars import bar
from api.cli.environment import command_origin, failing, opened, servers
from api.cli.files import draft_of, naming
from kernel.errors import LaurelError
from kernel.settings import Settings

LAST: Final = 2**53 - 1
MIRRORED: Final = frozenset({"checkpoint", "checkpoint.new", "tile"})
"""What stands at the top of a mirror; an export has a checkpoint, too, and would be spoilt."""


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--first-index", default=0, show_default=True, type=click.IntRange(0), help="Where to begin.")
@click.option("--end-index", default=LAST, type=click.IntRange(1), help="Where to end: the index after the last.")
@click.option("--actor", help="Only entries of this account.")
@click.option("--subject", type=click.UUID, help="Only entries about this person.")
@click.option("--action", help="Only entries of this action; may end in *.")
def export(file: Path, first_index: int, end_index: int, **filters: object) -> None:
    """Write entries to FILE, a zip: JSON Lines, CSV, HTML, what proves them, and a program that checks the proof."""
    asked = room.EntryFilter(**{name: value for name, value in filters.items() if value is not None})  # type: ignore[arg-type]
    with servers() as settings:
        try:
            manifest = asyncio.run(_export(settings, asked, range(first_index, end_index), file))
        except LaurelError as error:
            raise failing(error) from None
    click.echo(f"{manifest.count:,} entries of the indexes {manifest.first_index} to {manifest.end_index - 1}.")


@click.command("mirror")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror(folder: Path) -> None:
    """Write the whole log to FOLDER as files, laid out as it is served (c2sp.org/tlog-tiles); go on where it ended."""
    others = {path.name for path in folder.iterdir()} - MIRRORED if folder.exists() else set()
    if others:
        raise click.BadParameter(
            f"it holds {min(others)}; name an empty folder, or one with a mirror.", param_hint="FOLDER"
        )
    with servers() as settings:
        try:
            size = asyncio.run(_mirror(settings, folder))
        except LaurelError as error:
            raise failing(error) from None
    click.echo(f"{size:,} entries.")


async def _export(settings: Settings, filters: room.EntryFilter, span: range, file: Path) -> room.Manifest:
    with draft_of(file) as draft:
        async with opened(settings) as runtime, runtime.work.begin(command_origin("audit export")) as uow:
            with naming(file), draft.open("wb") as target, bar("writing", shown=True, of="entries") as advance:
                return await room.write_archive(uow, runtime.log_key, filters, span, target, advance)


async def _mirror(settings: Settings, folder: Path) -> int:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("audit mirror")) as uow:
        with naming(folder), bar("writing", shown=True, of="entries") as advance:
            return await room.write_mirror(uow, folder, advance)
