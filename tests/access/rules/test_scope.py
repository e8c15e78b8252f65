"""Which markets an account may work in."""

import pytest

from access.errors import InvalidAccountError
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
