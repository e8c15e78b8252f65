"""Badge keys are keys for nothing else, and a badge outlives the keys that signed it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gamification.credential_vocabulary import Form, Verdict
from gamification.credentials.keys import BadgeKeys, public_keys, thumbprint
from gamification.rules.credentials.documents import Addresses
from kernel import multibase
from kernel.keys import Keys
from tests.conftest import KEYS
from tests.gamification.credentials.badges import issuer, public_pems, verdict, written


@pytest.mark.parametrize("form", list(Form))
def test_a_badge_signed_with_a_former_key_is_still_valid_and_with_a_leaked_one_is_not(form: Form) -> None:
    badge = written(issuer(2), form)
    assert verdict(issuer(2), badge).verdict is Verdict.VALID
    assert verdict(issuer(3, 2), badge).verdict is Verdict.VALID
    assert verdict(issuer(3), badge).verdict is Verdict.NOT_OURS
    assert verdict(issuer(3, 2), written(issuer(3, 2), form)).verdict is Verdict.VALID


def test_every_public_key_is_served_under_its_own_id() -> None:
    rotated = issuer(3, 2)
    assert len(rotated.keys.publics) == 4
    for kid, key in rotated.keys.publics.items():
        document = rotated.key(kid)
        assert document is not None
        address = Addresses("https://laurel.example").key(kid)
        if isinstance(key, Ed25519PublicKey):
            assert (document["id"], document["controller"]) == (address, rotated.addresses.issuer)
            assert multibase.decode(document["publicKeyMultibase"], 34) == b"\xed\x01" + key.public_bytes_raw()
        else:
            assert (document["kid"], document["kty"], document["alg"]) == (address, "RSA", "RS256")
            assert not {"d", "p", "q"} & set(document)
    assert rotated.key("nobody's") is None


def test_no_two_purposes_share_a_key_and_no_key_is_shown() -> None:
    former = {"other_key_encryption_keys", "token_former_keys", "receipt_former_keys"}
    values = [getattr(KEYS, name) for name in Keys.__struct_fields__ if name not in former]
    assert len(set(values)) == len(values) == 9
    keys = BadgeKeys(KEYS.badge_rsa_key, KEYS.badge_key)
    assert repr(keys) == "BadgeKeys(...)"
    assert repr(KEYS) == "Keys(...)"
    assert [thumbprint(key) for key in public_keys(public_pems(1))] == list(keys.publics)


def test_a_key_of_another_kind_is_refused() -> None:
    assert len(public_keys(public_pems(1, 2))) == 4
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    elliptic = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="neither RSA nor Ed25519"):
        public_keys(elliptic)
