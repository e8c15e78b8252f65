"""`laurel access create-account` and `create-client`: how far whoever they make reaches."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from click.testing import CliRunner, Result

from api.cli import laurel

PERSON = ("--name", "Robin", "--market", "GB", "--password", "correct horse battery staple")


async def scopes(database_url: str) -> list[tuple[str, list[str], list[str]]]:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("select role, markets, brands from access.account order by created_at, id")
    await connection.close()
    return [(row["role"], sorted(row["markets"]), sorted(row["brands"])) for row in rows]


def test_accounts_and_clients_are_held_to_markets_and_brands(database_url: str, redis_url: str, tmp_path: Path) -> None:
    servers = {"LAUREL_DATABASE_URL": database_url, "LAUREL_REDIS_URL": redis_url, "LAUREL_HOME": str(tmp_path)}

    def made(command: str, *words: str, more: Sequence[str] = ()) -> Result:
        return CliRunner().invoke(laurel, ["access", command, *words, *more], env=servers)

    marketer = (*PERSON, "--email", "one@b.example", "--role", "marketer", "--markets", "GB, DE")
    assert made("create-account", *marketer, "--brands", "respira, cardiovex").exit_code == 0
    administrator = (*PERSON, "--email", "two@b.example", "--role", "administrator", "--markets", "*")
    assert made("create-account", *administrator).exit_code == 0
    client = made("create-client", "--name", "feed", "--markets", "GB", "--brands", "cardiovex")
    assert json.loads(client.stdout).keys() == {"client_id", "client_secret"}
    assert asyncio.run(scopes(database_url)) == [
        ("marketer", ["DE", "GB"], ["cardiovex", "respira"]),
        ("administrator", ["*"], ["*"]),
        ("learning_system", ["GB"], ["cardiovex"]),
    ]
    for wrong in ("", "Cardio Vex"):
        refused = made("create-client", "--name", "feed", "--markets", "GB", "--brands", wrong)
        assert refused.exit_code == 1
        assert "brands must name 1 to" in refused.output
        assert "Traceback" not in refused.output
    assert len(asyncio.run(scopes(database_url))) == 3
