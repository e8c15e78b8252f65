"""Activities through HTTP."""

from tests.api.house import House


async def test_first(house: House) -> None:
    hcp = await house.hcp()
    item = await house.item()
    (r,) = await hcp.record(house.activity(item))
    print(r)
    assert r["status"] == "recorded"
    assert (await hcp.read("/v1/me/points"))["points"] == 5


async def test_second(house: House) -> None:
    hcp = await house.hcp()
    answer = await hcp.get("/v1/me")
    print(answer.json(), await house.trail(answer))
    await house.settled()
    assert await house.trail(answer)
