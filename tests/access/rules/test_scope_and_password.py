"""What accounts must look like: their markets and their passwords."""

import unicodedata

import pytest

from access.errors import InvalidAccountError
from access.rules import password
from access.rules.scope import scope
from access.vocabulary import Role


@pytest.mark.parametrize(
    ("role", "markets", "own", "expected"),
    [
        (Role.HCP, [], "SE", ["SE"]),
        (Role.HCP, ["*"], "SE", ["SE"]),
        (Role.HCP, ["DE", "FR"], "SE", ["SE"]),
        (Role.MARKETER, ["FR", "DE", "FR"], "SE", ["DE", "FR"]),
        (Role.COMPLIANCE_OFFICER, ["*"], "SE", ["*"]),
        (Role.COMPLIANCE_OFFICER, ["DE", "*"], "SE", ["*"]),
        (Role.LEARNING_SYSTEM, ["GB"], None, ["GB"]),
    ],
)
def test_a_scope_is(role: Role, markets: list[str], own: str | None, expected: list[str]) -> None:
    assert scope(role, markets, own) == expected


@pytest.mark.parametrize(
    ("role", "markets", "own"),
    [
        (Role.MARKETER, [], "SE"),
        (Role.MARKETER, ["UK"], "SE"),
        (Role.MARKETER, ["GB", "gb"], "SE"),
        (Role.LEARNING_SYSTEM, [], None),
        (Role.HCP, ["SE"], None),
    ],
)
def test_a_scope_without_a_market_or_with_an_unknown_one_is_refused(
    role: Role, markets: list[str], own: str | None
) -> None:
    with pytest.raises(InvalidAccountError) as raised:
        scope(role, markets, own)
    assert raised.value.facts == {"field": "markets"}


@pytest.mark.parametrize("length", [12, 13, 128])
def test_a_password_of_this_length_is_accepted(length: int) -> None:
    password.check("ü" * length)
    assert password.octets("ü" * length) == b"\xc3\xbc" * length


@pytest.mark.parametrize("length", [0, 1, 11, 129, 100_000])
def test_a_password_of_another_length_is_refused_without_repeating_it(length: int) -> None:
    with pytest.raises(InvalidAccountError) as raised:
        password.check("x" * length)
    assert raised.value.facts == {"field": "password"}
    assert "xx" not in raised.value.detail


def test_a_password_is_the_same_however_its_characters_are_composed() -> None:
    typed = "Grüße aus Zürich"
    assert password.octets(unicodedata.normalize("NFD", typed)) == password.octets(unicodedata.normalize("NFC", typed))
    assert password.octets(typed) != password.octets(typed.upper())


def test_a_password_of_lone_surrogates_has_octets_too() -> None:
    assert password.octets("\ud800" * 12) == b"\xed\xa0\x80" * 12
