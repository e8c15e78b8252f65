"""``laurel badge verify`` as it is typed: with the database, and with nothing but a list that was fetched before."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kernel.settings import CHECKOUT, SECRETS
from tests.api.house import House
from tests.api.test_badges import credential, holder, take_back
from tests.conftest import KEYS


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with the application's keys, and nothing else of Laurel's but ``more``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    keys = {f"LAUREL_{name.upper()}": base64.b64encode(getattr(KEYS, name)).decode() for name in SECRETS}
    keys["LAUREL_BADGE_RSA_KEY"] = KEYS.badge_rsa_key.decode()
    return kept | keys | {"LAUREL_HOME": str(home), "PYTHONPATH": str(CHECKOUT)} | more


async def run(variables: dict[str, str], *words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "api.cli", "badge", "verify", *map(str, words)]
    return await asyncio.to_thread(
        subprocess.run, command, env=variables, capture_output=True, text=True, check=False, timeout=60
    )


async def test_a_badge_is_judged_by_the_database(house: House, tmp_path: Path) -> None:
    hcp, award = await holder(house)
    files = []
    for form in ("json", "png"):
        file = tmp_path / f"badge.{form}"
        file.write_bytes((await credential(hcp, award, form)).content)
        files.append(file)
    settings = house.runtime.settings
    variables = environment(
        tmp_path, LAUREL_DATABASE_URL=str(settings.database_url), LAUREL_REDIS_URL=str(settings.redis_url)
    )
    for file in files:
        good = await run(variables, file)
        assert (good.returncode, good.stdout) == (0, "VALID: 'Top mark' (signature-and-status-right)\n"), good.stderr
    await take_back(house, award)
    revoked = await run(variables, files[0], "--json")
    assert revoked.returncode == 1
    said = json.loads(revoked.stdout)
    assert (said["verdict"], said["revoked"], said["reason"]) == ("revoked", True, "revoked-by-issuer")
    files[0].write_text("GIF89a")
    unreadable = await run(variables, files[0])
    assert unreadable.returncode == 1
    assert unreadable.stderr.startswith("Error: This is neither a picture, nor JSON, nor a token.")


async def test_a_badge_is_judged_without_any_server_by_a_list_that_was_fetched(house: House, tmp_path: Path) -> None:
    house.clock.move(datetime.now(UTC) - house.clock.now())
    hcp, award = await holder(house)
    badge, before, after = tmp_path / "badge", tmp_path / "before", tmp_path / "after"
    answer = await credential(hcp, award)
    badge.write_bytes(answer.content)
    base = house.runtime.badge_issuer.addresses.base
    path = answer.json()["credentialStatus"]["statusListCredential"].removeprefix(base)
    before.write_bytes((await house.http.get(path)).content)
    await take_back(house, award)
    after.write_bytes((await house.http.get(path, headers={"Accept": "application/vc+jwt"})).content)
    house.clock.move(-timedelta(days=2))
    stale = tmp_path / "stale"
    stale.write_bytes((await house.http.get(path)).content)
    verdicts = {}
    for file in (before, after, stale):
        done = await run(environment(tmp_path), badge, "--status-list", file, "--json")
        assert done.stderr == ""
        verdicts[file.name] = (done.returncode, json.loads(done.stdout)["verdict"])
    assert verdicts == {
        "before": (0, "valid"),
        "after": (1, "revoked"),
        "stale": (1, "status_unknown"),
    }
    assert not (tmp_path / "postgres").exists()
