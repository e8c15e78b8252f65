"""Nobody is recognised on a board, and who leaves is gone from all of them, those of the past too."""

import asyncio
from datetime import timedelta

import pytest

import gamification
import people
from access import EVERYTHING
from gamification import BoardPage, Narrowing, NewBoard, Wanted
from gamification.board_errors import BoardOutsideMarketError
from gamification.errors import BoardNotFoundError
from gamification.vocabulary import Band, Dimension, Ties, Visibility
from people.vocabulary import PersonId
from tests.access.builders import within
from tests.gamification.crowd import DAY, Crowd, anonymous, opened, ranks

BRITAIN = opened(key="britain", narrowing=Narrowing(Dimension.MARKET, "GB"))
ENGLISH = opened(key="english", narrowing=Narrowing(Dimension.LANGUAGE, "en"))
DAILY = opened(key="daily", schedule="0 0 * * *", settling_minutes=5)


async def closed(crowd: Crowd, reader: PersonId) -> BoardPage:
    """Read the first day's board, which is over."""
    return await crowd.page("daily", reader, Wanted(period=1))


async def over(crowd: Crowd) -> None:
    """Let the first day end and settle."""
    crowd.work.clock.move(DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.settle()


def unseen(page: BoardPage, points: int) -> bool:
    """Whether a page shows nothing but the reader's own points."""
    shown = page.page
    return (
        shown.few
        and shown.points == points
        and (shown.items, shown.own, shown.total, shown.after) == ([], None, 0, None)
    )


async def test_nine_people_are_too_few_and_ten_are_shown(crowd: Crowd) -> None:
    await crowd.board(DAILY)
    everybody = await crowd.people(*range(11, 20))
    await crowd.settle()
    for key in ("all-time", "daily"):
        assert all([unseen(await crowd.page(key, each), 11 + number) for number, each in enumerate(everybody)])
    tenth = await crowd.person(20)
    await crowd.settle()
    for key in ("all-time", "daily"):
        page = (await crowd.page(key, everybody[0])).page
        assert (page.few, page.total, len(page.items), page.points) == (False, 10, 10, 11)
    await over(crowd)
    assert (await closed(crowd, everybody[0])).page.total == 10
    await crowd.withdraw(tenth)
    assert unseen(await closed(crowd, everybody[0]), 11), "a past period has its nine people as well"
    assert unseen(await crowd.page("all-time", everybody[0]), 11)


async def test_a_board_may_ask_for_a_larger_crowd(crowd: Crowd) -> None:
    await crowd.board(opened(key="large", minimum=12))
    everybody = await crowd.people(*[5] * 11)
    await crowd.settle()
    assert unseen(await crowd.page("large", everybody[0]), 5)
    await crowd.people(5)
    await crowd.settle()
    assert (await crowd.page("large", everybody[0])).page.total == 12


async def test_a_narrowed_board_is_withheld_while_it_would_tell_who_the_few_others_are(crowd: Crowd) -> None:
    await crowd.board(BRITAIN)
    british = await crowd.people(*[5] * 12)
    french = await crowd.people(*[7] * 9, market="FR", locale="fr-FR")
    await crowd.settle()
    assert (await crowd.page("all-time", british[0])).page.total == 21
    assert unseen(await crowd.page("britain", british[0]), 5), "21 less 12 would be nine French"
    french += await crowd.people(7, market="FR", locale="fr-FR")
    await crowd.settle()
    page = (await crowd.page("britain", british[0])).page
    assert (page.total, {line.points for line in page.items}) == (12, {5})
    await crowd.withdraw(french[0])
    assert unseen(await crowd.page("britain", british[0]), 5), "with the next question, not a minute later"
    with pytest.raises(BoardNotFoundError):
        await crowd.page("britain", french[1])


async def test_two_dimensions_cannot_be_laid_over_each_other_to_find_a_few(crowd: Crowd) -> None:
    await crowd.board(BRITAIN)
    await crowd.board(ENGLISH)
    reader, *_ = await crowd.people(*[5] * 10)
    await crowd.people(*[5] * 10, market="FR", locale="fr-FR")
    await crowd.people(*[5] * 10, market="IE", locale="en-IE")
    welsh = await crowd.people(*[5] * 9, locale="cy-GB")
    await crowd.settle()
    assert (await crowd.page("britain", reader)).page.total == 19
    assert unseen(await crowd.page("english", reader), 5), "19 British less the English speakers are nine Welsh"
    await crowd.people(5, locale="cy-GB")
    await crowd.settle()
    assert (await crowd.page("english", reader)).page.total == 20
    with pytest.raises(BoardNotFoundError):
        await crowd.page("english", welsh[0])


async def test_who_leaves_is_gone_from_every_board_of_now_and_then_and_the_others_keep_their_ranks(
    crowd: Crowd,
) -> None:
    await crowd.board(DAILY)
    everybody = await crowd.people(*range(31, 43))
    await crowd.settle()
    await over(crowd)
    await crowd.award(everybody[5], 3)
    await crowd.settle()
    before = (await closed(crowd, everybody[0])).page
    leaving = (await closed(crowd, everybody[5])).page.own
    assert leaving
    await crowd.withdraw(everybody[5])
    after = (await closed(crowd, everybody[0])).page
    assert anonymous(after.items) == [line for line in anonymous(before.items) if line[1] != leaving.alias]
    assert leaving.alias not in str([await crowd.page(key, everybody[0]) for key in ("all-time", "daily")])
    assert await crowd.value("select count(*) from gamification.board_standing where person = $1", everybody[5]) == 0
    kept = await crowd.value("select count(*) from gamification.board_standing where points = $1", leaving.points)
    assert kept == 0, "points would lead back through the ledger"
    await crowd.rejoin(everybody[5])
    await crowd.settle()
    assert (await closed(crowd, everybody[0])).page == after, "what was erased stays so"
    own = (await crowd.page("all-time", everybody[5])).page.own
    assert (own and own.alias, own and own.points) == (leaving.alias, 39)


async def test_a_closing_that_overlooked_who_left_is_put_right_by_the_outbox(crowd: Crowd) -> None:
    await crowd.board(DAILY)
    everybody = await crowd.people(*range(31, 43))
    await crowd.settle()
    await over(crowd)
    await crowd.withdraw(everybody[0])
    insert = (
        "insert into gamification.board_standing (id, period, place, rank, points, person)"
        " select gen_random_uuid(), period, 99, 12, 31, $1 from gamification.board_standing limit 1"
    )
    async with crowd.work.begin(crowd.origin) as uow:
        await uow.execute(insert, everybody[0])
    assert 31 not in {line.points for line in (await closed(crowd, everybody[1])).page.items}, "not for a moment"
    await crowd.deliver()
    assert await crowd.value("select count(*) from gamification.board_standing where person = $1", everybody[0]) == 0


async def test_a_consent_that_runs_out_takes_its_person_off_without_anybody_asking(crowd: Crowd) -> None:
    await crowd.board(DAILY)
    everybody = await crowd.people(*range(31, 42))
    soon = crowd.work.clock.now() + 2 * DAY
    leaving = await crowd.person(50, expires_at=soon)
    await crowd.settle()
    await over(crowd)
    for key, period in (("all-time", None), ("daily", 1)):
        assert (await crowd.page(key, everybody[0], Wanted(period=period))).page.total == 12
    crowd.work.clock.move(soon - crowd.work.clock.now() - timedelta(seconds=1))  # type: ignore[attr-defined]
    await crowd.settle()
    assert (await crowd.page("all-time", everybody[0])).page.total == 12
    crowd.work.clock.move(timedelta(seconds=1))  # type: ignore[attr-defined]
    async with crowd.work.read(crowd.origin) as uow:
        assert await gamification.boards_wait(uow, crowd.boards)
    await crowd.settle()
    for key, period in (("all-time", None), ("daily", 1)):
        assert (await crowd.page(key, everybody[0], Wanted(period=period))).page.total == 11
    async with crowd.work.read(crowd.origin) as uow:
        assert not await gamification.boards_wait(uow, crowd.boards), "done once, not every second"
        assert await uow.fetchval("select active from gamification.board_member where person = $1", leaving) is False


async def test_people_who_come_and_go_while_boards_are_kept_leave_every_count_right(crowd: Crowd) -> None:
    await crowd.board(opened(key="daily", ties=Ties.DENSE, schedule="0 0 * * *", settling_minutes=5))
    everybody = await crowd.people(*range(1, 25))
    await crowd.settle()
    going = True

    async def come_and_go(person: PersonId, times: int) -> None:
        for _ in range(times):
            await crowd.withdraw(person)
            await crowd.award(person, 1)
            await crowd.rejoin(person)

    async def work() -> None:
        while going:
            await crowd.cache.client.flushdb()
            await crowd.settle()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(work()) for _ in range(2)]
        visits = [group.create_task(come_and_go(person, 4)) for person in everybody[:12]]
        for visit in visits:
            await visit
        await crowd.withdraw(everybody[0])
        going = False
    assert all(worker.done() for worker in workers)
    await crowd.settle()
    assert await crowd.value("select people from gamification.board_population where cell = 'GB:en'") == 23
    for key in ("all-time", "daily"):
        page = (await crowd.page(key, everybody[1])).page
        assert page.total == 23
        assert anonymous(page.items) == anonymous(await crowd.counted(key))


async def test_people_are_counted_by_the_database_itself(crowd: Crowd) -> None:
    everybody = await crowd.people(*[5] * 10)
    await crowd.people(*[5] * 3, market="FR", locale="fr-FR")
    await crowd.settle()
    await crowd.withdraw(everybody[0])
    counted = (
        "select count(*) from (select market, language, people from gamification.board_population where people > 0"
    )
    present = "select market, language, count(*) from gamification.board_member where active group by 1, 2"
    assert await crowd.value(f"{counted} except {present}) t") == 0
    assert (
        await crowd.value(
            f"select count(*) from ({present} except select market, language, people"
            " from gamification.board_population) t"
        )
        == 0
    )
    assert await crowd.value("select people from gamification.board_population where cell = 'GB:en'") == 9
    async with crowd.work.begin(crowd.origin) as uow:
        await uow.execute("delete from gamification.board_member")
    assert await crowd.value("select sum(people)::bigint from gamification.board_population") == 0


@pytest.mark.parametrize("ties", list(Ties))
async def test_a_board_of_neighbours_shows_two_on_either_side_and_nothing_to_who_takes_no_part(
    crowd: Crowd, ties: Ties
) -> None:
    await crowd.board(
        opened(key="near", visibility=Visibility.NEIGHBOURS, ties=ties, schedule="0 0 * * *", settling_minutes=5)
    )
    everybody = await crowd.people(*range(20, 8, -1))
    idle = await crowd.person()
    await crowd.settle()
    for period in (None, 1):
        pages = [(await crowd.page("near", each, Wanted(period=period, start=0))).page for each in everybody]
        assert ranks(pages[6].items) == [(rank, 21 - rank) for rank in range(5, 10)], "whatever the start"
        assert ranks(pages[0].items)[0] == (1, 20)
        assert {page.after for page in pages} == {None}
        assert max(len(page.items) for page in pages) == 5
        nothing = (await crowd.page("near", idle, Wanted(period=period))).page
        assert (nothing.items, nothing.own, nothing.few) == ([], None, False)
        if period is None:
            await over(crowd)


async def test_a_relative_board_tells_a_band_and_no_rank(crowd: Crowd) -> None:
    await crowd.board(opened(key="relative", visibility=Visibility.RELATIVE))
    everybody = await crowd.people(*range(20, 0, -1))
    await crowd.settle()
    pages = [await crowd.page("relative", each) for each in everybody]
    assert [page.band for page in pages] == [
        *[Band.TOP_TENTH] * 2, *[Band.TOP_QUARTER] * 3, *[Band.TOP_HALF] * 5, *[Band.LOWER_HALF] * 10
    ]  # fmt: skip
    assert {(page.page.own, page.page.total, len(page.page.items)) for page in pages} == {(None, 0, 0)}
    assert [page.page.points for page in pages] == list(range(20, 0, -1))


async def test_a_hidden_board_is_there_for_nobody_but_those_who_define_it(crowd: Crowd) -> None:
    await crowd.board(opened(key="hidden", visibility=Visibility.HIDDEN))
    await crowd.board(BRITAIN)
    everybody = await crowd.people(*[5] * 10)
    (stranger,) = await crowd.people(5, market="FR", locale="fr-FR")
    await crowd.settle()
    with pytest.raises(BoardNotFoundError):
        await crowd.page("hidden", everybody[0])
    async with crowd.work.read(crowd.origin) as uow:
        found = await people.bearings(uow, [everybody[0], stranger])
        where = [found[everybody[0]], found[stranger]]
        seen = [[board.key for board in await gamification.boards_for(uow, each)] for each in where]
        defined = [each.key for each in await gamification.boards(uow, EVERYTHING)]
    assert seen == [["all-time", "britain"], ["all-time"]]
    assert defined == ["all-time", "britain", "hidden"]


async def test_nobody_makes_a_board_of_people_outside_of_their_markets(crowd: Crowd) -> None:
    async with crowd.work.begin(crowd.origin) as uow:
        for new in (BRITAIN, ENGLISH, NewBoard(key="all", name="All")):
            with pytest.raises(BoardOutsideMarketError):
                await gamification.create_board(uow, new, scope=within("FR"))
        await gamification.create_board(uow, BRITAIN, scope=within("FR", "GB"))
        with pytest.raises(BoardNotFoundError):
            await gamification.archive_board(uow, "britain", scope=within("FR"))
        assert (await gamification.archive_board(uow, "britain", scope=within("GB"))).archived_at == uow.now
