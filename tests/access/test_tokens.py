"""Access tokens: ours are believed while they are valid; every other one is refused for its own reason."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from access.errors import TokenRefusedError
from access.refusals import TokenFault
from access.rules.claims import LIFETIME_SECONDS, to_wire
from access.tokens import Authority, TokenKeys, TokenVerifier, issue
from access.values import Claims
from access.vocabulary import Role
from kernel.clock import MovableClock
from tests.access.builders import AUTHORITY, SEED, caller

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
CLAIMS = Claims(
    caller=caller(Role.MARKETER, "GB", "SE"),
    jti=UUID(int=4),
    issued_at=NOON,
    expires_at=NOON + timedelta(seconds=LIFETIME_SECONDS),
)
WIRE = to_wire(CLAIMS, AUTHORITY.issuer, AUTHORITY.audience)
HEADER = {"alg": "EdDSA", "typ": "at+jwt", "kid": AUTHORITY.keys.kid}
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(
    header: dict[str, Any] | bytes = HEADER,
    payload: dict[str, Any] | bytes = WIRE,
    sign: Callable[[bytes], bytes] = AUTHORITY.keys.signing.sign,
) -> str:
    """Any token at all, made without the code under test."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    body = ".".join(map(segment, parts))
    return f"{body}.{segment(sign(body.encode()))}"


def hs256_with_the_public_key(body: bytes) -> bytes:
    return hmac.digest(AUTHORITY.keys.signing.public_key().public_bytes_raw(), body, hashlib.sha256)


def verifier(now: datetime = NOON, authority: Authority = AUTHORITY, capacity: int = 10) -> TokenVerifier:
    return TokenVerifier(authority, MovableClock(now), capacity)


def fault(token: str, checks: TokenVerifier | None = None) -> str:
    with pytest.raises(TokenRefusedError) as raised:
        (checks or verifier()).verify(token)
    assert raised.value.detail == "The access token is not valid."
    return str(raised.value.facts["reason"])


def without(claim: str) -> dict[str, Any]:
    return {name: value for name, value in WIRE.items() if name != claim}


def test_what_is_issued_is_verified_as_it_was() -> None:
    claims = verifier().verify(issue(AUTHORITY, CLAIMS))
    assert claims.caller == CLAIMS.caller
    assert claims.jti == CLAIMS.jti
    assert claims.expires_at == NOON.replace(microsecond=0) + timedelta(seconds=600)


def test_a_token_made_by_hand_from_the_same_claims_is_verified_too() -> None:
    assert verifier().verify(signed()) == verifier().verify(issue(AUTHORITY, CLAIMS))


def test_a_machine_has_no_person() -> None:
    machine = caller(Role.LEARNING_SYSTEM, "*")
    token = issue(AUTHORITY, Claims(caller=machine, jti=UUID(int=5), issued_at=NOON, expires_at=CLAIMS.expires_at))
    assert verifier().verify(token).caller == machine


@pytest.mark.parametrize(
    ("name", "token", "expected"),
    [
        ("no algorithm", signed(HEADER | {"alg": "none"}, sign=lambda _: b""), TokenFault.WRONG_HEADER),
        ("no algorithm, in capitals", signed(HEADER | {"alg": "NONE"}, sign=lambda _: b""), TokenFault.WRONG_HEADER),
        ("HS256", signed(HEADER | {"alg": "HS256"}, sign=hs256_with_the_public_key), TokenFault.WRONG_HEADER),
        ("HS256 said to be EdDSA", signed(sign=hs256_with_the_public_key), TokenFault.BAD_SIGNATURE),
        ("algorithm in lower case", signed(HEADER | {"alg": "eddsa"}), TokenFault.WRONG_HEADER),
        ("the newer name of the algorithm", signed(HEADER | {"alg": "Ed25519"}), TokenFault.WRONG_HEADER),
        ("a list of algorithms", signed(HEADER | {"alg": ["EdDSA"]}), TokenFault.WRONG_HEADER),
        ("an identity token", signed(HEADER | {"typ": "JWT"}), TokenFault.WRONG_HEADER),
        ("a refresh token", signed(HEADER | {"typ": "rt+jwt"}), TokenFault.WRONG_HEADER),
        ("no type", signed({"alg": "EdDSA", "kid": AUTHORITY.keys.kid}), TokenFault.WRONG_HEADER),
        ("no key id", signed({"alg": "EdDSA", "typ": "at+jwt"}), TokenFault.WRONG_HEADER),
        ("a number for a key id", signed(HEADER | {"kid": 1}), TokenFault.WRONG_HEADER),
        ("an unknown key", signed(HEADER | {"kid": "another"}), TokenFault.UNKNOWN_KEY),
        ("a key id that is a path", signed(HEADER | {"kid": "../../../../dev/null"}), TokenFault.UNKNOWN_KEY),
        ("an extension", signed(HEADER | {"crit": ["exp"], "exp": 1}), TokenFault.WRONG_HEADER),
        ("an extension that must be known", signed(HEADER | {"crit": ["b64"], "b64": False}), TokenFault.WRONG_HEADER),
        ("a key to be fetched", signed(HEADER | {"jku": "https://evil.example/jwks"}), TokenFault.WRONG_HEADER),
        ("a certificate to be fetched", signed(HEADER | {"x5u": "https://evil.example/c"}), TokenFault.WRONG_HEADER),
        ("a key that comes with it", signed(HEADER | {"jwk": {"kty": "OKP"}}), TokenFault.WRONG_HEADER),
        ("a nested token", signed(HEADER | {"cty": "JWT"}), TokenFault.WRONG_HEADER),
        ("a compressed token", signed(HEADER | {"zip": "DEF"}), TokenFault.WRONG_HEADER),
        ("signed by a stranger", signed(sign=STRANGER.sign), TokenFault.BAD_SIGNATURE),
        ("no signature", signed(sign=lambda _: b""), TokenFault.BAD_SIGNATURE),
        ("a signature of nothing", signed(sign=lambda _: bytes(64)), TokenFault.BAD_SIGNATURE),
        ("another issuer", signed(payload=WIRE | {"iss": "https://evil.example"}), TokenFault.WRONG_ISSUER),
        (
            "an issuer that begins alike",
            signed(payload=WIRE | {"iss": "https://laurel.example.org"}),
            TokenFault.WRONG_ISSUER,
        ),
        ("an issuer cut off", signed(payload=WIRE | {"iss": "https://laurel"}), TokenFault.WRONG_ISSUER),
        ("another audience", signed(payload=WIRE | {"aud": "elsewhere"}), TokenFault.WRONG_AUDIENCE),
        ("a list of audiences", signed(payload=WIRE | {"aud": ["laurel", "elsewhere"]}), TokenFault.WRONG_CLAIMS),
        ("a role that does not exist", signed(payload=WIRE | {"role": "root"}), TokenFault.WRONG_CLAIMS),
        ("a list of roles", signed(payload=WIRE | {"role": ["marketer"]}), TokenFault.WRONG_CLAIMS),
        ("an account that is no id", signed(payload=WIRE | {"sub": "1 or 1=1"}), TokenFault.WRONG_CLAIMS),
        ("a claim too many", signed(payload=WIRE | {"admin": True}), TokenFault.WRONG_CLAIMS),
        ("times as text", signed(payload=WIRE | {"exp": "9999999999"}), TokenFault.WRONG_CLAIMS),
        ("times as true", signed(payload=WIRE | {"nbf": True}), TokenFault.WRONG_CLAIMS),
        ("an endless life", signed(payload=WIRE | {"exp": 2**62}), TokenFault.WRONG_CLAIMS),
        ("infinite time", signed(payload=WIRE | {"exp": float("inf")}), TokenFault.WRONG_CLAIMS),
        ("a life longer than we give", signed(payload=WIRE | {"exp": WIRE["exp"] + 1}), TokenFault.WRONG_CLAIMS),
        ("issued before time began", signed(payload=WIRE | {"iat": -(2**62)}), TokenFault.WRONG_CLAIMS),
        ("a list for claims", signed(payload=b"[]"), TokenFault.MALFORMED),
        ("claims that are no JSON", signed(payload=b"{"), TokenFault.MALFORMED),
        ("claims that are no text", signed(payload=b"\xff\xfe"), TokenFault.MALFORMED),
        ("very deep claims", signed(payload=b'{"a":' + b"[" * 1500), TokenFault.MALFORMED),
        ("a header that is no JSON", signed(b"x"), TokenFault.MALFORMED),
        ("a list for a header", signed(b'["EdDSA"]'), TokenFault.MALFORMED),
        ("nothing", "", TokenFault.MALFORMED),
        ("a word", "token", TokenFault.MALFORMED),
        ("two segments", ".".join(signed().split(".")[:2]), TokenFault.MALFORMED),
        ("five segments (encrypted)", f"{signed()}.a.b", TokenFault.MALFORMED),
        ("a padded segment", signed().replace(".", "=.", 1), TokenFault.MALFORMED),
        ("a space in front", f" {signed()}", TokenFault.MALFORMED),
        ("a line end behind", f"{signed()}\n", TokenFault.MALFORMED),
        ("a letter that only looks the same", signed().replace("e", "\u0435", 1), TokenFault.MALFORMED),
        ("a huge token", signed(payload=WIRE | {"markets": ["GB"] * 1_000}), TokenFault.MALFORMED),
        ("a megabyte", "a" * 1_000_000, TokenFault.MALFORMED),
    ],
)
def test_a_token_is_refused_for(name: str, token: str, expected: TokenFault) -> None:
    assert fault(token) == expected, name
    assert verifier().verify(signed()).caller == CLAIMS.caller


@pytest.mark.parametrize("claim", sorted(WIRE))
def test_every_claim_is_required(claim: str) -> None:
    assert fault(signed(payload=without(claim))) == TokenFault.WRONG_CLAIMS


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-6, TokenFault.NOT_YET_VALID),
        (-4, None),
        (0, None),
        (599, None),
        (600, TokenFault.EXPIRED),
        (100_000, TokenFault.EXPIRED),
    ],
)
def test_a_token_is_good_for_ten_minutes_from_its_second_on(seconds: int, expected: TokenFault | None) -> None:
    checks = verifier(NOON.replace(microsecond=0) + timedelta(seconds=seconds))
    if expected is None:
        assert checks.verify(signed()).caller == CLAIMS.caller
    else:
        assert fault(signed(), checks) == expected


def test_a_key_that_comes_twice_is_refused_in_header_and_claims() -> None:
    header = json.dumps(HEADER).encode()
    payload = json.dumps(WIRE).encode()
    assert verifier().verify(signed(header, payload)).caller == CLAIMS.caller
    assert fault(signed(b'{"alg": "none", ' + header[1:], payload)) == TokenFault.MALFORMED
    assert fault(signed(header, b'{"role": "administrator", ' + payload[1:])) == TokenFault.MALFORMED


@given(st.data())
def test_one_changed_character_anywhere_is_noticed(data: st.DataObject) -> None:
    token = signed()
    position = data.draw(st.integers(0, len(token) - 1))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    character = data.draw(st.sampled_from(alphabet).filter(lambda found: found != token[position]))
    checks = verifier()
    assert checks.verify(token).caller == CLAIMS.caller
    assert fault(token[:position] + character + token[position + 1 :], checks) in set(TokenFault)


@given(st.text())
def test_any_text_is_refused_and_never_breaks(text: str) -> None:
    assert fault(text) == TokenFault.MALFORMED
    assert fault(f"{text}.{text}.{text}") in set(TokenFault)


def test_a_remembered_token_expires_all_the_same() -> None:
    clock = MovableClock(NOON)
    checks = TokenVerifier(AUTHORITY, clock)
    token = signed()
    assert checks.verify(token) is checks.verify(token)
    clock.move(timedelta(seconds=600))
    assert fault(token, checks) == TokenFault.EXPIRED
    assert fault(token, checks) == TokenFault.EXPIRED


def test_only_so_many_tokens_are_remembered_and_the_least_used_goes_first() -> None:
    checks = verifier(capacity=2)
    tokens = [signed(payload=WIRE | {"jti": str(UUID(int=number))}) for number in range(3)]
    first, second = checks.verify(tokens[0]), checks.verify(tokens[1])
    assert checks.verify(tokens[0]) is first
    third = checks.verify(tokens[2])
    assert checks.verify(tokens[0]) is first
    assert checks.verify(tokens[2]) is third
    assert checks.verify(tokens[1]) is not second


def test_a_refused_token_is_not_remembered_and_does_not_push_out_others() -> None:
    checks = verifier(capacity=1)
    known = checks.verify(signed())
    for number in range(20):
        assert fault(signed(sign=STRANGER.sign, payload=WIRE | {"jti": str(UUID(int=number))}), checks)
    assert checks.verify(signed()) is known


def test_after_a_rotation_tokens_of_the_previous_key_are_good_and_without_it_they_are_not() -> None:
    old = AUTHORITY.keys.signing.public_key().public_bytes_raw()
    rotated = Authority(TokenKeys(bytes(32), previous=[old]), AUTHORITY.issuer, AUTHORITY.audience)
    alone = Authority(TokenKeys(bytes(32)), AUTHORITY.issuer, AUTHORITY.audience)
    assert verifier(authority=rotated).verify(signed()).caller == CLAIMS.caller
    assert fault(signed(), verifier(authority=alone)) == TokenFault.UNKNOWN_KEY
    assert verifier(authority=alone).verify(issue(rotated, CLAIMS)).caller == CLAIMS.caller


def test_the_published_keys_are_public_and_verify_our_tokens_elsewhere() -> None:
    published = AUTHORITY.keys.jwks()["keys"]
    assert [set(key) for key in published] == [{"kty", "crv", "x", "kid", "use", "alg"}]
    elsewhere = jwt.PyJWK(published[0])
    assert isinstance(elsewhere.key, Ed25519PublicKey)
    assert (
        jwt.decode(
            issue(AUTHORITY, CLAIMS),
            elsewhere,
            algorithms=["EdDSA"],
            audience="laurel",
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        == WIRE
    )


def test_a_key_id_is_its_rfc_7638_thumbprint() -> None:
    """The key and the thumbprint of RFC 8037, appendices A.1 and A.3."""
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    assert TokenKeys(seed).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_secret_key_is_not_shown() -> None:
    shown = repr(AUTHORITY)
    assert AUTHORITY.keys.kid in shown
    assert segment(SEED) not in shown
    assert repr(SEED) not in shown


def test_a_token_that_is_bound_to_a_key_says_so_and_another_does_not() -> None:
    bound = msgspec.structs.replace(CLAIMS, key="thumbprint")
    wire = to_wire(bound, AUTHORITY.issuer, AUTHORITY.audience)
    assert wire == WIRE | {"cnf": {"jkt": "thumbprint"}}, "as RFC 9449 section 6.1 has it"
    assert verifier().verify(signed(payload=wire)).key == "thumbprint"
    assert verifier().verify(issue(AUTHORITY, bound)).key == "thumbprint"
    assert verifier().verify(signed()).key is None
    assert fault(signed(payload=WIRE | {"cnf": {"jwk": {}}})) == TokenFault.WRONG_CLAIMS
