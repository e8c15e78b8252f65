"""Rebuilding what people have: nothing differs that nobody touched, and what somebody broke is found and mended."""

from uuid import UUID

import msgspec
import pytest

import gamification
from api.merging import Merging
from content.vocabulary import ContentId
from gamification.programme_values import Difference, Discrepancy, Rebuilt
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.test_recording import assert_the_books_balance, deliver, history, reached, somebody
from tests.gamification.test_recording import items as furnished

__all__ = ["furnished"]


@pytest.fixture
async def people(work: Work, origin: Origin, furnished: list[ContentId]) -> list[PersonId]:
    """Two people with some weeks of activities, the second's in disorder."""
    merging = Merging(work, None)
    found = [await somebody(work, origin, name) for name in ("one", "two")]
    for seed, person in enumerate(found):
        drafts = history(furnished, seed)
        await deliver(merging, origin, person, drafts[seed * 20 :])
        await deliver(merging, origin, person, drafts[: seed * 20])
    return found


async def rebuilt(work: Work, origin: Origin, *, mend: bool = True) -> Rebuilt:
    async with work.begin(origin) as uow:
        found = await gamification.rebuild(uow, None, mend=mend)
        assert (await gamification.rebuild(uow, found.last, mend=mend)).last is None
    return found


async def broken(work: Work, origin: Origin, statement: str, *values: object) -> None:
    async with work.begin(origin) as uow:
        await uow.execute("set local role none")
        await uow.execute("set local session_replication_role = replica")
        await uow.execute(statement, *values)


async def test_what_nobody_touched_differs_in_nothing(work: Work, origin: Origin, people: list[PersonId]) -> None:
    found = await rebuilt(work, origin)
    assert (found.people, found.left_out, found.activities, found.differences) == (len(people), 0, 120, [])


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("update gamification.standing set points = points + 7 where person = $1", Discrepancy.POINTS),
        ("update gamification.standing set level = 99 where person = $1", Discrepancy.LEVEL),
        ("update gamification.standing set state = 'nonsense' where person = $1", Discrepancy.STATE),
        ("update gamification.standing set state = '{\"points\": 3}' where person = $1", Discrepancy.STATE),
    ],
)
async def test_a_corrupted_standing_is_found_and_mended(
    work: Work, origin: Origin, people: list[PersonId], statement: str, what: Discrepancy
) -> None:
    before = await reached(work, origin, people[1])
    await broken(work, origin, statement, people[1])
    looked = await rebuilt(work, origin, mend=False)
    assert looked.differences == [Difference(people[1], (what,), mended=False)]
    mended = await rebuilt(work, origin)
    assert mended.differences == [Difference(people[1], (what,), mended=True)]
    assert await reached(work, origin, people[1]) == before
    assert (await rebuilt(work, origin)).differences == []
    await assert_the_books_balance(work, origin)


async def test_a_standing_that_is_gone_is_made_again(work: Work, origin: Origin, people: list[PersonId]) -> None:
    before = await reached(work, origin, people[0])
    await broken(work, origin, "delete from gamification.standing where person = $1", people[0])
    found = await rebuilt(work, origin)
    assert [each.person for each in found.differences] == [people[0]]
    assert await reached(work, origin, people[0]) == before


async def test_an_award_that_was_taken_back_without_a_reason_is_given_again(
    work: Work, origin: Origin, people: list[PersonId]
) -> None:
    before = await reached(work, origin, people[0])
    async with work.begin(origin) as uow:
        award = await uow.fetchrow(
            "select rule, subject, period from gamification.award where person = $1 and points > 0", people[0]
        )
        assert award is not None
        key = gamification.values.AwardKey(*award.values())
        await gamification.store.awards.reverse(uow, [gamification.values.Reversal(people[0], key)])
    found = await rebuilt(work, origin)
    assert [each.found for each in found.differences] == [(Discrepancy.AWARDS,)]
    assert await reached(work, origin, people[0]) == before
    await assert_the_books_balance(work, origin)


async def test_where_the_ledger_contradicts_the_awards_nothing_is_touched(
    work: Work, origin: Origin, people: list[PersonId]
) -> None:
    await broken(
        work, origin, "update gamification.award set points = points + 5 where person = $1 and points > 0", people[0]
    )
    before = await reached(work, origin, people[0])
    found = await rebuilt(work, origin)
    assert [(each.person, each.mended) for each in found.differences] == [(people[0], False)]
    assert Discrepancy.LEDGER in found.differences[0].found
    assert await reached(work, origin, people[0]) == before


async def test_mending_is_audited_with_what_was_found(work: Work, origin: Origin, people: list[PersonId]) -> None:
    await broken(work, origin, "update gamification.standing set points = points + 7 where person = $1", people[0])
    await rebuilt(work, origin)
    async with work.read(origin) as uow:
        entries = await uow.fetch("select convert_from(body, 'UTF8') as body from audit.entry")
    told = [msgspec.json.decode(entry["body"]) for entry in entries if "programme:rebuilt" in entry["body"]]
    assert [UUID(each["subject"]) for each in told] == [people[0]]
