"""Order and time: what arrives late counts as if it had come in order, and a day is the person's own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from tests.api.asker import Asker, Body
from tests.api.house import FORUM, PART, QUIZ, House
from tests.api.opening import worker

BEGIN = datetime(2025, 10, 13, 5, 0, tzinfo=UTC)
"""Two weeks before clocks go back in Europe."""
SPAN = timedelta(days=30)


async def history(house: House, random: Random, length: int) -> list[Body]:
    """Return what somebody did within a month, in order: opened parts, forums and quizzes, passed, attended."""
    parts = [await house.item(PART) for _ in range(8)]
    forums, quizzes = [await house.item(FORUM) for _ in range(3)], [await house.item(QUIZ) for _ in range(3)]
    room = await house.item((), "webinar")
    moments = sorted(random.sample(range(int(SPAN.total_seconds())), length))
    done: list[Body] = []
    for seconds in moments:
        item = random.choice([*parts, *forums, *quizzes, room])
        verb = "attended" if item == room else random.choice(["viewed", "passed", "failed"])
        score = round(random.random(), 2)
        activity = house.activity(item, verb, result={"score": score, "success": verb == "passed"})
        done.append(activity | {"occurred_at": (BEGIN + timedelta(seconds=seconds)).isoformat()})
    return done


async def reached(someone: Asker) -> dict[str, object]:
    """Return everything that somebody has earned. Which activity earned it may differ: an award keeps its first one."""
    badges = await someone.read("/v1/me/badges")
    awards = await someone.house.database.fetch(
        "select rule, subject, period, points from gamification.award"
        " where person = $1 and state = 'active' order by 1, 2, 3",
        someone.person,
    )
    return {
        "points": await someone.read("/v1/me/points"),
        "badges": sorted(badge["key"] for badge in badges["items"]),
        "streaks": await someone.read("/v1/me/streaks"),
        "awards": [tuple(award) for award in awards],
    }


def again(activities: Sequence[Body], random: Random) -> list[Body]:
    """Return the same activities under other ids: an id belongs to one person."""
    return [each | {"id": str(UUID(int=random.getrandbits(128)))} for each in activities]


@pytest.mark.parametrize("seed", range(4))
async def test_late_and_out_of_order_arrival_earns_the_same_as_in_order(house: House, seed: int) -> None:
    random = Random(seed)
    done = await history(house, random, 45)
    in_order, at_once, backwards, shuffled, crossed = [await house.hcp() for _ in range(5)]
    for activity in again(done, random):
        await in_order.record(activity)
    await at_once.record(*again(done, random))
    for activity in reversed(again(done, random)):
        await backwards.record(activity)
    mixed = random.sample(again(done, random), len(done))
    for start in range(0, len(mixed), 10):
        await shuffled.record(*mixed[start : start + 10])
    mixed = random.sample(again(done, random), len(done))
    async with worker(house) as second:
        vias = [None, second]
        await asyncio.gather(*(crossed.record(each, via=vias[index % 2]) for index, each in enumerate(mixed)))
    expected = await reached(in_order)
    assert expected["awards"], "something was earned"
    assert expected["badges"]
    for someone in (at_once, backwards, shuffled, crossed):
        assert await reached(someone) == expected
        assert await house.count("engagement.activity", "person = $1", someone.person) == len(done)


async def test_something_late_takes_back_what_it_makes_untrue_and_nothing_is_erased(house: House) -> None:
    """Five parts a day are paid. One that happened before the five takes the place of the last of them."""
    hcp, parts = await house.hcp(), [await house.item(("activity:page",)) for _ in range(6)]
    noon = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)
    at = [
        house.activity(part) | {"occurred_at": (noon + timedelta(hours=n)).isoformat()} for n, part in enumerate(parts)
    ]
    await hcp.record(*at[1:])
    (late,) = await hcp.record(at[0])
    assert sorted(each["points"] for each in late["effects"]["points"]) == [-2, 2]
    entries = (await hcp.read("/v1/me/points/entries"))["items"]
    assert sorted((each["kind"], each["points"]) for each in entries) == [("award", 2)] * 6 + [("reversal", -2)]
    assert (await hcp.read("/v1/me/points"))["points"] == 10
    (again_,) = await hcp.record(at[0])
    assert again_["effects"] == late["effects"]


@pytest.mark.parametrize(
    ("zone", "days"),
    [("Europe/London", 2), ("Pacific/Auckland", 1), ("Pacific/Honolulu", 1), ("Asia/Kolkata", 1), ("UTC", 2)],
)
async def test_a_day_is_a_calendar_date_in_the_persons_zone(house: House, zone: str, days: int) -> None:
    hcp, part = await house.hcp(zone=zone), await house.item()
    midnight = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    before, after = [
        house.activity(part) | {"occurred_at": (midnight + timedelta(minutes=minutes)).isoformat()}
        for minutes in (-20, 20)
    ]
    await hcp.record(before)
    (second,) = await hcp.record(after)
    daily = {each["key"]: each for each in (await hcp.read("/v1/me/streaks"))["items"]}["daily-learning"]
    assert daily["longest"] == days
    paid = [each["rule"] for each in second["effects"]["points"]]
    assert paid == (["read-module-part"] if days == 2 else []), "the same part pays once a day"


async def test_a_day_of_25_hours_is_one_day(house: House) -> None:
    """On 26 October 2025 clocks went back in London: 23:30 UTC the day before was 00:30 there."""
    hcp, part = await house.hcp(), await house.item()
    moments = ("2025-10-25T23:30:00Z", "2025-10-26T23:30:00Z", "2025-10-27T00:10:00Z")
    first, same, following = await hcp.record(*(house.activity(part) | {"occurred_at": at} for at in moments))
    assert first["effects"]["points"][0]["period"] == "2025-10-26"
    assert same["effects"]["points"] == []
    assert [each["period"] for each in following["effects"]["points"]] == ["2025-10-27"]
