"""A device with passkeys, in software: it makes keys and signs as an authenticator does (WebAuthn, section 6)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://127.0.0.1:8000"
DOMAIN = "127.0.0.1"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40

Body = dict[str, Any]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def octets(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


class Device:
    """One device with one passkey; what it says of itself can be changed to what it must not be believed."""

    def __init__(self, algorithm: int = -7) -> None:
        self.algorithm = algorithm
        self.id = uuid4().bytes * 2
        self.elliptic = ec.generate_private_key(ec.SECP256R1())
        self.edwards = Ed25519PrivateKey.generate()
        self.count = 0
        self.handle: str | None = None
        self.origin, self.domain, self.flags = ORIGIN, DOMAIN, PRESENT | VERIFIED

    def cose(self) -> bytes:
        if self.algorithm == -8:
            public = self.edwards.public_key().public_bytes_raw()
            return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public})
        numbers = self.elliptic.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: self.algorithm, -1: 1} | point)

    def make(self, options: Mapping[str, Any], **client_data: object) -> Body:
        """Answer creation options."""
        self.handle = options["user"]["id"]
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.cose()
        authenticator_data = self._data(ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
        said = self._said("webauthn.create", options, client_data)
        response = {"clientDataJSON": text(said), "attestationObject": text(statement), "transports": ["internal"]}
        return self._answer(response)

    def sign(self, options: Mapping[str, Any], *, tamper: bool = False, **client_data: object) -> Body:
        """Answer request options."""
        self.count += 1
        data, said = self._data(0), self._said("webauthn.get", options, client_data)
        message = data + hashlib.sha256(said).digest()
        if tamper:
            message += b"!"
        signature = (
            self.edwards.sign(message) if self.algorithm == -8 else self.elliptic.sign(message, ec.ECDSA(SHA256()))
        )
        response = {"clientDataJSON": text(said), "authenticatorData": text(data), "signature": text(signature)}
        return self._answer(response | {"userHandle": self.handle})

    def _answer(self, response: Body) -> Body:
        name = text(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _data(self, more: int) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(self.domain.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _said(self, kind: str, options: Mapping[str, Any], more: Mapping[str, object]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **more}).encode()
