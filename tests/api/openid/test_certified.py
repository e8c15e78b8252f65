"""Signing in with a certified provider that others wrote (npm ``oidc-provider``), as a browser does.

The provider is installed for this test alone, so it runs with ``make soak``.
"""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from kernel.settings import Settings
from tests.api.asker import Body
from tests.api.house import House, problem
from tests.api.members import bearing
from tests.api.opening import opened_house
from tests.api.provider import CLIENT, REDIRECT, written

pytestmark = pytest.mark.soak
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Install and start the provider."""
    place = tmp_path_factory.mktemp("openid")
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(HERE / name, place / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, check=True)  # noqa: S607
    command = ["node", "provider.mjs", REDIRECT]
    with subprocess.Popen(command, cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield next(line.strip() for line in process.stdout if line.startswith("http://"))
        process.stdin.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str, issuer: str) -> AsyncIterator[House]:
    """The application that trusts this provider, at the time that it really is: the other has no other clock."""
    entry = {
        "name": "Ärztekonto",
        "issuer": issuer,
        "client_id": CLIENT,
        "redirect_uris": [REDIRECT],
        "scopes": ["openid", "email", "profile"],
        "userinfo": True,
        "profession_claim": "profession",
        "country_claim": "country",
        "professions": {"arzt": "physician"},
        "countries": {"DE": {"market": "DE", "zone": "Europe/Berlin", "locale": "de"}},
        "confirms_email": True,
    }
    file = written(settings.home, certified=entry)
    async with opened_house(msgspec.structs.replace(settings, openid_providers=file), migrated_url) as opened:
        opened.clock.move(datetime.now(UTC) - opened.clock.now())
        yield opened


async def visited(address: str, login: str) -> Body:
    """Follow the provider as a browser does: sign in, agree, and stop where it sends the browser back to us."""
    async with httpx.AsyncClient(follow_redirects=False) as browser:
        answer = await browser.get(address)
        while not address.startswith(REDIRECT):
            if answer.is_redirect:
                address = urljoin(address, answer.headers["location"])
                answer = answer if address.startswith(REDIRECT) else await browser.get(address)
                continue
            (action,) = re.findall(r'action="([^"]+)"', answer.text)
            (prompt,) = re.findall(r'name="prompt" value="([^"]+)"', answer.text)
            form = {"prompt": prompt} | ({"login": login, "password": "any"} if prompt == "login" else {})
            answer = await browser.post(urljoin(address, action), data=form)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def begun(house: House) -> Body:
    answer = await house.http.post("/v1/identity-providers/certified/sign-ins", json={})
    assert answer.status_code == 200, answer.text
    visit: Body = answer.json()
    return visit


async def test_somebody_signs_in_with_a_certified_provider_and_is_known_the_next_time(house: House) -> None:
    login, accounts = uuid4().hex, set()
    for _ in range(2):
        visit = await begun(house)
        back = {"attempt": visit["attempt"]} | await visited(visit["authorization_url"], login)
        answer = await house.http.post("/v1/sessions/identity", json=back)
        assert answer.status_code == 200, answer.text
        profile = (await house.http.get("/v1/me/profile", headers=bearing(answer.json()))).json()
        accounts.add((await house.http.get("/v1/me", headers=bearing(answer.json()))).json()["account"])
        assert (profile["name"], profile["email"]) == ("Dr. Eva Roth", f"{login}@praxis.example")
        assert (profile["profession"], profile["market"]) == ("physician", "DE")
    assert len(accounts) == 1


async def test_its_code_opens_nothing_in_another_browser_nor_twice(house: House) -> None:
    mine, theirs = await begun(house), await begun(house)
    brought = await visited(theirs["authorization_url"], uuid4().hex)
    for attempt, status in ((mine["attempt"], 401), (theirs["attempt"], 200), (theirs["attempt"], 401)):
        answer = await house.http.post("/v1/sessions/identity", json={"attempt": attempt} | brought)
        assert answer.status_code == status
        if status != 200:
            problem(answer, 401, "identity-refused")
