"""One-time passwords by the clock: the vectors of the RFCs, drift, and what is never accepted twice."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.rules.one_time import (
    RECOVERY_BYTES,
    base32,
    is_one_time,
    key_uri,
    matching_step,
    password_at,
    recovery_code,
    recovery_hash,
    step_at,
)

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
RFC_4226 = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
}


def test_the_passwords_are_those_of_the_rfcs() -> None:
    assert tuple(password_at(SECRET, count) for count in range(10)) == RFC_4226
    for seconds, expected in RFC_6238.items():
        at = datetime.fromtimestamp(seconds, UTC)
        assert password_at(SECRET, step_at(at)) == expected[-6:]


def test_a_password_is_good_in_its_period_and_the_one_before_and_after() -> None:
    step = step_at(NOW)
    for drift in range(-3, 4):
        expected = step + drift if abs(drift) <= 1 else None
        assert matching_step(SECRET, password_at(SECRET, step + drift), NOW, 0) == expected


def test_a_period_that_was_used_up_and_everything_before_it_is_over() -> None:
    step = step_at(NOW)
    for used in (step - 1, step, step + 1):
        for tried in (step - 1, step, step + 1):
            expected = tried if tried > used else None
            assert matching_step(SECRET, password_at(SECRET, tried), NOW, used) == expected


@pytest.mark.parametrize(
    "given", ["", "12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "12 456", "abcdef", "\ud800"]
)
def test_what_is_not_six_plain_digits_is_no_one_time_password(given: str) -> None:
    assert not is_one_time(given)
    assert is_one_time("012345")


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone
def test_every_second_of_a_period_has_one_password(at: datetime) -> None:
    begins = datetime.fromtimestamp(step_at(at) * 30, UTC)
    assert begins <= at.replace(microsecond=0) < begins + timedelta(seconds=30)
    assert matching_step(SECRET, password_at(SECRET, step_at(at)), at, step_at(at) - 1) == step_at(at)


def test_an_app_reads_the_same_secret() -> None:
    assert base64.b32decode(base32(SECRET) + "=" * (-len(base32(SECRET)) % 8)) == SECRET
    uri = key_uri(SECRET, "ana@klinik.example", "Laurel")
    assert uri.startswith("otpauth://totp/Laurel:ana%40klinik.example?secret=")
    assert uri.endswith("&issuer=Laurel&algorithm=SHA1&digits=6&period=30")


def test_a_recovery_code_is_the_same_however_it_is_typed_and_never_anothers() -> None:
    ana, maya = UUID(int=1), UUID(int=2)
    code = recovery_code(bytes(range(RECOVERY_BYTES)))
    assert len(code.replace("-", "")) == 24
    typed = {code, code.upper(), code.replace("-", ""), f" {code.replace('-', ' ')} "}
    assert {recovery_hash(ana, each) for each in typed} == {recovery_hash(ana, code)}
    assert recovery_hash(maya, code) != recovery_hash(ana, code) != recovery_hash(ana, code[:-1])
