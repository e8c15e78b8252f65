"""Every command: what reads or changes data leaves an entry, and every other one says why it does not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import click
from click.testing import CliRunner

import audit
from api.cli import laurel
from api.cli.environment import opened, settings_of
from api.runtime import log_origin
from consent import ErasureList
from consent.requests.erasure_list import Erased
from kernel.clock import SystemClock
from kernel.facts import Origin
from kernel.keys import load_keys
from kernel.settings import Settings
from tests.conftest import START
from tests.gamification.campaigning import Campaigns

SAMPLES: Final = str(Path(__file__).parents[2] / "samples")
ACCOUNT: Final = ["--email", "a@b.example", "--name", "Robin", "--role", "hcp", "--market", "GB", "--password"]
ORIGIN: Final = Origin(request=UUID(int=0), actor="system:test", role="system", route="test")
NOBODY: Final = "00000000-0000-4000-8000-000000000000"

AUDITED: Final[dict[str, tuple[list[str], str]]] = {
    "import notices": ([f"{SAMPLES}/notices"], "consent:notice:published"),
    "import rules": ([f"{SAMPLES}/rules/demonstration.yaml"], "gamification:ruleset:published"),
    "access create-account": ([*ACCOUNT, "correct horse battery staple"], "access:account:created"),
    "access create-client": (["--name", "feed", "--markets", "GB"], "access:client:created"),
    "access keys remove": (["a" * 43, "--reason", "drill"], "access:key:removed"),
    "access keys rotate": ([], "access:key:rotated"),
    "campaign list": ([], "gamification:campaign:listed"),
    "campaign preview": ([f"{SAMPLES}/rules/demonstration.yaml", "--workers", "1"], "gamification:campaign:previewed"),
    "campaign show": (["{campaign}"], "gamification:campaign:read"),
    "consent may-contact": ([NOBODY, "--channel", "email", "--purpose", "contact"], "consent:contact:decided"),
    "consent rotate-key": ([], "consent:receipt_key:rotated"),
    "keys reindex": ([], "people:index:rebuilt"),
    "keys retire": ([], "people:key:retired"),
    "keys rewrap": ([], "people:key:rewrapped"),
    "keys rotate": ([], "people:key:rotated"),
    "keys status": ([], "people:key:read"),
    "privacy retention": (["--dry-run"], "consent:retention:read"),
    "rules rebuild": (["--dry-run"], "gamification:programme:compared"),
    "tov export": (
        ["--year", "2026", "--layout", "efpia", "--out", "{folder}/tov.csv"],
        "gamification:transfer:exported",
    ),
    "audit export": (["{folder}/export.zip"], "audit:entries:exported"),
    "audit mirror": (["{folder}/mirror"], "audit:entries:exported"),
    "privacy replay-erasures": ([], "consent:erasure:replayed"),
    "migrate": ([], "api:schema:migrated"),
}
"""In the order in which they run: what the first make, the others find. Each with what it is given and its action."""

_CODE: Final = "says what the code or a file says, and opens no database"
_KEYS: Final = "shows public keys, which anybody may see, and nothing else"
_ROUTES: Final = "sends requests to Laurel, and each leaves its own"
_SERVES: Final = "runs until it is stopped; what it does, requests and steps of the worker record"
_JUDGES: Final = "judges bytes by public keys and shows none of them: what it judged must be what it was"
SILENT: Final = {
    "access keys list": _KEYS,
    "access matrix": _CODE,
    "audit key": _KEYS,
    "audit retire-key": _KEYS,
    "audit verify": _JUDGES,
    "audit verify-export": _JUDGES,
    "audit verify-mirror": _JUDGES,
    "audit verify-proof": _JUDGES,
    "audit witness": "has no database; it keeps what it signed",
    "badge verify": _JUDGES,
    "consent key": _KEYS,
    "consent register": _CODE,
    "consent verify-receipt": _JUDGES,
    "demo": _ROUTES,
    "import consents": _ROUTES,
    "import oulad": _ROUTES,
    "openapi": _CODE,
    "policy check": _CODE,
    "policy show": _CODE,
    "rules check": _CODE,
    "serve": _SERVES,
    "worker": _SERVES,
}


def commands(group: click.Command = laurel, path: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))
    else:
        yield " ".join(path)


async def entries(settings: Settings) -> list[tuple[str, str]]:
    """Give every entry its index, and return route and action of each."""
    key = audit.LogKey(log_origin(settings), load_keys(settings).audit_key)
    async with audit.sequencing(settings.database_url or "", key, SystemClock()) as sequencing:
        while await sequencing.sequence_once():
            pass
    async with opened(settings) as runtime, runtime.work.read(ORIGIN) as uow:
        return [tuple(row) for row in await uow.fetch("select route, action from audit.leaf order by index")]


async def a_campaign(settings: Settings) -> str:
    async with opened(settings) as runtime:
        return str((await Campaigns(runtime.work, ORIGIN).create()).id)


async def forget_newest_migration(database_url: str) -> None:
    """Make the newest migration of the log one that has not run yet: it can run twice."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "delete from migration where name = (select max(name) from migration where app_name = 'audit')"
    )
    await connection.close()


def test_every_command_is_audited_or_says_why_it_is_not() -> None:
    assert sorted(commands()) == sorted([*AUDITED, *SILENT])


def test_migrating_puts_the_retention_of_the_trail_into_force_and_says_so_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    environment = {"LAUREL_DATABASE_URL": database_url, "LAUREL_REDIS_URL": redis_url, "LAUREL_HOME": str(tmp_path)}
    settings, changed = settings_of(environment), ("cli migrate", "audit:retention:changed")
    for said, times in (("query=730, denial=400", 1), ("denial=400,query=730", 1), ("query=730", 2), ("", 3)):
        given = environment | {"LAUREL_AUDIT_RETENTION_DAYS": said}
        result = CliRunner().invoke(laurel, ["migrate"], env=given)
        assert result.exit_code == 0, result.output
        assert asyncio.run(entries(settings)).count(changed) == times
    refused = CliRunner().invoke(laurel, ["migrate"], env=environment | {"LAUREL_AUDIT_RETENTION_DAYS": "query=364"})
    assert (refused.exit_code, "LAUREL_AUDIT_RETENTION_DAYS" in refused.output) == (1, True)


def test_each_command_that_reads_or_changes_data_leaves_its_entry(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    environment = {"LAUREL_DATABASE_URL": database_url, "LAUREL_REDIS_URL": redis_url, "LAUREL_HOME": str(tmp_path)}
    settings = settings_of(environment)
    ErasureList(tmp_path / "erasures.jsonl").add(Erased(request=uuid4(), person=uuid4(), at=START))
    made = {"folder": str(tmp_path)}
    before = len(asyncio.run(entries(settings)))
    for name, (words, action) in AUDITED.items():
        if name == "campaign show":
            made["campaign"] = asyncio.run(a_campaign(settings))
        if name == "migrate":
            asyncio.run(forget_newest_migration(database_url))
        given = [word.format(**made) for word in words]
        result = CliRunner().invoke(laurel, [*name.split(), *given], env=environment)
        found = asyncio.run(entries(settings))
        assert (f"cli {name}", action) in found[before:], f"{name}: {result.output}"
        before = len(found)
