"""Tokens that are bound to a key (RFC 9449): good with a fresh proof of it, and with nothing else."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.api.asker import Body
from tests.api.house import PASSWORD, House, problem
from tests.api.members import Member, bearing, member
from tests.api.opening import worker

URL = "http://127.0.0.1:8000"
CHALLENGE = 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"'


class Key:
    """A key in an app."""

    def __init__(self, house: House, algorithm: str = "ES256") -> None:
        self.house, self.algorithm = house, algorithm
        self.private: Any = (
            ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else Ed25519PrivateKey.generate()
        )

    def jwk(self, *, private: bool = False) -> Body:
        kind: Any = jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.OKPAlgorithm
        found: Body = kind.to_jwk(self.private if private else self.private.public_key(), as_dict=True)
        return found

    def proof(self, method: str, path: str, token: str | None = None, **more: Any) -> str:
        """Return a proof for a request; ``more`` changes what it claims."""
        claims = {"jti": uuid4().hex, "htm": method, "htu": URL + path, "iat": int(self.house.clock.now().timestamp())}
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self.signed({name: value for name, value in (claims | more).items() if value is not None})

    def signed(self, claims: Body, **header: Any) -> str:
        return jwt.encode(
            claims, self.private, algorithm=self.algorithm, headers={"typ": "dpop+jwt", "jwk": self.jwk()} | header
        )

    async def tokens(self, who: Member) -> Body:
        body = {"email": who.email, "password": PASSWORD}
        headers = {"DPoP": self.proof("POST", "/v1/sessions")}
        answer = await self.house.http.post("/v1/sessions", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    async def ask(
        self, tokens: Body, proof: str | None = None, *, scheme: str = "DPoP", via: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        token = tokens["access_token"]
        shown = self.proof("GET", "/v1/me", token) if proof is None else proof
        headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": shown} if shown else {})
        return await (via or self.house.http).get("/v1/me", headers=headers)

    async def refresh(self, token: str, *, proof: str | None = None) -> httpx.Response:
        shown = self.proof("POST", "/v1/sessions/refresh") if proof is None else proof
        headers = {"DPoP": shown} if shown else {}
        return await self.house.http.post("/v1/sessions/refresh", json={"refresh_token": token}, headers=headers)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_a_bound_token_is_good_with_a_proof_of_its_key(house: House, algorithm: str) -> None:
    key = Key(house, algorithm)
    tokens = await key.tokens(await member(house))
    assert tokens["token_type"] == "DPoP"
    said = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert list(said["cnf"]) == ["jkt"]
    assert (await key.ask(tokens)).status_code == 200
    renewed = await key.refresh(tokens["refresh_token"])
    assert renewed.json()["token_type"] == "DPoP"
    assert (await key.ask(renewed.json())).status_code == 200


async def test_a_bound_token_is_no_bearer_token_and_a_bearer_token_needs_no_key(house: House) -> None:
    jane, key = await member(house), Key(house)
    tokens, plain = await key.tokens(jane), await jane.tokens()
    answer = await key.ask(tokens, scheme="Bearer")
    body = problem(answer, 401, "token-refused")
    assert body["reason"] == "key-not-shown"
    problem(await key.ask(tokens, "", scheme="Bearer"), 401, "token-refused")
    assert plain["token_type"] == "Bearer"
    assert (await house.http.get("/v1/me", headers=bearing(plain))).status_code == 200
    problem(await key.ask(plain), 401, "key-proof-refused")
    assert (await key.ask(tokens)).status_code == 200


async def test_the_scheme_of_a_bound_token_is_read_without_regard_to_case(house: House) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    assert [(await key.ask(tokens, scheme=scheme)).status_code for scheme in ("DPoP", "dpop", "DPOP")] == [200] * 3
    for scheme in ("bearer", "BEARER"):
        assert problem(await key.ask(tokens, scheme=scheme), 401, "token-refused")["reason"] == "key-not-shown"


async def test_without_a_proof_or_with_another_key_a_bound_token_opens_nothing(house: House) -> None:
    key, stranger = Key(house), Key(house)
    tokens = await key.tokens(await member(house))
    answer = await key.ask(tokens, "")
    problem(answer, 401, "key-proof-refused")
    assert answer.headers["www-authenticate"] == CHALLENGE
    problem(await stranger.ask(tokens), 401, "key-proof-refused")
    forged = await key.ask(tokens | {"access_token": f"{tokens['access_token']}x"})
    assert forged.headers["www-authenticate"] == CHALLENGE.replace("invalid_dpop_proof", "invalid_token")
    token = tokens["access_token"]
    two = [("Authorization", f"DPoP {token}"), *(("DPoP", key.proof("GET", "/v1/me", token)) for _ in range(2))]
    problem(await house.http.get("/v1/me", headers=two), 401, "key-proof-refused")
    assert (await key.ask(tokens)).status_code == 200


Wrong = Callable[[Key, str], str]


def _said(**more: Any) -> Wrong:
    return lambda key, token: key.proof("GET", "/v1/me", token, **more)


def _aged(seconds: int) -> Wrong:
    return lambda key, token: key.proof("GET", "/v1/me", token, iat=int(key.house.clock.now().timestamp()) - seconds)


def _headed(**header: Any) -> Wrong:
    def made(key: Key, token: str) -> str:
        claims = jwt.decode(key.proof("GET", "/v1/me", token), options={"verify_signature": False})
        return key.signed(claims, **header)

    return made


def _private(key: Key, token: str) -> str:
    return _headed(jwk=key.jwk(private=True))(key, token)


def _another_key(key: Key, token: str) -> str:
    return _headed(jwk=Key(key.house).jwk())(key, token)


def _symmetric(key: Key, token: str) -> str:
    claims = jwt.decode(key.proof("GET", "/v1/me", token), options={"verify_signature": False})
    secret = "a secret that is as long as it has to be"
    headers = {"typ": "dpop+jwt", "jwk": {"kty": "oct", "k": secret}}
    return jwt.encode(claims, secret, algorithm="HS256", headers=headers)


def _unsigned(key: Key, token: str) -> str:
    parts = key.proof("GET", "/v1/me", token).split(".")
    header = json.dumps({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk()}).encode()
    return f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{parts[1]}."


WRONG: dict[str, Wrong] = {
    "another method": _said(htm="POST"),
    "another path": _said(htu=f"{URL}/v1/me/sessions"),
    "another host": _said(htu="http://127.0.0.1.evil.example:8000/v1/me"),
    "another scheme": _said(htu="https://127.0.0.1:8000/v1/me"),
    "no address": _said(htu=None),
    "another token": _said(ath="AAAA"),
    "no token": _said(ath=None),
    "no name": _said(jti=None),
    "an empty name": _said(jti=""),
    "a long name": _said(jti="x" * 129),
    "a name that is no text": _said(jti=7),
    "a time that is text": _said(iat="1"),
    "too old": _aged(61),
    "from the future": _aged(-6),
    "another type": _headed(typ="at+jwt"),
    "more in its header": _headed(kid="k"),
    "a private key": _private,
    "another key than signed it": _another_key,
    "a shared secret": _symmetric,
    "no signature": _unsigned,
    "no token at all": lambda _, __: "x",
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_proof_of_something_else_is_no_proof(house: House, name: str) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    problem(await key.ask(tokens, WRONG[name](key, tokens["access_token"])), 401, "key-proof-refused")
    assert (await key.ask(tokens)).status_code == 200


async def test_the_same_address_may_be_written_in_another_way_and_a_minute_is_young(house: House) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    for right in (_said(htu="HTTP://127.0.0.1:8000/v1/me?a=b#c"), _said(htu=f"{URL}/v1/%6De"), _aged(60), _aged(-5)):
        assert (await key.ask(tokens, right(key, tokens["access_token"]))).status_code == 200


async def test_a_proof_is_shown_once_by_one_of_many_and_on_every_worker(house: House) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    async with worker(house) as other:
        proof = key.proof("GET", "/v1/me", tokens["access_token"])
        workers = [house.http, other] * 4
        answers = await asyncio.gather(*(key.ask(tokens, proof, via=each) for each in workers))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
        assert (await key.ask(tokens, via=other)).status_code == 200


async def test_with_valkey_away_a_proof_is_shown_once_all_the_same_and_must_be_younger(house: House) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    nowhere = "redis://127.0.0.1:1"
    async with worker(house, redis_url=nowhere) as one, worker(house, redis_url=nowhere) as other:
        proof = key.proof("GET", "/v1/me", tokens["access_token"])
        answers = await asyncio.gather(*(key.ask(tokens, proof, via=each) for each in [one, other] * 2))
        assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
        problem(await key.ask(tokens, _aged(6)(key, tokens["access_token"]), via=one), 401, "key-proof-refused")
        assert (await key.ask(tokens, _aged(5)(key, tokens["access_token"]), via=one)).status_code == 200


async def test_a_proof_that_was_shown_while_valkey_was_away_is_known_to_who_finds_it_back(house: House) -> None:
    key = Key(house)
    tokens = await key.tokens(await member(house))
    proof = key.proof("GET", "/v1/me", tokens["access_token"])
    async with worker(house, redis_url="redis://127.0.0.1:1") as away:
        assert (await key.ask(tokens, proof, via=away)).status_code == 200
    async with worker(house) as back:
        problem(await key.ask(tokens, proof, via=back), 401, "key-proof-refused")
        assert (await key.ask(tokens, via=back)).status_code == 200, "the control: another one"


async def test_who_stole_a_refresh_token_without_its_key_gets_nothing_and_ends_nothing(house: House) -> None:
    key, thief = Key(house), Key(house)
    tokens = await key.tokens(await member(house))
    stolen = tokens["refresh_token"]
    for proof in ("", None):
        answer = await thief.refresh(stolen, proof=proof)
        problem(answer, 401, "sign-in-failed")
        assert [entry["reason"] for entry in await house.trail(answer)] == ["wrong-key"]
    renewed = await key.refresh(stolen)
    assert renewed.status_code == 200
    house.clock.move(timedelta(seconds=11))
    problem(await thief.refresh(stolen), 401, "sign-in-failed")
    assert (await key.ask(renewed.json())).status_code == 200, "the thief did not end the session"
    problem(await key.refresh(stolen), 401, "sign-in-failed")
    problem(await key.ask(renewed.json()), 401, "token-refused")


async def test_a_bearers_refresh_token_is_not_bound_later(house: House) -> None:
    plain, key = await (await member(house)).tokens(), Key(house)
    problem(await key.refresh(plain["refresh_token"]), 401, "sign-in-failed")
    assert (await key.refresh(plain["refresh_token"], proof="")).status_code == 200


async def test_who_signs_in_with_a_bad_proof_is_not_signed_in(house: House) -> None:
    jane, key = await member(house), Key(house)
    body = {"email": jane.email, "password": PASSWORD}
    bad = {"DPoP": key.proof("POST", "/v1/sessions", ath="AAAA")}
    problem(await house.http.post("/v1/sessions", json=body, headers=bad), 401, "key-proof-refused")
    assert (await key.tokens(jane))["token_type"] == "DPoP"
