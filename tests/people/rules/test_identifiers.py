"""Numbers of national registers: which can be one, and that every slip that a check digit can notice is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules.identifiers import SYSTEMS, is_well_formed

REAL = {
    "us-npi": ("1234567893", "1245319599"),
    "fr-rpps": ("10002518347", "81000000000"),
    "gb-gmc": ("1234567", "0012345"),
    "de-lanr": ("123456601", "726444200"),
    "es-colegiado": ("282812345", "010100001"),
    "it-codice-fiscale": ("MRTMTT91D08F205J", "RSSMRA85T10A562S", "rssmra85t10a562s"),
}
"""The first NPI is the example of CMS, the first two Italian codes are common examples; the others follow the rule."""
CHECKED = [(system, value) for system in ("us-npi", "fr-rpps", "de-lanr") for value in REAL[system]]


def test_every_register_has_an_example() -> None:
    assert REAL.keys() == SYSTEMS.keys()


@pytest.mark.parametrize(("system", "value"), [(system, value) for system, many in REAL.items() for value in many])
def test_a_number_of_a_register_is_accepted_with_spaces_around_it(system: str, value: str) -> None:
    assert is_well_formed(system, value)
    assert is_well_formed(system, f" {value}\t")


@pytest.mark.parametrize("system", sorted(SYSTEMS))
@pytest.mark.parametrize("value", ["", "1", "123456789012345678", "१२३४५६७", "12345678\uff193", "<script>", "\x00" * 9])
def test_what_has_another_form_is_refused(system: str, value: str) -> None:
    assert not is_well_formed(system, value)


@pytest.mark.parametrize(
    ("system", "value"),
    [
        ("us-npi", "3234567893"),
        ("us-npi", "1234567890"),
        ("de-lanr", "123456701"),
        ("es-colegiado", "002812345"),
        ("es-colegiado", "532812345"),
        ("it-codice-fiscale", "RSSMRA85T10A562T"),
        ("it-codice-fiscale", "RSSMRA85F10A562S"),
        ("it-codice-fiscale", "r\u017f\u017fmra85t10a562s"),
        ("it-codice-fiscale", "RSSMRA85T10A562\u017f"),
    ],
)
def test_a_number_that_the_register_can_not_have_given_is_refused(system: str, value: str) -> None:
    assert not is_well_formed(system, value)


@pytest.mark.parametrize(("system", "value"), CHECKED)
def test_a_digit_changed_before_the_check_digit_is_noticed(system: str, value: str) -> None:
    checked = 7 if system == "de-lanr" else len(value)
    for place in range(checked):
        for digit in "0123456789":
            changed = value[:place] + digit + value[place + 1 :]
            # The weight 4 of a German number makes digits that differ by five look alike.
            twin = system == "de-lanr" and place % 2 == 0 and place < 6 and (int(digit) - int(value[place])) % 5 == 0
            assert is_well_formed(system, changed) == (digit == value[place] or twin), changed


def test_a_character_of_a_codice_fiscale_changed_is_noticed() -> None:
    code = "RSSMRA85T10A562S"
    letters = [
        code[:place] + letter + code[place + 1 :] for place in (0, 5, 11, 15) for letter in "ABCDEFGHIJKLMNOPQRST"
    ]
    assert {each for each in letters if is_well_formed("it-codice-fiscale", each)} == {code}


def test_a_codice_fiscale_with_letters_for_digits_is_accepted() -> None:
    assert is_well_formed("it-codice-fiscale", "MRTMTT91D08F20RE")
    assert not is_well_formed("it-codice-fiscale", "MRTMTT91D08F20RJ")


DAYS = ("01", "31", "41", "71", "LM", "P1")
NO_DAYS = ("00", "32", "40", "72", "TN", "99")


@pytest.mark.parametrize("day", [*DAYS, *NO_DAYS])
def test_the_day_of_birth_in_a_codice_fiscale_is_a_day(day: str) -> None:
    codes = [f"RSSMRA85T{day}A562{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert sum(is_well_formed("it-codice-fiscale", code) for code in codes) == (day in DAYS), (
        "one of the letters checks"
    )


@given(st.text())
def test_a_register_that_is_not_known_gives_anything(value: str) -> None:
    assert is_well_formed("se-hsa", value)


@given(st.sampled_from(sorted(SYSTEMS)), st.text())
def test_whatever_is_entered_is_accepted_or_refused_and_never_breaks(system: str, value: str) -> None:
    assert is_well_formed(system, value) in {True, False}
