"""Periods begin and end once, lose nothing, and can be counted again from the database with the same result."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

import gamification
from access import EVERYTHING
from consent.vocabulary import BOARD_TOPIC
from gamification import NewBoard, Wanted
from gamification.board_errors import BoardExistsError
from gamification.errors import BoardPeriodNotFoundError
from gamification.store import board_standings
from gamification.vocabulary import BoardState, Ties
from kernel.clock import MovableClock
from tests.gamification.crowd import DAY, Crowd, anonymous, opened, ranks

SUNDAY_NIGHT = datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
"""Monday's midnight in Berlin, on the day after its clocks went forward."""

WEEKLY = opened(key="weekly", schedule="0 0 * * 1", zone="Europe/Berlin", settling_minutes=30)


def move(crowd: Crowd, to: datetime) -> None:
    clock = crowd.work.clock
    assert isinstance(clock, MovableClock)
    clock.move(to - clock.now())


async def test_a_period_ends_where_the_next_begins_and_both_are_kept_across_a_change_of_the_clock(crowd: Crowd) -> None:
    move(crowd, datetime(2026, 3, 20, 12, tzinfo=UTC))
    await crowd.board(WEEKLY)
    (reader, *_) = await crowd.people(*range(1, 11))
    for _ in range(25):
        await crowd.award(reader, 100)
        await crowd.settle()
        crowd.work.clock.move(DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.settle()
    async with crowd.work.read(crowd.origin) as uow:
        board = (await gamification.boards(uow, EVERYTHING))[1]
        rows = await uow.fetch("select * from gamification.board_period where board = $1 order by number", board.id)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(one["ends_at"] == other["starts_at"] for one, other in pairwise(rows))
    assert rows[1]["ends_at"] - rows[1]["starts_at"] == timedelta(hours=167)
    assert rows[1]["ends_at"] == SUNDAY_NIGHT
    assert [row["closed_at"] is None for row in rows] == [False] * (len(rows) - 1) + [True]
    totals = [line.points for number in range(1, len(rows) + 1) for line in await crowd.counted("weekly", number)]
    assert sum(totals) == 25 * 100 + sum(range(1, 11))
    with pytest.raises(BoardPeriodNotFoundError):
        await crowd.page("weekly", reader, Wanted(period=len(rows) + 1))
    assert (await crowd.page("weekly", reader, Wanted(period=len(rows)))).page.points > 0


async def test_a_period_that_begins_is_there_at_once(crowd: Crowd) -> None:
    await crowd.board(WEEKLY)
    (reader,) = await crowd.people(5)
    await crowd.settle()
    end = (await crowd.page("weekly", reader)).period.ends_at
    assert end is not None
    move(crowd, end - timedelta(minutes=5))
    await crowd.keep()
    assert (await crowd.page("weekly", reader)).period.number == 1
    move(crowd, end)
    page = await crowd.page("weekly", reader)
    assert (page.period.number, page.page.points) == (2, 0), "made ahead: no moment without a board"


async def test_a_period_that_ends_under_load_loses_nothing_and_two_workers_close_it_once(crowd: Crowd) -> None:
    await crowd.board(opened(key="daily", schedule="0 0 * * *", settling_minutes=5))
    everybody = await crowd.people(*[1] * 12)
    await crowd.settle()
    end = (await crowd.page("daily", everybody[0])).period.ends_at
    assert end is not None
    move(crowd, end - timedelta(seconds=20))
    earning = True

    async def earn(person: object, step: int) -> int:
        count = 0
        while earning:
            await crowd.award(person, 1, crowd.work.clock.now() - timedelta(seconds=step))  # type: ignore[arg-type]
            count += 1
        return count

    async def work() -> None:
        while earning:
            await crowd.keep()
            await crowd.deliver()
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        earned = [group.create_task(earn(person, step)) for step, person in enumerate(everybody)]
        _ = [group.create_task(work()) for _ in range(2)]
        for _ in range(40):
            await asyncio.sleep(0.02)
            crowd.work.clock.move(timedelta(seconds=1))  # type: ignore[attr-defined]
        earning = False
    move(crowd, end + timedelta(minutes=5))
    await asyncio.gather(*(crowd.keep() for _ in range(4)))
    await crowd.deliver()
    total = 12 + sum(task.result() for task in earned)
    assert await crowd.value("select sum(points)::bigint from gamification.award") == total
    closed = await crowd.value("select sum(points)::bigint from gamification.board_standing")
    open_now = (await crowd.page("daily", everybody[0])).page.items
    assert closed + sum(line.points for line in open_now) == total
    assert closed > 12 < total - closed + 12, "both sides of midnight had something"
    assert await crowd.value("select count(*) from gamification.board_period where closed_at is not null") == 1
    entries = "select count(*) from audit.entry where position('gamification:board:closed'::bytea in body) > 0"
    assert await crowd.value(entries) == 1


async def test_what_two_workers_close_without_waiting_for_each_other_is_closed_once(crowd: Crowd) -> None:
    await crowd.board(opened(key="daily", schedule="0 0 * * *", settling_minutes=5))
    await crowd.people(*[3] * 12)
    await crowd.settle()
    crowd.work.clock.move(2 * DAY)  # type: ignore[attr-defined]

    async def close() -> int:
        async with crowd.work.begin(crowd.origin) as uow:
            closed = await board_standings.close_due(uow)
            return sum([await board_standings.freeze(uow, period, ties) for period, _, _, ties in closed])

    assert sorted(await asyncio.gather(*(close() for _ in range(4)))) == [0, 0, 0, 12]


async def test_what_comes_late_counts_until_the_period_has_settled_and_never_opens_it_again(crowd: Crowd) -> None:
    await crowd.board(WEEKLY)
    everybody = await crowd.people(*[10] * 10)
    await crowd.settle()
    end = (await crowd.page("weekly", everybody[0])).period.ends_at
    assert end is not None
    move(crowd, end + timedelta(minutes=29))
    await crowd.award(everybody[0], 5, end - timedelta(minutes=1))
    await crowd.settle()
    assert (await crowd.page("weekly", everybody[0], Wanted(period=1))).page.points == 15, "not closed yet"
    move(crowd, end + timedelta(minutes=30))
    await crowd.settle()
    await crowd.award(everybody[0], 7, end - timedelta(minutes=1))
    await crowd.reverse(everybody[1])
    await crowd.settle()
    closed = [await crowd.page("weekly", each, Wanted(period=1)) for each in everybody[:2]]
    assert [page.page.points for page in closed] == [15, 10]
    assert (await crowd.page("weekly", everybody[0])).page.points == 0, "nor does it count in the next one"
    assert (await crowd.page("all-time", everybody[0])).page.points == 22


async def test_points_that_are_taken_back_come_off_every_period_that_is_open(crowd: Crowd) -> None:
    await crowd.board(WEEKLY)
    everybody = await crowd.people(*[10] * 10, 30)
    await crowd.settle()
    before = await crowd.page("weekly", everybody[-1])
    assert (before.page.own and before.page.own.rank, before.page.total) == (1, 11)
    await crowd.reverse(everybody[-1])
    await crowd.settle()
    after = [await crowd.page(key, everybody[-1]) for key in ("weekly", "all-time")]
    assert [(page.page.own, page.page.points, page.page.total) for page in after] == [(None, 0, 10)] * 2


async def test_a_board_of_some_rules_counts_these_and_no_others(crowd: Crowd) -> None:
    await crowd.board(opened(key="webinars", rules=("webinar", "webinar-live")))
    everybody = await crowd.people(*[10] * 10)
    for person in everybody:
        await crowd.award(person, 3, rule="webinar")
        await crowd.award(person, 4, rule="webinar-live")
        await crowd.award(person, 5, rule="webinar-replay")
    await crowd.settle()
    assert ranks((await crowd.page("webinars", everybody[0])).page.items) == [(1, 7)] * 10
    assert ranks((await crowd.page("all-time", everybody[0])).page.items) == [(1, 22)] * 10


async def test_a_copy_that_is_lost_is_made_again_as_it_was_and_as_the_database_counts(crowd: Crowd) -> None:
    for ties in Ties:
        await crowd.board(opened(key=f"weekly-{ties}", ties=ties, schedule="0 0 * * 1", zone="Asia/Tokyo"))
        await crowd.board(opened(key=f"ever-{ties}", ties=ties, rules=("read", "quiz")))
    everybody = await crowd.people(*(5 + number % 4 for number in range(15)))
    for number, person in enumerate(everybody):
        await crowd.award(person, number % 3 + 1, rule="quiz" if number % 2 else "other")
        await crowd.settle()
    await crowd.reverse(everybody[3])
    await crowd.withdraw(everybody[4])
    await crowd.settle()
    keys = ["all-time", *(f"{kind}-{ties}" for ties in Ties for kind in ("weekly", "ever"))]
    live = {key: (await crowd.page(key, everybody[0])).page for key in keys}
    for key in keys:
        assert anonymous(live[key].items) == anonymous(await crowd.counted(key)), key
        assert live[key].total == 13
    await crowd.cache.client.flushdb()
    await crowd.keep()
    assert {key: (await crowd.page(key, everybody[0])).page for key in keys} == live


async def test_a_board_may_begin_in_the_past_and_what_was_then_is_counted(crowd: Crowd) -> None:
    everybody = await crowd.people(*[1] * 10)
    await crowd.award(everybody[0], 50, crowd.work.clock.now() - 10 * DAY)
    await crowd.settle()
    await crowd.board(opened(key="daily", schedule="0 0 * * *", starts_at=crowd.work.clock.now() - 12 * DAY))
    await crowd.settle()
    counted = [await crowd.counted("daily", number) for number in range(1, 14)]
    assert [sum(line.points for line in lines) for lines in counted] == [0, 0, 50, *[0] * 9, 10]
    assert await crowd.value("select sum(points)::bigint from gamification.board_standing") == 50


async def test_an_archived_board_begins_nothing_more_and_can_still_be_read(crowd: Crowd) -> None:
    await crowd.board(WEEKLY)
    everybody = await crowd.people(*[10] * 10)
    await crowd.settle()
    before = (await crowd.page("weekly", everybody[0])).page
    async with crowd.work.begin(crowd.origin) as uow:
        archived = await gamification.archive_board(uow, "weekly", scope=EVERYTHING)
        assert await gamification.archive_board(uow, "weekly", scope=EVERYTHING) == archived
    assert archived.state is BoardState.ARCHIVED
    crowd.work.clock.move(30 * DAY)  # type: ignore[attr-defined]
    await crowd.award(everybody[0], 5)
    await crowd.settle()
    page = await crowd.page("weekly", everybody[0])
    assert page.period.number == 1
    assert page.period.closed_at is not None
    assert page.page == before
    with pytest.raises(BoardExistsError):
        await crowd.board(NewBoard(key="weekly", name="Again"))


async def test_whatever_the_number_of_boards_there_is_one_message_for_each_person(crowd: Crowd) -> None:
    for number in range(5):
        await crowd.board(opened(key=f"board-{number}"))
    (person,) = await crowd.people(10)
    await crowd.settle()
    for _ in range(3):
        await crowd.award(person, 1)
    assert await crowd.value("select count(*) from kernel.outbox where topic = $1", BOARD_TOPIC) == 3, (
        "one a transaction"
    )
    async with crowd.work.begin(crowd.origin) as uow:
        for _ in range(3):
            uow.publish(BOARD_TOPIC, person)
    assert await crowd.value("select count(*) from kernel.outbox") == 4
    await crowd.deliver()
    pages = [await crowd.page(f"board-{number}", person) for number in range(5)]
    assert [page.page.points for page in pages] == [13] * 5
