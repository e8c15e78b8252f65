"""A refresh token presented twice: a repeat within seconds, reuse afterwards."""

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.rules.rotation import GRACE, is_repeat, successor

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALT = bytes(range(32))


@pytest.mark.parametrize(
    ("after", "repeat"),
    [
        (timedelta(seconds=-1), True),  # the other request began earlier and waited
        (timedelta(0), True),
        (GRACE, True),
        (GRACE + timedelta(microseconds=1), False),
        (timedelta(hours=3), False),
    ],
)
def test_ten_seconds_divide_repeating_from_reuse(after: timedelta, repeat: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_repeat(NOON, NOON + after) is repeat


@given(st.text(), st.binary(min_size=32, max_size=32))
def test_a_successor_is_always_the_same_and_fits_into_a_header(token: str, salt: bytes) -> None:
    following = successor(token, salt)
    assert following == successor(token, salt)
    assert len(following) == 43
    assert following.isascii()


def test_a_successor_depends_on_the_token_and_on_the_salt() -> None:
    assert len({successor(token, salt) for token in ("a", "b") for salt in (SALT, bytes(32))}) == 4


def test_a_successor_is_what_its_salt_and_its_predecessor_make_whatever_was_presented() -> None:
    digest = hmac.digest(SALT, b"a token", "sha256")
    assert successor("a token", SALT) == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert len(successor("\ud800", SALT)) == len(successor("a token", SALT))
