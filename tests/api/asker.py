"""Somebody who asks Laurel something: an account with a live session, and what it sends."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import msgspec

import access
from access import Caller, Claims, Role
from tests.conftest import START

if TYPE_CHECKING:
    from tests.api.house import House

TOKEN_LIFE = timedelta(minutes=10)

Body = dict[str, Any]


class Asker:
    """An account with a live session; each request carries a token that is valid when it is sent."""

    def __init__(self, house: "House", caller: Caller, until: datetime) -> None:
        self.house = house
        self.caller = caller
        self._session_ends = until
        self._token, self._token_ends = "", START

    @property
    def person(self) -> UUID:
        assert self.caller.person is not None
        return self.caller.person

    @property
    def token(self) -> str:
        now = self.house.clock.now()
        if now >= self._token_ends:
            self._token, self._token_ends = self.signed(now), now + TOKEN_LIFE
        return self._token

    def signed(self, at: datetime, life: timedelta = TOKEN_LIFE, *, role: Role | None = None) -> str:
        """Return a token issued ``at``, which may claim another role than the account has."""
        caller = msgspec.structs.replace(self.caller, role=role or self.caller.role)
        claims = Claims(caller=caller, jti=uuid4(), issued_at=at, expires_at=at + life)
        return access.issue(self.house.runtime.authority, claims)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        via: httpx.AsyncClient | None = None,
        body: object = None,
        content: bytes | str | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request; ``via`` is another worker than the house's own."""
        if self.house.clock.now() + TOKEN_LIFE > self._session_ends:
            self.caller, self._session_ends = await self.house.session(self.caller)
        sent = {"Authorization": f"Bearer {self.token}"} | dict(headers or {})
        if body is not None:
            content = json.dumps(body)  # as ASCII, so that also half of a character can be sent
            sent["Content-Type"] = "application/json"
        return await (via or self.house.http).request(method, path, headers=sent, content=content, params=params)

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, body: object = None, *, via: httpx.AsyncClient | None = None) -> httpx.Response:
        return await self.ask("POST", path, body=body, via=via)

    async def read(self, path: str, **query: str | int) -> Body:
        """Return the body of an answer that must be a good one."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        body: Body = answer.json()
        return body

    async def record(self, *activities: Body, via: httpx.AsyncClient | None = None) -> list[Body]:
        """Post one's own activities, as a list, and return their results."""
        answer = await self.post("/v1/me/activities", list(activities), via=via)
        assert answer.status_code == 200, answer.text
        results: list[Body] = answer.json()["results"]
        return results

    async def decide(
        self, purpose: str, state: str = "withdrawn", *, version: int | None = 1, via: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """Grant, deny or withdraw."""
        body = {"state": state} | ({"notice_version": version} if state == "granted" else {})
        return await self.ask("PUT", f"/v1/me/consents/{purpose}", body=body, via=via)
