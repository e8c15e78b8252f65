"""Boards of accredited education show who shares, also where a closing and a withdrawal meet, and no rank of a few."""

import consent
import gamification
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import BOARD_TOPIC, Answer, Purpose
from content.vocabulary import ContentClass
from gamification import Wanted
from gamification.store import board_standings
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId
from tests.gamification.crowd import DAY, GRANTED, Crowd, opened

TAUGHT = opened(key="taught", schedule="0 0 * * *", settling_minutes=5, lane=ContentClass.ACCREDITED)
DAILY = opened(key="daily", schedule="0 0 * * *", settling_minutes=5)
SHARING = Purpose.ACCREDITED_SHARING
STANDING_OF = "select count(*) from gamification.board_standing where person = $1"


async def learners(crowd: Crowd) -> list[PersonId]:
    """Eleven people who learnt something accredited and share it; the day is over."""
    await crowd.board(TAUGHT)
    everybody = await crowd.people(*range(11, 22))
    async with crowd.work.begin(crowd.origin) as uow:
        await consent.publish_notice(uow, NewNotice(purpose=SHARING, version=1, locale="en", text="May we?"))
        for person in everybody:
            await consent.record_consent(uow, person, SHARING, GRANTED)
            uow.publish(BOARD_TOPIC, person)
        await uow.execute("update gamification.award set lane = 'accredited'")
    await crowd.settle()
    crowd.work.clock.move(DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.settle()
    return everybody


async def withdrawn(uow: UnitOfWork, crowd: Crowd, person: PersonId) -> None:
    await consent.record_consent(uow, person, SHARING, ConsentChoice(state=Answer.WITHDRAWN))
    await gamification.leave(uow, crowd.boards, person, [SHARING])
    uow.publish(BOARD_TOPIC, person)


async def test_a_line_that_a_closing_kept_after_a_withdrawal_is_shown_to_nobody_and_goes(crowd: Crowd) -> None:
    first, *others = await learners(crowd)
    page = (await crowd.page("taught", others[0], Wanted(period=1))).page
    assert (page.total, len(page.items)) == (11, 11)
    async with crowd.work.begin(crowd.origin) as uow:
        row = await uow.fetchrow("select * from gamification.board_standing where person = $1", first)
        assert row is not None
        await withdrawn(uow, crowd, first)
        await uow.execute(  # what a closing writes that had read the state of before
            "insert into gamification.board_standing (id, period, place, rank, points, person)"
            " values ($1, $2, $3, $4, $5, $6)",
            *(row[name] for name in ("id", "period", "place", "rank", "points", "person")),
        )
    page = (await crowd.page("taught", others[0], Wanted(period=1))).page
    assert len(page.items) == 10
    await crowd.deliver()
    assert (await crowd.value(STANDING_OF, first), await crowd.value(STANDING_OF, others[0])) == (0, 1)
    assert (await crowd.page("taught", others[0], Wanted(period=1))).page.total == 10


async def test_nobody_came_to_a_place_where_fewer_took_part_than_the_law_asks_for(crowd: Crowd) -> None:
    await crowd.board(DAILY)
    everybody = await crowd.people(*range(11, 22))
    await crowd.settle()
    crowd.work.clock.move(DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.settle()
    async with crowd.work.read(crowd.origin) as uow:
        ranks = [await board_standings.last_rank(uow, "daily", everybody[-1], least) for least in (10, 11, 12)]
    assert ranks == [1, 1, None]
