"""The register of purposes is complete, speaks the vocabularies it names, and says what holds in each market."""

from pathlib import Path

import pytest

from consent.register import REGISTER, SHIPPED, load
from consent.values import CONSENT_PURPOSES, PURPOSES
from consent.vocabulary import Basis, Purpose

WORDS = Path(__file__).parents[1] / "vocabularies"


def terms(kind: str) -> set[str]:
    lines = (WORDS / "fides.txt").read_text().splitlines()
    return {line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} ")}


def test_every_purpose_is_mapped_to_terms_that_exist() -> None:
    dpv = set((WORDS / "dpv.txt").read_text().split())
    assert set(PURPOSES) == set(Purpose)
    assert {entry.dpv for entry in PURPOSES.values()} - dpv == {None}
    assert {entry.fides for entry in PURPOSES.values()} <= terms("data_use")
    assert {each for entry in PURPOSES.values() for each in entry.data} <= terms("data_category")
    assert "http://www.w3.org/ns/dpv#Gamification" not in dpv, "the lists do refuse something"


def test_only_purposes_without_anybody_s_data_have_no_term() -> None:
    silent = {purpose for purpose, entry in PURPOSES.items() if entry.dpv is None}
    assert {PURPOSES[purpose].basis for purpose in silent} == {Basis.NO_PERSONAL_DATA}


def test_a_market_that_nobody_configured_has_no_basis_for_what_rests_on_consent() -> None:
    for purpose in CONSENT_PURPOSES:
        assert PURPOSES[purpose].basis_in("FR") is Basis.CONSENT
        assert PURPOSES[purpose].basis_in("JP") is None
    assert PURPOSES[Purpose.COMPLIANCE].basis_in("JP") is Basis.LEGAL_OBLIGATION
    assert PURPOSES[Purpose.CONTACT].double_opt_in == {"AT", "DE"}


def test_norway_is_a_country_and_no_denial() -> None:
    assert PURPOSES[Purpose.ENGAGEMENT].basis_in("NO") is Basis.CONSENT


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("basis", "basis", ""),
        ("bases: {contract: everywhere}", "bases: {}", "service: there is no basis"),
        ("bases: {contract: everywhere}", "bases: {rumour: everywhere}", "rumour"),
        ("bases: {contract: everywhere}", "bases: {contract: everywhere, consent: [GB]}", "leaves no room"),
        ("bases: {contract: everywhere}", "bases: {contract: [FR], consent: [eea]}", "FR stands under two bases"),
        ("  service:\n", "  servce:\n", "servce"),
        ("version: 1\n", "version: 1\nextra: 2\n", "extra"),
    ],
)
def test_a_register_that_cannot_be_meant_is_refused(old: str, new: str, wrong: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    if not wrong:
        assert load(text) == REGISTER
        return
    with pytest.raises(ValueError, match=wrong):
        load(text.replace(old, new, 1))


def test_a_register_that_leaves_a_purpose_out_is_refused() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="leaves out content_operations"):
        load(text[: text.index("  content_operations:")])
