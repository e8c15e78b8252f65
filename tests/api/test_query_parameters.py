"""A query parameter that a path does not know is refused: a filter with a slip in its name would be none."""

import re
from uuid import uuid4

import pytest

from access import Role
from tests.api.cases import CASES
from tests.api.house import House, fields, problem

ROUTES = sorted(route for route in CASES if "/scim/" not in route)


@pytest.mark.parametrize("route", ROUTES)
async def test_a_parameter_that_no_route_knows_is_refused_and_named(house: House, route: str) -> None:
    method, template = route.split(" ")
    path = re.sub(r"{[^}]*}", lambda found: "7" if found[0].endswith(":int}") else str(uuid4()), template)
    asker = await house.asker(min(CASES[route].who), "GB")
    answer = await asker.ask(method, path, params={"acton": "consent:*"})
    assert fields(problem(answer, 400, "invalid-request")) == ["acton"]


async def test_what_a_path_takes_is_told_and_what_it_takes_is_taken(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    refused = problem(await officer.get("/v1/audit/entries", acton="consent:*"), 400, "invalid-request")
    assert "action, actor, cursor, decision" in refused["detail"]
    assert (await officer.get("/v1/audit/entries", action="consent:*")).status_code == 200
    with_none = problem(await officer.get("/v1/audit/status", around="me"), 400, "invalid-request")
    assert with_none["detail"].endswith("this path takes none.")
    assert (await officer.get("/v1/audit/status", limit="1")).status_code == 200, "there is but one page"


@pytest.mark.parametrize(("name", "value"), [("decision", "denied"), ("purpose", "engagment")])
async def test_a_filter_that_no_entry_can_match_is_refused_wherever_it_is_given(
    house: House, name: str, value: str
) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    searched = await officer.get("/v1/audit/entries", **{name: value})
    saved = await officer.post("/v1/audit/searches", {"name": uuid4().hex, "filters": {name: value}})
    archived = await officer.post("/v1/audit/archives", {name: value})
    for answer in (searched, saved, archived):
        assert fields(problem(answer, 400, "invalid-request")) == [name]


@pytest.mark.parametrize(("name", "value"), [("decision", "refused"), ("purpose", "engagement")])
async def test_a_filter_that_entries_can_match_is_taken(house: House, name: str, value: str) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    assert (await officer.get("/v1/audit/entries", **{name: value})).status_code == 200


@pytest.mark.parametrize(
    "query", ["%ff%ed%a0%80=1", "=1", f"{'long' * 1_000}=1", "a%22%0a%3c=1", "%00=1", "action=%00"]
)
async def test_whatever_stands_in_a_query_is_refused_in_words(house: House, query: str) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    refused = problem(await officer.ask("GET", f"/v1/audit/entries?{query}"), 400, "invalid-request")
    assert len(refused["detail"]) < 400
