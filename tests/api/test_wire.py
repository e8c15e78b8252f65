"""What goes over the wire: messages with one end, no word on what answers, nothing kept, nobody sent elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from access import Role
from kernel.settings import Settings
from tests.api.asker import Asker
from tests.api.house import House, problem
from tests.api.opening import served_house
from tests.api.test_every_route import ROUTES

SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: laurel\r\n\r\n"
AMBIGUOUS = {
    "both lengths": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a length that is none": b"Content-Length: +0\r\n\r\n" + SMUGGLED,
    "an encoding that is none": b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "a header with a line in it": b"X-Any: a\rb\r\n\r\n" + SMUGGLED,
}
PLAIN = b"POST /v1/sessions/refresh HTTP/1.1\r\nHost: laurel\r\nContent-Type: application/json\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """Lend a house behind a real server."""
    async with served_house(settings, migrated_url) as opened:
        yield opened


async def said(house: House, request: bytes) -> bytes:
    """Send bytes and return everything that is said until the server closes, or says nothing for a while."""
    reader, writer = await asyncio.open_connection(house.http.base_url.host, house.http.base_url.port)
    writer.write(request)
    heard = b""
    try:
        async with asyncio.timeout(2):
            while part := await reader.read(65_536):
                heard += part
    except TimeoutError:
        pass
    writer.close()
    return heard


@pytest.mark.parametrize("case", AMBIGUOUS)
async def test_a_message_with_two_ends_is_refused_and_nothing_behind_it_is_answered(house: House, case: str) -> None:
    heard = await said(house, PLAIN + AMBIGUOUS[case])
    assert heard.count(b"HTTP/1.1 200") == 0, heard
    control = await said(house, PLAIN + b"Content-Length: 2\r\n\r\n{}" + SMUGGLED)
    assert control.count(b"HTTP/1.1 200") == 1, "two messages that end where they say are both answered"


@pytest.mark.parametrize("path", ["/v1/me", "/v1/nowhere", "/health/live", "/schema/openapi.json"])
async def test_an_answer_is_as_long_as_it_says_and_does_not_say_what_answers(house: House, path: str) -> None:
    answer = await house.http.get(path)
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert not any(character.isdigit() for character in answer.headers.get("server", ""))
    assert "x-powered-by" not in answer.headers


async def test_nobody_is_sent_from_one_scheme_or_path_to_another(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    for route in ROUTES:
        method, path = route.split(" ")
        assert not (await house.http.request(method, path)).is_redirect, route
    assert (await officer.get("/v1/me")).status_code == 200
    assert not (await officer.get("/v1/me/")).is_redirect


async def test_a_download_has_a_name_that_nobody_outside_chose(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    await house.settled()
    answer = await officer.post("/v1/audit/archives", {"limit": 3, "action": 'a";filename="b.exe'})
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-export.zip"'


async def doubled(asker: Asker, query: str) -> httpx.Response:
    return await asker.ask("GET", f"/v1/audit/entries?{query}")


async def test_a_parameter_that_comes_twice_is_one_value_or_refused_and_never_both(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    await house.settled()
    alone = {await_.status_code for await_ in [await doubled(officer, "limit=1"), await doubled(officer, "limit=2")]}
    assert alone == {200}
    answer = await doubled(officer, "limit=1&limit=2")
    if answer.status_code == 200:
        assert len(answer.json()["items"]) in {1, 2}
    else:
        problem(answer, 400, "invalid-request")
