"""`laurel campaign preview`: what a campaign would have given, from history, in figures about many people."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.table import Column, Table

import gamification
from access import EVERYTHING
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from content.vocabulary import ContentClass
from gamification import Hand, Preview, PreviewWanted, Staff
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork

OPERATOR = Staff(Hand("operator"), EVERYTHING, overseer=True)
ORIGIN = "campaign preview"
READER = UUID(int=0)
"""Whoever may open the database: operators have one budget of different previews in a day."""
BLOCKS = " ▁▂▃▄▅▆▇█"
WIDTH = 40
HIDDEN = "(few)"


@click.command("preview")
@click.argument("what", metavar="FILE|CAMPAIGN")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Leave out what was done before this day (UTC).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as there are cores if left out.")
@click.option(
    "--lane",
    type=click.Choice([lane.value for lane in ContentClass]),
    default=ContentClass.MEDICAL.value,
    show_default=True,
    help="The lane of a FILE that holds a campaign's rules.",
)
@click.option("--market", "markets", multiple=True, help="A market of such a FILE; everywhere if left out.")
@click.option("--alone", is_flag=True, help="Don't compare with the rules in force: takes half the time.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preview(
    what: str,
    since: datetime | None,
    workers: int | None,
    lane: str,
    markets: tuple[str, ...],
    *,
    alone: bool,
    as_json: bool,
) -> None:
    """Fold history again under a CAMPAIGN (its id), or under the rules in FILE, and say who would earn how much.

    FILE is a whole programme if it has levels, otherwise a campaign's rules beside the programme in force. Nothing is
    written but the audit entry. Numbers about fewer than ten people are left out.
    """
    after = since.replace(tzinfo=UTC) if since else None
    with servers() as settings:
        asyncio.run(migrated(settings))
        found = asyncio.run(_previewed(settings, what, after, workers, (ContentClass(lane), markets), alone, as_json))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        show(Console(), found)


async def _previewed(
    settings: Settings,
    what: str,
    since: datetime | None,
    workers: int | None,
    reach: tuple[ContentClass, Sequence[str]],
    alone: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
) -> Preview:
    origin = command_origin(ORIGIN)
    async with opened(settings) as runtime:
        async with runtime.work.read(origin) as uow:
            wanted = await _wanted(uow, what, since, reach)
        wanted = msgspec.structs.replace(wanted, workers=workers, running=None if alone else wanted.running)
        await runtime.telling.spend(READER, question_of(wanted))
        with bar("folding", shown=not quiet, of="activities") as advance:
            found = await gamification.preview(
                runtime.database_url, wanted, origin, runtime.clock.now(), advance=advance
            )
        async with runtime.work.begin(origin) as uow:
            gamification.record_preview(uow, found, f"campaign:{what}" if _id_in(what) else "rules:file")
    return found


def question_of(wanted: PreviewWanted) -> str:
    """Name everything that numbers about people in a preview depend on."""
    window = wanted.since, wanted.until, sorted(wanted.markets or ())
    asked = wanted.ruleset, wanted.running, window, wanted.allowances, wanted.running_allowances
    return f"preview {sha256(msgspec.json.encode(asked, order='deterministic')).hexdigest()}"


async def _wanted(
    uow: UnitOfWork, what: str, since: datetime | None, reach: tuple[ContentClass, Sequence[str]]
) -> PreviewWanted:
    campaign = _id_in(what)
    if campaign is not None:
        return await gamification.wanted_of(uow, OPERATOR, campaign, since)
    text = _text(Path(what))
    return await gamification.wanted_of_text(uow, text, reach[0], reach[1], since)


def _id_in(what: str) -> UUID | None:
    try:
        return UUID(what)
    except ValueError:
        return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} is no campaign's id, and can't be read as UTF-8 text ({type(error).__name__})."
        raise click.ClickException(message) from None


def show(console: Console, found: Preview) -> None:
    """Print a preview with its pictures."""
    window = f"from {found.since:%Y-%m-%d} on" if found.since else "all of history"
    console.print(f"People: {_number(found.people)}; earners: {_number(found.earners)} ({window}).")
    console.print(f"Recognition points: {_number(found.points)}, which have no monetary value.")
    quantiles = ", ".join(f"{each.share:.0%} at most {each.points:,}" for each in found.quantiles)
    console.print(f"Points per person: {quantiles or 'too few people to say'}.")
    console.print(_histogram(found))
    console.print(_rules(found))
    for line in _burn(found):
        console.print(line, highlight=False)
    blocked = ", ".join(f"{each.reason.replace('_', ' ')} {_number(each.people)}" for each in found.blocked)
    console.print(f"People who get less than they could, by reason: {blocked}.")
    for budget in [each for each in found.budgets if each.campaign is not None]:
        short = f", short from {budget.short_from.isoformat()}" if budget.short_from else ""
        console.print(f"Budget of {budget.campaign}: {_number(budget.used)} of {budget.budget:,} units{short}.")
    _compare(console, found)
    for each in found.transfers:
        worth = f"{(each.hundredths or 0) / 100:,.2f} {each.money or ''}".strip()
        standing = "" if each.confirmed else ", not confirmed by anybody"
        console.print(f"Transfer of value, {each.country}, {each.currency}: {worth} ({each.pack}{standing}).")
    effort = found.effort
    console.print(
        f"{effort.activities:,} activities in {effort.seconds:,.1f} s on {effort.workers} cores:"
        f" {effort.rate_per_core:,.0f} a second and core; {effort.rounds} rounds;"
        f" {effort.peak_bytes / 1024**2:,.0f} MiB at most."
    )


def _compare(console: Console, found: Preview) -> None:
    other = found.comparison
    if other is None:
        return
    console.print(
        f"The rules in force: {_number(other.points)} points, {_number(other.earners)} earners. With these rules"
        f" {_number(other.more)} people earn more, {_number(other.same)} as much, {_number(other.fewer)} less."
    )


def _histogram(found: Preview) -> Table:
    table = Table("points", "people", "", box=None, title="How much people earn", title_justify="left")
    most = max((part.people or 0 for part in found.histogram), default=0) or 1
    for part in found.histogram:
        span = f"{part.at_least:,} and more" if part.below is None else f"{part.at_least:,} to {part.below - 1:,}"
        table.add_row(span, _number(part.people), "█" * round(WIDTH * (part.people or 0) / most))
    return table


def _rules(found: Preview) -> Table:
    table = Table(
        Column("rule", no_wrap=True), "kind", "people", "awards", "units", "budget", "short from", "held by", box=None
    )
    budgets = {line.rule: line for line in found.budgets if line.rule is not None}
    for line in found.rules:
        budget = budgets.get(line.rule)
        size = f"{budget.budget:,}" if budget else "-"
        short = budget.short_from.isoformat() if budget and budget.short_from else "-"
        held = ", ".join(f"{each.reason} {_number(each.awards)}" for each in found.held if each.rule == line.rule)
        numbers = [_number(each) for each in (line.people, line.awards, line.units)]
        table.add_row(line.rule, line.kind, *numbers, size, short, held or "-")
    return table


def _burn(found: Preview) -> list[str]:
    """One sparkline per rule: units by day, from the first day of any rule to the last; hidden days are blank."""
    if not found.burn:
        return []
    first, last = min(line.day for line in found.burn), max(line.day for line in found.burn)
    lines = [f"Units by day, {first} to {last}:"]
    for rule in sorted({line.rule for line in found.burn}):
        units = {line.day: line.units or 0 for line in found.burn if line.rule == rule}
        lines.append(f"  {rule:<32} {sparkline(units, first, last)}")
    return lines


def sparkline(units: dict[date, int], first: date, last: date) -> str:
    """Draw the units of each day between two days, several days to a character where there are many."""
    days = (last - first).days + 1
    width = min(days, WIDTH)
    sums = [0] * width
    for day, amount in units.items():
        sums[(day - first).days * width // days] += amount
    most = max(sums) or 1
    return "".join(BLOCKS[-(-amount * (len(BLOCKS) - 1) // most)] for amount in sums)


def _number(value: int | None) -> str:
    return HIDDEN if value is None else f"{value:,}"
