"""Generated requests for every operation of the contract, over a real server: no 5xx, and answers as documented."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core import NOT_SET

import access
from access import LetterKind, NewAccount, Role
from gamification import BadgeKeys
from kernel.settings import Settings
from tests.api.cases import CASES, PUBLIC
from tests.api.consent_scenes import a_token
from tests.api.expectations import OWN
from tests.api.house import ORIGIN, House
from tests.api.identity_scenes import a_sign_in, an_awaited_second
from tests.api.opening import served_house
from tests.api.scenes import Scene, Sent
from tests.conftest import KEYS

EXAMPLES = 30
FEWER = 15
WAITING = {"GET /v1/audit/entries", "GET /v1/me/access-log"}
"""Routes that wait for the sequencer, up to half a second each time."""
SOAK_EXAMPLES = 2_000
PUBLIC_INSIDES: dict[str, str | int] = {
    "POST /v1/identity-providers/{provider:str}/sign-ins": "konto",
    "GET /credentials/achievements/{key:str}": "top-mark",
    "GET /credentials/keys/{kid:str}": next(iter(BadgeKeys(KEYS.badge_rsa_key, KEYS.badge_key).publics)),
    "GET /credentials/status/{number:int}": 1,
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PASSWORD = "correct horse battery staple"
EMAIL = "jane@clinic.example"
ROUTES = sorted(set(CASES) | PUBLIC - {"GET /schema", "GET /schema/openapi.json", "GET /schema/{path:str}"})

Operation = APIOperation[Any, Any, Any, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """The application behind a real server."""
    async with served_house(settings, migrated_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(house: House) -> AsyncIterator[Scene]:
    """Lend what there is to be asked about, and somebody with a password."""
    jane = NewAccount(
        email=EMAIL,
        name="Dr Jane Doe",
        role=Role.HCP,
        market="GB",
        zone="Europe/London",
        locale="en-GB",
        password=PASSWORD,
    )
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.create_account(uow, jane)
    yield await Scene.of(house)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def unlimited(house: House) -> None:
    """Forget what was counted: the clock stands still, and a network's minute would be used up by the other routes."""
    valkey = house.runtime.cache.client
    for name in [name async for name in valkey.scan_iter("limit:*")]:
        await valkey.delete(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def contract(house: House) -> AsyncIterator[Any]:
    """Lend the contract as the server gives it."""
    yield await asyncio.to_thread(schemathesis.openapi.from_url, f"{house.http.base_url}/schema/openapi.json")


def registration() -> dict[str, str]:
    who = {"name": "Dr Ada Moor", "email": f"{uuid4().hex}@clinic.example", "market": "GB", "zone": "Europe/London"}
    return who | {"locale": "en", "password": PASSWORD}


async def a_refresh_token(house: House) -> object:
    tokens = await house.http.post("/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
    return {"refresh_token": tokens.json()["refresh_token"]}


async def a_reset_code(house: House) -> object:
    return {"code": await house.code(EMAIL, LetterKind.PASSWORD_RESET), "new_password": PASSWORD}


async def a_code(house: House, kind: LetterKind) -> dict[str, str]:
    who = registration()
    assert (await house.http.post("/v1/registrations", json=who)).status_code == 202
    return {"code": await house.code(who["email"], kind)}


async def a_confirmation(house: House) -> object:
    return await a_code(house, LetterKind.EMAIL_CONFIRMATION)


async def an_accepted_invitation(house: House) -> object:
    return await a_code(house, LetterKind.INVITATION) | {"password": PASSWORD}


async def a_visit_from(house: House) -> object:
    return await a_sign_in(house, uuid4().hex)


async def a_registration(_: House) -> object:
    return registration()


PUBLIC_BODIES: dict[str, Callable[[House], Awaitable[object]] | object] = {
    "POST /v1/sessions": {"email": EMAIL, "password": PASSWORD},
    "POST /v1/sessions/refresh": a_refresh_token,
    "POST /v1/sessions/identity": a_visit_from,
    "POST /v1/sessions/identity/second": an_awaited_second,
    "POST /v1/identity-providers/{provider:str}/sign-ins": {},
    "POST /v1/password-resets": {"email": EMAIL},
    "POST /v1/password-resets/complete": a_reset_code,
    "POST /v1/registrations": a_registration,
    "POST /v1/registrations/confirm": a_confirmation,
    "POST /v1/invitations/accept": an_accepted_invitation,
    "POST /v1/credentials/verify": {"credential": {"issuer": "somebody else"}},
}
"""What succeeds where nobody needs to sign in, or what makes it."""


async def good(scene: Scene, route: str) -> tuple[Sent, dict[str, str]]:
    """Return a request that succeeds, and the headers that it is sent with."""
    if route in PUBLIC:
        inside = await a_token(scene) if "{token" in route else PUBLIC_INSIDES.get(route, "")
        body = PUBLIC_BODIES.get(route)
        return Sent(await body(scene.house) if callable(body) else body, inside), {}
    role = min(CASES[route].who)
    own = CASES[route].elsewhere == OWN and not route.startswith("GET")
    asker = scene.hcp if role is Role.HCP and not own else await scene.house.asker(role, "GB")
    return await CASES[route].send(scene, asker), {"Authorization": f"Bearer {asker.token}"}


def explore(operation: Operation, known: Sent, headers: dict[str, str], settings: hypothesis_settings) -> Counter[int]:
    """Send one request that succeeds and many that are generated; return how often each status came."""
    seen: Counter[int] = Counter()
    inside = {name: str(known.inside) for name in re.findall(r"{(\w+)}", operation.path)}

    with requests.Session() as session:

        def check(case: Case[Any]) -> None:
            answer = case.call(headers=headers, session=session)
            case.validate_response(answer, checks=CHECKS)
            seen[answer.status_code] += 1

        body: Any = NOT_SET if known.body is None else known.body
        media = None if known.body is None else "application/json"
        check(operation.Case(path_parameters=inside or None, query=known.query, body=body, media_type=media))
        right = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=inside or None)
        wrong = operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=inside or None)
        anywhere = operation.as_strategy(GenerationMode.POSITIVE)
        settings(given(right | wrong | anywhere)(check))()
    return seen


async def explored(contract: Any, scene: Scene, route: str, settings: hypothesis_settings) -> Counter[int]:
    method, path = re.sub(r":[a-z]+}", "}", route).split(" ")
    return await asyncio.to_thread(explore, contract[path][method], *(await good(scene, route)), settings)


def bounded(examples: int, *, repeatable: bool) -> hypothesis_settings:
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=repeatable,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
async def test_no_request_makes_a_5xx_and_each_answer_is_as_documented(
    contract: Any,
    scene: Scene,
    house: House,
    route: str,
) -> None:
    assert house.http.base_url.scheme == "http"
    examples = FEWER if route in WAITING else EXAMPLES
    seen = await explored(contract, scene, route, bounded(examples, repeatable=True))
    assert any(200 <= status < 300 for status in seen), seen
    assert max(seen) < 500, seen
    assert seen.total() > 1


@pytest.mark.soak
@pytest.mark.parametrize("route", ROUTES)
async def test_no_request_makes_a_5xx_however_many_are_made(
    contract: Any,
    scene: Scene,
    house: House,
    route: str,
) -> None:
    assert house.http.base_url.scheme == "http"
    seen = await explored(contract, scene, route, bounded(SOAK_EXAMPLES, repeatable=False))
    assert max(seen) < 500, seen


async def test_every_operation_of_the_contract_is_explored(contract: Any, house: House) -> None:
    assert contract.location == f"{house.http.base_url}/schema/openapi.json"
    documented = {
        f"{result.ok().method.upper()} {result.ok().path}"
        for result in contract.get_all_operations()
        if not result.ok().path.startswith("/schema")
    }
    assert documented == {re.sub(r":[a-z]+}", "}", route) for route in ROUTES}
