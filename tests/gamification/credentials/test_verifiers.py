"""Badges issued by the running application, judged by verifiers that others wrote: good, revoked and tampered ones.

The verifiers are installed for this test alone (npm, and a virtual environment), so it runs with ``make soak``.
"""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from jsonschema import Draft201909Validator

from gamification.credential_vocabulary import Form
from kernel.settings import Settings
from tests.api.asker import Asker
from tests.api.house import House
from tests.api.opening import opened_house
from tests.api.test_badges import holder, take_back
from tests.gamification.credentials.badges import CONTEXTS, NOW, issuer, written
from tests.gamification.credentials.test_documents import SCHEMA
from tests.gamification.credentials.test_tampering import CHANGES, TOKEN_CHANGES

HERE = Path(__file__).parent / "verifiers"
PACKAGES = ("openbadgeslib[ldp]==4.6.3", "openvc-core[data-integrity]==1.37.0")
URL = "https://laurel.example"
UNSEEN_BY_OTHERS = {"the proof, twice", "the type"}
"""Two equal proofs are both right, and AchievementCredential is another name of the same type: for them it is the same
badge. Laurel writes one form, and takes no other for its own."""

Line = dict[str, Any]


@pytest.fixture
async def house(migrated_url: str, redis_url: str) -> AsyncIterator[House]:
    """The application under a public address, at the time that it really is: the others have no other clock."""
    settings = Settings(database_url=migrated_url, redis_url=redis_url, public_url=URL)
    async with opened_house(settings, migrated_url) as opened:
        opened.clock.move(datetime.now(UTC) - opened.clock.now())
        yield opened


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Install both sets of verifiers and return the commands that run them."""
    place = tmp_path_factory.mktemp("verifiers")
    for name in ("package.json", "package-lock.json", "verify.mjs"):
        shutil.copy(HERE / name, place / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, check=True)  # noqa: S607
    venv.create(place / "venv", with_pip=True)
    python = str(place / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return [["node", str(place / "verify.mjs")], [python, str(HERE / "judge.py")]]


async def documents(house: House, kids: Sequence[str]) -> Line:
    """Fetch what badges refer to, as a verifier would, from the application itself."""
    found: Line = {url: json.loads(path.read_text()) for url, path in CONTEXTS.items()}
    paths = ["/credentials/issuer", "/credentials/status/1", *(kid.removeprefix(URL) for kid in kids)]
    for path in paths:
        answer = await house.http.get(path)
        assert answer.status_code == 200, path
        found[URL + path] = answer.json()
    token = await house.http.get("/credentials/status/1", headers={"Accept": "application/vc+jwt"})
    found[f"{URL}/credentials/status/1#jwt"] = {"token": token.text}
    return found


async def issued(hcp: Asker, award: UUID) -> dict[str, bytes]:
    path = f"/v1/me/badges/{award}/credential"
    return {form.value: (await hcp.get(path, format=form.value)).content for form in Form}


def tampered(good: dict[str, bytes]) -> dict[str, bytes]:
    """Every way of tampering that the other tests know, on these badges."""
    made = {}
    for number, (name, change) in enumerate(CHANGES.items()):
        badge = json.loads(good["json"])
        if name in UNSEEN_BY_OTHERS or (name == "that it expires" and "validUntil" not in badge):
            continue
        change(badge)
        made[f"tampered-{number}.json"] = json.dumps(badge).encode()
    for number, change_token in enumerate(TOKEN_CHANGES.values()):
        made[f"tampered-{number}.jwt"] = ".".join(change_token(good["jwt"].decode().split("."))).encode()
    return made


def judged(command: Sequence[str], place: Path, names: Sequence[str]) -> list[Line]:
    files = [str(place / name) for name in names]
    said = subprocess.run([*command, str(place / "documents"), *files], capture_output=True, text=True, check=True)
    return [msgspec.json.decode(line) for line in said.stdout.splitlines()]


@pytest.mark.soak
async def test_verifiers_that_others_wrote_judge_good_revoked_and_tampered_badges_rightly(
    house: House, judges: list[list[str]], tmp_path: Path
) -> None:
    good, revoked = await holder(house), await holder(house)
    badges = {f"good.{form}": content for form, content in (await issued(*good)).items()}
    badges |= {f"revoked.{form}": content for form, content in (await issued(*revoked)).items()}
    await take_back(house, revoked[1])
    badges |= tampered({form: badges[f"good.{form}"] for form in ("json", "jwt")})
    for form in (Form.JSON, Form.JWT):
        badges[f"good-until-2027.{form}"] = written(issuer(), form)
        badges[f"expired.{form}"] = written(issuer(), form, expires_at=NOW)
    kids = [*house.runtime.badge_issuer.trust.rsa, *house.runtime.badge_issuer.trust.ed25519]
    (tmp_path / "documents").write_text(json.dumps(await documents(house, kids)))
    for name, content in badges.items():
        (tmp_path / name).write_bytes(content)
    if SCHEMA.exists():
        validator = Draft201909Validator(json.loads(SCHEMA.read_text()))
        for name in ("good.json", "revoked.json"):
            assert [error.message for error in validator.iter_errors(json.loads(badges[name]))] == []
    readable = {0: [name for name in badges if name.endswith((".json", ".jwt"))], 1: list(badges)}
    lines = [line for each, command in enumerate(judges) for line in judged(command, tmp_path, readable[each])]
    (tmp_path / "said.jsonl").write_text("\n".join(map(json.dumps, lines)))
    sys.stdout.write(f"{tmp_path / 'said.jsonl'}\n")
    documents_among_them = sum(name.endswith(".json") for name in badges)
    assert len(lines) == len(readable[0]) + len(readable[1]) + documents_among_them
    for line in lines:
        name = Path(line["file"]).name
        refused = name.startswith(("tampered", "expired"))
        expected = (False, None) if refused else (True, name.startswith("revoked"))
        assert (line["proof"], line["revoked"]) == expected, line
