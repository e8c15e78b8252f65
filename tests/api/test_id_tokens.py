"""Id tokens of a provider that lies, or that somebody else signed: none of them opens anything."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.api.asker import Body
from tests.api.house import House
from tests.api.provider import CLIENT, Provider
from tests.api.visits import refused, signed_in


@pytest.fixture(autouse=True)
def honesty(house: House, provider: Provider) -> Iterator[None]:
    """Give the provider the house's clock, and let it be honest again after each test."""
    provider.now = house.clock.now
    yield
    provider.honest()


def _without(name: str) -> Callable[[Body], Body]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def _with(**more: Any) -> Callable[[Body], Body]:
    return lambda claims: claims | more


def _shifted(**seconds: int) -> Callable[[Body], Body]:
    return lambda claims: claims | {name: claims[name] + by for name, by in seconds.items()}


LIES: dict[str, tuple[Callable[[Body], Body], str]] = {
    "another nonce": (_with(nonce="another"), "nonce"),
    "no nonce": (_without("nonce"), "nonce"),
    "another audience": (_with(aud="somebody"), "audience"),
    "more than one audience": (_with(aud=[CLIENT, "somebody"]), "audience"),
    "another party": (_with(azp="somebody"), "audience"),
    "another issuer": (_with(iss="https://evil.example"), "issuer"),
    "expired": (_shifted(iat=-500, exp=-400), "expired"),
    "from the future": (_shifted(iat=120, exp=120), "expired"),
    "an hour old and still good": (_shifted(iat=-3_600), "expired"),
    "no expiry": (_without("exp"), "token"),
    "no time": (_without("iat"), "token"),
    "no subject": (_without("sub"), "token"),
    "times that are text": (_with(exp="9999999999"), "token"),
    "another access token": (_with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "token"),
}


@pytest.mark.parametrize("name", LIES)
async def test_an_id_token_that_says_something_else_opens_nothing(house: House, provider: Provider, name: str) -> None:
    subject = uuid4().hex
    provider.lie, fault = LIES[name]
    await refused(house, await signed_in(house, provider, subject), fault)
    provider.honest()
    assert (await signed_in(house, provider, subject)).status_code == 200


def _b64(data: object) -> str:
    return jwt.utils.base64url_encode(json.dumps(data).encode()).decode()


def forgeries(provider: Provider) -> dict[str, tuple[Callable[[Body], str], str]]:
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    header = {"kid": provider.kid}

    def confused(claims: Body) -> str:
        """Sign with the public key as if it were a shared secret."""
        algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        message = f"{_b64({'alg': 'HS256'} | header)}.{_b64(claims)}"
        signature = algorithm.sign(message.encode(), provider.public_pem())
        return f"{message}.{jwt.utils.base64url_encode(signature).decode()}"

    def tampered(claims: Body) -> str:
        header, _, signature = provider.signed(claims).split(".")
        return f"{header}.{_b64(claims | {'sub': 'me'})}.{signature}"

    def twice(claims: Body) -> str:
        text = json.dumps(claims)[:-1] + f', "sub": "{uuid4().hex}"}}'
        return jwt.api_jws.encode(text.encode(), provider.key, "RS256", headers=header)

    return {
        "no algorithm": (lambda claims: f"{_b64({'alg': 'none'} | header)}.{_b64(claims)}.", "algorithm"),
        "a shared secret": (confused, "algorithm"),
        "another's key": (lambda claims: jwt.encode(claims, stranger, "RS256", headers=header), "signature"),
        "an unknown key": (lambda claims: jwt.encode(claims, stranger, "RS256", headers={"kid": "x"}), "signature"),
        "a word to be understood": (
            lambda claims: jwt.encode(claims, provider.key, "RS256", headers=header | {"crit": ["exp"], "exp": 1}),
            "token",
        ),
        "a tampered payload": (tampered, "signature"),
        "a claim twice": (twice, "signature"),
        "no token": (lambda _: "eyJ9", "token"),
    }


@pytest.mark.parametrize("name", list(forgeries(Provider())))
async def test_an_id_token_that_the_provider_did_not_sign_opens_nothing(
    house: House, provider: Provider, name: str
) -> None:
    subject = uuid4().hex
    provider.sign, fault = forgeries(provider)[name]
    await refused(house, await signed_in(house, provider, subject), fault)
    provider.honest()
    assert (await signed_in(house, provider, subject)).status_code == 200
