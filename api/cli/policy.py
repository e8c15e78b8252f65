"""`laurel policy`: which rules of a country hold on a day, and whether a folder of policy packs is in order."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from gamification import PolicyView, load_packs, pack_for, policy_view, shipped_packs, unconfirmed
from kernel.clock import SystemClock
from people import is_market

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
VARIABLE = "LAUREL_POLICY_PACKS"


@click.group("policy")
def policy() -> None:
    """What each country allows to be given."""


@policy.command("show")
@click.argument("country")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="A day such as 2026-01-31; today unless given.")
@click.option("--folder", type=FOLDER, envvar=VARIABLE, help="Read these packs instead of those that come with Laurel.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(country: str, on: datetime | None, folder: Path | None, *, as_json: bool) -> None:
    """Print the pack that holds in COUNTRY (two letters, such as GB), with every number and its source."""
    if not is_market(country.upper()):
        raise click.BadParameter("use the two letters of ISO 3166, such as GB.", param_hint="COUNTRY")
    day = (on or SystemClock().now().astimezone(UTC)).date()
    packs = load_packs(folder) if folder else shipped_packs()
    view = policy_view(pack_for(packs, country.upper(), day), day)
    if as_json:
        click.echo(msgspec.json.encode(view))
        return
    console = Console()
    console.print(f"{view.pack.name}: {view.stamp} on {view.on.isoformat()}")
    console.print(view.notice)
    console.print(_value(view))
    console.print(_table(view))


@policy.command("check")
@click.argument("folder", type=FOLDER, envvar=VARIABLE, required=False)
def check(folder: Path | None) -> None:
    """Read every pack of FOLDER, or those that come with Laurel, and name everything that is wrong with them."""
    packs = load_packs(folder) if folder else shipped_packs()
    for pack in packs.packs:
        signed = f"signed off by {pack.signed_off.by}" if pack.signed_off else "not signed off"
        click.echo(f"{pack.country}  {pack.stamp}  {signed}, {len(unconfirmed(pack))} statements unconfirmed")


def _value(view: PolicyView) -> str:
    if not view.no_value_because:
        return "Items with a value may be given, within every limit below."
    reasons = [
        f"{why.detail} ({why.rule}: {why.source}{'' if why.confirmed else '; unconfirmed'})"
        for why in view.no_value_because
    ]
    return f"No value: {'; '.join(reasons)}."


def _table(view: PolicyView) -> Table:
    table = Table("number", "where", "source", title="Every number")
    for line in view.numbers:
        table.add_row(line.shown, line.field, line.source)
    return table
