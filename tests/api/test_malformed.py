"""Bodies that nobody should send: refused with the field that is wrong, the rest of a batch lands, never a 5xx."""

import json
from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid4

import pytest

from access import Role
from tests.api.asker import Body
from tests.api.house import House, fields, problem

HEADERS: Final = {"content-type": "application/json"}
DEEP: Final = 100_000
NUL: Final = {"context": {"extensions": {"device": "a\0b"}}}
HALF: Final = {"context": {"extensions": {"device": "\ud83d"}}}

WRONG: Final[dict[str, tuple[Body, str]]] = {
    "an id that is a number": ({"id": 5}, "id"),
    "an id that is no id": ({"id": "five"}, "id"),
    "an unknown verb": ({"verb": "slept"}, "verb"),
    "a verb that is null": ({"verb": None}, "verb"),
    "an object that is a list": ({"object": []}, "object"),
    "a time that is a number": ({"occurred_at": 1772442000}, "occurred_at"),
    "a time without a zone": ({"occurred_at": "2026-03-02T09:00:00"}, "occurred_at"),
    "the year 1": ({"occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at"),
    "before the year 1 in UTC": ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
    "the year 9999": ({"occurred_at": "9999-12-31T23:59:59Z"}, "occurred_at"),
    "after the year 9999 in UTC": ({"occurred_at": "9999-12-31T23:59:59.999999-14:00"}, "occurred_at"),
    "the 30th of February": ({"occurred_at": "2026-02-30T09:00:00Z"}, "occurred_at"),
    "an unknown field": ({"colour": "red"}, "colour"),
    "an unknown field of the result": ({"result": {"colour": 1}}, "result.colour"),
    "a score above one": ({"result": {"score": 1.01}}, "result.score"),
    "a score in quotes": ({"result": {"score": "1"}}, "result.score"),
    "a success that is a number": ({"result": {"success": 1}}, "result.success"),
    "a negative duration": ({"result": {"duration_seconds": -1}}, "result.duration_seconds"),
    "an unknown channel": ({"context": {"channel": "fax"}}, "context.channel"),
    "a nested extension": ({"context": {"extensions": {"a": {"b": 1}}}}, "context.extensions"),
    "an extension without a name": ({"context": {"extensions": {"": 1}}}, "context.extensions"),
    "a whole number beyond 2^53": ({"context": {"extensions": {"a": 2**53 + 1}}}, "context.extensions"),
    "extensions of 5 kB": ({"context": {"extensions": {"a": "x" * 5_000}}}, "context.extensions"),
    "a NUL character": (NUL, "context.extensions.device"),
    "half of a character": (HALF, "context.extensions.device"),
    "half of a character in a name": ({"context": {"extensions": {"\udc00": 1}}}, "context.extensions"),
}
BROKEN: Final = {
    "nothing": b"",
    "white space": b"  ",
    "cut off": b'{"id":',
    "null": b"null",
    "a text": b'"activity"',
    "not a number": b'{"result":{"score":NaN}}',
    "two bodies": b"{}{}",
    "a raw NUL": b'{"verb":"viewed\0"}',
    "no UTF-8": b'{"verb":"\xff"}',
    "UTF-16": "{}".encode("utf-16"),
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a list cut off": b'[{"verb":"viewed"},',
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_malformed_activity_is_a_problem_that_names_the_field(house: House, case: str) -> None:
    change, field = WRONG[case]
    hcp, item = await house.hcp(), await house.item()
    good = house.activity(item)
    body = problem(await hcp.post("/v1/me/activities", good | change), 400, "invalid-request")
    assert fields(body) == [field]
    assert body["detail"].startswith(field.partition(".")[0])
    assert (await hcp.record(good))[0]["status"] == "recorded", "the same activity without the mistake"


async def test_what_is_malformed_in_a_batch_is_refused_alone_and_everything_else_lands(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    batch: list[object] = []
    for change, _ in WRONG.values():
        batch += [house.activity(item), house.activity(item) | change]
    batch += [5, None, "x", [], {}, house.activity(item)]
    answer = await hcp.post("/v1/me/activities", batch)
    results = answer.json()["results"]
    assert len(results) == len(batch)
    for index, (case, (_, field)) in enumerate(WRONG.items()):
        good, bad = results[2 * index], results[2 * index + 1]
        assert good["status"] == "recorded", case
        assert (bad["status"], bad["reason"], bad["field"]) == ("refused", "malformed", field), case
    assert [each["status"] for each in results[-6:]] == ["refused"] * 5 + ["recorded"]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == len(WRONG) + 1


@pytest.mark.parametrize("number", ["1e999", "9" * 5_000, "-1e-999e", "0x1", "01", "+1", ".5", "Infinity"])
async def test_a_number_that_is_none_is_refused_and_one_at_the_end_of_the_range_is_not(
    house: House, number: str
) -> None:
    hcp, item = await house.hcp(), await house.item()
    written = json.dumps(house.activity(item))[:-1] + ', "result": {"score": %s}}'
    answer = await hcp.ask("POST", "/v1/me/activities", content=written % number, headers=HEADERS)
    assert fields(problem(answer, 400, "invalid-request")) in (["result.score"], ["body"])
    assert (await hcp.ask("POST", "/v1/me/activities", content=written % "1e-300", headers=HEADERS)).is_success


@pytest.mark.parametrize("path", ["/v1/me/activities", "/v1/hcps"])
@pytest.mark.parametrize("case", BROKEN)
async def test_a_body_that_is_no_json_is_a_problem(house: House, case: str, path: str) -> None:
    asker = await house.hcp() if "me" in path else await house.staff(Role.ADMINISTRATOR)
    answer = await asker.ask("POST", path, content=BROKEN[case], headers=HEADERS)
    assert fields(problem(answer, 400, "invalid-request")) != []
    assert [entry["outcome"] for entry in await house.trail(answer)] == ["failed"]


@pytest.mark.parametrize("path", ["/v1/me/activities", "/v1/hcps"])
@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_another_media_type_than_json_is_refused(house: House, media: str, path: str) -> None:
    asker = await house.hcp() if "me" in path else await house.staff(Role.ADMINISTRATOR)
    body = json.dumps(house.activity(await house.item()) if "me" in path else person())
    problem(await asker.ask("POST", path, content=body, headers={"content-type": media}), 415, "unsupported-media-type")
    for fine in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
        content = json.dumps(house.activity(await house.item()) if "me" in path else person())
        answer = await asker.ask("POST", path, content=content, headers={"content-type": fine})
        assert answer.is_success, fine


async def test_two_megabytes_are_too_large(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    large = json.dumps([house.activity(item)]).encode() + b" " * 2_000_000
    answer = await hcp.ask("POST", "/v1/me/activities", content=large, headers=HEADERS)
    problem(answer, 413, "too-large")
    assert [entry["detail"]["status"] for entry in await house.trail(answer)] == [413]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 0
    below = json.dumps([house.activity(item)]).encode() + b" " * 1_000_000
    assert (await hcp.ask("POST", "/v1/me/activities", content=below, headers=HEADERS)).is_success


async def test_a_body_that_never_says_how_long_it_is_is_cut_off_at_the_same_length(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    sent: list[int] = []

    async def endless(chunks: int) -> AsyncIterator[bytes]:
        yield json.dumps([house.activity(item)]).encode()
        for _ in range(chunks):
            sent.append(1)
            yield b" " * 65_536

    headers = HEADERS | {"Authorization": f"Bearer {hcp.token}"}
    answer = await house.http.post("/v1/me/activities", content=endless(1_000), headers=headers)
    problem(answer, 413, "too-large")
    assert len(sent) < 30, "nobody reads on"
    assert (await house.http.post("/v1/me/activities", content=endless(3), headers=headers)).is_success


async def test_a_thousand_and_one_activities_are_too_many(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    body = problem(await hcp.post("/v1/me/activities", [house.activity(item)] * 1_001), 400, "invalid-request")
    assert fields(body) == ["activities"]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 0


PERSON: Final[dict[str, tuple[object, str]]] = {
    "a zone that does not exist": ("Mars/Olympus", "zone"),
    "no zone": ("", "zone"),
    "a path for a zone": ("../../etc/passwd", "zone"),
    "a zone that depends on the machine": ("localtime", "zone"),
    "a zone in lower case": ("europe/london", "zone"),
    "a zone with a NUL": ("Europe/London\0", "zone"),
    "a zone of 100,000 characters": ("Europe/" * 14_000, "zone"),
    "a zone that is a number": (1, "zone"),
    "a market that does not exist": ("XX", "market"),
    "a locale that is none": ("english", "locale"),
    "a name of two lines": ("Mara\nVoss", "name"),
    "a name that is half of a character": ("\udc4d", "name"),
    "an e-mail without an at": ("mara.clinic.example", "email"),
    "a short password": ("short", "password"),
    "identifiers that are none": ([{"system": "US NPI", "value": "1"}], "identifiers.system"),
    "an identifier with an unknown field": ([{"system": "us-npi", "value": "1", "x": 1}], "identifiers[0].x"),
}


@pytest.mark.parametrize("case", PERSON)
async def test_a_person_who_can_not_be_registered_is_a_problem_that_names_the_field(house: House, case: str) -> None:
    value, field = PERSON[case]
    administrator = await house.staff(Role.ADMINISTRATOR)
    good = person()
    answer = await administrator.post("/v1/hcps", good | {field.partition(".")[0].partition("[")[0]: value})
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]
    assert good["email"] not in answer.text, "what was entered is not repeated"
    assert (await administrator.post("/v1/hcps", good)).status_code == 201


@pytest.mark.parametrize("field", ["name", "email", "market", "zone", "locale"])
async def test_a_missing_field_is_named(house: House, field: str) -> None:
    administrator = await house.staff(Role.ADMINISTRATOR)
    body = {name: value for name, value in person().items() if name != field}
    assert fields(problem(await administrator.post("/v1/hcps", body), 400, "invalid-request")) == [field]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=next", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 5_000, "cursor"),
    ],
)
@pytest.mark.parametrize(
    "path", ["/v1/me/points/entries", "/v1/content", "/v1/me/access-log", "/v1/leaderboards/all-time"]
)
async def test_a_list_asked_for_wrongly_is_a_problem_that_names_the_parameter(
    house: House, path: str, query: str, field: str
) -> None:
    hcp = await house.hcp()
    answer = await hcp.ask("GET", f"{path}?{query}")
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]


def person() -> Body:
    return {
        "name": "Dr Mara Voss",
        "email": f"{uuid4().hex}@clinic.example",
        "market": "GB",
        "zone": "Europe/London",
        "locale": "en-GB",
    }


@pytest.mark.parametrize(
    ("role", "path", "field"),
    [
        (Role.COMPLIANCE_OFFICER, "/v1/campaigns?state=zz", "state"),
        (Role.DATA_PROTECTION_OFFICER, "/v1/privacy-requests?state=zz", "state"),
        (Role.COMPLIANCE_OFFICER, "/v1/rules/take-quiz/why-not", "person"),
    ],
)
async def test_a_parameter_that_is_wrong_or_missing_is_named_as_it_is_written(
    house: House, role: Role, path: str, field: str
) -> None:
    assert fields(problem(await (await house.staff(role)).ask("GET", path), 400, "invalid-request")) == [field]
