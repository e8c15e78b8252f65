"""Somebody with a password, who signs in as an app does."""

from uuid import uuid4

import httpx

import access
from access import AccountId, Role
from tests.api.asker import Body
from tests.api.house import ORIGIN, PASSWORD, House


class Member:
    """Somebody with a password; hashing one takes long, so all tests of this file sign in as the same few."""

    def __init__(self, house: House, email: str, account: AccountId) -> None:
        self.house, self.email, self.account = house, email, account

    async def sign_in(self, password: str = PASSWORD, via: httpx.AsyncClient | None = None) -> httpx.Response:
        return await (via or self.house.http).post("/v1/sessions", json={"email": self.email, "password": password})

    async def tokens(self) -> Body:
        answer = await self.sign_in()
        assert answer.status_code == 200, answer.text
        body: Body = answer.json()
        return body


async def member(house: House, role: Role = Role.HCP) -> Member:
    email = f"{uuid4().hex}@clinic.example"
    new = access.NewAccount(
        email=email,
        name="Dr Jane Doe",
        role=role,
        market="GB",
        zone="Europe/London",
        locale="en-GB",
        markets=("GB",),
        password=PASSWORD,
    )
    async with house.runtime.work.begin(ORIGIN) as uow:
        return Member(house, email, await access.create_account(uow, new))


def bearing(tokens: Body) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def status(http: httpx.AsyncClient, tokens: Body) -> int:
    return (await http.get("/v1/me", headers=bearing(tokens))).status_code
