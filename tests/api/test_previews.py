"""Previews over HTTP: one reader's figures of a day can't be subtracted from each other to tell of a few people."""

import asyncio
import re

from access import Role
from kernel.telling import Telling
from tests.api.asker import Asker, Body
from tests.api.campaigning import fresh_key, written
from tests.api.house import House

OWN = re.compile("c[0-9a-f]{12}-webinar")
MARKET = "LU"
"""Where nobody else is, whatever other tests leave."""


async def campaign(marketer: Asker, key: str, *tags: str) -> str:
    """Write a campaign that pays for attending what has one of ``tags``, and return where its preview is."""
    rules = written(key)["rules"].replace(f"[{key}]", f"[{', '.join(tags)}]")
    answer = await marketer.post("/v1/campaigns", written(key, rules=rules, markets=[MARKET]) | {"key": key})
    assert answer.status_code == 201, answer.text
    return f"/v1/campaigns/{answer.json()['id']}/preview"


async def seen(marketer: Asker, path: str) -> Body:
    answer = await marketer.post(path, {})
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


def paid(preview: Body) -> tuple[int | None, int | None]:
    """What the campaign's own rule gives, to how many people."""
    (line,) = [each for each in preview["rules"] if OWN.fullmatch(each["rule"])]
    return line["people"], line["units"]


async def test_two_campaigns_that_differ_for_one_person_look_alike_to_one_reader(house: House) -> None:
    one, other = [await house.staff(Role.MARKETER, MARKET) for _ in range(2)]
    many, few = fresh_key(), fresh_key()
    items = [await house.item((tag,), "webinar", markets=(MARKET,)) for tag in (many, few)]
    for number in range(34):
        hcp = await house.hcp(market=MARKET, zone="Europe/Luxembourg")
        went = 0 if number < 20 else 1 if number == 20 else None
        await hcp.record(house.activity(items[went] if went is not None else await house.item(markets=(MARKET,))))
        if went is not None:
            await hcp.record(house.activity(items[went], "attended"))
    narrow, wide = await campaign(one, fresh_key(), many), await campaign(one, fresh_key(), many, few)
    first = await seen(one, narrow)
    assert (paid(first), first["people"], first["repeated"]) == ((20, 1_000), 34, []), "what would happen, exactly"
    second = await seen(one, wide)
    assert paid(second) == (20, 1_000)
    assert [each.split()[0] for each in second["repeated"] if OWN.search(each)] == ["rule"]
    assert (second["earners"], second["points"]) == (first["earners"], first["points"])
    at_once = await asyncio.gather(*(seen(other, path) for path in (narrow, wide)))
    assert [paid(each) for each in at_once] in ([(20, 1_000)] * 2, [(21, 1_050)] * 2), (
        "nor do two that are asked at once"
    )


async def test_of_two_that_are_told_at_once_one_is_told_of_the_other(house: House) -> None:
    telling, reader = (
        Telling(house.runtime.cache, house.clock),
        (await house.staff(Role.MARKETER, MARKET)).caller.account,
    )
    assert await telling.told(reader) == []
    assert await telling.tell(reader, 0, [b"first", b"second"])
    assert not await telling.tell(reader, 0, [b"third"]), "somebody was told meanwhile"
    assert await telling.told(reader) == [b"first", b"second"]
    assert await telling.tell(reader, 2, [])
