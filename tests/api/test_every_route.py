"""Every route against everybody: no token, an old one, each wrong role, another market, no consent; and a success."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Request, Router, WebSocket, asgi, get, websocket
from litestar.handlers import BaseRouteHandler
from litestar.types import Receive, Scope, Send

import access
from access import Role
from api.app import UndeclaredRouteError, create_app
from api.routes import route_lines
from api.routing import Policy, command, policy_of, public
from api.runtime import Runtime
from consent.values import CONSENT_PURPOSES
from kernel.settings import Settings
from tests.api.asker import Asker
from tests.api.cases import CASES, PUBLIC
from tests.api.expectations import COMMON, LISTED, OVERSEEN, OWN, PARTLY, Case
from tests.api.house import House, problem
from tests.api.scenes import Scene, Sent, earned
from tests.conftest import KEYS

NOWHERE = Settings(database_url="postgresql://nowhere/nothing", redis_url="redis://nowhere")
ROUTES = sorted(CASES)
UNREFUSED = (OWN, COMMON, LISTED, OVERSEEN, PARTLY)
REFUSABLE = [route for route in ROUTES if CASES[route].elsewhere not in UNREFUSED]
RESTING_ON_CONSENT = [route for route in ROUTES if CASES[route].consent]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(house: House) -> AsyncIterator[Scene]:
    """Lend an item, somebody who earned something, and an award, all in GB."""
    yield await Scene.of(house)


async def sent(asker: Asker, route: str, what: Sent) -> httpx.Response:
    method, template = route.split(" ")
    path = re.sub(r"{[^}]*}", str(what.inside), template)
    return await asker.ask(method, path, body=what.body, params=what.query)


def untyped(route: str) -> str:
    """Return a route as the trail names it: without the types of what stands in braces."""
    return re.sub(r":[a-z]+}", "}", route)


async def refused(house: House, answer: httpx.Response, reason: str) -> None:
    """Hold that a refusal is in the trail, with its reason, before anybody heard of it."""
    entries = await house.trail(answer)
    assert [(entry["decision"], entry["outcome"], entry["reason"]) for entry in entries] == [
        ("refused", "refused", reason)
    ]


@cache
def policies() -> dict[str, Policy]:
    """Return what every route of the application declares."""
    app = create_app(Runtime(NOWHERE, KEYS), with_worker=False)
    return {
        f"{method} {route.path}": policy
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS" and (policy := policy_of(handler))
    }


def test_every_declared_route_has_a_case_and_every_case_a_route() -> None:
    assert set(policies()) == set(CASES) | PUBLIC
    assert {route for route, policy in policies().items() if policy.kind == "public"} == PUBLIC


def test_a_public_route_says_why_and_every_other_what_for() -> None:
    for route, policy in policies().items():
        said = policy.because if policy.kind == "public" else policy.permission and policy.purpose and policy.records
        assert said, route


@get("/plain")
async def plain() -> str:
    """Answer without having declared anything."""
    return "open"


@asgi("/raw", copy_scope=True)
async def raw(scope: Scope, receive: Receive, send: Send) -> None:
    """Do whatever it likes."""
    del scope, receive, send


@websocket("/socket")
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Accept anybody."""
    await socket.accept()


async def open_gate(_: Request[Any, Any, Any]) -> None:
    """Let everybody in."""


@public.get("/declared", because="it is declared as it should be")
async def declared() -> str:
    """Answer behind whatever gate there is."""
    return "open"


UNGATED = Router("/", route_handlers=[declared], before_request=open_gate)


@pytest.mark.parametrize("handler", [plain, raw, socket, UNGATED], ids=["plain", "asgi", "websocket", "ungated"])
def test_a_handler_without_declaration_or_gate_stops_the_start(handler: BaseRouteHandler | Router) -> None:
    with pytest.raises(UndeclaredRouteError):
        create_app(Runtime(NOWHERE, KEYS), with_worker=False, more_routes=[handler])
    with_one_more = create_app(Runtime(NOWHERE, KEYS), with_worker=False, more_routes=[declared])
    assert "GET /declared" in {f"{line.method} {line.path}" for line in route_lines(with_one_more)}


@pytest.mark.parametrize("said", [{}, {"purpose": "service"}])
def test_a_declaration_without_permission_purpose_and_action_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="must declare"):
        command.post("/half", **said)
    with pytest.raises(TypeError, match="must say because"):
        public.get("/open")
    with pytest.raises(TypeError, match="must say purpose"):
        public.post("/open", because="nobody is signed in yet", records=access.Action.SIGNED_IN)
    with pytest.raises(AttributeError, match="can't use the method TRACE"):
        command.trace("/odd")


@pytest.mark.parametrize("route", ROUTES)
async def test_without_a_valid_token_nothing_opens(house: House, scene: Scene, route: str) -> None:
    method, template = route.split(" ")
    path = re.sub(r"{[^}]*}", str((await CASES[route].send(scene, scene.hcp)).inside), template)
    asker = await house.asker(min(CASES[route].who), "GB")
    expired = asker.signed(house.clock.now() - timedelta(minutes=10))
    wrong = [f"Bearer {expired}", f"Bearer {asker.token}x"]
    bearers = [None, *wrong, f"Basic {asker.token}", "Basic YTpi", "Bearer "]
    for bearer in bearers:
        headers = {} if bearer is None else {"Authorization": bearer}
        answer = await house.http.request(method, path, headers=headers)
        problem(answer, 401, "token-refused")
        challenge = 'Bearer error="invalid_token"' if bearer in wrong else "Bearer"  # RFC 6750 section 3.1
        assert answer.headers["www-authenticate"] == challenge
        await refused(house, answer, "token-refused")


@pytest.mark.parametrize("route", ROUTES)
async def test_every_role_that_may_succeeds_and_every_other_is_refused(house: House, scene: Scene, route: str) -> None:
    case = CASES[route]
    for role in Role:
        asker = await house.asker(role, "GB")
        if route.startswith("GET /v1/awards") and role is Role.HCP:
            await earned(house, asker, scene.item)
        answer = await sent(asker, route, await case.send(scene, asker))
        if role not in case.who:
            problem(answer, 403, "permission-missing")
            await refused(house, answer, "permission-missing")
            continue
        assert answer.status_code == case.status, (role, answer.text)
        entries = await house.trail(answer)
        assert {entry["decision"] for entry in entries} == {"allowed"}, role
        assert {entry["actor"] for entry in entries} == {str(asker.caller.account)}
        assert {entry["route"] for entry in entries} == {untyped(route)}


@pytest.mark.parametrize("route", ROUTES)
async def test_what_a_route_promises_to_record_is_recorded(house: House, scene: Scene, route: str) -> None:
    case = CASES[route]
    asker = scene.hcp if Role.HCP in case.who else await house.asker(min(case.who), "GB")
    if case.elsewhere == OWN and Role.HCP in case.who:
        asker = await house.hcp()
        await earned(house, asker, scene.item)
    answer = await sent(asker, route, await case.send(scene, asker))
    assert answer.is_success
    recorded = {entry["action"] for entry in await house.trail(answer)}
    assert recorded & {action.value for action in policies()[route].records}


@pytest.mark.parametrize("route", REFUSABLE)
async def test_what_belongs_to_another_market_is_out_of_reach(house: House, scene: Scene, route: str) -> None:
    case: Case = CASES[route]
    for role in sorted(case.who):
        stranger = await house.asker(role, "FR")
        answer = await sent(stranger, route, await case.send(scene, scene.hcp))
        if isinstance(case.elsewhere, int):
            assert answer.status_code == case.elsewhere, (role, answer.text)
            await refused(house, answer, answer.json()["type"].rpartition(":")[2])
        elif case.elsewhere == "refused":
            assert [result["status"] for result in answer.json()["results"]] == ["refused"], role
            assert {entry["outcome"] for entry in await house.trail(answer)} == {"refused"}
        else:
            seen = {each["id"] for each in answer.json()["items"]}
            here = await house.asker(role, "GB")
            assert scene.item in {each["id"] for each in (await here.read("/v1/content", limit=200))["items"]}
            assert scene.item not in seen, role


@pytest.mark.parametrize("route", [route for route in ROUTES if Role.HCP in CASES[route].who])
async def test_who_has_withdrawn_everything_gets_what_rests_on_no_consent_and_nothing_else(
    house: House, scene: Scene, route: str
) -> None:
    case, hcp = CASES[route], await house.hcp()
    await earned(house, hcp, scene.item)
    what = await case.send(scene, hcp)
    for purpose in CONSENT_PURPOSES:
        assert (await hcp.decide(purpose)).status_code == 200
    answer = await sent(hcp, route, what)
    if case.consent is None:
        assert answer.status_code == case.status, answer.text
        return
    body = problem(answer, 403, "consent-required")
    assert (body["purpose"], body["reason"]) == (case.consent, "consent-withdrawn")
    await refused(house, answer, "consent-required")
    assert (await hcp.decide(case.consent, "granted")).status_code == 200
    assert (await sent(hcp, route, what)).status_code == case.status
