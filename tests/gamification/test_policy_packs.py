"""The packs that come with Laurel, and reading packs: what is wrong is named with file, line, field and remedy."""

from datetime import date
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.errors import PolicyPackError, RuleSetError
from gamification.policy_packs import SHIPPED, load_packs, parse_pack, shipped_packs
from gamification.rules.policy import Pack, ValueBearing, numbers, pack_for, policies_view, shown, unconfirmed
from gamification.rules.policy.meaning import faults
from tests.gamification.rules.strategies import unhurried

DAY = date(2026, 11, 22)
GOOD = dedent(
    """\
    country: AT
    code: at-2026
    version: 1
    valid_from: "2026-01-01"
    valid_to: "2026-12-31"
    name: Austria
    notice: Not legal advice.
    signed_off: {by: Compliance, since: "2026-01-02"}
    sources: [somebody's law]
    value_bearing: {state: conditional, rule: C7, source: a law, confirmed: true}
    items:
      - category: book_or_journal
        kinds: [educational_item]
        rule: C7
        each: {value: 3000, unit: EUR cents, source: a law, confirmed: true}
    person_year:
      value: {value: 9000, unit: EUR cents, source: the company, confirmed: false}
    regions:
      - {code: W, name: Wien, gifts: {allowed: true, rule: C6, source: a law, confirmed: true}}
    """
)
READ = {
    "US items[0].each": "USD 100.00",
    "US items[0].year_count": "4 items (unconfirmed)",
    "US disclosure.each": "USD 13.82",
    "US disclosure.year_total": "USD 138.13",
    "US regions[1].publish_from": "USD 50.00",
    "US regions[2].year_value": "USD 50.00",
    "ES items[0].each": "EUR 10.00",
    "ES items[1].each": "EUR 70.00",
    "DE items[0].each": "EUR 30.00",
    "FR items[0].each": "EUR 30.00",
    "FR items[0].year_value": "EUR 150.00",
    "FR items[1].each": "EUR 30.00",
    "FR items[1].year_count": "2 items",
    "FR items[2].each": "EUR 20.00",
    "FR items[2].year_count": "3 items",
    "FR agreement_notice": "8 working days",
    "FR disclosure.each": "EUR 10.00",
}


def problems(text: str) -> list[str]:
    with pytest.raises(RuleSetError) as caught:
        parse_pack(text.encode())
    return [str(problem) for problem in caught.value.problems]


def test_every_number_of_every_pack_has_a_source_and_says_whether_it_was_read() -> None:
    for pack in shipped_packs().packs:
        assert numbers(pack)
        for place, number in numbers(pack):
            assert number.source.strip(), (pack.stamp, place)
            assert shown(number).endswith("(unconfirmed)") != number.confirmed


def test_the_packs_hold_the_numbers_that_were_read() -> None:
    lines = {
        f"{view.country} {line.field}": line.shown
        for view in policies_view(shipped_packs(), DAY).items
        for line in view.numbers
    }
    assert {place: lines.get(place) for place in READ} == READ


def test_every_pack_says_that_it_is_no_legal_advice_and_nobody_has_signed_one_off() -> None:
    packs = shipped_packs().packs
    assert {pack.country for pack in packs} == {"US", "GB", "ES", "DE", "FR", "IT"}
    assert [pack.stamp for pack in packs if "Not legal advice; to be confirmed by compliance" not in pack.notice] == []
    assert [pack.stamp for pack in packs if pack.signed_off is not None] == []
    assert [path.name for path in sorted(SHIPPED.glob("*.yaml")) if "Not legal advice" not in path.read_text()] == []


def test_value_is_off_where_no_text_allows_it_and_conditional_where_one_does() -> None:
    states = {pack.country: pack.value_bearing.state for pack in shipped_packs().packs}
    off, conditional = ValueBearing.OFF, ValueBearing.CONDITIONAL
    assert states == {"US": conditional, "DE": conditional, "FR": conditional, "GB": off, "ES": off, "IT": off}


def test_what_was_not_read_stays_unconfirmed() -> None:
    places = {
        pack.country: {".".join(map(str, place)) for place, _ in unconfirmed(pack)} for pack in shipped_packs().packs
    }
    assert {"regions.3.gifts", "regions.4.gifts", "items.0.year_count"} <= places["US"]
    assert {"value_bearing", "disclosure"} <= places["IT"]
    assert "disclosure" not in places["FR"]


def test_a_good_pack_is_read() -> None:
    pack = parse_pack(GOOD.encode())
    assert (pack.stamp, pack.valid_to, pack.items[0].each and pack.items[0].each.value) == (
        "at-2026/1",
        date(2026, 12, 31),
        3_000,
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "fault"),
    [
        ("country: AT", "country: at", 1, "country", "isn't a country"),
        ("country: AT", "country: AUT", 1, "country", "isn't a country"),
        ("country: AT\n", "", 1, "country", "is missing"),
        ("code: at-2026", "code: AT 2026", 2, "code", "isn't a key"),
        ("code: at-2026", "code: recognition-only", 2, "code", "the name of the built-in pack"),
        ("version: 1", "version: 0", 3, "version", "must be at least 1"),
        ('valid_from: "2026-01-01"', "valid_from: 2026-01-01", 4, "valid_from", "is a date"),
        ('valid_from: "2026-01-01"', 'valid_from: "2026-02-30"', 4, "valid_from", "isn't a day"),
        ('valid_from: "2026-01-01"', 'valid_from: "20260101"', 4, "valid_from", "isn't a day"),
        ('valid_to: "2026-12-31"', 'valid_to: "2025-12-31"', 5, "valid_to", "lies before valid_from"),
        ("state: conditional", "state: on", 10, "value_bearing.state", "isn't true or false"),
        ("state: conditional", "state: always", 10, "value_bearing.state", "isn't one of the words"),
        ("rule: C7, source: a law, confirmed: true}\nitems", "rule: C23, source: a law, confirmed: true}\nitems", 10,
         "value_bearing.rule", "C23 isn't a rule"),
        ("rule: C7, source: a law, confirmed: true}\nitems", "rule: C7, source: a law, confirmed: false}\nitems", 10,
         "value_bearing.state", "allows what is not confirmed"),
        ("kinds: [educational_item]", "kinds: [gift_card]", 13, "items[0].kinds[0]", "isn't one of the words"),
        ("kinds: [educational_item]", "kinds: [badge]", 13, "items[0].kinds[0]", "a badge is no item with a value"),
        ("    kinds: [educational_item]\n", "", 11, "items", "names nothing that may be earned"),
        ("    each: {value: 3000, unit: EUR cents, source: a law, confirmed: true}\n", "", 12, "items[0]", "no limit"),
        ("value: 3000, unit: EUR cents, source: a law", "value: 3000, unit: EUR cents", 15, "items[0].each.source",
         "is missing"),
        ("value: 3000, unit: EUR cents", "value: 30.5, unit: EUR cents", 15, "items[0].each.value", "a whole number"),
        ("value: 3000, unit: EUR cents", "value: -1, unit: EUR cents", 15, "items[0].each.value", "must be at least 0"),
        ("value: 3000, unit: EUR cents", "value: 3000, unit: EUR", 15, "items[0].each.unit", "isn't one of the words"),
        ("value: 3000, unit: EUR cents", "value: 3, unit: items", 15, "items[0].each.unit", "must be money"),
        ("value: 9000, unit: EUR cents", "value: 9000, unit: USD cents", 17, "person_year.value.unit", "is in USD"),
        ("person_year:", "cohort: {value: 9, unit: people, source: us, confirmed: false}\nperson_year:", 16,
         "cohort.value", "must be at least 10"),
        ("person_year:", "silence: {value: 40, unit: people, source: us, confirmed: false}\nperson_year:", 16,
         "silence.unit", "must be minutes"),
        ("person_year:", "alert: {value: 81, unit: per cent, source: us, confirmed: false}\nperson_year:", 16,
         "alert.value", "must be from 1 to 80"),
        ("rule: C6, source: a law, confirmed: true", "rule: C6, source: a law, confirmed: false", 19,
         "regions[0].gifts.allowed", "allows what is not confirmed"),
        ("person_year:", "colour: red\nperson_year:", 16, "colour", "isn't a field here"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_field_and_remedy(old: str, new: str, line: int, field: str, fault: str) -> None:
    assert GOOD.count(old) == 1
    found = problems(GOOD.replace(old, new))
    assert [each for each in found if each.startswith(f"line {line}, {field}: ") and fault in each], found
    assert all("; " in each for each in found)


@pytest.mark.parametrize("text", ["", "- 1", "country: [", "country: &a AT", "{}"])
def test_text_that_is_no_pack_is_refused(text: str) -> None:
    assert problems(text)


@unhurried
@given(st.binary(max_size=200) | st.text("[]{}:,- \n\"'&*!?|>%@#01ae.<", max_size=200).map(str.encode))
def test_no_file_at_all_is_more_than_a_refusal(raw: bytes) -> None:
    with pytest.raises(RuleSetError):
        parse_pack(raw)


def test_a_folder_is_read_and_every_fault_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "at.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("no pack")
    assert [pack.country for pack in load_packs(tmp_path).packs] == ["AT"]
    (tmp_path / "bad.yaml").write_text(GOOD.replace("version: 1", "version: 0"))
    (tmp_path / "latin.yaml").write_bytes(b"country: AT\nname: \xd6sterreich")
    (tmp_path / "twin.yaml").write_text(GOOD.replace("code: at-2026", "code: at-again"))
    (tmp_path / "void.yaml").mkdir()
    with pytest.raises(PolicyPackError) as caught:
        load_packs(tmp_path)
    assert [name for name, _ in caught.value.problems] == ["bad.yaml", "latin.yaml", "void.yaml", "twin.yaml"]
    assert "bad.yaml: line 3, version: must be at least 1; " in caught.value.detail
    assert "latin.yaml: line 2, the text: isn't UTF-8; " in caught.value.detail
    assert "twin.yaml: line 1, version: at.yaml is version 1 of AT already; " in caught.value.detail


def test_a_country_that_does_not_exist_and_a_stamp_that_another_pack_has_are_faults(tmp_path: Path) -> None:
    assert parse_pack(GOOD.encode()).country == "AT", "the control"
    assert problems(GOOD.replace("country: AT", "country: UK")) == [
        "line 1, country: is no country; use the two letters that ISO 3166 gives it, such as GB"
    ]
    (tmp_path / "at.yaml").write_text(GOOD)
    (tmp_path / "de.yaml").write_text(GOOD.replace("country: AT", "country: DE"))
    with pytest.raises(PolicyPackError) as refusal:
        load_packs(tmp_path)
    assert "de.yaml" in str(refusal.value)
    assert "at.yaml is called at-2026/1 already" in str(refusal.value)
    (tmp_path / "de.yaml").write_text(GOOD.replace("country: AT", "country: DE").replace("at-2026", "de-2026"))
    assert len(load_packs(tmp_path).packs) == 2


def test_a_folder_without_a_pack_is_refused_rather_than_taken_for_no_law(tmp_path: Path) -> None:
    with pytest.raises(PolicyPackError, match="holds no pack"):
        load_packs(tmp_path)
    (tmp_path / "at.yaml").write_text(GOOD)
    assert pack_for(load_packs(tmp_path), "AT", DAY).code == "at-2026"


def test_a_text_that_is_no_mapping_is_called_a_pack_and_not_a_rule_set(tmp_path: Path) -> None:
    (tmp_path / "at.yaml").write_text("- 1")
    with pytest.raises(PolicyPackError, match=r"at\.yaml: line 1, the pack: must have fields"):
        load_packs(tmp_path)


def test_every_pack_that_is_shipped_makes_sense_and_reads_the_same_after_it_was_sent() -> None:
    for pack in shipped_packs().packs:
        assert list(faults(pack)) == []
        assert msgspec.json.decode(msgspec.json.encode(pack), type=Pack) == pack
