"""`laurel access keys`: the keys that sign tokens; how one follows another, and how one is removed at once."""

import asyncio

import click
import msgspec

from access import TokenKeys, former_keys, remove_key, removed_keys
from access.vocabulary import Action
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from kernel.keys import load_keys, rotate_signing_key
from kernel.settings import Settings


class KeyLine(msgspec.Struct, frozen=True):
    """One key: ``signing`` signs new tokens, ``former`` is still believed, ``removed`` is not."""

    kid: str
    state: str


@click.group("keys")
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--pem", is_flag=True, help="Print the public keys, as LAUREL_TOKEN_FORMER_KEYS takes them.")
def list_keys(*, as_json: bool, pem: bool) -> None:
    """Print which keys tokens are believed from."""
    with servers() as settings:
        if pem:
            click.echo(_token_keys(settings).pem(), nl=False)
            return
        asyncio.run(migrated(settings))
        lines = asyncio.run(_lines(settings))
    if as_json:
        click.echo(msgspec.json.encode(lines))
    for line in [] if as_json else lines:
        click.echo(f"{line.kid}  {line.state}")


@keys.command("rotate")
def rotate() -> None:
    """Make a new key that signs from the next start on; the present one stays believed until it is removed."""
    with servers() as settings:
        if settings.token_key is not None:
            message = (
                "The key is given by LAUREL_TOKEN_KEY. Put what `laurel access keys list --pem` prints into"
                " LAUREL_TOKEN_FORMER_KEYS, a new key (openssl rand -base64 32) into LAUREL_TOKEN_KEY, and start again."
            )
            raise click.ClickException(message)
        asyncio.run(migrated(settings))
        kid = asyncio.run(_rotate(settings))
    click.echo(f"Start Laurel again: then {kid} signs. Remove the former key when its last token has run out.")


@keys.command("remove")
@click.argument("kid")
@click.option("--reason", required=True, help="Why, for the audit log.")
def remove(kid: str, reason: str) -> None:
    """Believe nothing any more that KID signed: in force in every process within a second, and for good."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        was_believed = asyncio.run(_remove(settings, kid, reason))
        signs = _token_keys(settings).kid == kid
    click.echo("Removed." if was_believed else "It had been removed before.")
    if signs:
        click.echo("This key signs new tokens, and they open nothing: rotate, and start again.", err=True)


def _token_keys(settings: Settings) -> TokenKeys:
    loaded = load_keys(settings)
    return TokenKeys(loaded.token_key, former_keys(loaded.token_former_keys))


async def _lines(settings: Settings) -> list[KeyLine]:
    async with opened(settings) as runtime, runtime.work.read(command_origin("access keys list")) as uow:
        gone = await removed_keys(uow)
    known = [key["kid"] for key in _token_keys(settings).jwks()["keys"]]
    states = ["signing"] + ["former"] * (len(known) - 1)
    lines = [KeyLine(kid, "removed" if kid in gone else state) for kid, state in zip(known, states, strict=True)]
    return lines + [KeyLine(kid, "removed") for kid in sorted(gone - set(known))]


async def _rotate(settings: Settings) -> str:
    before = _token_keys(settings)
    rotate_signing_key(settings, "token", before.pem())
    after = _token_keys(settings).kid
    async with opened(settings) as runtime, runtime.work.begin(command_origin("access keys rotate")) as uow:
        uow.record(Action.KEY_ROTATED, resource=f"key:{after}", previous=before.kid)
    return after


async def _remove(settings: Settings, kid: str, reason: str) -> bool:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("access keys remove")) as uow:
        return await remove_key(uow, kid, reason)
