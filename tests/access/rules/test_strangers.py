"""Whatever strangers send is refused, and nothing that they send is stumbled over."""

import json
from contextlib import suppress
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from access.errors import KeyProofRefusedError, PasskeyRefusedError, ProvisioningError
from access.rules import dpop, jose, passkeys, scim
from access.vocabulary import Role
from access.webauthn_json import PasskeyAnswer, PasskeyResponse
from kernel.texts import is_safe_url
from tests.conftest import START

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEY = Ed25519PrivateKey.generate()
JWK: dict[str, Any] = jwt.algorithms.OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
URL = "https://laurel.example/v1/me"
ASKER = passkeys.party("https://laurel.example", None, ())


def read(proof: str) -> dpop.KeyProof:
    return dpop.read(proof, method="GET", url=URL, now=START, access_token=None, window=60)


def signed(claims: object, **header: object) -> str:
    headers = {"typ": "dpop+jwt", "jwk": JWK} | header
    return jwt.api_jws.encode(json.dumps(claims).encode(), KEY, "EdDSA", headers=headers)


GOOD = {"jti": "a", "htm": "GET", "htu": URL, "iat": int(START.timestamp())}


@given(st.text() | st.tuples(*[st.binary(max_size=40)] * 3).map(lambda parts: ".".join(map(jose.text, parts))))
def test_no_text_is_a_proof_of_a_key(text: str) -> None:
    with pytest.raises(KeyProofRefusedError):
        read(text)


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_a_proof_with_anything_in_a_claim_is_good_or_refused(name: str, value: object) -> None:
    with suppress(KeyProofRefusedError):
        assert read(signed(GOOD | {name: value})).thumbprint
    assert read(signed(GOOD)).thumbprint


@given(JSON)
def test_a_proof_with_anything_for_its_key_is_refused(value: object) -> None:
    with pytest.raises(KeyProofRefusedError):
        read(signed(GOOD, jwk=value))


@pytest.mark.parametrize("address", ["http://[", "//", "", "https://laurel.example:x/v1/me", "\ud800"])
def test_an_address_that_is_none_is_another_one(address: str) -> None:
    with pytest.raises(KeyProofRefusedError):
        read(signed(GOOD | {"htu": address}))
    assert not is_safe_url(address)


@given(st.text(), st.text(), st.none() | st.text(), st.binary().map(jose.text))
def test_no_text_is_a_passkeys_answer(name: str, text: str, more: str | None, data: str) -> None:
    for said in (text, data):
        response = PasskeyResponse(
            client_data_json=said, attestation_object=more, authenticator_data=more, signature=more, user_handle=more
        )
        answer = PasskeyAnswer(id=name, response=response)
        with pytest.raises(PasskeyRefusedError):
            passkeys.made(answer, ASKER, b"challenge", verified=False)
        with suppress(PasskeyRefusedError):
            assert isinstance(passkeys.challenge_of(answer), bytes)


WORDS = st.sampled_from(["userName", "displayName", "emails", "userType", "active", "externalId", "name", "other"])
USER = scim.DirectoryUser(user_name="m", display_name="Maya", email="m@pharma.example", user_type=Role.MARKETER)


@given(st.dictionaries(WORDS, JSON))
def test_a_directory_that_sends_anything_is_understood_or_refused(body: dict[str, Any]) -> None:
    with suppress(ProvisioningError):
        assert scim.read(body).user_name
    assert scim.read(scim.attributes(USER)) == USER


@given(st.lists(st.dictionaries(st.sampled_from(["op", "path", "value", "Op"]), JSON | WORDS), max_size=3) | JSON)
def test_a_patch_of_anything_changes_what_it_says_or_is_refused(operations: object) -> None:
    with suppress(ProvisioningError):
        assert scim.patched(USER, {"Operations": operations}).user_type is USER.user_type


@given(st.text())
def test_any_filter_is_one_of_two_or_refused(words: str) -> None:
    with suppress(ProvisioningError):
        assert scim.filtered(words)[0] in {"userName", "externalId"}
    assert scim.filtered(f"userName eq {json.dumps('a')}") == ("userName", "a")
