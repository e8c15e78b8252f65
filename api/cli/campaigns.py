"""`laurel campaign`: what campaigns there are, where they stand, and how they came there."""

import asyncio
from typing import Final
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

import gamification
from access import EVERYTHING
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from api.cli.previewing import preview
from gamification import Campaign, Hand, Staff, Transition
from gamification.vocabulary import CampaignState
from kernel.settings import Settings

OPERATOR = Staff(Hand("operator"), EVERYTHING, overseer=True)
"""Whoever may open the database sees everything; the table of steps knows no such role, so nothing can be moved."""

MOST = 200

IDENTITY: Final = 36
"""How many characters an id has."""


@click.group("campaign")
def campaign() -> None:
    """Campaigns: where they stand, and what they would give."""


campaign.add_command(preview)


@campaign.command("list")
@click.option("--state", type=click.Choice([state.value for state in CampaignState]), help="Only those in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_list(state: str | None, *, as_json: bool) -> None:
    """Print the campaigns, newest first."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        found = asyncio.run(_listed(settings, CampaignState(state) if state else None))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    identity = Column("id", no_wrap=True, min_width=IDENTITY)  # whoever reads it shows or previews the campaign next
    table = Table(
        identity, "key", "state", "revision", "lane", "markets", "opens", "closes", "budget", title="Campaigns"
    )
    for each in found:
        budget = "no limit" if each.budget is None else f"{each.budget_used:,} of {each.budget:,}"
        window = [at.isoformat(timespec="minutes") if at else "-" for at in (each.opens_at, each.closes_at)]
        words = [str(each.id), each.key, each.state, str(each.revision), each.lane, " ".join(each.markets)]
        table.add_row(*words, *window, budget)
    Console().print(table)


@campaign.command("show")
@click.argument("campaign_id", metavar="ID", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(campaign_id: UUID, *, as_json: bool) -> None:
    """Print one campaign, and the steps of its life."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        found, steps = asyncio.run(_shown(settings, campaign_id))
    if as_json:
        click.echo(msgspec.json.encode({"campaign": found, "transitions": steps}))
        return
    console = Console()
    for name, value in msgspec.to_builtins(found).items():
        if name != "rules":
            console.print(f"{name}: {value}", markup=False, highlight=False)
    console.print(found.rules, markup=False, highlight=False)
    table = Table("when", "step", "from", "to", "revision", "role", "who", "why", title="Steps")
    for step in steps:
        moved = [step.step.value, step.from_state or "-", step.to_state.value, str(step.revision)]
        table.add_row(step.at.isoformat(timespec="seconds"), *moved, step.role, step.actor, escape(step.reason))
    console.print(table)


async def _listed(settings: Settings, state: CampaignState | None) -> list[Campaign]:
    """Read page after page, so that one listing holds every campaign."""
    found: list[Campaign] = []
    after: str | None = None
    async with opened(settings) as runtime:
        while True:
            async with runtime.work.begin(command_origin("campaign list")) as uow:
                page = await gamification.campaigns(uow, OPERATOR, state=state, after=after, limit=MOST)
            found += page.items
            after = page.next
            if after is None:
                return found


async def _shown(settings: Settings, campaign_id: UUID) -> tuple[Campaign, list[Transition]]:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("campaign show")) as uow:
        found = await gamification.campaign(uow, OPERATOR, campaign_id)
        steps: list[Transition] = []
        after: str | None = None
        while True:
            page = await gamification.transitions(uow, OPERATOR, campaign_id, after=after, limit=MOST)
            steps += page.items
            after = page.next
            if after is None:
                return found, steps
