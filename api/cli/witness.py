"""`laurel audit witness`: a process that signs that a log only grew; it needs neither database nor cache."""

import os
from pathlib import Path

import click
import msgspec

from api.cli.serving import granian, listenable, load
from audit import Memory, NoteError, WitnessService
from kernel.clock import SystemClock
from kernel.errors import LaurelError
from kernel.log import configure_log
from kernel.settings import Settings

_NAME, _LOGS, _FOLDER = "_LAUREL_WITNESS_NAME", "_LAUREL_WITNESS_LOGS", "_LAUREL_WITNESS_FOLDER"


@click.command("witness")
@click.option("--name", required=True, help="The witness's name: a URL without its scheme, such as witness.example/w1.")
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Its key and memory.")
@click.option("--log", "logs", required=True, multiple=True, help="A log's public key; again for each more.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8_100, show_default=True, help="Port.")
@click.option("--show-keys", is_flag=True, help="Print the witness's public keys and stop.")
def witness(name: str, folder: Path, logs: tuple[str, ...], host: str, port: int, *, show_keys: bool) -> None:
    """Witness logs: sign each checkpoint that continues the one before (c2sp.org/tlog-witness)."""
    try:
        vkeys = _keys(name, folder, logs)
    except (NoteError, LaurelError, OSError) as error:
        raise click.ClickException(f"The witness can't start: {error}") from None
    for vkey in vkeys:
        click.echo(vkey)
    if show_keys:
        return
    place = listenable(msgspec.structs.replace(Settings(), host=host, port=port))
    os.environ |= {_NAME: name, _LOGS: "\n".join(logs), _FOLDER: str(folder.resolve())}
    granian("api.cli.witness:create", place.host, place.port, workers=1).serve(target_loader=load)


def create() -> WitnessService:
    """Return the application, as the server's process makes it."""
    configure_log("info")
    memory = Memory(Path(os.environ[_FOLDER]))
    return WitnessService(os.environ[_NAME], os.environ[_LOGS].split("\n"), memory, SystemClock())


def _keys(name: str, folder: Path, logs: tuple[str, ...]) -> list[str]:
    memory = Memory(folder)
    try:
        return WitnessService(name, logs, memory, SystemClock()).vkeys
    finally:
        memory.close()
