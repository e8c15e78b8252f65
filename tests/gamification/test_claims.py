"""Claims on the real database: the last ones in stock, a year's cap, and many people at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import timedelta

import asyncpg
import pytest

import gamification
from gamification import Claim
from gamification.errors import (
    ClaimClosedError,
    PointsMissingError,
    RewardNotFoundError,
    SoldOutError,
)
from gamification.rules.claiming import Caps
from gamification.store import claims
from gamification.vocabulary import ClaimPeriod, ClaimState
from kernel.clock import MovableClock
from kernel.errors import LaurelError
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.access.builders import within
from tests.gamification.shop import (
    BOOK,
    cancelled,
    claimed,
    country,
    fulfilled,
    notice,
    shelf,
    somebody,
    spendable,
    values,
)

YEAR = "select category, reserved_value, reserved_count, committed_value, committed_count from gamification.reward_year"
BOOKS = "select state, amount from gamification.transfer_of_value where claim = $1 order by id"


@pytest.fixture(autouse=True)
async def _notice(work: Work, origin: Origin) -> None:
    await notice(work, origin)


async def all_at_once(claims: Iterable[Awaitable[Claim]]) -> Counter[str]:
    """Let everybody try at the same moment; count how it ended."""
    ended = await asyncio.gather(*claims, return_exceptions=True)
    strange = [each for each in ended if isinstance(each, BaseException) and not isinstance(each, LaurelError)]
    assert strange == []
    return Counter("claimed" if isinstance(each, Claim) else type(each).__name__ for each in ended)


async def stock(work: Work, origin: Origin, reward: gamification.Reward) -> object:
    return (await values(work, origin, "select stock from gamification.reward where id = $1", reward.id))[0][0]


async def test_200_parallel_claims_on_the_last_10_give_exactly_10(work: Work, origin: Origin) -> None:
    reward = await shelf(work, origin, stock=10, cost=5)
    crowd = [await somebody(work, origin, {"recognition": 7}) for _ in range(200)]
    ended = await all_at_once(claimed(work, origin, each, reward) for each in crowd)
    assert ended == {"claimed": 10, "SoldOutError": 190}
    assert await stock(work, origin, reward) == 0
    left = Counter([await spendable(work, origin, each) for each in crowd])
    assert left == {2: 10, 7: 190}, "who got none paid nothing"
    assert await values(work, origin, "select count(*), sum(amount) from gamification.posting where amount > 0") == [
        (210, 200 * 7 + 10 * 5)
    ]


async def test_one_person_at_a_yearly_cap_never_exceeds_it_with_64_parallel_claims(work: Work, origin: Origin) -> None:
    packs = country(value=10_000)
    person = await somebody(work, origin, {"merit": 1_000}, market="US")
    books = [await shelf(work, origin, **BOOK | {"payer": f"Entity {number}"}) for number in range(4)]
    ended = await all_at_once(claimed(work, origin, person, books[number % 4], packs) for number in range(64))
    assert ended["claimed"] == 4, "four books of 25 are 100"
    assert sum(ended.values()) == 64
    assert sorted(await values(work, origin, YEAR)) == [
        ("*", 10_000, 4, 0, 0),
        ("book_or_journal", 10_000, 4, 0, 0),
    ]
    assert await spendable(work, origin, person, "merit") == 1_000 - 4 * 10


async def test_the_yearly_cap_is_held_by_the_statement_itself(work: Work, origin: Origin) -> None:
    """Without the person's lock in between, the row alone must hold the cap."""
    person = await somebody(work, origin, {"merit": 1_000}, market="US")
    made = await claimed(work, origin, person, await shelf(work, origin, **BOOK), country())
    caps = Caps(value=10_000)

    async def reserve() -> bool:
        async with work.begin(origin) as uow:
            return await claims.reserve(uow, made, caps)

    assert Counter(await asyncio.gather(*(reserve() for _ in range(64)))) == {True: 3, False: 61}
    assert ("*", 10_000, 4, 0, 0) in await values(work, origin, YEAR)


async def test_a_yearly_count_of_a_category_is_held_across_legal_entities(work: Work, origin: Origin) -> None:
    packs = country(value=1_000_000, books=2)
    person = await somebody(work, origin, {"merit": 1_000}, market="US")
    books = [await shelf(work, origin, **BOOK | {"payer": f"Entity {number}"}) for number in range(3)]
    ended = await all_at_once(claimed(work, origin, person, book, packs) for book in books)
    assert ended["claimed"] == 2
    assert sum(ended.values()) == 3


async def test_a_person_claims_so_often_per_period_and_again_in_the_next(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    reward = await shelf(work, origin, per_person=2, period=ClaimPeriod.MONTH)
    person = await somebody(work, origin)
    ended = await all_at_once(claimed(work, origin, person, reward) for _ in range(9))
    assert ended == {"claimed": 2, "ClaimLimitError": 7}
    clock.move(timedelta(days=31))
    assert (await claimed(work, origin, person, reward)).period == "2026-04"


async def test_stock_has_three_states_unlimited_out_and_some_left(work: Work, origin: Origin) -> None:
    person = await somebody(work, origin)
    unlimited, out, one = [await shelf(work, origin, stock=number) for number in (None, 0, 1)]
    for _ in range(3):
        await claimed(work, origin, person, unlimited)
    assert await stock(work, origin, unlimited) is None
    with pytest.raises(SoldOutError):
        await claimed(work, origin, person, out)
    assert await stock(work, origin, out) == 0
    await claimed(work, origin, person, one)
    with pytest.raises(SoldOutError):
        await claimed(work, origin, person, one)
    assert await stock(work, origin, one) == 0


async def test_cancelling_gives_back_stock_points_slot_and_cap_and_only_once(work: Work, origin: Origin) -> None:
    packs = country(value=2_500)
    person = await somebody(work, origin, {"merit": 15}, market="US")
    book = await shelf(work, origin, **BOOK | {"stock": 1, "per_person": 1})
    first = await claimed(work, origin, person, book, packs)
    assert (await stock(work, origin, book), await spendable(work, origin, person, "merit")) == (0, 5)
    ended = await asyncio.gather(*(cancelled(work, origin, first) for _ in range(8)))
    assert {each.state for each in ended} == {ClaimState.CANCELLED}
    assert (await stock(work, origin, book), await spendable(work, origin, person, "merit")) == (1, 15)
    assert set(await values(work, origin, YEAR)) == {("*", 0, 0, 0, 0), ("book_or_journal", 0, 0, 0, 0)}
    assert await values(work, origin, BOOKS, first.id) == [("estimated", 2_500), ("released", 0)]
    again = await claimed(work, origin, person, book, packs)
    await fulfilled(work, origin, again, packs)
    with pytest.raises(ClaimClosedError):
        await cancelled(work, origin, again)
    with pytest.raises(ClaimClosedError):
        await fulfilled(work, origin, first, packs)


async def test_fulfilling_commits_once_and_what_it_really_cost_is_told_once(work: Work, origin: Origin) -> None:
    packs = country()
    person = await somebody(work, origin, {"merit": 15}, market="US")
    made = await claimed(work, origin, person, await shelf(work, origin, **BOOK), packs)
    ended = await asyncio.gather(*(fulfilled(work, origin, made, packs) for _ in range(5)))
    assert {each.state for each in ended} == {ClaimState.FULFILLED}
    assert ("*", 0, 0, 2_500, 1) in await values(work, origin, YEAR)
    for actual in (2_300, 9_999):
        await fulfilled(work, origin, made, packs, actual=actual)
    assert await values(work, origin, BOOKS, made.id) == [("estimated", 2_500), ("committed", 2_500), ("actual", 2_300)]
    assert ("*", 0, 0, 2_300, 1) in await values(work, origin, YEAR)


async def test_most_of_a_years_limit_raises_an_alert_and_less_does_not(work: Work, origin: Origin) -> None:
    packs = country(value=10_000)
    person = await somebody(work, origin, {"merit": 100}, market="US")
    book = await shelf(work, origin, **BOOK)
    alerts = []
    for _ in range(4):
        await claimed(work, origin, person, book, packs)
        async with work.read(origin) as uow:
            alerts.append([(each.value, each.count) for each in await gamification.near_caps(uow, 2026, {"*"})])
            assert await gamification.near_caps(uow, 2026, {"US"}) == []
    assert alerts == [[], [], [], [(10_000, 4)]], "75 of 100 is less than 80 %"


async def test_points_that_are_missing_or_still_wait_buy_nothing(work: Work, origin: Origin) -> None:
    reward = await shelf(work, origin, cost=10)
    poor, rich = await somebody(work, origin, {"recognition": 9}), await somebody(work, origin, {"recognition": 10})
    with pytest.raises(PointsMissingError) as refusal:
        await claimed(work, origin, poor, reward)
    assert refusal.value.facts == {"spendable": 9}
    await claimed(work, origin, rich, reward)
    assert [await spendable(work, origin, each) for each in (poor, rich)] == [9, 0]
    assert await values(work, origin, "select person, points from gamification.standing order by points") == [
        (poor, 9),
        (rich, 10),
    ], "lifetime points stay"


async def test_a_claim_that_fails_late_leaves_nothing_behind(work: Work, origin: Origin) -> None:
    person = await somebody(work, origin, {"merit": 100}, market="US")
    book = await shelf(work, origin, **BOOK | {"stock": 0})
    with pytest.raises(SoldOutError):
        await claimed(work, origin, person, book, country())
    for table in ("claim", "reward_year", "transfer_of_value"):
        assert await values(work, origin, f"select 1 from gamification.{table}") == []
    assert await spendable(work, origin, person, "merit") == 100


async def test_what_is_not_approved_not_here_or_withdrawn_can_not_be_claimed(work: Work, origin: Origin) -> None:
    person = await somebody(work, origin)
    draft, elsewhere, here = (
        await shelf(work, origin, approved=False),
        await shelf(work, origin, markets=("FR",)),
        await shelf(work, origin),
    )
    for reward in (draft, elsewhere):
        with pytest.raises(RewardNotFoundError):
            await claimed(work, origin, person, reward)
    await claimed(work, origin, person, here)
    async with work.begin(origin) as uow:
        await gamification.withdraw_reward(uow, here.id, scope=within("GB"))
    with pytest.raises(RewardNotFoundError):
        await claimed(work, origin, person, here)


async def test_the_book_of_transfers_is_append_only(work: Work, origin: Origin) -> None:
    person = await somebody(work, origin, {"merit": 100}, market="US")
    made = await claimed(work, origin, person, await shelf(work, origin, **BOOK), country())
    for change in ("update {} set amount = 1", "delete from {}", "truncate {}"):
        with pytest.raises(asyncpg.PostgresError, match=r"append-only|permission denied"):
            async with work.begin(origin) as uow:
                await uow.execute(change.format("gamification.transfer_of_value"))
    assert await values(work, origin, BOOKS, made.id) == [("estimated", 2_500)]
