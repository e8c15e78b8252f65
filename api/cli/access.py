"""`laurel access`: who may do what on which route, and the first accounts."""

import asyncio
from collections.abc import Sequence

import click
import msgspec

from access import MACHINES, NewAccount, Role, create_account, create_machine_client
from api.cli.environment import command_origin, opened, servers
from api.cli.matrix import show_matrix
from api.cli.migrating import migrated
from api.cli.token_keys import keys
from kernel.settings import Settings


@click.group("access")
def access() -> None:
    """Who may do what, and accounts."""


BRANDS = click.option(
    "--brands", default="*", show_default=True, help="Of which brands they may work: keys with commas, or *."
)

access.add_command(keys)
access.add_command(show_matrix)


@access.command("create-account")
@click.option("--email", required=True, help="The person's e-mail address.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role if role not in MACHINES]))
@click.option("--market", required=True, help="Where the person is: an ISO 3166 code such as GB.")
@click.option("--markets", default="", help="Which markets staff may see: codes with commas, or *.")
@BRANDS
@click.option("--zone", default="UTC", show_default=True, help="Time zone, for example Europe/London.")
@click.option("--locale", default="en", show_default=True, help="Preferred language.")
@click.password_option(help="At least 12 characters; asked for when it is not given.")
def add_account(  # noqa: PLR0913 - an option each
    *, email: str, name: str, role: str, market: str, markets: str, brands: str, zone: str, locale: str, password: str
) -> None:
    """Create an account for a person."""
    new = NewAccount(
        email=email,
        name=name,
        role=Role(role),
        market=market,
        zone=zone,
        locale=locale,
        markets=_parts(markets),
        brands=_parts(brands),
        password=password,
    )
    with servers() as settings:
        asyncio.run(migrated(settings))
        account = asyncio.run(_create(settings, new))
    click.echo(account)


@access.command("create-client")
@click.option("--name", required=True, help="What the machine is called.")
@click.option("--markets", required=True, help="Which markets it may deliver for: codes with commas, or *.")
@BRANDS
@click.option(
    "--role",
    default=Role.LEARNING_SYSTEM.value,
    show_default=True,
    type=click.Choice(sorted(role.value for role in MACHINES)),
    help="A witness reads the audit log's tree and nothing else.",
)
def add_client(name: str, markets: str, brands: str, role: str) -> None:
    """Create a machine client; its secret is shown once, as JSON."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        client = asyncio.run(_create_client(settings, name, _parts(markets), _parts(brands), Role(role)))
    click.echo(msgspec.json.encode(client))


def _parts(listed: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in listed.split(",") if part.strip())


async def _create(settings: Settings, new: NewAccount) -> str:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("access create-account")) as uow:
        return str(await create_account(uow, new))


async def _create_client(
    settings: Settings, name: str, markets: Sequence[str], brands: Sequence[str], role: Role
) -> dict[str, str]:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("access create-client")) as uow:
        made = await create_machine_client(uow, name, markets, role, brands=brands)
    return {"client_id": made.client_id, "client_secret": made.client_secret}
