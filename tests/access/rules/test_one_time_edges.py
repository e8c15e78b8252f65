"""The edges of one-time passwords and codes: which periods count, how secrets and codes are spelled."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest

from access.rules.one_time import (
    PERIOD_SECONDS,
    base32,
    key_uri,
    matching_step,
    password_at,
    recovery_code,
    recovery_hash,
)

SECRET = b"12345678901234567890"
ACCOUNT = UUID(int=1)


@pytest.mark.parametrize(("step", "expected"), [(2, None), (3, None), (4, 4), (5, 5), (6, 6), (7, None)])
def test_the_period_of_now_and_its_two_neighbours_count_and_no_other(step: int, expected: int | None) -> None:
    now = datetime.fromtimestamp(5 * PERIOD_SECONDS, UTC)
    assert matching_step(SECRET, password_at(SECRET, step), now, 0) == expected


def test_a_secret_is_spelled_without_padding_and_loses_no_letter() -> None:
    assert base32(b"a") == "ME"
    assert base32(bytes([0, 0, 0, 0, 0x17])) == "AAAAAAAX"


def test_nothing_in_a_name_breaks_what_an_app_reads() -> None:
    uri = key_uri(SECRET, "a/b:c", "D/E F")
    assert uri.startswith("otpauth://totp/D%2FE%20F:a%2Fb%3Ac?")
    assert "&issuer=D%2FE%20F&" in uri


def test_a_recovery_code_is_small_letters_in_groups_and_its_hash_is_of_account_and_letters() -> None:
    assert recovery_code(bytes(15)) == "aaaaaa-aaaaaa-aaaaaa-aaaaaa"
    assert recovery_hash(ACCOUNT, " AB-c ") == hashlib.sha256(ACCOUNT.bytes + b"abc").digest()
    assert len(recovery_hash(ACCOUNT, "\ud800")) == 32
