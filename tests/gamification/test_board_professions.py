"""Boards of a profession: its own people, and never so that a few could be picked out."""

import pytest

import people
from gamification import Narrowing
from gamification.errors import BoardNotFoundError
from gamification.vocabulary import Dimension
from people.vocabulary import Profession
from tests.gamification.crowd import Crowd, opened
from tests.gamification.test_board_privacy import unseen

NURSES = opened(key="nurses", narrowing=Narrowing(Dimension.PROFESSION, "nurse"))


async def test_a_board_of_a_profession_shows_its_own_and_never_lets_a_few_be_picked_out(crowd: Crowd) -> None:
    await crowd.board(NURSES)
    nurses = await crowd.people(*range(11, 22), profession=Profession.NURSE)
    doctors = await crowd.people(*[30] * 10, profession=Profession.PHYSICIAN)
    await crowd.settle()
    page = (await crowd.page("nurses", nurses[0])).page
    assert (page.few, page.total, page.items[0].points) == (False, 11, 21)
    with pytest.raises(BoardNotFoundError):
        await crowd.page("nurses", doctors[0])
    cells = "select people from gamification.board_population where cell = "
    assert await crowd.value(f"{cells}'GB:en:nurse'") == 11
    await crowd.change(nurses[0], people.Change(profession=Profession.PHYSICIAN))
    assert [await crowd.value(f"{cells}'GB:en:{each}'") for each in ("nurse", "physician")] == [10, 11]
    assert (await crowd.page("nurses", nurses[1])).page.total == 10
    await crowd.withdraw(doctors[0])
    await crowd.withdraw(doctors[1])
    assert unseen(await crowd.page("nurses", nurses[1]), 12), "nine physicians could be told from the board of all"
