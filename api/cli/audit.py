"""`laurel audit`: verify the trail from its stored bytes and the public key."""

import asyncio
from pathlib import Path

import asyncpg
import click
import msgspec

import audit as room
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers
from api.cli.exporting import export, mirror
from api.cli.judging import verify_export, verify_mirror, verify_proof
from api.cli.witness import witness
from api.runtime import former_log_keys, log_origin
from kernel.database import translated
from kernel.keys import load_keys
from kernel.settings import Settings


@click.group("audit")
def audit() -> None:
    """The audit log."""


for command in (witness, export, verify_export, mirror, verify_mirror, verify_proof):
    audit.add_command(command)


@audit.command("key")
@click.option("--export", "of_exports", is_flag=True, help="Print the public key of exports instead.")
def show_key(*, of_exports: bool) -> None:
    """Print the log's public key, which is all that verification needs to know; exports have a key of their own."""
    with servers() as settings:
        click.echo(room.export_key(_log_key(settings)).vkey if of_exports else public_key(settings))


@audit.command("retire-key")
def retire_key() -> None:
    """Print the line of LAUREL_AUDIT_FORMER_KEYS for the key in use, before it is replaced.

    Stop the worker first: what the key signs after this does not verify once it is a former one.
    """
    with servers() as settings:
        click.echo(f"{public_key(settings)} {asyncio.run(_signed(settings))}")


async def _signed(settings: Settings) -> int:
    async with opened(settings) as runtime, runtime.work.read(command_origin("audit retire-key")) as uow:
        return (await room.status(uow)).checkpoint_size


@audit.command("verify")
@click.option("--key", help="The log's public key; otherwise the one of this installation.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept elsewhere: the log must still contain what it signed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify(key: str | None, against: Path | None, *, as_json: bool) -> None:
    """Read every stored byte again and compare it with what was signed; exit status 1 names what does not fit."""
    with servers() as settings:
        report = asyncio.run(_verified(settings, key or public_key(settings), against, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if not report.ok:
        raise SystemExit(1)


def public_key(settings: Settings) -> str:
    """Return this installation's log key in the form of a verifier key (c2sp.org/signed-note)."""
    return _log_key(settings).vkey


def _log_key(settings: Settings) -> room.LogKey:
    return room.LogKey(log_origin(settings), load_keys(settings).audit_key)


async def _verified(settings: Settings, key: str, against: Path | None, *, shown: bool) -> room.Report:
    checkpoint = against.read_text(encoding="utf-8", errors="replace") if against else None
    with bar("verifying", shown=shown, of="entries") as advance:
        try:
            async with translated():
                return await room.verify(
                    settings.database_url or "", key, advance, against=checkpoint, former=former_log_keys(settings)
                )
        except room.NoteError as error:
            raise click.ClickException(f"The key or the checkpoint that was given can't be used: {error}") from None
        except asyncpg.UndefinedTableError:
            raise click.ClickException("There is no log in this database: check LAUREL_DATABASE_URL.") from None


def _print(report: room.Report) -> None:
    gone = f" (and {report.removed:,} whose content was removed after its time)" if report.removed else ""
    waiting = f"{report.pending:,} entries wait for an index"
    click.echo(f"{report.entries:,} entries{gone}, {report.checkpoints:,} checkpoints, {waiting}.")
    for finding in report.findings:
        after = f" (first bad checkpoint: {finding.first_bad_checkpoint})" if finding.first_bad_checkpoint else ""
        click.echo(f"index {finding.index}: {finding.kind}: {finding.detail}{after}")
    if report.ok:
        click.echo(f"Verified: the log is what was signed, up to size {report.size:,}, root {report.root}.")
    else:
        click.echo(f"NOT VERIFIED: {report.findings_total:,} findings.")
