"""`laurel audit export`, `mirror` and their checks: the log in files, which need no server to be verified."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

import audit as room
from api.cli.environment import command_origin, failing, opened, servers, settings_of
from api.runtime import former_log_keys, log_origin
from kernel.errors import LaurelError
from kernel.keys import load_keys
from kernel.settings import Settings

Found = TypeVar("Found")
LAST: Final = 2**53 - 1
KEY = click.option("--key", help="The log's public key; otherwise the one of this installation.")
FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


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


@click.command("verify-export")
@FOLDER
@KEY
@click.option("--export-key", help="The public key of exports; otherwise the one of this installation.")
def verify_export(folder: Path, key: str | None, export_key: str | None) -> None:
    """Check an export, unpacked into FOLDER; exit status 1 says what is not in order."""
    settings, log_key = _installation()
    keys = room.KeyRing(key or log_key.vkey, former_log_keys(settings))
    vkey = export_key or room.export_key(log_key).vkey
    names = [path.name for path in folder.iterdir()]
    manifest = _checked(lambda: room.check_export(names, _reader(folder), keys, vkey))
    said = "complete" if manifest.complete else "filtered"
    gone = f", {manifest.removed:,} removed after their time" if manifest.removed else ""
    click.echo(
        f"In order: {manifest.count:,} entries of {manifest.origin}, {said}{gone}, under size {manifest.size:,}."
    )


@click.command("mirror")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror(folder: Path) -> None:
    """Write the whole log to FOLDER as files, laid out as it is served (c2sp.org/tlog-tiles); go on where it ended."""
    with servers() as settings:
        try:
            size = asyncio.run(_mirror(settings, folder))
        except LaurelError as error:
            raise failing(error) from None
    click.echo(f"{size:,} entries.")


@click.command("verify-mirror")
@FOLDER
@KEY
@click.option(
    "--minimum",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="The log's minimum index: entries below it may be absent, having been removed after their time.",
)
def verify_mirror(folder: Path, key: str | None, minimum: int) -> None:
    """Check every byte of a log that was written to FOLDER; exit status 1 names the index of what is not in order."""
    settings, log_key = _installation()
    keys = room.KeyRing(key or log_key.vkey, former_log_keys(settings))
    checkpoint = _checked(lambda: room.check_mirror(_reader(folder), keys, minimum))
    click.echo(f"In order: {checkpoint.origin}, size {checkpoint.size:,}, root {checkpoint.root.hex()}.")


def _checked(check: Callable[[], Found]) -> Found:
    try:
        return check()
    except (room.NoteError, room.ExportError, room.MirrorError) as error:
        click.echo(f"NOT IN ORDER: {error}")
        raise SystemExit(1) from None


def _reader(folder: Path) -> Callable[[str], bytes | None]:
    return lambda name: (folder / name).read_bytes() if (folder / name).is_file() else None


def _installation() -> tuple[Settings, room.LogKey]:
    """Return the settings and the log's key, for which no server is needed."""
    settings = settings_of(os.environ)
    return settings, room.LogKey(log_origin(settings), load_keys(settings).audit_key)


async def _export(settings: Settings, filters: room.EntryFilter, span: range, file: Path) -> room.Manifest:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("audit export")) as uow:
        with file.open("wb") as target:
            return await room.write_archive(uow, runtime.log_key, filters, span, target)


async def _mirror(settings: Settings, folder: Path) -> int:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("audit mirror")) as uow:
        return await room.write_mirror(uow, folder)
