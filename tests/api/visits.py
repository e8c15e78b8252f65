"""Visits to an identity provider, as an app makes them."""

import httpx

from tests.api.asker import Body
from tests.api.house import House, problem
from tests.api.provider import Provider


async def begun(house: House, key: str = "konto", **body: str) -> Body:
    answer = await house.http.post(f"/v1/identity-providers/{key}/sign-ins", json=body)
    assert answer.status_code == 200, answer.text
    visit: Body = answer.json()
    return visit


async def returned(house: House, visit: Body, brought: Body) -> httpx.Response:
    return await house.http.post("/v1/sessions/identity", json={"attempt": visit["attempt"]} | brought)


async def signed_in(house: House, provider: Provider, subject: str, **claims: object) -> httpx.Response:
    visit = await begun(house)
    return await returned(house, visit, provider.visited(visit["authorization_url"], subject, **claims))


async def refused(house: House, answer: httpx.Response, fault: str) -> None:
    """Hold that an answer says no more than that it is refused, and the trail why."""
    body = problem(answer, 401, "identity-refused")
    assert "reason" not in body
    assert f"identity-{fault}" in {entry["reason"] for entry in await house.trail(answer)}
