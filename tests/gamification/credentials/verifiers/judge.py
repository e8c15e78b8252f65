"""Judges badges with two Python packages that others wrote; runs in a virtual environment of its own.

    python judge.py DOCUMENTS FILE...

``DOCUMENTS`` is JSON: what stands at each address; nothing is fetched. Prints one line of JSON per file and package:
``{"file", "by", "proof": true or false, "revoked": true, false or null, "error"?}``. Both packages are under the LGPL:
no part of Laurel imports them, and they are installed for this test alone.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from openbadgeslib.ob3 import OB3Verifier  # type: ignore[import-not-found] # in its own environment
from openbadgeslib.ob3.ldp import OB3LdpVerifier  # type: ignore[import-not-found] # in its own environment
from openbadgeslib.ob3.status import check_credential_status  # type: ignore[import-not-found] # in its own environment
from openbadgeslib.ob3.verifier import OB3VerificationError  # type: ignore[import-not-found] # in its own environment
from openvc.proof.data_integrity import DataIntegrityProofSuite  # type: ignore[import-not-found] # in its own environment
from openvc.status.status_list import check_credential_status as check_status  # type: ignore[import-not-found] # in its own environment

Documents = dict[str, Any]
Verdict = tuple[bool, bool | None]

BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def key_of(documents: Documents, address: str) -> Any:
    """Return the public key at ``address``; the caller of these packages finds keys, they don't."""
    found = documents[address]
    if found.get("kty") == "RSA":
        return RSAAlgorithm.from_jwk(found)
    from openvc.multibase import decode_multibase  # type: ignore[import-not-found] # noqa: PLC0415 - with its package

    raw = bytes(decode_multibase(found["publicKeyMultibase"]))[2:]
    return OKPAlgorithm.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": _encoded(raw)})


def _encoded(raw: bytes) -> str:
    import base64  # noqa: PLC0415 - only here

    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def pem(key: Any) -> bytes:
    written: bytes = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written


def rsa_address(documents: Documents) -> str:
    return next(address for address, found in documents.items() if found.get("kty") == "RSA")


def by_openbadgeslib(text: str, documents: Documents) -> Verdict:
    """Verify the signature, then the status by the signed list."""
    rsa = pem(key_of(documents, rsa_address(documents)))
    if text.startswith("{"):
        method = json.loads(text)["proof"][0]["verificationMethod"]
        credential = OB3LdpVerifier(pubkey_pem=pem(key_of(documents, method))).verify(text)
    else:
        credential = OB3Verifier(pubkey_pem=rsa).verify(text)

    def download(url: str, *_: object, **__: object) -> bytes:
        token: str = documents[f"{url}#jwt"]["token"]
        return token.encode()

    try:
        check_credential_status(credential, download=download, verify_list=True, list_pubkey_pem=rsa)
    except OB3VerificationError as error:
        if "'revocation' is set" not in str(error):
            raise
        return True, True
    return True, False


def extracted(file: Path) -> str:
    """Return the token inside a picture, found by openbadgeslib, or the text that a file is."""
    if file.suffix == ".png":
        return str(OB3Verifier.extract_token_from_png(file.read_bytes()))
    if file.suffix == ".svg":
        return str(OB3Verifier.extract_token_from_svg(file.read_bytes()))
    return file.read_text(encoding="utf-8").strip()


def by_openvc(text: str, documents: Documents) -> Verdict:
    """Verify proof and status, the status list's own proof too.

    This package takes one proof that is no array, where 1EdTech's schema demands the array: the same proof is taken out
    of it. It refuses every RS256 token, so that tokens are not its business.
    """
    suite = DataIntegrityProofSuite()
    contexts = {BADGES_CONTEXT: documents[BADGES_CONTEXT]}

    def jwk(method: str) -> Any:
        found = OKPAlgorithm.to_jwk(key_of(documents, method), as_dict=True)
        return {name: found[name] for name in ("kty", "crv", "x")}

    def status_list(url: str) -> Any:
        return checked(documents[url])

    def checked(document: Documents) -> Any:
        (proof,) = document["proof"]
        one = document | {"proof": proof}
        return suite.verify(one, public_key_jwk=jwk(proof["verificationMethod"]), extra_contexts=contexts).credential

    document = checked(json.loads(text))
    return True, bool(check_status(document, resolve_status_list=status_list).revoked)


def main(index: str, *files: str) -> None:
    documents = json.loads(Path(index).read_text(encoding="utf-8"))
    judges: dict[str, Callable[[str, Documents], Verdict]] = {
        "openbadgeslib": by_openbadgeslib,
        "openvc-core": by_openvc,
    }
    for file in files:
        for name, judge in judges.items():
            if name == "openvc-core" and not file.endswith(".json"):
                continue
            text = extracted(Path(file))
            said: dict[str, Any] = {"file": file, "by": name}
            try:
                said["proof"], said["revoked"] = judge(text, documents)
            except Exception as error:  # noqa: BLE001 - whatever it was, this judge did not accept the badge
                said |= {"proof": False, "revoked": None, "error": f"{type(error).__name__}: {error}"}
            sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
