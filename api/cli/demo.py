"""`laurel demo`: servers, schema, accounts and the sample, loaded through the API while it is being served."""

import asyncio
import os
import secrets
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

import access
import audit
import content
import gamification
import people
from access import AccountId, Caller, NewAccount, Role, SessionId
from api.cli.audit import public_key
from api.cli.environment import command_origin, opened, servers
from api.cli.importing import publish_notices, publish_rules
from api.cli.migrating import migrated
from api.cli.serving import listen, listenable, supervising
from api.importer import Order, Presentation, import_presentation, read_credentials
from api.importer.progress import Bar
from api.runtime import Runtime, former_log_keys
from kernel.settings import CHECKOUT, Settings
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

SAMPLE: Final = CHECKOUT / "samples" / "oulad"
NOTICES: Final = CHECKOUT / "samples" / "notices"
PRESENTATION: Final = Presentation.parse("AAA/2013J")
STAFF: Final = (
    Role.MARKETER,
    Role.COMPLIANCE_OFFICER,
    Role.MEDICAL_REVIEWER,
    Role.ADMINISTRATOR,
    Role.DATA_PROTECTION_OFFICER,
)
SETTLE_SECONDS: Final = 30.0
READY_SECONDS: Final = 120.0
"""A machine that is busy with other things takes more than half a minute to start the workers."""


class Login(msgspec.Struct, frozen=True):
    """An account of the demonstration."""

    role: str
    email: str
    password: str


class Machine(msgspec.Struct, frozen=True):
    """The learning system of the demonstration."""

    client_id: str
    client_secret: str


class Accounts(msgspec.Struct, frozen=True):
    """What ``.laurel/demo.json`` holds; mode 0600."""

    url: str
    accounts: list[Login]
    learning_system: Machine


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port; otherwise LAUREL_PORT, otherwise 8000.")
@click.option("--stop-when-loaded", is_flag=True, help="Load and report, then stop instead of serving on.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def demo(port: int | None, *, stop_when_loaded: bool, as_json: bool) -> None:
    """Load the sample into embedded servers, print what came of it and the accounts, and serve."""
    failure: list[str] = []
    with servers(supervising) as given:
        settings = listenable(msgspec.structs.replace(given, port=port or given.port))
        file = settings.home / "demo.json"
        asyncio.run(_prepare(settings, file))
        thread = threading.Thread(
            target=_load,
            args=(settings, file, failure),
            kwargs={"stop": stop_when_loaded, "as_json": as_json},
            daemon=True,
        )
        thread.start()
        listen(settings)
        thread.join(timeout=1)
    if failure:
        raise click.ClickException(failure[0])


async def _prepare(settings: Settings, file: Path) -> None:
    """Migrate, and publish notices and rules; accounts are made once and kept in ``file``."""
    await migrated(settings)
    async with opened(settings) as runtime:
        await runtime.require_replayed()
        await publish_notices(runtime, NOTICES)
        await publish_rules(runtime, settings.rules_file)
        url = f"http://{settings.host}:{settings.port}"
        known = msgspec.json.decode(file.read_bytes(), type=Accounts) if file.exists() else None
        accounts = await _create_accounts(runtime, url) if known is None else msgspec.structs.replace(known, url=url)
    _write(file, accounts)


async def _create_accounts(runtime: Runtime, url: str) -> Accounts:
    logins = [Login(role.value, f"{role.value}@laurel.example", secrets.token_urlsafe(16)) for role in STAFF]
    accounts: dict[Role, AccountId] = {}
    async with runtime.work.begin(command_origin("demo")) as uow:
        for login in logins:
            new = NewAccount(
                email=login.email,
                name=f"Demonstration {login.role.replace('_', ' ')}",
                role=Role(login.role),
                market="GB",
                zone="Europe/London",
                locale="en-GB",
                markets=("*",),
                password=login.password,
            )
            accounts[new.role] = await access.create_account(uow, new)
        machine = await access.create_machine_client(uow, "Demonstration learning system", ["*"])
        await _train(uow, accounts, machine.account)
    return Accounts(url, logins, Machine(machine.client_id, machine.client_secret))


async def _train(uow: UnitOfWork, accounts: Mapping[Role, AccountId], machine: AccountId) -> None:
    """Let everybody on the staff have completed the module on security and privacy, as their learning system says."""
    module = content.NewContent(
        kind=content.ContentKind.EDUCATION_MODULE,
        title="Security and privacy at work",
        summary="What to mind before looking at who somebody is.",
        locale="en",
        markets=("*",),
        tags=(content.STAFF_TRAINING,),
    )
    item = await content.create_content(uow, accounts[Role.MARKETER], module, scope=access.EVERYTHING)
    await content.approve(uow, item.id, accounts[Role.MEDICAL_REVIEWER], scope=access.EVERYTHING)
    markets, brands = access.EVERYTHING.markets, access.EVERYTHING.brands
    system = Caller(
        account=machine,
        session=SessionId(machine),
        role=Role.LEARNING_SYSTEM,
        markets=markets,
        brands=brands,
        person=None,
    )
    for account in accounts.values():
        await access.training.record(uow, system, account, item.id, uow.now)


def _write(file: Path, accounts: Accounts) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened_file:
        opened_file.write(msgspec.json.format(msgspec.json.encode(accounts), indent=2))


def _load(settings: Settings, file: Path, failure: list[str], *, stop: bool, as_json: bool) -> None:
    try:
        asyncio.run(_load_sample(settings, file, as_json=as_json))
    except Exception as error:  # noqa: BLE001 - whatever it was, the person at the terminal must hear of it
        failure.append(f"The sample could not be loaded: {error}")
        stop = True
    if stop:
        os.kill(os.getpid(), signal.SIGINT)


async def _load_sample(settings: Settings, file: Path, *, as_json: bool) -> None:
    console = Console()
    await _wait_until_ready(f"http://{settings.host}:{settings.port}")
    order = Order(folder=SAMPLE, presentation=PRESENTATION)
    with Bar(console, shown=console.is_terminal and not as_json) as bar:
        outcome = await import_presentation(order, read_credentials(file), bar)
    accounts = msgspec.json.decode(file.read_bytes(), type=Accounts)
    async with opened(settings) as runtime:
        if not any(login.role == Role.HCP for login in accounts.accounts):
            hcp = await _hcp_login(runtime, PersonId(UUID(outcome.professionals[min(outcome.professionals)])))
            accounts = msgspec.structs.replace(accounts, accounts=[hcp, *accounts.accounts])
            _write(file, accounts)
        async with runtime.work.read(command_origin("demo")) as uow:
            totals = await gamification.totals(uow)
        await audit.settle(runtime.work, SETTLE_SECONDS)
    verified = await audit.verify(settings.database_url or "", public_key(settings), former=former_log_keys(settings))
    if as_json:
        click.echo(msgspec.json.encode({"import": outcome.report, "earned": totals, "audit": verified}))
        return
    console.print(_report(outcome.report.activities.total, totals, verified))
    click.echo(_accounts(accounts, file))
    console.print(f"Serving {accounts.url} (stop with Ctrl-C). The README shows what to try.")


async def _hcp_login(runtime: Runtime, person: PersonId) -> Login:
    """Give the first learner's account a password, so that somebody can look at real points."""
    password = secrets.token_urlsafe(16)
    async with runtime.work.begin(command_origin("demo")) as uow:
        account = await access.account_of(uow, person)
        if account is None:
            account = await access.open_account(uow, person, role=Role.HCP)
        await access.change_password(uow, account, password)
        profile = await people.profile(uow, person)
    return Login(Role.HCP.value, profile.email or "", password)


async def _wait_until_ready(url: str) -> None:
    begun = time.monotonic()
    async with httpx.AsyncClient() as http:
        while time.monotonic() - begun < READY_SECONDS:
            try:
                if (await http.get(f"{url}/health/ready")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    message = f"the server at {url} did not become ready within {READY_SECONDS:.0f} seconds"
    raise TimeoutError(message)


def _report(activities: int, totals: gamification.Totals, verified: audit.Report) -> Table:
    table = Table("what", "how much", title=f"OULAD {PRESENTATION.name} sample (nothing in it is medical)")
    table.columns[1].justify = "right"
    table.add_row("activities", f"{activities:,}")
    table.add_row("recognition points", _number(totals.points))
    for key, holders in totals.badges.items():
        table.add_row(f"badge {key}", _number(holders))
    table.add_row("audit entries", f"{verified.entries:,}")
    table.add_row("audit log", "verified" if verified.ok else f"NOT VERIFIED: {verified.findings_total} findings")
    return table


def _number(number: int | None) -> str:
    return "of fewer than ten people" if number is None else f"{number:,}"


def _accounts(accounts: Accounts, file: Path) -> str:
    """Return a line per account, in columns, each on one line however narrow the terminal: it is copied from there."""
    wide = max(len(login.email) for login in accounts.accounts)
    lines = (f"{login.role:<23}  {login.email:<{wide}}  {login.password}" for login in accounts.accounts)
    return "\n".join((f"Accounts (also in {file}): role, e-mail, password", *lines))
