"""Texts that strangers may send are measured before anything looks into them."""

from typing import Final

import pytest

from access import Role
from tests.api.asker import Body
from tests.api.house import House, fields, problem

NAMED: Final = {"name": "Dr Ada Moor", "market": "GB", "zone": "Europe/London", "locale": "en"}
ADDRESS: Final = {"email": "ada@clinic.example"}
PERSON: Final = ADDRESS | {"password": "x"}
MACHINE: Final = {"client_id": "x", "client_secret": "x"}
NEW: Final = NAMED | PERSON
CHANGE: Final = {"current_password": "x", "new_password": "x"}

STRANGERS: Final[list[tuple[str, Body, str, int]]] = [
    ("/v1/sessions", PERSON, "email", 254),
    ("/v1/sessions", PERSON, "password", 1_000),
    ("/v1/sessions", PERSON, "otp", 200),
    ("/v1/sessions", MACHINE, "client_id", 200),
    ("/v1/sessions", MACHINE, "client_secret", 200),
    ("/v1/sessions/refresh", {}, "refresh_token", 200),
    ("/v1/sessions/identity/second", {"attempt": "x"}, "otp", 200),
    ("/v1/password-resets", {}, "email", 254),
    ("/v1/password-resets/complete", {"code": "x"}, "new_password", 1_000),
    ("/v1/password-resets/complete", {"new_password": "x"}, "code", 200),
    ("/v1/registrations", NEW, "email", 254),
    ("/v1/registrations", NEW, "password", 1_000),
    ("/v1/invitations/accept", {"code": "x"}, "password", 1_000),
    ("/v1/invitations/accept", {"password": "x"}, "code", 200),
]
MEMBERS: Final[list[tuple[str, Body, str, int]]] = [
    ("/v1/me/password", CHANGE, "current_password", 1_000),
    ("/v1/me/password", CHANGE, "new_password", 1_000),
    ("/v1/sessions/current/proof", {}, "password", 1_000),
    ("/v1/sessions/current/proof", {}, "otp", 200),
]
STAFF: Final[list[tuple[str, Body, str, int]]] = [
    ("/v1/hcps", NEW, "email", 254),
    ("/v1/hcps", NEW, "password", 1_000),
    ("/v1/invitations", NAMED | {"role": "marketer", "markets": ["GB"], "reason": "x"}, "email", 254),
]


@pytest.mark.parametrize(("path", "body", "field", "most"), STRANGERS + MEMBERS + STAFF)
async def test_a_text_that_is_longer_than_any_is_refused_and_the_longest_is_looked_at(
    house: House, path: str, body: Body, field: str, most: int
) -> None:
    asker = await (house.staff(Role.ADMINISTRATOR) if (path, body, field, most) in STAFF else house.hcp())
    refused = problem(await asker.post(path, body | {field: "x" * (most + 1)}), 400, "invalid-request")
    assert fields(refused) == [field]
    assert f"<= {most}" in refused["detail"]
    looked_at = await asker.post(path, body | {field: "x" * most})
    assert f"<= {most}" not in looked_at.text
