"""A campaign's budget: never exceeded however many want some at once, and given back with what is reversed."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from gamification import Campaign
from gamification.store import campaigns as store
from gamification.vocabulary import CampaignStep
from kernel.unit_of_work import UnitOfWork
from tests.gamification.campaigning import AUTHOR, Campaigns, execute, rules


async def used(campaigns: Campaigns, campaign: Campaign) -> int:
    return (await campaigns.read(campaign)).budget_used


async def take(uow: UnitOfWork, wanted: Sequence[tuple[str, int]]) -> list[bool]:
    """Take what is left, in the order wanted, all of a want or nothing: look, then use, as awarding does."""
    rest = await store.left(uow, [key for key, _ in wanted])
    taken, granted = dict.fromkeys(rest, 0), []
    for key, units in wanted:
        granted.append(key not in rest or taken[key] + units <= rest[key])
        if granted[-1] and key in taken:
            taken[key] += units
    await store.use(uow, taken)
    return granted


async def reserve(campaigns: Campaigns, wanted: Sequence[tuple[str, int]]) -> list[bool]:
    async with campaigns.work.begin(campaigns.origin) as uow:
        return await take(uow, wanted)


async def give_back(campaigns: Campaigns, key: str, units: int) -> None:
    async with campaigns.work.begin(campaigns.origin) as uow:
        await store.use(uow, {key: -units})


async def test_64_at_once_never_exceed_a_budget_and_leave_nothing_that_fits(campaigns: Campaigns) -> None:
    running = await campaigns.running(await campaigns.create(budget=100))
    found = await asyncio.gather(*(reserve(campaigns, [("spring", 7)]) for _ in range(64)))
    assert sum(granted for (granted,) in found) == 14
    assert await used(campaigns, running) == 98
    assert await reserve(campaigns, [("spring", 3), ("spring", 2), ("spring", 1)]) == [False, True, False]
    assert await used(campaigns, running) == 100


async def test_a_marketer_sees_tenths_of_a_budget_and_whoever_oversees_each_unit(campaigns: Campaigns) -> None:
    running, seen = await campaigns.running(await campaigns.create(budget=95)), []
    for _ in range(19):
        assert await reserve(campaigns, [("spring", 5)]) == [True]
        seen.append(((await campaigns.read(running, by=AUTHOR)).budget_used, await used(campaigns, running)))
    assert [exact for _, exact in seen] == list(range(5, 100, 5))
    assert sorted({told for told, _ in seen}) == [0, *(95 * tenths // 10 for tenths in range(1, 11))]
    assert all(0 <= exact - told < 10 for told, exact in seen)
    assert seen[-1] == (95, 95), "and that it is used up"


async def test_what_is_given_back_can_be_given_again(campaigns: Campaigns) -> None:
    running = await campaigns.running(await campaigns.create(budget=10))
    assert await reserve(campaigns, [("spring", 10)]) == [True]
    await asyncio.gather(*(give_back(campaigns, "spring", 1) for _ in range(4)))
    assert await used(campaigns, running) == 6
    assert await reserve(campaigns, [("spring", 5)]) == [False]
    assert await reserve(campaigns, [("spring", 4)]) == [True]


async def test_several_campaigns_are_reserved_in_one_call_without_waiting_in_a_ring(campaigns: Campaigns) -> None:
    made = [await campaigns.create(key, budget=50) for key in ("autumn", "spring")]
    for each in made:
        await campaigns.running(each)
    wants = [("autumn", 1), ("spring", 2)]
    found = await asyncio.gather(*(reserve(campaigns, wants[:: 1 - 2 * (turn % 2)]) for turn in range(30)))
    assert all(len(each) == 2 for each in found)
    assert [await used(campaigns, each) for each in made] == [30, 50]


async def test_a_campaign_without_a_budget_gives_without_waiting_for_anybody(campaigns: Campaigns) -> None:
    running = await campaigns.running(await campaigns.create())

    held, done = asyncio.Event(), asyncio.Event()

    async def hold() -> list[bool]:
        async with campaigns.work.begin(campaigns.origin) as uow:
            granted = await take(uow, [("spring", 10**9)])
            held.set()
            await done.wait()
        return granted

    async def meanwhile() -> list[bool]:
        await held.wait()
        granted = await reserve(campaigns, [("spring", 1)])
        done.set()
        return granted

    holder, other = await asyncio.wait_for(asyncio.gather(hold(), meanwhile()), 10)
    assert (holder, other) == ([True], [True])
    await give_back(campaigns, "spring", 5)
    assert await used(campaigns, running) == 0
    assert await reserve(campaigns, []) == []


async def test_what_rolls_back_is_not_used(campaigns: Campaigns) -> None:
    running = await campaigns.running(await campaigns.create(budget=10))

    async def fail() -> None:
        async with campaigns.work.begin(campaigns.origin) as uow:
            assert await take(uow, [("spring", 8)]) == [True]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await used(campaigns, running) == 0
    assert await reserve(campaigns, [("spring", 8)]) == [True]


async def test_a_budget_is_in_force_from_the_start_and_never_below_what_was_given(campaigns: Campaigns) -> None:
    scheduled = await campaigns.scheduled(await campaigns.create(budget=10))
    assert await reserve(campaigns, [("spring", 1)]) == [False], "nothing is given before the start"
    await campaigns.keep_schedule()
    assert await reserve(campaigns, [("spring", 8)]) == [True]
    paused = await campaigns.move(scheduled, CampaignStep.PAUSE)
    lowered = await campaigns.running(await campaigns.edit(paused, text=rules(), budget=5))
    assert await reserve(campaigns, [("spring", 1)]) == [False]
    assert (lowered.budget, await used(campaigns, lowered)) == (5, 8)
    with pytest.raises(asyncpg.CheckViolationError, match="campaign_budget_kept"):
        await execute(campaigns, "update gamification.campaign_budget set used = used + 1")
    raised = await campaigns.edit(await campaigns.move(lowered, CampaignStep.PAUSE), budget=9)
    await campaigns.running(raised)
    assert await reserve(campaigns, [("spring", 2), ("spring", 1)]) == [False, True]
