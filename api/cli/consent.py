"""`laurel consent`: the register of purposes, and what a consent receipt proves; no server is needed."""

import os
from pathlib import Path

import click
import msgspec

import access
import consent as room
from api.cli.audit import public_key
from api.cli.documents import offline_app
from api.cli.environment import settings_of
from api.cli.processing import record_of_processing
from api.routes import route_lines
from api.runtime import receipt_issuer
from consent import REGISTER, PurposeEntry
from consent.values import ReceiptVerdict
from kernel.columns import classified_columns
from kernel.keys import load_keys
from kernel.settings import Settings


@click.group("consent")
def consent() -> None:
    """The register of purposes, and consent receipts."""


@consent.command("key")
def show_key() -> None:
    """Print the public keys that receipts are verified with: the issuer's and the audit log's."""
    settings = settings_of(os.environ)
    click.echo(f"receipt {_receipt_key(settings)}")
    click.echo(f"log     {public_key(settings)}")


@consent.command("register")
@click.option("--json", "as_json", is_flag=True, help="Print the purposes as JSON.")
def show_register(*, as_json: bool) -> None:
    """Print the record of processing activities (Markdown), from what the code declares; it needs no server."""
    if as_json:
        click.echo(msgspec.json.encode({name: _json(entry) for name, entry in REGISTER.purposes.items()}))
    else:
        routes = access.matrix(route_lines(offline_app()))
        click.echo(record_of_processing(REGISTER, routes, classified_columns()))


@consent.command("verify-receipt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The issuer's public key; otherwise the one of this installation.")
@click.option("--log-key", help="The audit log's public key; otherwise the one of this installation.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_receipt(file: Path, key: str | None, log_key: str | None, *, as_json: bool) -> None:
    """Judge the consent receipt in FILE by its bytes and two public keys; exit status 1 unless all of it holds."""
    settings = None if key and log_key else settings_of(os.environ)
    own = (None, None) if settings is None else (_receipt_key(settings), public_key(settings))
    try:
        verdict = room.verify_receipt(file.read_bytes(), key or own[0] or "", log_key or own[1] or "")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--key") from None
    if as_json:
        click.echo(msgspec.json.encode(verdict))
    else:
        click.echo(_said(verdict))
    if verdict.fault is not None:
        raise SystemExit(1)


def _json(entry: PurposeEntry) -> dict[str, object]:
    said = msgspec.structs.asdict(entry)
    return said | {"markets": None if entry.markets is None else dict(entry.markets)}


def _receipt_key(settings: Settings) -> str:
    return receipt_issuer(settings, load_keys(settings)).multikey


def _said(verdict: ReceiptVerdict) -> str:
    if verdict.fault is not None:
        return f"INVALID: {verdict.fault.value}"
    under = "" if verdict.notice_version is None else f" under version {verdict.notice_version} of the notice"
    return (
        f"VALID: {verdict.person} said {verdict.state} to {verdict.purpose} at {verdict.answered_at}{under};"
        f" entry {verdict.log_index} of {verdict.log_size} in the audit log."
    )
