"""Machine clients: a secret shown once, narrowed, running out, replaced, revoked."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import House, fields, problem
from tests.api.members import bearing, status
from tests.api.opening import worker


@pytest_asyncio.fixture(loop_scope="module")
async def boss(house: House) -> AsyncIterator[Asker]:
    """Lend an administrator of the United Kingdom who signed in a moment ago."""
    yield await house.staff(Role.ADMINISTRATOR, "GB")


async def made(boss: Asker, **more: object) -> Body:
    answer = await boss.post("/v1/machine-clients", {"name": "Webinars", "markets": ["GB"]} | more)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def sign_in(house: House, client: Body) -> httpx.Response:
    return await house.http.post("/v1/sessions", json={key: client[key] for key in ("client_id", "client_secret")})


async def listed(boss: Asker, client: Body) -> Body:
    items = (await boss.read("/v1/machine-clients", limit=200))["items"]
    (found,) = [each for each in items if each["id"] == client["client_id"]]
    line: Body = found
    return line


async def test_a_secret_is_shown_once_and_its_use_is_seen(house: House, boss: Asker) -> None:
    client = await made(boss)
    before = await listed(boss, client)
    assert (before["last_used_at"], before["expires_at"], before["permissions"]) == (None, None, None)
    assert (await sign_in(house, client)).status_code == 200
    after = await listed(boss, client)
    assert after["last_used_at"] is not None
    assert client["client_secret"] not in str(after)
    stored = await house.database.fetch("select client::text from access.machine_client as client")
    assert not any(client["client_secret"] in row[0] for row in stored)
    stranger = await house.staff(Role.ADMINISTRATOR, "FR")
    seen = (await stranger.read("/v1/machine-clients", limit=200))["items"]
    assert client["client_id"] not in [each["id"] for each in seen]


async def test_a_page_holds_what_lies_in_the_callers_markets_whoever_else_has_clients(house: House) -> None:
    home, abroad = [await house.staff(Role.ADMINISTRATOR, market) for market in ("DE", "FR")]
    mine: list[str] = []
    for _ in range(3):
        await made(abroad, markets=["FR"])
        mine.append((await made(home, markets=["DE"]))["client_id"])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for more in (True, True, False):
        page = await home.read("/v1/machine-clients", limit=1, **cursor)
        seen += [each["id"] for each in page["items"]]
        assert (page["next"] is not None) is more, "a page that follows holds something"
        cursor = {"cursor": page["next"]}
    assert seen == mine
    counts = await house.database.fetch(
        "select body ->> 'count' from (select id, convert_from(body, 'UTF8')::jsonb as body from audit.entry) as entry"
        " where body ->> 'action' = 'access:clients:read' order by id desc limit 3"
    )
    assert [row[0] for row in counts] == ["1"] * 3, "what was shown is counted, not what was looked at"


async def test_a_narrowed_client_does_that_and_nothing_else_of_its_role(house: House, boss: Asker) -> None:
    client = await made(boss, permissions=["content:create"])
    tokens = (await sign_in(house, client)).json()
    item = {"kind": "podcast", "title": "Inhalers", "locale": "en", "markets": ["GB"], "tags": []}
    assert (await house.http.post("/v1/content", json=item, headers=bearing(tokens))).status_code == 201
    refused = await house.http.post("/v1/activities", json=[], headers=bearing(tokens))
    problem(refused, 403, "permission-missing")
    assert await status(house.http, tokens) == 200, "everybody may know who they are"
    whole = (await sign_in(house, await made(boss))).json()
    assert (await house.http.post("/v1/activities", json=[], headers=bearing(whole))).status_code != 403


async def test_a_secret_runs_out(house: House, boss: Asker) -> None:
    client = await made(boss, expires_in_days=1)
    assert (await sign_in(house, client)).status_code == 200
    house.clock.move(timedelta(days=1))
    problem(await sign_in(house, client), 401, "sign-in-failed")


async def test_a_session_ends_with_the_secret_that_began_it(house: House, boss: Asker) -> None:
    short, long = await made(boss, expires_in_days=1), await made(boss, expires_in_days=2)
    house.clock.move(timedelta(days=1, minutes=-1))
    last, other = [(await sign_in(house, client)).json() for client in (short, long)]
    assert (last["expires_in"], other["expires_in"]) == (60, 600)
    assert [await status(house.http, tokens) for tokens in (last, other)] == [200, 200]
    house.clock.move(timedelta(minutes=1))
    assert [await status(house.http, tokens) for tokens in (last, other)] == [401, 200]
    ends = "select expires_at - created_at from access.session where account = $1 order by created_at desc limit 1"
    account = (await listed(boss, short))["account"]
    assert await house.database.fetchval(ends, account) == timedelta(minutes=1), "the session, not the token alone"


async def test_another_secret_ends_the_old_one_and_its_sessions(house: House, boss: Asker) -> None:
    client = await made(boss)
    tokens = (await sign_in(house, client)).json()
    async with worker(house) as other:
        assert await status(other, tokens) == 200
        fresh = (await boss.post(f"/v1/machine-clients/{client['client_id']}/rotate", {})).json()
        assert fresh["client_secret"] != client["client_secret"]
        assert await status(other, tokens) == 401
    problem(await sign_in(house, client), 401, "sign-in-failed")
    assert (await sign_in(house, fresh)).status_code == 200


async def test_a_revoked_client_is_out_at_once_and_for_good(house: House, boss: Asker) -> None:
    client = await made(boss)
    tokens = (await sign_in(house, client)).json()
    path = f"/v1/machine-clients/{client['client_id']}"
    assert (await boss.ask("DELETE", path)).status_code == 204
    assert await status(house.http, tokens) == 401
    problem(await sign_in(house, client), 401, "sign-in-failed")
    problem(await boss.ask("DELETE", path), 404, "machine-client-not-found")
    problem(await boss.post(f"{path}/rotate", {}), 404, "machine-client-not-found")
    assert (await listed(boss, client))["revoked_at"] is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"role": "marketer"}, "role"),
        ({"permissions": ["audit:read"]}, "permissions"),
        ({"markets": []}, "markets"),
    ],
)
async def test_a_client_that_can_not_be_is_refused_by_field(
    house: House, boss: Asker, changed: Body, field: str
) -> None:
    before = await house.count("access.machine_client")
    answer = await boss.post("/v1/machine-clients", {"name": "Webinars", "markets": ["GB"]} | changed)
    assert fields(problem(answer, 400, "account-invalid")) == [field]
    assert await house.count("access.machine_client") == before
    problem(await boss.post("/v1/machine-clients", {"name": "x", "markets": ["*"]}), 403, "outside-scope")


async def test_who_answers_for_one_market_makes_and_renews_no_witness_of_all(house: House) -> None:
    narrow, whole = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR)
    wanted = {"name": "mirror", "markets": ["GB"]}
    witness = wanted | {"role": "witness"}
    assert (await narrow.post("/v1/machine-clients", wanted)).status_code == 200, "the control"
    problem(await narrow.post("/v1/machine-clients", witness), 403, "outside-scope")
    made = await whole.post("/v1/machine-clients", witness)
    assert made.status_code == 200, made.text
    rotate = f"/v1/machine-clients/{made.json()['client_id']}/rotate"
    problem(await narrow.post(rotate, {}), 404, "machine-client-not-found")
    assert (await whole.post(rotate, {})).status_code == 200
