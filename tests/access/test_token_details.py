"""The edges of tokens and their keys: exact lengths and instants, what is remembered, keys written and read."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from access.errors import TokenRefusedError
from access.refusals import TokenFault
from access.rules.claims import LONGEST, SKEW_SECONDS, key_id
from access.tokens import TokenKeys, TokenVerifier, former_keys, issue
from kernel.clock import MovableClock
from tests.access.builders import AUTHORITY, SEED
from tests.access.test_tokens import CLAIMS, HEADER, NOON, WIRE, fault, segment, signed, verifier

SECOND = NOON.replace(microsecond=0)


def of_length(length: int) -> str:
    """A token of ours with so many characters: JSON may have spaces in it."""
    header, payload = json.dumps(HEADER).encode(), json.dumps(WIRE).encode()
    tokens = (
        signed(header + b" " * more, payload + b" " * spaces)
        for spaces in range(length // 2, length)
        for more in range(4)
    )
    return next(token for token in tokens if len(token) == length)


def test_the_longest_token_is_read_and_one_that_is_longer_is_not() -> None:
    longest = of_length(LONGEST)
    assert verifier().verify(longest).caller == CLAIMS.caller
    assert key_id(longest) == AUTHORITY.keys.kid
    assert fault(signed(payload=json.dumps(WIRE).encode() + b" " * LONGEST)) == TokenFault.MALFORMED
    with pytest.raises(TokenRefusedError) as raised:
        key_id(f"{segment(json.dumps(HEADER).encode())}.{'A' * LONGEST}.AA")
    assert raised.value.facts["reason"] == TokenFault.MALFORMED


def test_a_token_says_when_it_was_issued_and_which_key_signed_it() -> None:
    claims = verifier().verify(issue(AUTHORITY, CLAIMS))
    assert claims.issued_at == SECOND
    assert claims.kid == AUTHORITY.keys.kid


def test_a_clock_may_be_behind_by_the_skew_and_not_by_more() -> None:
    behind = SECOND - timedelta(seconds=SKEW_SECONDS)
    assert verifier(behind).verify(signed()).caller == CLAIMS.caller
    assert fault(signed(), verifier(behind - timedelta(microseconds=1))) == TokenFault.NOT_YET_VALID


def test_a_remembered_token_is_refused_at_the_very_instant_of_its_end() -> None:
    clock = MovableClock(NOON)
    checks, token = TokenVerifier(AUTHORITY, clock), signed()
    ends = checks.verify(token).expires_at
    clock.move(ends - NOON - timedelta(microseconds=1))
    assert checks.verify(token).expires_at == ends
    clock.move(timedelta(microseconds=1))
    assert fault(token, checks) == TokenFault.EXPIRED


def test_public_keys_are_written_one_after_the_other_and_read_again_and_other_kinds_are_passed_over() -> None:
    before = TokenKeys(bytes(32)).signing.public_key()
    keys = TokenKeys(SEED, [before.public_bytes_raw()])
    own = keys.signing.public_key()
    pems = [key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in (own, before)]
    assert keys.pem() == b"".join(pems)
    other = generate_private_key(SECP256R1()).public_key()
    alien = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert former_keys(pems[0] + alien + pems[1]) == [own.public_bytes_raw(), before.public_bytes_raw()]
    assert former_keys(b"") == []


def test_a_published_key_says_what_it_is_for() -> None:
    assert {each["use"] for each in AUTHORITY.keys.jwks()["keys"]} == {"sig"}
