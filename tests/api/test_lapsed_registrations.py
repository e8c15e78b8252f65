"""Whoever registered and never came leaves nothing; whoever comes in time, or another time, stays."""

from datetime import timedelta
from uuid import UUID, uuid4

from access.service.lapsing import CONFIRMED_WITHIN
from api.background import Background
from tests.api.house import PASSWORD, House, problem
from tests.api.letters import code_for, letters


async def register(house: House, email: str) -> UUID:
    new = {"name": "Ada Moor", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"}
    answer = await house.http.post("/v1/registrations", json=new | {"password": PASSWORD})
    assert answer.status_code == 202
    found: UUID = await house.database.fetchval(
        "select person from access.account order by created_at desc, id desc limit 1"
    )
    return found


async def sweep(house: House) -> None:
    while await Background(house.runtime)._retain():
        pass


async def test_a_registration_that_nobody_confirms_is_erased_a_week_after_its_last_letter(house: House) -> None:
    gone, late, kept, came = (f"{uuid4().hex}@clinic.example" for _ in range(4))
    never = await register(house, gone)
    confirmed = await register(house, came)
    code = {"code": await code_for(house, came)}
    assert (await house.http.post("/v1/registrations/confirm", json=code)).status_code == 204
    again = await register(house, late)
    assert await letters(house, late), "sent, before the clock moves"
    house.clock.move(CONFIRMED_WITHIN - timedelta(days=1))
    await register(house, late)
    fresh = await register(house, kept)
    last = {"code": await code_for(house, late)}
    await sweep(house)
    assert await house.count("people.person", "id = any($1)", [never, confirmed, again, fresh]) == 4, "the control"
    house.clock.move(timedelta(days=1, seconds=1))
    await sweep(house)
    await house.until(f"not exists (select from people.vault where person = '{never}')")
    assert await house.count("access.account", "person = $1", never) == 0
    assert await house.count("people.vault", "person = any($1)", [confirmed, again, fresh]) == 3
    problem(await house.http.post("/v1/registrations/confirm", json=last), 422, "code-refused")
    lapsed = await house.database.fetch(
        "select subject from audit.leaf where action = 'access:registration:lapsed' and subject = any($1)",
        [never, confirmed, again, fresh],
    )
    assert {row["subject"] for row in lapsed} <= {never}
    await house.settled()
    assert await house.count("audit.leaf", "action = 'access:registration:lapsed' and subject = $1", never) == 1
    new = await register(house, gone)
    assert new != never
    assert len(await letters(house, gone)) == 1, "as if nobody had ever registered with it"
