"""`laurel access matrix`: who may do what, for a person to read and for a program to ask."""

import re
from collections.abc import Iterator
from typing import Any

import click
import msgspec
from litestar import Litestar
from rich.console import Console
from rich.table import Table

from access import IN_EMERGENCY, POLICY_HASH, MatrixRow, Reach, Role, RouteLine, branded, matrix, reach
from api.cli.documents import offline_app
from api.contract import corrected
from api.matrix import Cell, Factor, digest, lines, who_can
from api.routes import route_lines
from consent.values import CONSENT_PURPOSES
from consent.vocabulary import State

FRESH = "fresh factor"


class Holder(msgspec.Struct, frozen=True):
    """A role that may use a route, and how far it reaches there."""

    role: str
    route: str
    reach: str


@click.command("matrix")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print the page of routes.")
@click.option("--page", is_flag=True, help="Print the page of the whole matrix, condensed.")
@click.option("--full", is_flag=True, help="Print every cell: a line per route and role, a digit per cell.")
@click.option("--who-can", metavar="ROUTE", help='Print who may use a route, such as "GET /v1/me/points".')
@click.option("--seeing", metavar="FIELD", help="Print who may use a route that answers with this field.")
@click.option("--consent", type=click.Choice([state.value for state in State]), help="How the person answered.")
@click.option("--market", type=click.Choice(["own", "other"]), help="Whether it lies in one of the caller's markets.")
@click.option("--brand", type=click.Choice(["own", "other"]), help="Whether it is of one of the caller's brands.")
@click.option("--factor", type=click.Choice([factor.value for factor in Factor]), help="How the caller's factors are.")
def show_matrix(**options: Any) -> None:
    """Print which role may use which route, and for which purpose; or ask who can do something, under conditions."""
    app = offline_app()
    routes = route_lines(app)
    if options["who_can"] or options["seeing"]:
        _print_holders(_holders(app, routes, options), as_json=options["as_json"])
    elif options["full"]:
        for line in lines(routes):
            click.echo(line)
    elif options["as_json"]:
        click.echo(msgspec.json.encode(matrix(routes)))
    elif options["page"]:
        click.echo(_page(routes))
    elif options["markdown"]:
        click.echo(_markdown(matrix(routes)))
    else:
        Console().print(_table(matrix(routes)))


def _holders(app: Litestar, routes: list[RouteLine], options: dict[str, Any]) -> list[Holder]:
    """Return who may, where the person concerned answered every purpose in the way that is asked for."""
    named = options["who_can"]
    asked = [route for route in routes if named is None or f"{route.method} {_plain(route.path)}" == _plain(named)]
    if not asked:
        message = f"There is no route {named}; `laurel access matrix` lists them."
        raise click.ClickException(message)
    if options["seeing"]:
        document = corrected(app.openapi_schema.to_schema())
        asked = [route for route in asked if options["seeing"] in _fields(document, route)]
    wanted: dict[str, object] = {}
    if options["consent"]:
        wanted["state"] = State(options["consent"])
    for name in ("market", "brand"):
        if options[name]:
            wanted[name] = options[name] == "own"
    if options["factor"]:
        wanted["factor"] = Factor(options["factor"])
    found: dict[tuple[str, str, str], None] = {}
    for cell in who_can(asked, wanted):
        found[cell.role.value, f"{cell.route.method} {cell.route.path}", _reach(cell)] = None
    return [Holder(*each) for each in found]


def _reach(cell: Cell) -> str:
    return reach(cell.route.permission).value if cell.route.permission else "everywhere"


def _print_holders(holders: list[Holder], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(holders))
        return
    for holder in holders:
        click.echo(f"{holder.role:<24} {holder.route} ({holder.reach})")
    if not holders:
        click.echo("nobody")


def _fields(document: dict[str, Any], route: RouteLine) -> set[str]:
    """Return the names of all fields in what the contract says that a route answers, at any depth."""
    operation = document["paths"].get(_plain(route.path), {}).get(route.method.lower(), {})
    answers = [answer for code, answer in operation.get("responses", {}).items() if code.startswith("2")]
    seen: set[str] = set()
    return set(_names(answers, document, seen))


def _names(value: Any, document: dict[str, Any], seen: set[str]) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each, document, seen)
    if not isinstance(value, dict):
        return
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        seen.add(reference)
        yield from _names(document["components"]["schemas"][reference.rsplit("/", 1)[1]], document, seen)
    properties = value.get("properties")
    if isinstance(properties, dict):
        yield from properties
    for each in value.values():
        yield from _names(each, document, seen)


def _plain(path: str) -> str:
    """Return a path as the contract writes it: without the types of what stands in braces."""
    return re.sub(r":[a-z]+}", "}", path)


def _table(rows: list[MatrixRow]) -> Table:
    table = Table("route", "permission", "purpose", *[role.value for role in Role], title="Who may do what")
    for row in rows:
        marks = ["yes" if row.allowed[role] else "·" for role in Role]
        table.add_row(f"{row.method} {row.path}", row.permission or "public", row.purpose or "", *marks)
    return table


def _markdown(rows: list[MatrixRow]) -> str:
    roles = [role.value for role in Role]
    head = [
        "# Routes",
        "",
        "Written by `make docs` from the declarations in the code: who may use which route, and for which purpose.",
        "",
        "| route | permission | purpose | " + " | ".join(roles) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in roles) + " |",
    ]
    for row in rows:
        marks = " | ".join("yes" if row.allowed[role] else "" for role in Role)
        head.append(f"| `{row.method} {row.path}` | {row.permission or 'public'} | {row.purpose or ''} | {marks} |")
    return "\n".join(head)


def _page(routes: list[RouteLine]) -> str:
    count, hashed = digest(routes)
    head = [
        "# The access matrix",
        "",
        "Written by `make docs`: the decision for every role, route, market, brand, purpose, consent and factor, made",
        "by the functions that decide requests. A role that is named may use the route",
        "",
        "- for things in its own markets, where the reach is `market`; for its own alone, where it is `own`;",
        "- for things of its own brands and of none, where the brand column says so and it answers not for all brands;",
        "- with consent to the purpose, where the role stands with *consent*;",
        "- with a factor shown at most so many seconds ago, where the factor column says so (RFC 9470);",
        "- with somebody else's approval of exactly this request, where the column says *two people*.",
        "",
        "Where the last column says *lent*, staff whose role or markets don't reach it may use it for an hour at the",
        "most by breaking the glass (`POST /v1/break-glass`), which tells compliance at once.",
        "",
        "Everybody else is refused, and so is staff without a second factor, except where one is set up. Ask it:",
        '`laurel access matrix --who-can "GET /v1/me/points" --consent withdrawn`,',
        "`laurel access matrix --seeing email --consent absent --market other`; `--full` prints every cell.",
        "",
        f"{count:,} cells, SHA-256 `{hashed}`.",
        f"The table of permissions, whose beginning audit entries name: SHA-256 `{POLICY_HASH}`.",
        "",
        "| route | permission | purpose | reach | brand | who | factor | approval | emergency |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *(_condensed(row, routes) for row in matrix(routes) if row.permission)])


def _condensed(row: MatrixRow, routes: list[RouteLine]) -> str:
    (line,) = (each for each in routes if (each.method, each.path) == (row.method, row.path))
    needs_consent = row.purpose in CONSENT_PURPOSES
    names = [
        f"{role.value} *consent*" if needs_consent and who_needs_consent(role) else role.value
        for role in Role
        if row.allowed[role]
    ]
    held = reach(row.permission).value if row.permission else Reach.EVERYWHERE.value
    bound = "brand" if row.permission and any(branded(role, row.permission) for role in Role) else ""
    age = f"{line.factor_seconds} s" if line.factor_seconds else ""
    two = "two people" if line.four_eyes else ""
    lent = "lent" if row.permission in IN_EMERGENCY else ""
    cells = (f"`{row.method} {row.path}`", row.permission, row.purpose, held, bound, ", ".join(names), age, two, lent)
    return f"| {' | '.join(map(str, cells))} |"


def who_needs_consent(role: Role) -> bool:
    """Tell whether the person concerned must have agreed when this role uses a route whose purpose rests on consent."""
    return role in {Role.HCP, Role.LEARNING_SYSTEM}
