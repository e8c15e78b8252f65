"""RFC 8785 against its own examples (appendix B and section 3.2) and against another encoder."""

import json
import math
import struct
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import SAFE_INTEGER, NotCanonicalError, canonical

APPENDIX_B = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]

SAFE = st.integers(min_value=-SAFE_INTEGER, max_value=SAFE_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def as_number(text: str) -> int | float:
    """A double of 2**53 and more is written without a fraction; read it back as the double it was."""
    return int(text) if abs(int(text)) <= SAFE_INTEGER else float(text)


@pytest.mark.parametrize(("bits", "expected"), APPENDIX_B)
def test_numbers_are_written_as_appendix_b_says(bits: str, expected: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == expected


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_nan_and_infinity_are_refused(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert not math.isfinite(number)
    with pytest.raises(NotCanonicalError):
        canonical([number])


def test_the_sample_of_section_3_2_2_comes_out_byte_for_byte() -> None:
    sample = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    assert canonical(sample) == bytes.fromhex(
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e3333333333"
        "33332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c"
        "5c5c222f227d"
    )


def test_keys_are_ordered_by_utf_16_code_units_as_in_section_3_2_3() -> None:
    keys = ["€", "\r", "\ufb33", "1", "\N{GRINNING FACE}", "\x80", "ö"]
    written = json.loads(canonical(dict.fromkeys(keys, 0)), object_pairs_hook=list)
    assert [key for key, _ in written] == ["\r", "1", "\x80", "ö", "€", "\N{GRINNING FACE}", "\ufb33"]


def test_integers_are_exact_up_to_2_53_and_refused_beyond() -> None:
    assert canonical([SAFE_INTEGER, -SAFE_INTEGER]) == b"[9007199254740991,-9007199254740991]"
    for beyond in (SAFE_INTEGER + 1, -SAFE_INTEGER - 1, 10**400):
        with pytest.raises(NotCanonicalError):
            canonical({"count": beyond})
        with pytest.raises(NotCanonicalError):
            canonical({"ö": [beyond]})


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, {"a": ["\udc00x"]}, [0.5, "\ud800"]])
def test_lone_surrogates_are_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), Decimal(1), b"x", {1: 2}, {1, 2}, {None: 0.5}])
def test_other_types_are_refused(value: object) -> None:
    assert canonical({"control": [1, "x", None]}) == b'{"control":[1,"x",null]}'
    for wrapped in (value, [value], [0.5, value], {"ö": value}):
        with pytest.raises(NotCanonicalError):
            canonical(wrapped)


def test_a_uuid_is_its_lower_case_text() -> None:
    identifier = UUID("0192F0C1-0000-7000-8000-00000000ABCD")
    assert canonical([identifier]) == b'["0192f0c1-0000-7000-8000-00000000abcd"]'
    assert canonical([identifier, 0.5]) == b'["0192f0c1-0000-7000-8000-00000000abcd",0.5]'


@given(VALUES)
def test_reading_it_back_gives_the_same_value_and_the_same_bytes(value: object) -> None:
    written = canonical(value)
    read = json.loads(written, parse_int=as_number)
    assert read == value
    assert canonical(read) == written


@given(VALUES)
def test_the_fast_path_writes_what_the_exact_path_writes(value: object) -> None:
    # A float in the list sends everything down the exact path; without floats the fast one may be taken.
    assert canonical([value, 0.5]) == b"[" + canonical(value) + b",0.5]"


@given(st.text())
def test_text_is_escaped_no_more_than_the_rfc_says(text: str) -> None:
    written = canonical(text).decode()
    assert json.loads(written) == text
    assert written == json.dumps(text, ensure_ascii=False)
