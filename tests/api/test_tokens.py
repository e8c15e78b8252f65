"""Access tokens through HTTP: only what we made, as we made it, opens anything."""

import base64
import json
from collections.abc import Callable
from uuid import UUID

import jwt
import pytest

from access import Role, TokenKeys
from tests.api.asker import Asker, Body
from tests.api.house import House, problem


async def test_a_token_that_claims_more_than_the_account_has_gets_what_the_account_has(house: House) -> None:
    hcp = await house.hcp()
    claiming = {"Authorization": f"Bearer {hcp.signed(house.clock.now(), role=Role.COMPLIANCE_OFFICER)}"}
    problem(await house.http.get("/v1/audit/entries", headers=claiming), 403, "permission-missing")
    me = await house.http.get("/v1/me", headers=claiming)
    assert me.json()["role"] == "hcp"


@pytest.mark.parametrize(
    ("scheme", "status"), [("Bearer", 200), ("bearer", 200), ("BEARER", 200), ("Basic", 401), ("Bearers", 401)]
)
async def test_the_scheme_is_read_without_regard_to_case(house: House, scheme: str, status: int) -> None:
    hcp = await house.hcp()
    answer = await house.http.get("/v1/me", headers={"Authorization": f"{scheme} {hcp.token}"})
    assert answer.status_code == status


def forged(asker: Asker, header: Body, claims: Body, key: object, algorithm: str) -> str:
    """Return a token of this asker with some of its header and its claims changed, signed with ``key``."""
    parts = asker.token.split(".")
    was = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in parts[:2]]
    return jwt.encode(was[1] | claims, key, algorithm=algorithm, headers=was[0] | header)  # type: ignore[arg-type]


def variant(header: Body | None = None, **claims: object) -> Callable[[Asker], str]:
    def make(asker: Asker) -> str:
        return forged(asker, header or {}, claims, asker.house.runtime.token_keys.signing, "EdDSA")

    return make


FORGED: dict[str, Callable[[Asker], str]] = {
    "another type": variant({"typ": "JWT"}),
    "no such key": variant({"kid": "x"}),
    "a key to be fetched": variant({"jku": "https://evil.example/jwks.json"}),
    "another issuer": variant(iss="https://evil.example"),
    "another audience": variant(aud="billing"),
    "not yet valid": variant(nbf=9_999_999_999),
    "an unknown claim": variant(admin=True),
    "a role that does not exist": variant(role="god"),
    "a life of an hour": variant(exp=1_900_000_000),
    "a session that does not exist": variant(sid=str(UUID(int=9))),
    "an account that does not exist": variant(sub=str(UUID(int=9))),
    "another key": lambda asker: forged(asker, {}, {}, TokenKeys(b"z" * 32).signing, "EdDSA"),
    "a secret as key": lambda asker: forged(asker, {"alg": "HS256"}, {}, "s" * 32, "HS256"),
    "no signature": lambda asker: forged(asker, {"alg": "none"}, {}, None, "none"),
    "cut off": lambda asker: asker.token[:-4],
    "nothing in it": lambda _: "..",
    "very long": lambda asker: asker.token + "A" * 10_000,
}


@pytest.mark.parametrize("case", FORGED)
async def test_a_token_that_is_not_as_we_make_it_opens_nothing(house: House, case: str) -> None:
    hcp = await house.hcp()
    answer = await house.http.get("/v1/me", headers={"Authorization": f"Bearer {FORGED[case](hcp)}"})
    problem(answer, 401, "token-refused")
    assert [entry["decision"] for entry in await house.trail(answer)] == ["refused"]
    unchanged = await house.http.get("/v1/me", headers={"Authorization": f"Bearer {variant()(hcp)}"})
    assert unchanged.status_code == 200, "the same token made by the same steps opens"
