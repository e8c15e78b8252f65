"""`laurel rules rebuild`: whether what people have is what they did, and putting it right where it is not."""

import asyncio
from collections import Counter

import click
import msgspec

import gamification
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import require_migrated
from gamification import Difference, Discrepancy
from kernel.settings import Settings

ORIGIN = "rules rebuild"


class Report(msgspec.Struct, kw_only=True):
    """What was looked at, what was not as it should be, and how many people could not be put right."""

    dry_run: bool
    people: int = 0
    left_out: int = 0
    activities: int = 0
    mended: int = 0
    unmended: int = 0
    found: Counter[str] = msgspec.field(default_factory=Counter)
    differences: list[Difference] = []


@click.command("rebuild")
@click.option("--dry-run", is_flag=True, help="Look only; put nothing right.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the id of everybody of whom something differs.")
def rebuild(*, dry_run: bool, as_json: bool) -> None:
    """Fold everybody's activities once more, compare with what is kept, and put right what differs.

    Points are put right by entries of the ledger, never by changing one; nobody is told. Whoever doesn't agree to
    gamification now is left out. The exit status is 1 where something differs and was not put right.
    """
    with servers() as settings:
        asyncio.run(require_migrated(settings))
        report = asyncio.run(_rebuilt(settings, dry_run, as_json))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        for line in said(report):
            click.echo(line)
    if report.unmended:
        raise SystemExit(1)


async def _rebuilt(settings: Settings, dry_run: bool, quiet: bool) -> Report:  # noqa: FBT001
    origin, report = command_origin(ORIGIN), Report(dry_run=dry_run)
    async with opened(settings) as runtime:
        async with runtime.work.read(origin) as uow:
            total = await gamification.people_to_rebuild(uow)
        last = None
        with bar("folding", shown=not quiet, total=total, of="people") as advance:
            while True:
                async with runtime.work.begin(origin) as uow:
                    rebuilt = await gamification.rebuild(uow, last, mend=not dry_run)
                last = rebuilt.last
                if last is None:
                    return report
                report.people += rebuilt.people
                report.left_out += rebuilt.left_out
                report.activities += rebuilt.activities
                for each in rebuilt.differences:
                    report.mended += each.mended
                    report.unmended += not each.mended
                    report.found.update(part.value for part in each.found)
                report.differences += rebuilt.differences
                advance(report.people + report.left_out)


def said(report: Report) -> list[str]:
    """Return the lines of a report."""
    lines = [f"{report.people:,} people and {report.activities:,} activities were folded once more."]
    if report.left_out:
        lines.append(f"{report.left_out:,} people were left out: they don't agree to gamification, or are gone.")
    lines += [f"{part.value}: {report.found[part.value]:,} people differ" for part in Discrepancy if report.found[part]]
    if not report.found:
        lines.append("Everything is as it should be.")
    if report.mended:
        lines.append(f"{report.mended:,} people were put right.")
    if report.unmended and report.dry_run:
        lines.append("Nothing was put right; run it without --dry-run.")
    elif report.unmended:
        lines.append(
            f"{report.unmended:,} people were not put right: their ledger contradicts their awards. See --json."
        )
    return lines
