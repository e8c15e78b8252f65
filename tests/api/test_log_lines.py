"""What a server says about its work, at the most talkative level, while people type personal data wherever they can."""

import asyncio
import base64
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from access import Role
from kernel.clock import SystemClock
from kernel.settings import CHECKOUT, SECRETS
from tests.api.asker import Asker
from tests.api.house import House
from tests.api.opening import live
from tests.conftest import KEYS

TEXTS = CHECKOUT.parent / "shared" / "data" / "pii"
"""Texts with marked personal data of people who don't exist (Presidio); without them the few below have to do."""
FEW: Sequence[tuple[str, Sequence[str]]] = (
    ("Call Wijtze Brouwer-Smit at +44 7700 900123", ("Wijtze Brouwer-Smit", "+44 7700 900123")),
    ("Ana Söderström, ana.soderstrom@klinik.example", ("Ana Söderström", "ana.soderstrom@klinik.example")),
    ("card 4532276644577020 of 107 Rue Thâalbi", ("4532276644577020", "107 Rue Thâalbi")),
)
KINDS = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "PERSON")
OF_EACH_KIND = 8
"""Texts of the larger collection that are sent: all 1,500 take ten minutes."""

SHORTEST = 6
"""Shorter values (a house number) stand in any text by chance."""


class Text(msgspec.Struct):
    """A text and the personal data in it."""

    full_text: str
    spans: list[dict[str, object]]


def texts() -> list[tuple[str, Sequence[str]]]:
    """A third of the small collection, and of the large one the first texts that hold each kind of personal data."""
    return [*FEW, *(_told(text) for text in [*_collection("generated_small")[::3], *_of_each_kind()])]


def _of_each_kind() -> list[Text]:
    texts = _collection("synth_dataset_v2")
    chosen = [
        text
        for kind in KINDS
        for text in [text for text in texts if any(span["entity_type"] == kind for span in text.spans)][:OF_EACH_KIND]
    ]
    assert not texts or len(chosen) == OF_EACH_KIND * len(KINDS)
    return chosen


def _collection(name: str) -> list[Text]:
    path = TEXTS / f"{name}.json.gz"
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=list[Text]) if path.exists() else []


def _told(text: Text) -> tuple[str, Sequence[str]]:
    values = [" ".join(str(span["entity_value"]).split()) for span in text.spans]
    return " ".join(text.full_text.split()), [each for each in values if len(each) >= SHORTEST]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest_asyncio.fixture(loop_scope="module")
async def served(house: House, log: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Serve in a process of its own, which writes everything that it says to ``log``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keys = {f"LAUREL_{name.upper()}": base64.b64encode(getattr(KEYS, name)).decode() for name in SECRETS}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")} | keys
    environment |= {
        "LAUREL_HOME": str(tmp_path),
        "LAUREL_DATABASE_URL": str(house.runtime.settings.database_url),
        "LAUREL_REDIS_URL": str(house.runtime.settings.redis_url),
        "LAUREL_LOG_LEVEL": "debug",
        "PYTHONPATH": str(CHECKOUT),
    }
    command = [sys.executable, "-P", "-m", "api.cli", "serve", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            await live(http)
            yield http
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


async def typed_everywhere(
    text: str, hcp: Asker, staff: tuple[Asker, Asker], item: str, http: httpx.AsyncClient
) -> None:
    """Send ``text`` wherever a request has room for it."""
    words, (administrator, machine) = quote(text, safe=""), staff
    letter = {"person": str(hcp.person), "purpose": "service", "subject": text[:200], "text": text}
    await machine.post("/v1/messages", letter, via=http)
    contact = {"person": str(hcp.person), "purpose": "contact", "channel": "email", "address": text[:300]}
    await machine.post("/v1/contact-decisions", contact, via=http)
    extended = hcp.house.activity(item, context={"extensions": {text[:90]: text}})
    person = {"name": text[:200], "market": "GB", "zone": "Europe/London", "locale": "en"}
    email = f"{uuid4().hex}.{words[:20].replace('%', '')}@clinic.example"
    for path in (f"/v1/content?tag={words}", f"/v1/notices?locale={words}", f"/v1/leaderboards/{words}", f"/{words}"):
        await hcp.ask("GET", path, via=http)
    await http.get("/v1/me", headers={"Authorization": f"Bearer {words}", "User-Agent": words, "Cookie": words})
    await hcp.post("/v1/me/activities", extended, via=http)
    await hcp.post("/v1/me/activities", extended | {"verb": text}, via=http)
    await hcp.ask("POST", "/v1/me/activities", content=f'{{"verb": "{text}', via=http)
    await http.post("/v1/sessions", json={"email": text, "password": text})
    await http.post("/v1/sessions/refresh", json={"refresh_token": text})
    await administrator.post("/v1/hcps", person | {"email": email}, via=http)
    await administrator.post("/v1/hcps", person | {"email": text, text: text}, via=http)
    for said in ({"practice": text[:300], "phone": text}, {"practice": text[:300]}, {text[:90]: text}):
        await hcp.ask("PATCH", "/v1/me/profile", body=said, via=http)
    paper = {"purpose": "analytics", "state": "denied", "method": "paper", "evidence": {"reference": text[:200]}}
    licence = {"market": "GB", "status": "verified", "evidence": text[:200]}
    await hcp.ask("PUT", "/v1/me/licences", body={"market": "FR", "evidence": text[:200]}, via=http)
    for method, room, body in (("PUT", "licences", licence), ("POST", "consents", {"consents": [paper]})):
        await administrator.ask(method, f"/v1/hcps/{hcp.person}/{room}", body=body, via=http)
    await administrator.ask(
        "PATCH", f"/v1/hcps/{hcp.person}/profile", body={"name": text[:200], "email": text}, via=http
    )
    headers = {"Idempotency-Key": words[:300], "Content-Type": "application/json"}
    await administrator.ask("POST", "/v1/hcps", content=json.dumps({"name": text}), headers=headers, via=http)


async def test_a_log_line_never_contains_personal_data(house: House, served: httpx.AsyncClient, log: Path) -> None:
    house.clock.move(SystemClock().now() - house.clock.now())  # the process has the machine's clock
    hcp, administrator, item = await house.hcp(), await house.staff(Role.ADMINISTRATOR), await house.item()
    machine, password = await house.machine(), "a pass phrase that nobody should read"
    found = texts()
    for text, _ in found:
        await typed_everywhere(text, hcp, (administrator, machine), item, served)
    signing_in = {"email": "nobody@clinic.example", "password": password}
    assert (await served.post("/v1/sessions", json=signing_in)).status_code == 401
    said = await asyncio.to_thread(log.read_text, encoding="utf-8")
    requests = [json.loads(line) for line in said.splitlines() if '"event": "request"' in line]
    assert len(requests) > 10 * len(found), "each request left a line"
    routes = {"POST /v1/hcps", "PATCH /v1/me/profile", "PUT /v1/hcps/{person}/licences", "GET /v1/leaderboards/{key}"}
    assert routes | {"unrouted"} <= {line["route"] for line in requests}
    assert {200, 201, 400, 401, 404} <= {line["status"] for line in requests}, "some succeeded, others did not"
    trail = await house.database.fetchval("select string_agg(convert_from(body, 'UTF8'), ' ') from audit.entry")
    secrets = [password, hcp.token, administrator.token, *(value for _, values in found for value in values)]
    assert len(secrets) > len(FEW)
    for secret in secrets:
        for spelled in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            assert spelled not in said, secret
            assert spelled not in trail, secret
