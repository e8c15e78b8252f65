"""Proofs of a key (RFC 9449): the RFC's own are good, and whatever is changed about one is not."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access.errors import KeyProofRefusedError
from access.rules.dpop import AHEAD_SECONDS, LONGEST, NAME_LENGTH, WINDOW_SECONDS, KeyProof, read, same, token_hash

# RFC 9449, figures 2 and 3.
RFC_PROOF: Final = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
    "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
    "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0"
    "IjoxNTYyMjYyNjE2fQ."
    "2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
RFC_THUMBPRINT: Final = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
RFC_MOMENT: Final = datetime.fromtimestamp(1_562_262_616, UTC)

URL: Final = "https://laurel.example/v1/me"
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
CURVE, EDWARDS = ec.derive_private_key(7, ec.SECP256R1()), Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS: Final[dict[str, Any]] = {"ES256": CURVE, "EdDSA": EDWARDS}
KINDS: Final[dict[str, Any]] = {"ES256": jwt.algorithms.ECAlgorithm, "EdDSA": jwt.algorithms.OKPAlgorithm}
CLAIMS: Final = {"jti": "name", "htm": "GET", "htu": URL, "iat": int(NOON.timestamp())}


def jwk(algorithm: str = "ES256", *, private: bool = False) -> dict[str, Any]:
    key = KEYS[algorithm] if private else KEYS[algorithm].public_key()
    found: dict[str, Any] = KINDS[algorithm].to_jwk(key, as_dict=True)
    return found


def proof(algorithm: str = "ES256", header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
    """Return a proof; ``claims`` and ``header`` change what it says, and None leaves a claim out."""
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    headers = {"typ": "dpop+jwt", "jwk": jwk(algorithm)} | (header or {})
    return jwt.encode(said, key or KEYS[algorithm], algorithm=algorithm, headers=headers)


def judged(
    shown: str, *, now: datetime = NOON, token: str | None = None, url: str = URL, method: str = "GET"
) -> KeyProof:
    return read(shown, method=method, url=url, now=now, access_token=token, window=WINDOW_SECONDS)


def good(shown: str, **more: Any) -> bool:
    """Tell whether a proof is accepted."""
    try:
        judged(shown, **more)
    except KeyProofRefusedError:
        return False
    return True


def thumbprint(algorithm: str) -> str:
    members = json.dumps({name: jwk(algorithm)[name] for name in sorted(jwk(algorithm)) if name in "crv kty x y"})
    digest = hashlib.sha256(members.replace(" ", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_the_proof_in_the_rfc_is_good_at_its_moment_and_shows_the_key_that_the_rfc_says() -> None:
    url = "https://server.example.com/token"
    found = judged(RFC_PROOF, now=RFC_MOMENT, url=url, method="POST")
    assert found.thumbprint == RFC_THUMBPRINT
    with pytest.raises(KeyProofRefusedError):
        judged(RFC_PROOF, now=RFC_MOMENT, url=url)
    with pytest.raises(KeyProofRefusedError):
        judged(RFC_PROOF, now=RFC_MOMENT, method="POST")


def test_the_hash_of_a_token_is_the_rfcs() -> None:
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    assert token_hash("\udc00") != token_hash("?"), "half of a character is hashed, too"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_proof_says_which_key_and_has_a_name_that_is_of_this_key_alone(algorithm: str) -> None:
    found = judged(proof(algorithm))
    assert found.thumbprint == thumbprint(algorithm)
    assert found.name == hashlib.sha256(f"{found.thumbprint} name".encode()).hexdigest()
    names = {judged(proof(each, jti=name)).name for each in KEYS for name in ("one", "two")}
    assert len(names) == 4


def without(**changes: Any) -> dict[str, Any]:
    """Return a header with another key: without a member where it is None."""
    return {"jwk": {name: value for name, value in (jwk() | changes).items() if value is not None}}


REFUSED: Final[dict[str, Callable[[], str]]] = {
    "of another kind": lambda: proof(header={"typ": "at+jwt"}),
    "with more in its header": lambda: proof(header={"kid": "1"}),
    "with an extension": lambda: proof(header={"crit": ["exp"]}),
    "with a private key": lambda: proof(header={"jwk": jwk(private=True)}),
    "with a key that is no object": lambda: proof(header={"jwk": "key"}),
    "with a key of another kind": lambda: proof(header={"jwk": jwk("EdDSA")}),
    "with a key on another curve": lambda: proof(header=without(crv="P-384")),
    "with a key of another type": lambda: proof(header=without(kty="RSA")),
    "with half a key": lambda: proof(header=without(y=None)),
    "with a number for a key": lambda: proof(header=without(x=7)),
    "signed by another key": lambda: proof(key=ec.derive_private_key(8, ec.SECP256R1())),
    "by a secret": lambda: jwt.encode(CLAIMS, "s" * 32, headers={"typ": "dpop+jwt", "jwk": jwk()}),
    "unsigned": lambda: jwt.encode(CLAIMS, "", algorithm="none", headers={"typ": "dpop+jwt", "jwk": jwk()}),
    "for another method": lambda: proof(htm="POST"),
    "for a method in small letters": lambda: proof(htm="get"),
    "for another path": lambda: proof(htu=f"{URL}/points"),
    "for another host": lambda: proof(htu="https://laurel.example.org/v1/me"),
    "for another scheme": lambda: proof(htu="http://laurel.example/v1/me"),
    "for no address": lambda: proof(htu="https://[/v1/me"),
    "without a name": lambda: proof(jti=None),
    "with an empty name": lambda: proof(jti=""),
    "with too long a name": lambda: proof(jti="a" * (NAME_LENGTH + 1)),
    "with a name that can't be printed": lambda: proof(jti="a\n"),
    "without a time": lambda: proof(iat=None),
    "with a time in words": lambda: proof(iat="noon"),
    "for a token where none is sent": lambda: proof(ath=token_hash("token")),
    "too long": lambda: proof(more="a" * LONGEST),
    "no token": lambda: "a.b",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_proof_is_refused_which_is(kind: str) -> None:
    assert good(proof()), "the control"
    with pytest.raises(KeyProofRefusedError) as raised:
        judged(REFUSED[kind]())
    assert raised.value.facts == {"algorithms": "ES256 EdDSA"}


def test_a_proof_is_good_from_a_little_before_until_its_window_is_over() -> None:
    for seconds in (-AHEAD_SECONDS, WINDOW_SECONDS):
        assert good(proof(), now=NOON + timedelta(seconds=seconds))
    for seconds in (-AHEAD_SECONDS - 1, WINDOW_SECONDS + 1):
        assert not good(proof(), now=NOON + timedelta(seconds=seconds))


def test_a_proof_goes_with_its_token_alone() -> None:
    bound = proof(ath=token_hash("token"))
    assert good(bound, token="token")
    for token in ("Token", ""):
        assert not good(bound, token=token)
    assert not good(proof(), token="token")


def test_the_longest_name_is_good() -> None:
    assert good(proof(jti="a" * NAME_LENGTH))


@pytest.mark.parametrize(
    "spelling",
    [
        "HTTPS://Laurel.EXAMPLE/v1/me",
        "https://laurel.example:443/v1/me",
        "https://laurel.example/v1/%6De",
        "https://laurel.example/v1/me?a=1#b",
    ],
)
def test_an_address_may_be_spelled_otherwise(spelling: str) -> None:
    assert good(proof(htu=spelling))


def test_an_address_without_a_path_is_the_root_and_a_port_counts_unless_it_is_the_usual_one() -> None:
    assert good(proof(htu="https://laurel.example"), url="https://laurel.example/")
    assert good(proof(htu="http://laurel.example:80/"), url="http://laurel.example")
    for there, here in (
        ("http://a:443/", "http://a/"),
        ("https://a:80/", "https://a/"),
        ("https://a:8443/", "https://a/"),
    ):
        assert not good(proof(htu=there), url=here)


@pytest.mark.parametrize(
    ("bound", "shown", "expected"),
    [(None, None, True), ("a", "a", True), ("a", "b", False), ("a", None, False), (None, "a", False)],
)
def test_a_key_is_the_same_as_itself_alone(bound: str | None, shown: str | None, *, expected: bool) -> None:
    assert same(bound, shown) is expected
