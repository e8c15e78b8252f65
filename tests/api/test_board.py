"""The board: opt-in and pseudonymous, a stated rule for ties, and a copy that can be lost and made again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from consent.values import CONSENT_PURPOSES
from consent.vocabulary import Purpose
from tests.api.asker import Asker, Body
from tests.api.house import PART, House, problem

BOARD = "/v1/leaderboards/all-time"
HIDDEN = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parts(house: House) -> AsyncIterator[list[str]]:
    """Lend parts of a module, of which each pays 5 points, and a crowd in which people may be shown."""
    items = [await house.item(PART) for _ in range(6)]
    for _ in range(10):
        await somebody(house, items, 1)
    yield items


async def somebody(house: House, parts: list[str], count: int, *, hidden: bool = False) -> Asker:
    """Register somebody who earned 5 points for each of ``count`` parts."""
    hcp = await house.hcp(agreed=HIDDEN if hidden else CONSENT_PURPOSES, name="Dr Ana Söderström")
    await hcp.record(*(house.activity(part, ago=timedelta(days=day)) for day, part in enumerate(parts[:count])))
    return hcp


async def board(asker: Asker, **query: str | int) -> Body:
    await asker.house.delivered()
    return await asker.read(BOARD, **query)


def anonymous(page: Body) -> list[tuple[object, ...]]:
    return [(line["rank"], line["alias"], line["points"]) for line in page["items"]]


async def test_equal_points_share_a_rank_and_the_next_rank_counts_everyone_before_it(
    house: House, parts: list[str]
) -> None:
    best, one, other, last = [await somebody(house, parts, count) for count in (6, 5, 5, 4)]
    page = await board(best)
    own = [(await board(hcp))["own"] for hcp in (best, one, other, last)]
    assert [line["points"] for line in own] == [30, 25, 25, 20]
    assert [line["rank"] - own[0]["rank"] for line in own] == [0, 1, 1, 3], "1, 2, 2, 4"
    for line in page["items"]:
        assert line["rank"] == 1 + sum(each["points"] > line["points"] for each in page["items"])
    order = [(-line["points"], line["alias"]) for line in page["items"]]
    assert order == sorted(order), "within a tie the order is by alias, as tie_rule says"
    assert "1, 2, 2, 4" in page["tie_rule"]
    assert page["total"] == len(page["items"])


async def test_a_board_shows_pseudonyms_and_marks_ones_own(house: House, parts: list[str]) -> None:
    one, other = await somebody(house, parts, 3), await somebody(house, parts, 2)
    seen, by_other = await board(one), await board(other)
    assert anonymous(seen) == anonymous(by_other), "everyone sees the same"
    assert [line["alias"] for line in seen["items"] if line["me"]] == [seen["own"]["alias"]]
    assert seen["own"]["alias"] != by_other["own"]["alias"]
    written = str(seen)
    for secret in (one, other):
        assert not any(str(each) in written for each in (secret.person, secret.caller.account))
    assert "Ana" not in written


async def test_nobody_is_on_the_board_who_did_not_ask_for_it_and_who_leaves_is_gone_at_once(
    house: House, parts: list[str]
) -> None:
    reader, hidden, leaving = (
        await somebody(house, parts, 1),
        await somebody(house, parts, 6, hidden=True),
        await somebody(house, parts, 4),
    )
    before, own = await board(reader), (await board(leaving))["own"]
    assert before["total"] == await house.count("gamification.board_member")
    assert await house.count("gamification.board_member", "person = $1", hidden.person) == 0
    for purpose in ("leaderboard", "gamification"):
        assert (await leaving.decide(purpose)).status_code == 200
        page = await reader.read(BOARD)
        assert own["alias"] not in str(page), "gone with the answer, not a moment later"
        assert (await leaving.decide(purpose, "granted")).status_code == 200
        assert (await board(leaving))["own"] == own, "back under the same name with the same points"
    assert anonymous(await board(reader)) == anonymous(before)


async def test_a_board_is_paged_and_can_be_opened_around_oneself(house: House, parts: list[str]) -> None:
    people = [await somebody(house, parts, 1 + count % 3) for count in range(9)]
    whole = await board(people[0])
    paged: list[Body] = []
    page = await people[0].read(BOARD, limit=4)
    paged += page["items"]
    while page["next"]:
        page = await people[0].read(BOARD, limit=4, cursor=page["next"])
        paged += page["items"]
    assert paged == whole["items"], "ranks too: a page may begin inside a tie"
    for hcp in people:
        page = await hcp.read(BOARD, around="me", limit=5)
        mine = [index for index, line in enumerate(page["items"]) if line["me"]]
        assert len(mine) == 1
        assert page["items"][mine[0]] == page["own"]
        start = anonymous(whole).index(anonymous(page)[0])
        assert anonymous(page) == anonymous(whole)[start : start + 5]


async def test_a_lost_copy_says_so_and_is_made_again_as_it_was(house: House, parts: list[str]) -> None:
    people = [await somebody(house, parts, count) for count in (5, 3, 3)]
    before = [await board(hcp) for hcp in people]
    answer = await people[0].get(BOARD)
    while answer.status_code == 200:  # the keeper may be quicker than the question
        await house.runtime.cache.client.flushdb()
        answer = await people[0].get(BOARD)
    problem(answer, 503, "board-rebuilding")
    assert answer.headers["retry-after"]
    assert [await board(hcp) for hcp in people] == before


async def test_points_earned_while_the_copy_is_made_again_are_on_it(house: House, parts: list[str]) -> None:
    """The keeper has read the points and is about to write them when somebody earns more."""
    hcp = await somebody(house, parts, 1)
    assert (await board(hcp))["own"]["points"] == 5
    async with house.database.transaction():
        await house.database.execute("lock table gamification.board_member in access exclusive mode")
        await house.runtime.cache.client.flushdb()
        async with asyncio.timeout(4):
            await house.until(
                "exists (select from pg_locks where relation = 'gamification.board_member'::regclass and not granted)"
            )
        (result,) = await hcp.record(house.activity(parts[1]))
        assert sum(each["points"] for each in result["effects"]["points"]) == 5
        await asyncio.sleep(0.2)  # time for the outbox to be delivered, if anybody did
    assert (await board(hcp))["own"]["points"] == 10


@pytest.mark.parametrize("key", ["no-such-board", "all-time%00", "ALL-TIME"])
async def test_there_is_no_other_board(house: House, key: str) -> None:
    hcp = await house.hcp()
    assert problem(await hcp.get(f"/v1/leaderboards/{key}"), 404, "board-not-found")["title"]
    assert (await hcp.read("/v1/leaderboards/all-time"))["key"] == "all-time"
