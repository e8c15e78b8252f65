"""``laurel import consents``: answers that people gave elsewhere, from a CSV file, through the HTTP API."""

import asyncio
import csv
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.table import Table

from api.importer.client import Client, open_http
from api.importer.credentials import DEFAULT_FILE, DEFAULT_URL, SHOWN_FILE, Credentials, read_credentials
from api.importer.errors import ImportStoppedError
from api.importer.wire import ConsentRow, ConsentRows, RowAnswers

COLUMNS: Final = (
    "person",
    "purpose",
    "state",
    "notice_version",
    "channel",
    "topic",
    "method",
    "evidence",
    "evidence_sha256",
    "occurred_at",
    "expires_at",
)
NEEDED: Final = frozenset({"person", "purpose", "state", "evidence", "occurred_at"})
DELIMITERS: Final = ",;\t"
BATCH: Final = 200


class RowReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one line of the file; the header is line 1."""

    line: int
    status: str
    reason: str | None = None
    field: str | None = None
    detail: str | None = None


class ConsentReport(msgspec.Struct, frozen=True):
    """What became of a file; of a dry run, what would."""

    dry_run: bool
    counts: dict[str, int]
    rows: list[RowReport]


@click.command("consents")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row against the server, and record none.")
@click.option("--url", help=f"Address of the server; otherwise the credentials file's, otherwise {DEFAULT_URL}.")
@click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    default=DEFAULT_FILE,
    show_default=SHOWN_FILE,
    help="JSON file with the learning system's credentials.",
)
@click.option("--patience", type=click.FloatRange(min=0), default=120, show_default=True, help="Seconds of an outage.")
@click.option("--json", "as_json", is_flag=True, help="Print the report of every row as JSON.")
def import_consents(
    file: Path, url: str | None, credentials: Path, patience: float, *, dry_run: bool, as_json: bool
) -> None:
    """Import the consents in FILE (CSV with a header) through the HTTP API of a running server.

    Columns: person, purpose, state, evidence and occurred_at are needed; notice_version, channel, topic, method,
    evidence_sha256 and expires_at may be there. Cells are separated by commas, semicolons or tabs. Safe to repeat: a
    row that is recorded already is reported as repeated. The exit status is 1 when a row was refused; all others are
    recorded.
    """
    try:
        report = asyncio.run(_imported(file, read_credentials(credentials, url), patience, dry_run=dry_run))
    except ImportStoppedError as stopped:
        raise click.ClickException(str(stopped)) from None
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if report.counts.get("refused"):
        raise SystemExit(1)


async def _imported(file: Path, credentials: Credentials, patience: float, *, dry_run: bool) -> ConsentReport:
    rows: list[RowReport] = []
    async with open_http(credentials.url, 1) as http:
        client = Client(http, credentials.learning_system, patience)
        await client.sign_in()
        with _opened(file) as lines:
            while batch := list(islice(lines, BATCH)):
                rows += await _sent(client, batch, dry_run=dry_run)
    counts = Counter(row.status for row in rows)
    return ConsentReport(dry_run, dict(sorted(counts.items())), rows)


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[tuple[int, ConsentRow | RowReport]]]:
    """Open a CSV file; its lines come with their numbers, each as what to send or as what is wrong with it."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        yield _lines(file, opened)


def _lines(path: Path, opened: TextIO) -> Iterator[tuple[int, ConsentRow | RowReport]]:
    number = 1
    try:
        header = opened.readline()
        # Where a comma is for decimals, spreadsheets put semicolons between cells.
        reader = csv.DictReader(opened, _columns(path, header), restkey="more", delimiter=_delimiter(header))
        for cells in reader:
            number = reader.line_num + 1
            yield number, _row(number, cells)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ImportStoppedError(f"{path}, after line {number}: no CSV in UTF-8 ({error})") from None


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _columns(path: Path, header: str) -> list[str]:
    """Return the names in the first line.

    Raises:
        ImportStoppedError: a needed one is missing, one is unknown, or one is there twice.

    """
    names = [name.strip() for name in next(csv.reader([header], delimiter=_delimiter(header)), [])]
    wrong = [f"{name} is missing" for name in sorted(NEEDED - set(names))]
    wrong += [f"{name} is unknown" for name in sorted(set(names) - set(COLUMNS))]
    wrong += [f"{name} is there twice" for name, times in sorted(Counter(names).items()) if times > 1]
    if wrong:
        raise ImportStoppedError(f"{path}: of the columns, {', '.join(wrong)}; they are {', '.join(COLUMNS)}")
    return names


def _row(line: int, cells: Mapping[Any, Any]) -> ConsentRow | RowReport:
    if "more" in cells or None in cells.values():
        return RowReport(line, "refused", "row-malformed", None, "The row has not as many cells as the header.")
    filled: dict[str, Any] = {"method": "import"} | {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    if any("\0" in cell for cell in filled.values()):
        return RowReport(line, "refused", "row-malformed", None, "A cell holds a NUL character.")
    missing = NEEDED - filled.keys()
    if missing:
        return RowReport(line, "refused", "row-malformed", min(missing), "The cell is empty.")
    evidence = {"reference": filled.pop("evidence")}
    if "evidence_sha256" in filled:
        evidence["sha256"] = filled.pop("evidence_sha256")
    try:
        return msgspec.convert(filled | {"evidence": evidence}, ConsentRow, strict=False)
    except msgspec.ValidationError as error:
        sentence, _, place = str(error).partition(" - at ")
        return RowReport(line, "refused", "row-malformed", place.strip("`").removeprefix("$.") or None, f"{sentence}.")


async def _sent(
    client: Client, batch: Sequence[tuple[int, ConsentRow | RowReport]], *, dry_run: bool
) -> list[RowReport]:
    """Send what can be sent, and return the report of every line in the order of the file."""
    good = [(line, row) for line, row in batch if isinstance(row, ConsentRow)]
    reports = {row.line: row for _, row in batch if isinstance(row, RowReport)}
    if good:
        body = msgspec.json.encode(ConsentRows([row for _, row in good]))
        path = "/v1/consents/check" if dry_run else "/v1/consents"
        # A key of this run's own: what is sent twice because an answer got lost is answered once, a second run anew.
        key = None if dry_run else UUID(bytes=secrets.token_bytes(16))
        answer = await client.post(path, body, RowAnswers, key=key)
        for (line, _), result in zip(good, answer.results, strict=True):
            reports[line] = RowReport(line, result.status, result.reason, result.field, result.detail)
    return [reports[line] for line, _ in batch]


def _print(report: ConsentReport) -> None:
    console = Console()
    table = Table("would be" if report.dry_run else "were", "rows", title="Consents")
    table.columns[1].justify = "right"
    for status, count in report.counts.items():
        table.add_row(status, f"{count:,}")
    console.print(table)
    for row in report.rows:
        if row.status == "refused":
            where = f" ({row.field})" if row.field else ""
            click.echo(f"line {row.line}: {row.reason}{where}: {row.detail}")
