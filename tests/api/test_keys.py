"""Keys that sign tokens: one follows the other while both are believed, and one that leaked is believed by nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import msgspec
import pytest

import access
from access import Claims, TokenKeys, issue
from api.app import create_app
from api.runtime import Runtime
from kernel.epochs import REMEMBERED_SECONDS
from tests.api.asker import TOKEN_LIFE, Asker
from tests.api.house import ORIGIN, House, problem
from tests.api.opening import client_of
from tests.conftest import KEYS

OLD = TokenKeys(KEYS.token_key)


@asynccontextmanager
async def restarted(house: House) -> AsyncIterator[tuple[Runtime, httpx.AsyncClient]]:
    """Lend a worker that was started after a rotation: it signs with a new key and believes the former one."""
    keys = msgspec.structs.replace(KEYS, token_key=b"u" * 32, token_former_keys=OLD.pem())
    runtime = Runtime(house.runtime.settings, keys, house.clock)
    try:
        async with client_of(create_app(runtime, with_worker=False)) as http:
            yield runtime, http
    finally:
        await runtime.cache.close()


async def me(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


def signed(asker: Asker, runtime: Runtime) -> str:
    now = asker.house.clock.now()
    claims = Claims(caller=asker.caller, jti=uuid4(), issued_at=now, expires_at=now + TOKEN_LIFE)
    return issue(runtime.authority, claims)


async def published(http: httpx.AsyncClient) -> list[str]:
    return [key["kid"] for key in (await http.get("/.well-known/jwks.json")).json()["keys"]]


async def test_after_a_rotation_both_keys_are_believed_and_a_key_that_leaked_is_believed_by_nobody(
    house: House,
) -> None:
    hcp = await house.hcp()
    async with restarted(house) as (runtime, rotated):
        new = runtime.token_keys.kid
        fresh = signed(hcp, runtime)
        assert (await me(rotated, hcp.token)).status_code == 200, "what the former key signed is good for its minutes"
        assert (await me(rotated, fresh)).status_code == 200
        problem(await me(house.http, fresh), 401, "token-refused")
        assert await published(rotated) == [new, OLD.kid]
        assert (await me(house.http, hcp.token)).status_code == 200
        async with house.runtime.work.begin(ORIGIN) as uow:
            assert await access.remove_key(uow, OLD.kid, "it stood in a log")
        await asyncio.sleep(REMEMBERED_SECONDS)
        for via in (house.http, rotated):
            refused = await me(via, hcp.token)
            problem(refused, 401, "token-refused")
        assert (await me(rotated, fresh)).status_code == 200
        assert await published(rotated) == [new]
        await house.database.execute("delete from access.removed_key")


@pytest.mark.parametrize(("kid", "reason", "field"), [("../key", "x", "kid"), (OLD.kid, " ", "reason")])
async def test_what_is_no_key_or_no_reason_removes_nothing(house: House, kid: str, reason: str, field: str) -> None:
    with pytest.raises(access.InvalidKeyError) as raised:
        async with house.runtime.work.begin(ORIGIN) as uow:
            await access.remove_key(uow, kid, reason)
    assert raised.value.facts["field"] == field
    assert await house.count("access.removed_key") == 0
