"""`laurel consent`: the register of purposes, and what a consent receipt proves; no server is needed."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

import click
import msgspec

import access
import consent as room
from api.cli.audit import public_key
from api.cli.documents import offline_app
from api.cli.environment import command_origin, opened, servers, settings_of
from api.cli.migrating import migrated
from api.cli.processing import record_of_processing
from api.routes import route_lines
from api.runtime import former_log_keys, receipt_issuer
from audit import NoteError, read_former_key
from consent import REGISTER, PurposeEntry
from consent.values import Decision, ReceiptVerdict
from consent.vocabulary import Action, Channel, Purpose
from kernel.columns import classified_columns
from kernel.keys import load_keys, rotate_signing_key
from kernel.settings import Settings
from people.vocabulary import PersonId


@click.group("consent")
def consent() -> None:
    """The register of purposes, and consent receipts."""


@consent.command("key")
@click.option("--pem", is_flag=True, help="Print the issuer's keys, as LAUREL_RECEIPT_FORMER_KEYS takes them.")
def show_key(*, pem: bool) -> None:
    """Print the public keys that receipts are verified with: the issuer's and the audit log's, former ones below."""
    settings = settings_of(os.environ)
    issuer = receipt_issuer(settings, load_keys(settings))
    if pem:
        click.echo(issuer.pem(), nl=False)
        return
    click.echo(f"receipt {issuer.multikey}")
    click.echo(f"log     {public_key(settings)}")
    for multikey in issuer.former:
        click.echo(f"former receipt {multikey}")
    for former in former_log_keys(settings):
        click.echo(f"former log     {former.vkey} {former.last_size}")


@consent.command("rotate-key")
def rotate_key() -> None:
    """Make a new key that signs receipts from the next start on; those that are out stay good."""
    with servers() as settings:
        if settings.receipt_key is not None:
            message = (
                "The key is given by LAUREL_RECEIPT_KEY. Put what `laurel consent key --pem` prints into"
                " LAUREL_RECEIPT_FORMER_KEYS, a new key (openssl rand -base64 32) into LAUREL_RECEIPT_KEY, and start"
                " again."
            )
            raise click.ClickException(message)
        asyncio.run(migrated(settings))
        multikey = asyncio.run(_rotated(settings))
    click.echo(f"Start Laurel again: then {multikey} signs.")


async def _rotated(settings: Settings) -> str:
    before = receipt_issuer(settings, load_keys(settings))
    rotate_signing_key(settings, "receipt", before.pem())
    after = receipt_issuer(settings, load_keys(settings)).multikey
    async with opened(settings) as runtime, runtime.work.begin(command_origin("consent rotate-key")) as uow:
        uow.record(Action.RECEIPT_KEY_ROTATED, resource=f"key:{after}", previous=before.multikey)
    return after


@consent.command("may-contact")
@click.argument("person", type=click.UUID)
@click.option("--channel", type=click.Choice([each.value for each in Channel]), required=True, help="By which way.")
@click.option("--purpose", type=click.Choice([each.value for each in Purpose]), required=True, help="What for.")
@click.option("--topic", help="About which product or content class.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
def may_contact(person: UUID, channel: str, purpose: str, topic: str | None, *, as_json: bool) -> None:
    """Say whether PERSON may be reached now; exit status 1 if not. The question is in the audit log."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        decision = asyncio.run(_decided(settings, PersonId(person), Channel(channel), Purpose(purpose), topic))
    if as_json:
        click.echo(msgspec.json.encode(decision))
    else:
        rests_on = "" if decision.event is None else f", by consent event {decision.event}"
        click.echo(f"{decision.outcome.value}: {decision.reason.value}{rests_on}")
    if not decision.allowed:
        raise SystemExit(1)


async def _decided(
    settings: Settings, person: PersonId, channel: Channel, purpose: Purpose, topic: str | None
) -> Decision:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("consent may-contact")) as uow:
        return await room.may_contact(uow, person, channel, purpose, topic=topic)


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
@click.option("--key", multiple=True, help="A public key of the issuer; otherwise those of this installation.")
@click.option("--log-key", help="The audit log's public key; otherwise the one of this installation.")
@click.option("--former-log-key", multiple=True, help="'VKEY SIZE': one before it, and the last size that it signed.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_receipt(
    file: Path, key: tuple[str, ...], log_key: str | None, former_log_key: tuple[str, ...], *, as_json: bool
) -> None:
    """Judge the consent receipt in FILE by its bytes and two public keys; exit status 1 unless all of it holds.

    Receipts from before a key was replaced are judged by the former keys.
    """
    settings = None if key and log_key else settings_of(os.environ)
    try:
        former_log = list(map(read_former_key, former_log_key))
        if settings is not None:
            issuer = receipt_issuer(settings, load_keys(settings))
            key = key or (issuer.multikey, *issuer.former)
            former_log = former_log if log_key else former_log_keys(settings)
            log_key = log_key or public_key(settings)
        verdict = room.verify_receipt(
            file.read_bytes(), key[0], log_key or "", former=key[1:], former_log_keys=former_log
        )
    except NoteError as error:
        raise click.BadParameter(str(error), param_hint="--former-log-key") from None
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


def _said(verdict: ReceiptVerdict) -> str:
    if verdict.fault is not None:
        return f"INVALID: {verdict.fault.value}"
    under = "" if verdict.notice_version is None else f" under version {verdict.notice_version} of the notice"
    return (
        f"VALID: {verdict.person} said {verdict.state} to {verdict.purpose} at {verdict.answered_at}{under};"
        f" entry {verdict.log_index} of {verdict.log_size} in the audit log."
    )
