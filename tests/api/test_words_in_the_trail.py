"""Whatever somebody writes into a request, about themselves or others: no entry of the trail holds it in clear."""

import copy
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from access import Role
from api.routing import WRITING
from tests.api.asker import Asker, Body
from tests.api.cases import CASES
from tests.api.house import House
from tests.api.scenes import Scene, Sent
from tests.api.test_every_route import policies, sent

ABOUT_THINGS: Final = frozenset(
    {
        ("POST /v1/boards", "key"),
        ("POST /v1/campaigns", "key"),
        ("POST /v1/campaigns", "name"),
        ("PUT /v1/campaigns/{campaign:uuid}", "name"),
        ("POST /v1/contact-decisions", "topic"),
        ("POST /v1/currencies", "key"),
        ("POST /v1/rewards", "key"),
        ("POST /v1/rewards/{reward:uuid}/approve", "reference"),
    }
)
"""What staff call campaigns, boards and rewards, and what a document of theirs is called, is about nobody."""

REASONS: Final = "/v1/campaigns"
"""Why a campaign was moved is read in the trail (EU GMP Annex 11, 9): staff write it about the campaign."""

COMMANDS: Final = sorted(route for route in CASES if policies()[route].kind in WRITING)
FOUND: Final = "select convert_from(body, 'UTF8') from audit.entry where position(convert_to($1, 'UTF8') in body) > 0"
IN_LEAF: Final = "select count(*) from audit.leaf as l where position($1 in l::text) > 0"

Way = tuple[str | int, ...]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(house: House) -> AsyncIterator[Scene]:
    yield await Scene.of(house)


def texts(value: Any, way: Way = ()) -> Iterator[tuple[Way, str]]:
    """Every text in a body, and the way to it."""
    if isinstance(value, str):
        yield way, value
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in steps:
        yield from texts(each, (*way, step))


def body_of(what: Sent) -> Any:
    return msgspec.to_builtins(what.body, str_keys=True)


def replaced(body: Any, way: Way, text: str) -> Any:
    inner = body = copy.deepcopy(body)
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = text
    return body


def is_about_a_thing(route: str, way: Way) -> bool:
    return (route, way[-1]) in ABOUT_THINGS or (REASONS in route and way == ("reason",))


@pytest.mark.parametrize("route", COMMANDS)
async def test_no_word_of_a_command_stands_in_an_entry_unless_it_is_about_a_thing(
    house: House, scene: Scene, route: str
) -> None:
    """Each text in turn is a word that stands nowhere else, whether the request is then accepted or refused."""
    case = CASES[route]
    asker = await house.asker(min(case.who), "GB")
    for way, _ in texts(body_of(await case.send(scene, asker))):
        what, word = await case.send(scene, asker), f"zyxkanari{uuid4().hex[:8]}"
        before = dict(texts(body_of(what)))[way]
        body = replaced(body_of(what), way, f"{word}@clinic.example" if "@" in before else word)
        answer = await sent(asker, route, Sent(body, what.inside, what.query))
        assert await house.trail(answer)
        found = [text for (text,) in await house.database.fetch(FOUND, word)]
        if is_about_a_thing(route, way):
            assert found, "the control: an entry that holds a word is found by it"
        else:
            assert found == [], way
            assert await house.database.fetchval(IN_LEAF, word) == 0, way


@pytest.mark.parametrize(
    "path", ["/v1/{word}", "/v1/leaderboards/{word}", "/v1/me/consents/{word}", "/v1/me?who={word}"]
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_no_word_of_an_address_stands_in_an_entry(house: House, path: str, method: str) -> None:
    word, asker = f"zyxkanari{uuid4().hex[:8]}", await house.hcp()
    headers = {"User-Agent": word, "Idempotency-Key": word, "X-Request-Id": word, "Accept-Language": word}
    answer = await asker.ask(method, path.format(word=word), body={"state": word}, headers=headers)
    assert await house.trail(answer)
    assert await house.database.fetch(FOUND, word) == []
    assert await house.database.fetchval(IN_LEAF, word) == 0


async def details(house: House, officer: Asker, hcp: Asker, action: str) -> list[Body]:
    """What lies sealed beside each entry of one action about somebody, by index."""
    await house.settled()
    query = "select index from audit.leaf where subject = $1 and action = $2 order by index"
    indexes = [index for (index,) in await house.database.fetch(query, hcp.person, action)]
    read = [await officer.read(f"/v1/audit/entries/{index}/details") for index in indexes]
    return [detail for each in read for detail in each["items"]]


async def test_a_licences_decision_has_old_and_new_for_who_may_read_licences(house: House) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    path = f"/v1/hcps/{hcp.person}/licences"
    for evidence in ("register extract 1", "register extract 2"):
        body = {"market": "GB", "status": "verified", "evidence": evidence}
        assert (await officer.ask("PUT", path, body=body)).status_code == 200
    first, second = await details(house, officer, hcp, "people:licence:changed")
    assert first["old"] == {"licences": []}
    assert second["old"] == first["new"]
    (licence,) = second["new"]["licences"]
    assert (licence["status"], licence["evidence"]) == ("verified", "register extract 2")


async def test_what_somebody_was_registered_with_is_sealed_and_shown_by_permission_and_market(house: House) -> None:
    officer, administrator = await house.staff(Role.COMPLIANCE_OFFICER), await house.staff(Role.ADMINISTRATOR)
    hcp = await house.hcp(name="Dr Zyxkanari")
    (registered,) = await details(house, officer, hcp, "people:person:registered")
    assert registered["new"] == {
        "market": "GB", "zone": "Europe/London", "locale": "en-GB", "profession": None, "specialties": [],
        "setting": None, "markets": [], "identifiers": [],
    }  # fmt: skip
    (abroad,) = await details(house, await house.staff(Role.COMPLIANCE_OFFICER, "FR"), hcp, "people:person:registered")
    assert (abroad["state"], abroad["new"]) == ("elsewhere", {})
    assert (await administrator.get("/v1/audit/entries/0/details")).status_code == 403


async def test_what_is_written_in_a_privacy_request_is_committed_to_and_opened_for_who_handles_them(
    house: House,
) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    protector = await house.staff(Role.DATA_PROTECTION_OFFICER)
    asked = await hcp.post("/v1/me/privacy-requests", {"type": "rectification", "words": "My name is Zyxkanari."})
    request = f"/v1/privacy-requests/{asked.json()['id']}"
    refused = await protector.post(f"{request}/refuse", {"reason": "excessive", "words": "It is so, Zyxkanari."})
    assert (asked.status_code, refused.status_code) == (201, 200), refused.text
    seen = await details(house, officer, hcp, "consent:request:received")
    assert [(each["state"], each["new"]) for each in seen] == [("open", {})]
    emergency = {"permission": "audit:read", "reason": "A complaint about an answer."}
    assert (await protector.post("/v1/break-glass", emergency)).status_code == 201
    for action, said in (
        ("received", {"words": "My name is Zyxkanari."}),
        ("refused", {"answer": "It is so, Zyxkanari."}),
    ):
        (read,) = await details(house, protector, hcp, f"consent:request:{action}")
        assert read["new"] == said
    assert "Zyxkanari" not in json.dumps([dict(each) for each in await house.trail(asked)], default=str)
