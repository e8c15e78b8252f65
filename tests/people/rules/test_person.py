"""Who can be registered, and which field is named when somebody can't."""

import importlib.resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.errors import InvalidPersonError
from people.rules.person import check
from people.values import Identifier, NewPerson
from people.vocabulary import MARKETS

ZONES = {"Europe/Paris", "UTC"}
VALID: dict[str, Any] = {
    "name": "Dr Ana Söderström-O'Neill",
    "email": "ana.soderstrom@klinik.example",
    "market": "SE",
    "zone": "Europe/Paris",
    "locale": "en-GB",
    "identifiers": (Identifier("us-npi", "1234567893"), Identifier("se-hsa", "1234567893")),
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"email": None},
        {"identifiers": ()},
        {"locale": "sv"},
        {"locale": "gsw-CH"},
        {"zone": "UTC"},
        {"name": "李"},
        {"email": " ana@xn--bcher-kva.example "},
        {"email": "用户@例子.广告"},
    ],
)
def test_a_person_like_this_is_accepted(change: dict[str, Any]) -> None:
    check(NewPerson(**(VALID | change)), ZONES)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "   "}),
        ("name", {"name": "a" * 201}),
        ("name", {"name": "Ana\nSöderström"}),
        ("name", {"name": "Ana\x00"}),
        ("name", {"name": "\ud800"}),
        ("market", {"market": "se"}),
        ("market", {"market": "UK"}),
        ("market", {"market": "*"}),
        ("market", {"market": ""}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": "europe/paris"}),
        ("zone", {"zone": "../../etc/passwd"}),
        ("zone", {"zone": "UTC\x00"}),
        ("locale", {"locale": "english"}),
        ("locale", {"locale": "en_GB"}),
        ("locale", {"locale": "en-GB\n"}),
        ("email", {"email": "ana"}),
        ("email", {"email": "ana@"}),
        ("email", {"email": "@klinik.example"}),
        ("email", {"email": "a@b@c.example"}),
        ("email", {"email": "<ana@klinik.example>"}),
        ("email", {"email": "ana(x)@klinik.example"}),
        ("email", {"email": "ana,bo@klinik.example"}),
        ("email", {"email": "ana soderstrom@klinik.example"}),
        ("email", {"email": "=?utf-8?q?=0A?=@klinik.example"}),
        ("email", {"email": "ana@=?utf-8?q?klinik?=.example"}),
        ("email", {"email": "ana@klinik.example\r\nbcc: b@klinik.example"}),
        ("email", {"email": "a" * 65 + "@klinik.example"}),
        ("email", {"email": "a@" + "k" * 250 + ".de"}),
        ("email", {"email": None, "identifiers": ()}),
        ("identifiers.system", {"identifiers": (Identifier("US NPI", "1"),)}),
        ("identifiers.system", {"identifiers": (Identifier("", "1"),)}),
        ("identifiers.value", {"identifiers": (Identifier("us-npi", " "),)}),
        ("identifiers.value", {"identifiers": (Identifier("us-npi", "1\n"),)}),
        ("identifiers", {"identifiers": (Identifier("se-hsa", "a1"), Identifier("se-hsa", " A1 "))}),
        ("identifiers", {"identifiers": tuple(Identifier("se-hsa", str(number)) for number in range(21))}),
    ],
)
def test_the_field_that_is_wrong_is_named_and_never_repeated(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidPersonError) as raised:
        check(NewPerson(**(VALID | change)), ZONES)
    assert raised.value.facts == {"field": field}
    for entered in change.values():
        assert not isinstance(entered, str) or len(entered) < 5 or entered not in raised.value.detail


@given(st.text(), st.text(), st.text(), st.text(), st.text())
def test_whatever_is_entered_is_accepted_or_refused_and_never_breaks(
    name: str, email: str, market: str, zone: str, locale: str
) -> None:
    refused: object = None
    try:
        check(NewPerson(name=name, email=email, market=market, zone=zone, locale=locale), ZONES)
    except InvalidPersonError as error:
        refused = error.facts["field"]
    assert refused in {None, "name", "email", "market", "zone", "locale"}
    assert refused or (name.strip() and "@" in email and zone in ZONES)


def test_the_markets_are_those_of_the_time_zone_database() -> None:
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    assert {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")} == MARKETS
