"""``laurel import oulad``: the importer on the command line."""

import asyncio
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from api.importer.credentials import DEFAULT_FILE, DEFAULT_URL, SHOWN_FILE, read_credentials
from api.importer.errors import ImportStoppedError
from api.importer.presentation import Presentation
from api.importer.progress import Bar
from api.importer.report import Order, Report
from api.importer.run import import_presentation


@click.command("oulad")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--presentation", required=True, metavar="MODULE/PRESENTATION", help="Which one, for example AAA/2013J.")
@click.option("--learners", type=click.IntRange(min=1), metavar="N", help="Only the first N learners, by id.")
@click.option("--url", help=f"Address of the server; otherwise the credentials file's, otherwise {DEFAULT_URL}.")
@click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    default=DEFAULT_FILE,
    show_default=SHOWN_FILE,
    help="JSON file with the learning system's and the medical reviewer's credentials.",
)
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests side by side.")
@click.option("--batch", type=click.IntRange(1, 1000), default=500, show_default=True, help="Activities per request.")
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=120,
    show_default=True,
    help="How many seconds an outage of the server may last.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON report instead of a table.")
def import_oulad(  # noqa: PLR0913 - one parameter per option
    folder: Path,
    presentation: str,
    learners: int | None,
    url: str | None,
    credentials: Path,
    concurrency: int,
    batch: int,
    patience: float,
    *,
    as_json: bool,
) -> None:
    """Import a presentation of the Open University dataset in DIR through the HTTP API of a running server.

    Safe to interrupt and to repeat: rows that are already there are reported as repeated and change nothing.
    """
    console = Console()
    try:
        order = Order(
            folder=folder,
            presentation=Presentation.parse(presentation),
            learners=learners,
            concurrency=concurrency,
            batch=batch,
            patience=patience,
        )
        with Bar(console, shown=console.is_terminal and not as_json) as bar:
            outcome = asyncio.run(import_presentation(order, read_credentials(credentials, url), bar))
    except ImportStoppedError as stopped:
        raise click.ClickException(str(stopped)) from None
    if as_json:
        click.echo(msgspec.json.encode(outcome.report))
    else:
        console.print(_table(outcome.report))


def _table(report: Report) -> Table:
    table = Table("imported", report.presentation, title="Open University Learning Analytics dataset")
    table.columns[1].justify = "right"
    table.add_row("learners", f"{report.learners:,}")
    table.add_row("content items", f"{report.content_items:,}")
    table.add_row("activities recorded", f"{report.activities.recorded:,}")
    table.add_row("activities repeated", f"{report.activities.repeated:,}")
    for reason, count in sorted(report.activities.refused.items()):
        table.add_row(f"refused: {reason}", f"{count:,}")
    table.add_row("seconds", f"{report.seconds:,.1f}")
    table.add_row("activities per second", f"{report.activities_per_second:,.0f}")
    return table
