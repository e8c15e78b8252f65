"""`laurel audit verify-export`, `verify-mirror` and `verify-proof`: what is in files, against public keys alone."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

import click
import msgspec

import audit as room
from api.cli.bars import bar
from api.cli.environment import settings_of
from api.runtime import former_log_keys, log_origin
from kernel.keys import load_keys
from kernel.settings import Settings

KEY: Final = click.option("--key", help="The log's public key; otherwise the one of this installation.")
FORMER: Final = click.option(
    "--former", multiple=True, help="'VKEY SIZE': a key before that of --key, and the last size that it signed."
)
JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
FOLDER: Final = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify-export")
@FOLDER
@KEY
@FORMER
@click.option("--export-key", help="The public key of exports; otherwise the one of this installation.")
@JSON
def verify_export(
    folder: Path, key: str | None, former: Sequence[str], export_key: str | None, *, as_json: bool
) -> None:
    """Check an export, unpacked into FOLDER; exit status 1 says what is not in order."""
    keys, log_key = _keys(key, former)
    vkey = room.export_key(log_key).vkey if export_key is None else export_key

    def check() -> tuple[str, dict[str, Any]]:
        found = room.check_export([path.name for path in folder.iterdir()], _reader(folder), keys, vkey)
        said = "complete" if found.complete else "filtered"
        gone = f", {found.removed:,} removed after their time" if found.removed else ""
        told = ("origin", "size", "first_index", "end_index", "count", "removed", "complete")
        return (
            f"{found.count:,} entries of {found.origin}, {said}{gone}, under size {found.size:,}.",
            {name: getattr(found, name) for name in told},
        )

    _tell(check, as_json=as_json)


@click.command("verify-mirror")
@FOLDER
@KEY
@FORMER
@click.option(
    "--minimum",
    default="0",
    show_default=True,
    callback=lambda _context, _option, text: _index(text),
    help="The log's minimum index: entries below it may be absent, having been removed after their time.",
)
@JSON
def verify_mirror(folder: Path, key: str | None, former: Sequence[str], minimum: int, *, as_json: bool) -> None:
    """Check every byte of a log that was written to FOLDER; exit status 1 names the index of what is not in order."""
    keys, _ = _keys(key, former)

    def check() -> tuple[str, dict[str, Any]]:
        with bar("verifying", shown=not as_json, of="entries") as advance:
            return _said(room.check_mirror(_reader(folder), keys, minimum, advance))

    _tell(check, as_json=as_json)


@click.command("verify-proof")
@click.argument("file", type=FILE)
@click.argument("entry", type=FILE)
@KEY
@FORMER
@JSON
def verify_proof(file: Path, entry: Path, key: str | None, former: Sequence[str], *, as_json: bool) -> None:
    """Check that FILE (c2sp.org/tlog-proof) proves the bytes in ENTRY; exit status 1 says why it does not."""
    keys, _ = _keys(key, former)
    _tell(lambda: _said(room.check_proof(file.read_bytes(), entry.read_bytes(), keys)), as_json=as_json)


def _said(found: room.Checkpoint) -> tuple[str, dict[str, Any]]:
    root = found.root.hex()
    told = {"origin": found.origin, "size": found.size, "root": root}
    return f"{found.origin}, size {found.size:,}, root {root}.", told


def _tell(check: Callable[[], tuple[str, dict[str, Any]]], *, as_json: bool) -> None:
    """Print what was found in order, or what is not, and then end with status 1."""
    fault: dict[str, Any] = {}
    try:
        sentence, told = check()
        line = f"In order: {sentence}"
    except (room.NoteError, room.ExportError, room.MirrorError, OSError) as error:
        fault = {"fault": str(error), "index": getattr(error, "index", None)}
        line, told = f"NOT IN ORDER: {error}", {}
    click.echo(msgspec.json.encode({"ok": not fault, **told, **fault}) if as_json else line)
    if fault:
        raise SystemExit(1)


def _reader(folder: Path) -> Callable[[str], bytes | None]:
    def read(name: str) -> bytes | None:
        """Return None only for what is not there: a folder in place of a file is there, and is no file."""
        try:
            if not S_ISREG((folder / name).stat().st_mode):
                raise OSError(f"{name} is no file.")
            return (folder / name).read_bytes()
        except FileNotFoundError:
            return None

    return read


def _index(text: str) -> int:
    try:
        return room.read_size(text)
    except room.NoteError as error:
        raise click.BadParameter(str(error)) from None


def _keys(key: str | None, former: Sequence[str]) -> tuple[room.KeyRing, room.LogKey]:
    """Return the public keys that are asked for, and this installation's own key; no server is needed for either.

    Former keys belong to the key that they come with: this installation's are not those of another log.
    """
    if key is None and former:
        raise click.UsageError("--former goes with --key.")
    settings: Settings = settings_of(os.environ)
    log_key = room.LogKey(log_origin(settings), load_keys(settings).audit_key)
    try:
        if key is None:
            return room.KeyRing(log_key.vkey, former_log_keys(settings)), log_key
        return room.KeyRing(key, map(room.read_former_key, former)), log_key
    except room.NoteError as error:
        raise click.ClickException(f"--key can't be used: {error}") from None
