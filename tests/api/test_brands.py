"""A scope of brands: another brand's things are not found, lists leave them out, and what is made names an own one."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

import access
import gamification
from access import Role, branded
from access.vocabulary import WHOLE
from content.vocabulary import ContentClass
from gamification import Narrowing, NewBoard
from gamification.vocabulary import CampaignState, Dimension
from tests.api.asker import Asker, Body
from tests.api.campaigning import campaign_in, fresh_key, written
from tests.api.cases import CASES
from tests.api.expectations import CAMPAIGN
from tests.api.house import ORIGIN, House, fields, problem
from tests.api.scenes import Sent
from tests.api.test_every_route import policies, sent

OURS, THEIRS = "cardiovex", "respira"
ACCOUNT = "/v1/accounts/{account:uuid}"
STAFF = sorted(set(Role) - access.MACHINES - WHOLE - {Role.HCP})
Send = Callable[[House, str | None], Awaitable[Sent]]


async def an_item(house: House, brand: str | None) -> Sent:
    return Sent(inside=await house.item(approved=False, brand=brand))


async def a_reward(house: House, brand: str | None) -> Sent:
    lane = ContentClass.MEDICAL if brand is None else ContentClass.PROMOTIONAL
    made = await house.reward(approved=False, brand=brand, lane=lane)
    return Sent({"reference": "MLR-7"}, made.id)


async def a_claim(house: House, brand: str | None) -> Sent:
    lane = ContentClass.MEDICAL if brand is None else ContentClass.PROMOTIONAL
    reward, hcp = await house.reward(brand=brand, lane=lane), await house.hcp()
    answer = await hcp.ask("POST", f"/v1/rewards/{reward.id}/claims")
    assert answer.status_code == 201, answer.text
    return Sent({}, answer.json()["id"])


async def a_board(house: House, brand: str | None) -> Sent:
    lane = ContentClass.MEDICAL if brand is None else ContentClass.PROMOTIONAL
    narrowing = Narrowing(Dimension.MARKET, "GB")
    new = NewBoard(key=f"b-{uuid4().hex}", name="Spring", narrowing=narrowing, lane=lane, brand=brand)
    async with house.runtime.work.begin(ORIGIN) as uow:
        await gamification.create_board(uow, new, scope=access.EVERYTHING)
    return Sent(inside=new.key)


async def an_account(house: House, brand: str | None) -> Sent:
    sam = await house.staff(Role.MARKETER, "GB", brands=(brand or "*",))
    await house.give_password(sam)  # who has none, and no role that was agreed to, isn't switched on
    return Sent(inside=sam.caller.account)


async def a_role_for_an_account(house: House, brand: str | None) -> Sent:
    body = {"role": "medical_reviewer", "markets": ["GB"], "reason": "Moves to review."}
    return Sent(body, (await an_account(house, brand)).inside)


async def a_role_request(house: House, brand: str | None) -> Sent:
    asked, other = await a_role_for_an_account(house, brand), await house.staff(Role.ADMINISTRATOR, "GB")
    return Sent(inside=(await other.post(f"/v1/accounts/{asked.inside}/role-requests", asked.body)).json()["id"])


async def a_client(house: House, brand: str | None) -> Sent:
    async with house.runtime.work.begin(ORIGIN) as uow:
        made = await access.create_machine_client(uow, "Webinars", ["GB"], brands=[brand or "*"])
    return Sent({}, UUID(made.client_id))


def terms(brand: str | None) -> dict[str, Any]:
    return {"lane": ContentClass.PROMOTIONAL, "brand": brand} if brand else {}


def a_campaign(state: CampaignState, **body: object) -> Send:
    async def send(house: House, brand: str | None) -> Sent:
        made = await campaign_in(house, state, **terms(brand))
        return Sent({"reason": "It is time."} | body, made.id)

    return send


async def a_preview(house: House, brand: str | None) -> Sent:
    made = await campaign_in(house, CampaignState.DRAFT, **terms(brand))
    return Sent({"since": "2026-01-01T00:00:00Z"}, made.id)


async def a_revision(house: House, brand: str | None) -> Sent:
    made = await campaign_in(house, CampaignState.DRAFT, **terms(brand))
    return Sent(written(made.key, lane="promotional", brand=brand) | {"revision": 1}, made.id)


MADE: dict[str, Send] = {
    "GET /v1/content/{item:uuid}": an_item,
    "POST /v1/content/{item:uuid}/approve": an_item,
    "POST /v1/content/{item:uuid}/withdraw": an_item,
    "POST /v1/rewards/{reward:uuid}/approve": a_reward,
    "POST /v1/rewards/{reward:uuid}/withdraw": a_reward,
    "POST /v1/claims/{claim:uuid}/fulfil": a_claim,
    "POST /v1/claims/{claim:uuid}/cancel": a_claim,
    "POST /v1/boards/{key:str}/archive": a_board,
    f"GET {CAMPAIGN}": a_campaign(CampaignState.DRAFT),
    f"PUT {CAMPAIGN}": a_revision,
    f"GET {CAMPAIGN}/transitions": a_campaign(CampaignState.DRAFT),
    f"POST {CAMPAIGN}/preview": a_preview,
    f"POST {CAMPAIGN}/submit": a_campaign(CampaignState.DRAFT, past="new_only"),
    f"POST {CAMPAIGN}/schedule": a_campaign(CampaignState.APPROVED),
    f"POST {CAMPAIGN}/pause": a_campaign(CampaignState.RUNNING),
    f"POST {CAMPAIGN}/resume": a_campaign(CampaignState.PAUSED),
    f"POST {CAMPAIGN}/end": a_campaign(CampaignState.DRAFT),
    f"POST {ACCOUNT}/role-requests": a_role_for_an_account,
    f"POST {ACCOUNT}/disable": an_account,
    f"POST {ACCOUNT}/enable": an_account,
    "POST /v1/role-requests/{request_id:uuid}/approve": a_role_request,
    "POST /v1/role-requests/{request_id:uuid}/reject": a_role_request,
    "POST /v1/machine-clients/{client:uuid}/rotate": a_client,
    "DELETE /v1/machine-clients/{client:uuid}": a_client,
}
READING = {route for route in MADE if route.startswith("GET") or route.endswith("/preview")}


def bounded(route: str) -> list[Role]:
    """Return the roles that brands bound on a route."""
    permission = policies()[route].permission
    return sorted(role for role in CASES[route].who if permission is not None and branded(role, permission))


def test_every_route_about_one_thing_that_can_have_a_brand_is_here() -> None:
    assert {route for route in CASES if "{" in route and bounded(route)} == set(MADE)


@pytest.mark.parametrize("route", MADE)
async def test_what_belongs_to_another_brand_is_not_found_as_what_is_of_another_market(
    house: House, route: str
) -> None:
    for role in bounded(route):
        what = await MADE[route](house, THEIRS)
        stranger, abroad = await house.staff(role, "GB", brands=(OURS,)), await house.staff(role, "FR")
        answers = [await sent(each, route, what) for each in (stranger, abroad)]
        assert [each.status_code for each in answers] == [404, 404], (role, answers[0].text)
        assert alike(answers[0]) == alike(answers[1])
        one_of_theirs = await house.staff(role, "GB", brands=(OURS, THEIRS))
        answer = await sent(one_of_theirs, route, what)
        assert answer.status_code == CASES[route].status, (role, answer.text)


def alike(answer: httpx.Response) -> Body:
    return {name: value for name, value in answer.json().items() if name not in {"request_id", "instance"}}


@pytest.mark.parametrize("route", MADE)
async def test_what_belongs_to_no_brand_is_read_and_left_as_it_is(house: House, route: str) -> None:
    for role in bounded(route):
        what, narrowed = await MADE[route](house, None), await house.staff(role, "GB", brands=(OURS,))
        answer = await sent(narrowed, route, what)
        if route in READING:
            assert answer.status_code == CASES[route].status, (role, answer.text)
        elif answer.status_code != 404:  # of accounts and clients, those beyond one's own scope are not found
            problem(answer, 403, "outside-brand-scope")
        everybody = await house.staff(role, "GB")
        control = await sent(everybody, route, what)
        if route != f"PUT {CAMPAIGN}":
            assert control.status_code == CASES[route].status, (role, control.text)


NEW: dict[str, Body] = {
    "/v1/content": {"kind": "podcast", "title": "Inhalers", "locale": "en", "markets": ["GB"]},
    "/v1/rewards": {"name": "Sounds", "kind": "content_unlock", "markets": ["GB"], "payer": "Laurel Ltd"},
    "/v1/campaigns": {},
    "/v1/boards": {"name": "Spring", "within": {"dimension": "market", "value": "GB"}},
}
INVALID = {
    "/v1/content": (400, "content-invalid"),
    "/v1/rewards": (422, "reward-invalid"),
    "/v1/campaigns": (400, "campaign-terms-invalid"),
    "/v1/boards": (422, "board-invalid"),
}
LANES = {"/v1/content": "content_class", "/v1/rewards": "content_class", "/v1/campaigns": "lane", "/v1/boards": "lane"}


def new(path: str, lane: str = "promotional", **more: object) -> Body:
    key = fresh_key()
    keyed = {} if path == "/v1/content" else {"key": key}
    terms = written(key) if path == "/v1/campaigns" else {}
    return terms | NEW[path] | keyed | {LANES[path]: lane} | more


@pytest.mark.parametrize("path", NEW)
async def test_who_works_for_a_brand_makes_what_belongs_to_it_and_nothing_else(house: House, path: str) -> None:
    narrowed, everybody = await house.staff(Role.MARKETER, "GB", brands=(OURS,)), await house.staff(Role.MARKETER)
    invalid = INVALID[path]
    problem(await narrowed.post(path, new(path, brand="No Key")), *invalid)
    missing = problem(await narrowed.post(path, new(path)), *invalid)
    assert fields(missing) == ["brand"]
    assert problem(await narrowed.post(path, new(path, brand=THEIRS)), 403, "outside-brand-scope")["remedy"]
    made = await narrowed.post(path, new(path, brand=OURS))
    assert (made.status_code, made.json()["brand"]) == (201, OURS), made.text
    assert (await everybody.post(path, new(path))).json()["brand"] is None, "who works for all needs to name none"
    for lane in ("medical", "accredited"):
        refused = problem(await everybody.post(path, new(path, lane, brand=OURS)), *invalid)
        assert fields(refused) == ["brand"]
        problem(await narrowed.post(path, new(path, lane)), 403, "outside-brand-scope")
    assert (await everybody.post(path, new(path, "medical"))).status_code == 201


LISTS = {"/v1/content": an_item, "/v1/rewards/catalogue": a_reward, "/v1/boards": a_board}


@pytest.mark.parametrize("path", [*LISTS, "/v1/campaigns", "/v1/machine-clients", "/v1/role-requests"])
async def test_lists_leave_out_what_belongs_to_other_brands(house: House, path: str) -> None:
    more: dict[str, Send] = {
        "/v1/campaigns": a_campaign(CampaignState.DRAFT),
        "/v1/machine-clients": a_client,
        "/v1/role-requests": a_role_request,
    }
    make = (LISTS | more)[path]
    of = {brand: str((await make(house, brand)).inside) for brand in (OURS, THEIRS, None)}
    role = Role.ADMINISTRATOR if path in {"/v1/machine-clients", "/v1/role-requests"} else Role.MARKETER
    narrowed, everybody = await house.staff(role, "GB", brands=(OURS,)), await house.staff(role, "GB")
    assert set(of.values()) <= await listed(everybody, path)
    own_alone = {of[OURS]} if role is Role.ADMINISTRATOR else {of[OURS], of[None]}
    assert set(of.values()) & await listed(narrowed, path) == own_alone


async def listed(asker: Asker, path: str) -> set[str]:
    """Return the ids, or keys, on all pages of a list."""
    found: set[str] = set()
    query: dict[str, Any] = {} if path == "/v1/boards" else {"limit": 200}
    while True:
        page = await asker.read(path, **query)
        found |= {each["key"] if path == "/v1/boards" else each["id"] for each in page["items"]}
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]
