"""A campaign's budget where it matters: in the transaction that awards."""

import asyncio
from collections.abc import Sequence

import gamification
from api.merging import Merging
from content.vocabulary import ContentId
from gamification import Campaign
from gamification.vocabulary import AwardState, WhyNot
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.campaigning import Campaigns, at
from tests.gamification.test_campaign_past import attended, spring
from tests.gamification.test_recording import assert_the_books_balance, deliver, items, somebody

__all__ = ["items"]

WEBINAR = 0


async def opened(work: Work, origin: Origin, budget: int | None) -> tuple[Campaigns, Campaign]:
    campaigns = Campaigns(work, origin)
    return campaigns, await campaigns.running(await campaigns.create(budget=budget))


async def crowd(work: Work, origin: Origin, size: int) -> list[PersonId]:
    return [await somebody(work, origin, f"one-of-many-{number}") for number in range(size)]


async def test_a_campaign_pays_as_many_as_its_budget_allows_however_many_come_at_once(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, running = await opened(work, origin, 150)
    people_, workers = await crowd(work, origin, 8), [Merging(work, None) for _ in range(4)]
    await asyncio.gather(
        *(
            deliver(workers[number % 4], origin, person, [attended(items[WEBINAR], at(1, 1 + number))])
            for number, person in enumerate(people_)
        )
    )
    held = [await spring(work, origin, person) for person in people_]
    assert sum(len(each) for each in held) == 3, "150 units pay 50 points three times"
    assert (await campaigns.read(running)).budget_used == 150
    await assert_the_books_balance(work, origin)


async def test_who_asks_is_told_that_the_budget_is_used_up_as_soon_as_it_is(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    await opened(work, origin, 60)
    lucky, late = await crowd(work, origin, 2)

    async def told(person: PersonId) -> tuple[bool, WhyNot | None]:
        async with work.read(origin) as uow:
            lines = {line.key: line for line in await gamification.opportunities(uow, person)}
        return lines["spring-webinar"].can_earn, lines["spring-webinar"].reason

    assert await told(late) == (True, None)
    await deliver(Merging(work, None), origin, lucky, [attended(items[WEBINAR], at(1))])
    assert await told(late) == (False, WhyNot.BUDGET_USED_UP), "10 of 60 units are left, and it pays 50"


async def test_a_campaign_without_a_budget_pays_everybody(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    await opened(work, origin, None)
    people_ = await crowd(work, origin, 5)
    for person in people_:
        await deliver(Merging(work, None), origin, person, [attended(items[WEBINAR], at(1))])
    assert [await spring(work, origin, person) for person in people_] == [[("spring-webinar", 50)]] * 5


async def test_what_a_campaign_could_not_pay_stays_unpaid_when_the_history_is_folded_again(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, running = await opened(work, origin, 50)
    lucky, late = await crowd(work, origin, 2)
    for person in (lucky, late):
        await deliver(Merging(work, None), origin, person, [attended(items[WEBINAR], at(1))])
    for person in (lucky, late):
        await deliver(Merging(work, None), origin, person, [attended(items[1], at(1, 5))])
    assert await spring(work, origin, lucky) == [("spring-webinar", 50)]
    assert await spring(work, origin, late) == []
    assert (await campaigns.read(running)).budget_used == 50
    async with work.read(origin) as uow:
        refused = await uow.fetchval(
            "select state from gamification.award where person = $1 and rule like 'spr%'", late
        )
        assert refused == AwardState.DENIED
