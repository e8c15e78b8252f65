"""Floods of strangers leave one entry for each minute, network and route; a trail that can't keep up refuses writes."""

from datetime import timedelta

from api.floods import ONE_BY_ONE, Pressure
from tests.api.house import House, problem

FLOOD = 40


async def test_a_flood_of_strangers_is_folded_and_its_count_is_right(house: House) -> None:
    route = "GET /v1/audit/entries"
    answers = [await house.http.get("/v1/audit/entries") for _ in range(ONE_BY_ONE + FLOOD)]
    assert {answer.status_code for answer in answers} == {401}
    single = [answer for answer in answers if await house.trail(answer)]
    counted = "(select coalesce(sum(refused), 0) from audit.refusal)"
    assert await house.database.fetchval(f"select {counted}") == len(answers) - len(single) >= FLOOD
    assert single == answers[: len(single)], "the first ones are entries of their own"
    hcp = await house.hcp()
    refused = [await hcp.get("/v1/audit/entries") for _ in range(3)]
    assert [len(await house.trail(answer)) for answer in refused] == [1, 1, 1], "whoever is signed in is never folded"
    await house.runtime.floods.fold()
    assert await house.database.fetchval(f"select {counted}") > 0, "its minute is not over"
    house.clock.move(timedelta(minutes=1))
    await house.runtime.floods.fold()
    assert await house.database.fetchval(f"select {counted}") == 0
    (entry,) = [each for each in await house.entries('"reason":"flood"') if each["route"] == route]
    assert (entry["actor"], entry["decision"], entry["address"]) == ("anonymous", "refused", "127.0.0.0/24")
    assert entry["count"] == len(answers) - len(single)
    await house.runtime.floods.fold()
    assert len([each for each in await house.entries('"reason":"flood"') if each["route"] == route]) == 1


async def test_writes_are_refused_while_too_many_entries_wait_and_reads_are_not(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    usual = house.runtime.pressure
    house.runtime.pressure = Pressure(house.runtime.work, alarm=-1, refuse=-1)
    try:
        answer = await hcp.post("/v1/me/activities", house.activity(item))
        problem(answer, 503, "trail-behind")
        assert len(await house.trail(answer)) == 1
        assert (await hcp.get("/v1/me/points")).status_code == 200
    finally:
        house.runtime.pressure = usual
    assert (await hcp.post("/v1/me/activities", house.activity(item))).status_code == 200
