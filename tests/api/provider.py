"""An OpenID provider made by hand, on this machine: an honest one, unless a test tells it what to lie about."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typing_extensions import override

CLIENT, REDIRECT = "laurel", "https://app.clinic.example/callback"
Body = dict[str, Any]


class Provider:
    """Keeps codes, signs id tokens. ``lie`` changes claims before they are signed, ``sign`` how they are signed."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.kid = uuid4().hex
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.issuer = ""
        self.codes: dict[str, Body] = {}
        self.asked: list[str] = []
        self.secrets: list[str] = []
        self.honest()

    def honest(self) -> None:
        """Stop lying."""
        self.lie: Callable[[Body], Body] = lambda claims: claims
        self.sign: Callable[[Body], str] = self.signed
        self.metadata: Body = {}
        self.userinfo: Body = {}

    def signed(self, claims: Body) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self) -> Body:
        found: Body = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return found | {"kid": self.kid, "use": "sig", "alg": "RS256"}

    def visited(self, authorization_url: str, subject: str, **claims: object) -> Body:
        """Sign somebody in, as a browser that was sent here would, and return what the browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        code = uuid4().hex
        who = {"sub": subject, "profession": "arzt", "address": {"country": "DE"}} | claims
        self.codes[code] = query | {"who": who}
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def token(self, form: Body) -> Body | None:
        """Exchange a code, once and by whoever has the verifier."""
        self.secrets += [form["client_secret"]] if "client_secret" in form else []
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        instant = int(self.now().timestamp())
        times = {"iat": instant, "exp": instant + 300}
        claims = {"iss": self.issuer, "aud": asked["client_id"], "nonce": asked["nonce"]} | times | asked["who"]
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(self.lie(claims))}

    def document(self, path: str) -> Body | None:
        """Return what stands at a path."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            } | self.metadata
        return {"/jwks": {"keys": [self.jwk()]}, "/userinfo": self.userinfo}.get(path)

    def entry(self, **more: object) -> Body:
        """Return what an operator writes about this provider."""
        return {
            "name": "Ärztekonto",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "redirect_uris": [REDIRECT],
            "profession_claim": "profession",
            "country_claim": ["address", "country"],
            "professions": {"arzt": "physician"},
            "countries": {"DE": {"market": "DE", "zone": "Europe/Berlin", "locale": "de"}},
            "confirms_email": True,
        } | more


PROVIDER = Provider()
"""The one that every house trusts."""


@contextmanager
def served(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(provider.document(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self, found: Body | None) -> None:
            body = json.dumps({"error": "invalid_grant"} if found is None else found).encode()
            self.send_response(400 if found is None else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def written(place: Path, **providers: Body) -> Path:
    """Write the operator's file."""
    file = place / "providers.yaml"
    file.write_text(yaml.safe_dump({"providers": {key.replace("_", "-"): entry for key, entry in providers.items()}}))
    return file
