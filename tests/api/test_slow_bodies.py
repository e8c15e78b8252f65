"""Requests that take their time: what is decided is decided when all of them is there."""

import asyncio
from collections.abc import AsyncIterator

from access import Role
from tests.api.house import House, problem

NEW = (b'{"name":"Directory",', b'"markets":["GB"],"role":"provisioner"}')


async def test_who_is_shut_out_while_sending_a_body_does_nothing_with_it(house: House) -> None:
    sender, colleague = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR, "GB")
    begun, shut_out = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield NEW[0]
        begun.set()
        await shut_out.wait()
        yield NEW[1]

    headers = {"Authorization": f"Bearer {sender.token}", "Content-Type": "application/json"}
    async with asyncio.TaskGroup() as both:
        sent = both.create_task(house.http.post("/v1/machine-clients", content=slowly(), headers=headers))
        await begun.wait()
        await asyncio.sleep(0.2)  # so that the server has what there is
        disabled = await colleague.post(f"/v1/accounts/{sender.caller.account}/disable")
        assert disabled.status_code == 204, disabled.text
        shut_out.set()
    problem(sent.result(), 401, "token-refused")
    assert await house.count("access.machine_client", "name = $1", "Directory") == 0
    shut_out.set()
    answer = await house.http.post(
        "/v1/machine-clients",
        content=slowly(),
        headers=headers | {"Authorization": f"Bearer {colleague.token}"},
    )
    assert answer.status_code == 200, "the control: who is not shut out may be as slow"
