"""One order, two servers: what Valkey shows is what one SQL window says, for every tie rule, after every change."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gamification
from consent.vocabulary import BOARD_TOPIC
from gamification import Wanted
from gamification.board_values import LivePeriod
from gamification.store import board_members, board_rows, board_standings
from gamification.store.boards import Boards
from gamification.vocabulary import Ties
from kernel.cache import Cache
from kernel.database import DatabaseUnavailableError
from kernel.facts import Origin
from kernel.relay import deliver_once
from kernel.unit_of_work import UnitOfWork, Work
from people.vocabulary import PersonId
from tests.gamification.crowd import DAY, Crowd, anonymous, opened, ranks

TIES = list(Ties)
POINTS = (50, 40, 40, 30, 20, 20, 20, 10, 5, 1)
EXPECTED = {
    Ties.DENSE: [1, 2, 2, 3, 4, 4, 4, 5, 6, 7],
    Ties.STANDARD: [1, 2, 2, 4, 5, 5, 5, 8, 9, 10],
    Ties.ORDINAL: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
}
GONE = "The database went away before COMMIT."
FEW = st.lists(st.one_of(st.none(), st.integers(1, 6)), min_size=12, max_size=12)


@pytest.mark.parametrize("ties", TIES)
async def test_equal_points_are_ranked_as_the_board_says_while_it_runs_and_after_it_closed(
    crowd: Crowd, ties: Ties
) -> None:
    await crowd.board(opened(key="weekly", ties=ties, schedule="0 0 * * 1", settling_minutes=5))
    everybody = await crowd.people(*POINTS)
    await crowd.settle()
    live = (await crowd.page("weekly", everybody[0])).page
    assert ranks(live.items) == list(zip(EXPECTED[ties], POINTS, strict=True))
    assert [(-line.points, line.alias) for line in live.items] == sorted(
        (-line.points, line.alias) for line in live.items
    )
    own = [(await crowd.page("weekly", each)).page.own for each in everybody]
    assert sorted((line.rank, line.points) for line in own if line) == sorted(ranks(live.items))
    crowd.work.clock.move(8 * DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.keep()
    closed = (await crowd.page("weekly", everybody[0], Wanted(period=1))).page
    assert closed == live


@pytest.mark.parametrize("ties", TIES)
async def test_every_page_of_a_board_numbers_its_lines_as_the_whole_board_does(crowd: Crowd, ties: Ties) -> None:
    await crowd.board(opened(key="weekly", ties=ties, schedule="0 0 * * 1", settling_minutes=5))
    everybody = await crowd.people(*POINTS, 20, 20)
    await crowd.settle()
    whole = (await crowd.page("weekly", everybody[0])).page
    for closing in (False, True):
        if closing:
            crowd.work.clock.move(8 * DAY)  # type: ignore[attr-defined]
            await crowd.keep()
        for size in (1, 3, 5):
            items, after = [], 0
            while after is not None:
                page = (await crowd.page("weekly", everybody[0], Wanted(period=1, start=after, size=size))).page
                items += page.items
                after = page.after  # type: ignore[assignment] # None ends it
            assert items == whole.items
        for reader in everybody:
            around = (await crowd.page("weekly", reader, Wanted(period=1, start=None, size=5))).page
            assert [line for line in around.items if line.me] == [around.own]


class Table:
    """A period whose members and points are written as the examples say."""

    def __init__(self, work: Work, origin: Origin, cache: Cache) -> None:
        self.work, self.origin, self.boards = work, origin, Boards(cache)
        self.persons = [PersonId(UUID(int=number + 1)) for number in range(12)]

    async def lay(self, crowd: Crowd) -> None:
        """Make a board for each tie rule, and twelve people with aliases."""
        for ties in TIES:
            await crowd.board(opened(key=ties.value, ties=ties, starts_at=crowd.work.clock.now() - DAY))
        await crowd.keep()
        async with self.work.begin(self.origin) as uow:
            known = await board_members.give_aliases(uow, self.persons)
            self.aliases = [known[person].alias for person in self.persons]
            await uow.execute("update gamification.board_member set active = true, market = 'GB', language = 'en'")

    async def earn(self, uow: UnitOfWork, points: list[int | None]) -> None:
        await uow.execute("delete from gamification.award")
        for person, earned in zip(self.persons, points, strict=True):
            if earned:
                await uow.execute(
                    "insert into gamification.award (id, person, rule, subject, period, kind, state, points,"
                    " rules_version, activity, occurred_at, awarded_at)"
                    " values ($1, $2, 'read', 'x', 'ever', 'points', 'active', $3, 1, $1, $4, $4)",
                    uuid4(), person, earned, uow.now,
                )  # fmt: skip

    async def live(self, uow: UnitOfWork) -> list[LivePeriod]:
        return [each for each in await board_rows.live_periods(uow) if each.key in EXPECTED]


@pytest.fixture
async def table(crowd: Crowd, cache: Cache) -> Table:
    laid = Table(crowd.work, crowd.origin, cache)
    await laid.lay(crowd)
    return laid


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=FEW, after=FEW)
async def test_the_database_and_valkey_agree_whatever_is_earned_lost_and_earned_again(
    table: Table, before: list[int | None], after: list[int | None]
) -> None:
    async with table.work.begin(table.origin) as uow:
        periods = await table.live(uow)
        for points in (before, after):
            await table.earn(uow, points)
            counted = await board_standings.scores(uow, periods, table.persons)
            absent = dict.fromkeys(table.aliases)
            await table.boards.put({period: {**absent, **counted[period]} for period in periods})
            for period in periods:
                ties = Ties(period.key)
                expected = await board_standings.ranked(uow, period.id, ties)
                assert len(expected) == sum(each is not None for each in points)
                shown = await table.boards.page(period.id, ties, None, start=0, size=50)
                assert anonymous(shown.items) == anonymous(expected)
                for alias in table.aliases:
                    own = (await table.boards.page(period.id, ties, alias, start=0, size=0)).own
                    mine = next((line for line in expected if line.alias == alias), None)
                    assert (own and own.rank) == (mine and mine.rank)


async def test_a_delivery_that_is_rolled_back_leaves_no_line_of_an_alias_that_was_never_given(crowd: Crowd) -> None:
    async def torn(uow: UnitOfWork, keys: Sequence[UUID]) -> None:
        await gamification.refresh(uow, crowd.boards, keys)
        raise DatabaseUnavailableError(GONE)

    await crowd.keep()
    everybody = await crowd.people(*range(1, 12))
    with pytest.raises(DatabaseUnavailableError):
        await deliver_once(crowd.work, {BOARD_TOPIC: torn})
    await crowd.deliver()
    page = (await crowd.page("all-time", everybody[0])).page
    assert page.total == len(everybody), "the control: everybody is there, and nobody twice"
    assert anonymous(page.items) == anonymous(await crowd.counted("all-time"))


async def test_boards_whose_keeping_is_rolled_back_are_copied_with_the_aliases_that_were_given_in_the_end(
    crowd: Crowd,
) -> None:
    async def torn() -> None:
        async with crowd.work.begin(crowd.origin) as uow:
            await gamification.keep_boards(uow, crowd.boards)
            raise DatabaseUnavailableError(GONE)

    await crowd.keep()
    everybody = await crowd.people(*range(1, 12))
    await crowd.cache.client.flushdb()
    with pytest.raises(DatabaseUnavailableError):
        await torn()
    await crowd.settle()
    page = (await crowd.page("all-time", everybody[0])).page
    assert anonymous(page.items) == anonymous(await crowd.counted("all-time"))
    assert page.total == len(everybody)
