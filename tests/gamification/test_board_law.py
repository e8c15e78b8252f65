"""What policy packs say about boards is heard when one is shown, whatever it was made with."""

import msgspec

from gamification import Packs, Wanted
from tests.gamification.crowd import DAY, Crowd
from tests.gamification.shop import country
from tests.gamification.test_board_privacy import BRITAIN, DAILY, unseen


async def test_a_board_shows_as_many_people_as_the_packs_of_its_countries_ask_for(crowd: Crowd) -> None:
    """The least size is the law's number (C21): a pack that asks for more than the board was made with is heard."""
    (american,) = country().packs
    cohort = msgspec.structs.replace(american.cohort, value=12)
    british = Packs((msgspec.structs.replace(american, country="GB", cohort=cohort),))
    french = Packs((msgspec.structs.replace(american, country="FR", cohort=cohort),))
    await crowd.board(BRITAIN)
    await crowd.board(DAILY)
    everybody = await crowd.people(*[5] * 11)
    await crowd.settle()
    for key in ("all-time", "britain", "daily"):
        assert unseen(await crowd.page(key, everybody[0], packs=british), 5)
        assert (await crowd.page(key, everybody[0])).page.total == 11
    assert (await crowd.page("britain", everybody[0], packs=french)).page.total == 11, "nobody French is on it"
    assert unseen(await crowd.page("all-time", everybody[0], packs=french), 5)
    crowd.work.clock.move(DAY)  # type: ignore[attr-defined] # a movable clock, see the fixtures
    await crowd.settle()
    assert unseen(await crowd.page("daily", everybody[0], Wanted(period=1), packs=british), 5)
    await crowd.people(5)
    await crowd.settle()
    assert (await crowd.page("britain", everybody[0], packs=british)).page.total == 12
