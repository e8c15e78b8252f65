"""What activities leave in the books: awards that exist once, a ledger that only grows and always balances."""

import asyncio
from datetime import timedelta
from random import Random

import asyncpg
import pytest

import gamification
from gamification.store.books import PROGRAMME
from tests.api.asker import Asker
from tests.api.house import ORIGIN, PART, QUIZ, House
from tests.api.opening import SAMPLES, worker

PASSED = {"score": 1, "success": True}


async def balance(house: House, account: object) -> int:
    return int(
        await house.database.fetchval(
            "select coalesce(sum(amount), 0) from gamification.posting where account = $1", account
        )
    )


def some(random: Random) -> timedelta:
    return timedelta(minutes=random.randrange(5_000))


async def busy(house: House, count: int) -> list[Asker]:
    """Let some people do much, in any order, on two workers at once: awards are granted, taken back and granted."""
    random, people = Random(count), [await house.hcp() for _ in range(count)]
    items = [await house.item(PART) for _ in range(7)] + [await house.item(("activity:page",)) for _ in range(3)]
    quiz = await house.item(QUIZ)
    async with worker(house) as second:
        sending = []
        for hcp in people:
            done = [house.activity(random.choice(items), ago=some(random)) for _ in range(30)]
            done.append(house.activity(quiz, "passed", ago=some(random), result=PASSED))
            batches = [done[start : start + 4] for start in range(0, len(done), 4)]
            sending += [hcp.record(*batch, via=random.choice([None, second])) for batch in batches]
        await asyncio.gather(*sending)
    return people


async def test_an_award_exists_once_per_person_rule_subject_and_period(house: House) -> None:
    hcp, quiz = await house.hcp(), await house.item(QUIZ)
    activities = [house.activity(quiz, "passed", ago=timedelta(seconds=n), result=PASSED) for n in range(12)]
    async with worker(house) as second:
        vias = [None, second]
        results = await asyncio.gather(*(hcp.record(each, via=vias[n % 2]) for n, each in enumerate(activities)))
    assert {result["status"] for (result,) in results} == {"recorded"}
    assert await house.count("gamification.award", "person = $1 and rule = 'pass-assessment'", hcp.person) == 1
    assert (await hcp.read("/v1/me/points"))["points"] == 64
    copy = (
        "insert into gamification.award select gen_random_uuid(), person, rule, subject, period, kind, state, points,"
        " rules_version, activity, consent, occurred_at, awarded_at from gamification.award where person = $1"
    )
    with pytest.raises(asyncpg.UniqueViolationError, match="award_once"):
        await house.database.execute(copy, hcp.person)


async def test_the_ledger_is_append_only_and_double_entry(house: House) -> None:
    people = await busy(house, 5)
    assert await house.count("gamification.ledger_entry", "kind = 'reversal'") > 0, "something was taken back"
    assert await house.database.fetchval("select sum(amount) from gamification.posting") == 0, "over all accounts"
    for hcp in people:
        points = (await hcp.read("/v1/me/points"))["points"]
        assert points == await balance(house, hcp.person) > 0, "a balance equals its entries"
    total = await house.database.fetchval("select sum(points) from gamification.standing")
    assert await balance(house, PROGRAMME) == -total, "what people have came from the programme, and nothing else did"
    active = await house.database.fetchval("select sum(points) from gamification.award where state = 'active'")
    assert active == total
    entries = await house.count("gamification.ledger_entry")
    for change in (
        "update gamification.ledger_entry set amount = amount + 1",
        "delete from gamification.ledger_entry",
        "truncate gamification.ledger_entry",
        "update gamification.rule_set_version set body = ''",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await house.database.execute(change)
    with pytest.raises(asyncpg.CheckViolationError, match="standing_expired"):  # 0 <= expired <= points
        await house.database.execute("update gamification.standing set points = -1")
    assert await house.count("gamification.ledger_entry") == entries


async def test_rules_are_immutable_versions_and_a_new_one_leaves_the_past_as_it_was(house: House) -> None:
    text = (SAMPLES / "rules" / "demonstration.yaml").read_text(encoding="utf-8")
    hcp, part, later = await house.hcp(), await house.item(), await house.item()
    first = house.activity(part)
    await hcp.record(first)
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.publish_rules(uow, text)).version == 1, "the same rules are the same version"
        generous = text.replace("    points: 2\n    recurs: day", "    points: 3\n    recurs: day")
        assert (await gamification.publish_rules(uow, generous)).version == 2
    assert (await hcp.read("/v1/me/points"))["points"] == 5
    (result,) = await hcp.record(house.activity(later))
    assert sorted(each["points"] for each in result["effects"]["points"]) == [3, 3]
    (late,) = await hcp.record(house.activity(await house.item(), ago=timedelta(days=3)))
    assert late["status"] == "recorded"
    versions = await house.database.fetch(
        "select points, rules_version from gamification.award where person = $1 and activity = $2 order by points",
        hcp.person,
        first["id"],
    )
    assert [tuple(row) for row in versions] == [(2, 1), (3, 1)], "also after the whole history was gone through again"
