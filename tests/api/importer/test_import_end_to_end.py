"""The importer against Laurel itself, over HTTP, on real servers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

import access
import consent
import gamification
from access import NewAccount, Role
from api.app import create_app
from api.importer import Credentials, Order, Presentation, import_presentation
from api.importer.credentials import Account, MachineClient
from api.runtime import Runtime
from consent.values import NewNotice
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.settings import Settings
from kernel.unit_of_work import Work
from tests.conftest import KEYS

SAMPLES = Path(__file__).parents[3] / "samples"
AAA = Presentation("AAA", "2013J")
PASSWORD = "a long enough pass phrase"


@pytest.fixture
async def server(database_url: str, redis_url: str, cache: Cache, origin: Origin) -> AsyncIterator[Credentials]:
    """Laurel on a free port, with its notices, its rules and the two callers that the importer needs."""
    del cache  # asked for so that Valkey is empty
    settings = Settings(database_url=database_url, redis_url=redis_url)
    runtime = Runtime(settings, KEYS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(runtime, with_worker=False)
    granian = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(granian.serve())
    try:
        await _until_listening(port)
        yield await _prepared(runtime.work, origin, f"http://127.0.0.1:{port}")
    finally:
        granian.stop()  # type: ignore[no-untyped-call]
        await serving


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


async def _prepared(work: Work, origin: Origin, url: str) -> Credentials:
    async with work.begin(origin) as uow:
        for purpose in consent.CONSENT_PURPOSES:
            text = (SAMPLES / "notices" / f"{purpose}.md").read_text()
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text=text))
        await gamification.publish_rules(uow, (SAMPLES / "rules" / "demonstration.yaml").read_text())
        client = await access.create_machine_client(uow, "learning platform", ["GB"])
        reviewer = NewAccount(
            email="reviewer@laurel.example",
            name="Robin Reviewer",
            role=Role.MEDICAL_REVIEWER,
            market="GB",
            zone="Europe/London",
            locale="en-GB",
            markets=("GB",),
            password=PASSWORD,
        )
        await access.create_account(uow, reviewer)
    return Credentials(url, MachineClient(client.client_id, client.client_secret), Account(reviewer.email, PASSWORD))


async def _stored(database_url: str) -> dict[str, int]:
    """Count what the database holds; no route shows all of it to one caller."""
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow(
            "select (select count(*) from engagement.activity) activities,"
            " (select count(distinct local_date) from engagement.activity) days,"
            " (select count(*) from people.person) people,"
            " (select count(*) from content.item where state = 'approved') items,"
            " (select count(*) from consent.event) consents,"
            " (select sum(points) from gamification.standing)::int points"
        )
    finally:
        await connection.close()
    assert row is not None
    return dict(row)


async def test_an_import_records_every_row_once_and_a_second_one_changes_nothing(
    server: Credentials, database_url: str
) -> None:
    order = Order(folder=SAMPLES / "oulad", presentation=AAA, learners=6)
    first = await import_presentation(order, server)
    assert (first.report.activities.recorded, first.report.activities.refused) == (2465, {})
    stored = await _stored(database_url)
    counts = {"activities": 2465, "people": 6 + 1, "items": 217, "consents": 6 * 5}
    assert {name: stored[name] for name in counts} == counts, "six learners and the reviewer"
    assert stored["points"] > 0
    second = await import_presentation(order, server)
    assert (second.report.activities.repeated, second.report.activities.recorded) == (2465, 0)
    assert second.professionals == first.professionals
    assert await _stored(database_url) == stored
