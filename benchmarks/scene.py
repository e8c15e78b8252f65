"""The scene that is measured: a served Laurel with people, content and tokens, in a home of its own."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import msgspec

import access
import consent
import content
from access import EVERYTHING, NewAccount, Role
from access.values import Proof
from api.cli.environment import command_origin
from api.cli.importing import publish_notices, publish_rules
from api.cli.migrating import migrated
from api.cli.serving import listenable
from api.runtime import Runtime
from consent.values import ConsentChoice
from consent.vocabulary import Answer
from content.values import NewContent
from content.vocabulary import ContentId, ContentKind
from kernel import embedded
from kernel.keys import load_keys
from kernel.settings import CHECKOUT, Settings
from people.vocabulary import PersonId

PEOPLE = 256
"""Half of them send one activity at a time, the other half's come in batches: nobody's arrive out of order."""

ITEMS = 200


class Hcp(msgspec.Struct, frozen=True):
    """Somebody who sends requests."""

    person: PersonId
    token: str


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is served, and who and what there is."""

    port: int
    settings: Settings
    hcps: list[Hcp]
    machine: str
    content: list[ContentId]


@contextmanager
def scene(home: Path, port: int) -> Iterator[Scene]:
    """Start the embedded servers, fill them, serve; stop everything at the end."""
    with embedded.start(home) as running:
        settings = Settings(
            home=home, database_url=running.database_url, redis_url=running.redis_url, requests_per_minute=10_000_000
        )
        hcps, machine, items = asyncio.run(_fill(settings))
        with serving("asgi:create", settings, port):
            yield Scene(port=port, settings=settings, hcps=hcps, machine=machine, content=items)


@contextmanager
def serving(target: str, settings: Settings, port: int) -> Iterator[None]:
    """Serve ``target`` in a process of its own, with the settings that `laurel serve` uses, until the block ends.

    Raises:
        click.ClickException: something listens on the port: it would be measured instead.

    """
    listenable(msgspec.structs.replace(settings, port=port))
    environment = os.environ | {
        "LAUREL_HOME": str(settings.home),
        "LAUREL_DATABASE_URL": settings.database_url or "",
        "LAUREL_REDIS_URL": settings.redis_url or "",
        "LAUREL_REQUESTS_PER_MINUTE": str(settings.requests_per_minute),
        "_LAUREL_WITH_WORKER": "1",
        "PYTHONPATH": str(CHECKOUT),
    }
    command = [sys.executable, "-m", "benchmarks.server", target, str(port)]
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT) as process:  # noqa: S603 - our own module
        try:
            _wait(port)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int) -> None:
    for _ in range(1_200):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    message = "the server did not become ready"
    raise TimeoutError(message)


async def _fill(settings: Settings) -> tuple[list[Hcp], str, list[ContentId]]:
    await migrated(settings)
    async with Runtime(settings, load_keys(settings)).opened() as runtime:
        await publish_notices(runtime, CHECKOUT / "samples" / "notices")
        await publish_rules(runtime, settings.rules_file)
        hcps = [await _hcp(runtime, number) for number in range(PEOPLE)]
        async with runtime.work.begin(command_origin("benchmark")) as uow:
            made = await access.create_machine_client(uow, "Load", ["*"])
            machine = await access.client_sign_in(uow, made.client_id, made.client_secret)
        assert not isinstance(machine, access.SignInRefused)
        return hcps, machine.access_token, [await _item(runtime, number) for number in range(ITEMS)]


async def _hcp(runtime: Runtime, number: int) -> Hcp:
    async with runtime.work.begin(command_origin("benchmark")) as uow:
        new = NewAccount(
            email=f"hcp-{number}@load.example", name=f"Load {number}", role=Role.HCP, market="GB", zone="Europe/London",
            locale="en-GB", password=f"benchmark-{number:06}",
        )  # fmt: skip
        await access.create_account(uow, new)
        credential = await access.credential(uow, new.email)
        tokens = await access.admit(uow, Proof(credential=credential, right=True))
        assert not isinstance(tokens, access.SignInRefused)
        assert credential.person is not None
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        choices = [(purpose, choice) for purpose in consent.CONSENT_PURPOSES]
        await consent.record_consents(uow, credential.person, choices)
    return Hcp(credential.person, tokens.access_token)


async def _item(runtime: Runtime, number: int) -> ContentId:
    kind = ContentKind.WEBINAR if number % 10 == 0 else ContentKind.EDUCATION_MODULE
    new = NewContent(kind=kind, title=f"Item {number}", locale="en", markets=("*",), tags=("activity:oucontent",))
    async with runtime.work.begin(command_origin("benchmark")) as uow:
        item = await content.create_content(uow, UUID(int=1), new, scope=EVERYTHING)
        await content.approve(uow, item.id, UUID(int=2), scope=EVERYTHING)
    return ContentId(item.id)
