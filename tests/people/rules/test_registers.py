"""What a register's answer comes to: only a clear yes about the same person verifies."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from people.rules.registers import (
    LONGEST_PAUSE,
    Reading,
    again_at,
    day_of,
    entry_of,
    judge,
    read,
    reference_of,
    same_name,
)
from people.values import RegisterEntry
from people.vocabulary import RegisterFinding

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = "Dr. Zoë Marie Müller-Lang"
READING = Reading(
    entries=("results",),
    identifier=("number",),
    names=(("basic", "first"), ("basic", "last")),
    status=("basic", "status"),
    active=("A",),
    expires=("until",),
    reference=("id",),
)
ENTRY: dict[str, Any] = {
    "number": 1234567893,
    "basic": {"first": "ZOE", "last": "MULLER LANG", "status": "A"},
    "until": "2027-01-31T00:00:00Z",
    "id": "entry 7",
}
SOURCE: dict[str, Any] = {
    "market": "US",
    "system": "us-npi",
    "http": {
        "address": "https://register.example/api/?number={identifier}",
        "reading": {"identifier": ["n"], "names": [["name"]], "status": ["s"], "active": ["A"]},
    },
}


def entry(name: str = "Zoë Müller Lang", *, active: bool = True, expires_on: date | None = None) -> RegisterEntry:
    return RegisterEntry(name=name, active=active, expires_on=expires_on, reference="7")


@pytest.mark.parametrize(
    ("found", "expires_on", "finding"),
    [
        (entry(), None, RegisterFinding.ACTIVE),
        (entry(expires_on=TODAY), TODAY, RegisterFinding.ACTIVE),
        (entry(expires_on=TODAY - timedelta(days=1)), None, RegisterFinding.EXPIRED),
        (entry(), TODAY - timedelta(days=1), RegisterFinding.EXPIRED),
        (entry(active=False), None, RegisterFinding.INACTIVE),
        (entry("Zoë Meier"), None, RegisterFinding.NAME_DIFFERS),
        (entry("Zoë Meier", active=False), None, RegisterFinding.NAME_DIFFERS),
        (None, None, RegisterFinding.NOT_FOUND),
    ],
)
def test_only_a_clear_yes_is_one(
    found: RegisterEntry | None, expires_on: date | None, finding: RegisterFinding
) -> None:
    assert judge(found, OURS, expires_on, TODAY) is finding


@pytest.mark.parametrize("theirs", ["MULLER LANG ZOE", "zoe muller-lang", "Marie Müller", "Zoe\u0308 Mu\u0308ller"])
def test_a_name_is_the_same_whatever_its_order_case_and_accents(theirs: str) -> None:
    assert same_name(theirs, OURS)


@pytest.mark.parametrize("theirs", ["", " ", "Zoë", "Zoë Zoë", "Zoë Meier", "Zoë Anna Müller Lang", "Zo Mül"])
def test_another_name_and_half_a_name_are_not_the_same(theirs: str) -> None:
    assert not same_name(theirs, OURS)


@given(st.lists(st.text("abcdefgh", min_size=1), min_size=2, unique=True), st.randoms(use_true_random=False))
def test_every_name_of_two_words_is_the_same_as_itself_in_any_order(words: list[str], chance: Any) -> None:
    shuffled = chance.sample(words, len(words))
    assert same_name(" ".join(shuffled).upper(), " ".join(words))
    assert not same_name(" ".join([*words, "xyz"]), " ".join(words))


def test_an_answer_is_read_as_the_operator_says() -> None:
    found = entry_of(READING, {"results": [{"number": "1"}, ENTRY]}, " 1234567893 ")
    assert found == RegisterEntry(
        name="ZOE MULLER LANG", active=True, expires_on=date(2027, 1, 31), reference="entry 7"
    )
    for none in ([], None, [{"number": "1", "basic": {}}]):
        assert entry_of(READING, {"results": none}, "1234567893") is None
    single = msgspec.structs.replace(READING, entries=(), reference=None)
    named = entry_of(single, ENTRY, "1234567893")
    assert named is not None
    assert named.reference.startswith("sha256:")
    assert named.reference == reference_of("\x00", ENTRY) == reference_of(None, ENTRY)


@pytest.mark.parametrize(
    "answer",
    [
        {"Errors": [{"description": "no"}]},
        [],
        "results",
        7,
        None,
        {"results": ["1234567893"]},
        {"results": [{}]},
        {"results": [ENTRY | {"until": "soon"}]},
    ],
)
def test_an_answer_of_another_form_is_no_answer(answer: object) -> None:
    with pytest.raises(ValueError, match=r"there is no|isoformat"):
        entry_of(READING, answer, "1234567893")
    assert entry_of(READING, {"results": [ENTRY]}, "1234567893") is not None


def test_what_an_entry_leaves_out_is_not_guessed() -> None:
    found = entry_of(READING, {"results": [{"number": "1234567893"}]}, "1234567893")
    assert found is not None
    assert (found.name, found.active, found.expires_on) == ("", False, None)
    assert judge(found, OURS, None, TODAY) is RegisterFinding.NAME_DIFFERS
    assert day_of("") is None


def test_a_register_that_is_away_is_asked_ever_more_seldom_and_every_day_at_least() -> None:
    pauses = [again_at(attempts, NOW) - NOW for attempts in range(40)]
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert pauses == sorted(pauses)
    assert pauses[10] < pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("US NPI", {}, "a register's key"),
        ("npi", {"market": "UK"}, "npi: market"),
        ("npi", {"file": "/etc/laurel/npi.csv"}, "http or file"),
        ("npi", {"http": None}, "http or file"),
        ("npi", {"http": SOURCE["http"] | {"address": "http://register.example/{identifier}"}}, "https"),
        ("npi", {"http": SOURCE["http"] | {"address": "https://register.example/"}}, "identifier"),
        ("npi", {"http": SOURCE["http"] | {"address": "https://{identifier}.example/x"}}, "path or the query"),
        ("npi", {"http": SOURCE["http"] | {"timeout_seconds": 0}}, "timeout_seconds"),
        ("npi", {"http": SOURCE["http"] | {"timeout_seconds": 61}}, "timeout_seconds"),
        ("npi", {"http": SOURCE["http"] | {"reading": SOURCE["http"]["reading"] | {"names": []}}}, "names and active"),
        ("npi", {"http": SOURCE["http"] | {"reading": SOURCE["http"]["reading"] | {"active": []}}}, "names and active"),
        ("npi", {"password": "x"}, "password"),
    ],
)
def test_a_file_with_a_mistake_is_refused_in_words_that_name_it(key: str, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(yaml.safe_dump({"registers": {key: SOURCE | change}}))
    good = read(yaml.safe_dump({"registers": {"npi": SOURCE, "gmc": {"market": "GB", "system": "x", "file": "/a"}}}))
    assert good.keys() == {"npi", "gmc"}


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(ValueError, match="YAML"):
        read("a: [")
