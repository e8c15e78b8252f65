"""Community quests on the real database: one number for everybody, reached once, and paid to each who contributed."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid5

import msgspec
import pytest

import consent
import gamification
from api.merging import Merging
from consent.values import ConsentChoice
from consent.vocabulary import Answer, Purpose
from content.vocabulary import ContentId
from engagement import Draft, Verb
from gamification.rules.grammar import CommunityQuest
from gamification.service import budgeting
from gamification.store import awards, goals
from gamification.values import AwardKey, Opportunity, Reversal
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.rules.examples import VIEWED, ruleset
from tests.gamification.test_recording import FIRST, assert_the_books_balance, deliver, somebody
from tests.gamification.test_recording import items as furnished

__all__ = ["furnished"]

TOGETHER = CommunityQuest(
    key="together", name="Together", description="Read twelve items together.", when=VIEWED, target=12, points=40
)


@pytest.fixture
async def people(work: Work, origin: Origin, furnished: list[ContentId]) -> list[PersonId]:
    """Three people, and the quest in force."""
    await publish(work, origin, TOGETHER)
    assert len(furnished) == TOGETHER.target
    return [await somebody(work, origin, name) for name in ("one", "two", "three")]


async def publish(work: Work, origin: Origin, quest: CommunityQuest) -> None:
    async with work.begin(origin) as uow:
        key = (await gamification.current_rules(uow))[1].key
        rules = msgspec.structs.replace(ruleset(), key=key, community_quests=(quest,))
        await gamification.publish_rules(uow, msgspec.json.encode(rules).decode())


def view(person: PersonId, item: ContentId) -> Draft:
    return Draft(id=uuid5(person, str(item)), verb=Verb.VIEWED, object=item, occurred_at=FIRST)


async def contribute(work: Work, origin: Origin, person: PersonId, some: list[ContentId]) -> int:
    results = await deliver(Merging(work, None), origin, person, [view(person, item) for item in some])
    return sum(len(each.effects.contributions) for each in results if each.effects)


async def pay(work: Work, origin: Origin) -> int:
    rounds = 0
    while True:
        async with work.begin(origin) as uow:
            if not await gamification.pay_contributors(uow):
                return rounds
        rounds += 1


async def points(work: Work, origin: Origin, people: list[PersonId]) -> list[int]:
    async with work.read(origin) as uow:
        return [(await gamification.points(uow, person)).points for person in people]


async def counter(work: Work, origin: Origin) -> tuple[int, int]:
    """How much everybody has contributed, and how often the target was reached."""
    async with work.read(origin) as uow:
        used = await uow.fetchval("select used from gamification.budget where key = 'together'")
        return int(used or 0), int(await uow.fetchval("select count(*) from gamification.goal"))


async def shown(work: Work, origin: Origin, person: PersonId) -> Opportunity:
    async with work.read(origin) as uow:
        return next(each for each in await gamification.opportunities(uow, person) if each.key == "together")


async def test_everybody_who_contributed_is_paid_once_when_the_target_is_reached(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    assert await contribute(work, origin, people[0], furnished[:6]) == 6
    assert await contribute(work, origin, people[0], furnished[:6]) == 6, "a repeat is answered as before"
    assert (await counter(work, origin), await pay(work, origin)) == ((6, 0), 0)
    assert await contribute(work, origin, people[1], furnished) == 6, "there was room for six more"
    assert await counter(work, origin) == (12, 1)
    assert await pay(work, origin) > 0
    assert await points(work, origin, people) == [40, 40, 0]
    async with work.read(origin) as uow:
        told = "select count(*) from audit.entry where position('gamification:goal:paid'::bytea in body) > 0"
        assert await uow.fetchval(told) == 2
    assert (await pay(work, origin), await contribute(work, origin, people[2], furnished)) == (0, 0)
    assert await points(work, origin, people) == [40, 40, 0], "it was over when the third came"
    await assert_the_books_balance(work, origin)
    async with work.begin(origin) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []


async def test_at_the_same_time_the_target_is_reached_exactly_once(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    some = [(person, item) for item in furnished for person in people]
    given = await asyncio.gather(*(contribute(work, origin, person, [item]) for person, item in some))
    assert (sum(given), await counter(work, origin)) == (12, (12, 1))
    await asyncio.gather(pay(work, origin), pay(work, origin))
    async with work.read(origin) as uow:
        rows = await uow.fetch("select person from gamification.award where kind = 'contribution' and state = 'active'")
        bonuses = await uow.fetch("select person from gamification.award where kind = 'community'")
    contributors = {row["person"] for row in rows}
    assert sorted(row["person"] for row in bonuses) == sorted(contributors)
    assert sum(await points(work, origin, people)) == 40 * len(contributors)
    await assert_the_books_balance(work, origin)


async def test_who_contributed_first_is_paid_first_and_nobody_is_left_out_when_that_goes(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    """Of three who contribute in turns the last by id begins; its first contribution goes while others wait."""
    turns = sorted(people, reverse=True)
    for number, item in enumerate(furnished):
        draft = msgspec.structs.replace(view(turns[number % 3], item), occurred_at=FIRST + timedelta(minutes=number))
        await deliver(Merging(work, None), origin, turns[number % 3], [draft])
    served = []
    for limit in (1, 9, 9):
        async with work.begin(origin) as uow:
            goal = await goals.take(uow)
            assert goal is not None
            found = await goals.contributors(uow, goal, limit)
            await goals.advance(uow, goal, found)
            if limit == 1:
                key = AwardKey("together", str(furnished[0]), "ever")
                assert await awards.reverse(uow, [Reversal(turns[0], key)]) == 1
        served.append([each.person for each in found])
    assert served == [[turns[0]], [turns[1], turns[2], turns[0]], []], (
        "who now contributed later is looked at once more"
    )
    async with work.begin(origin) as uow:
        assert await goals.take(uow) is None


async def test_what_is_taken_back_before_the_target_gives_its_place_back_and_afterwards_nobody_gets_it(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    await contribute(work, origin, people[0], furnished[:2])
    await publish(work, origin, msgspec.structs.replace(TOGETHER, most_each=11))
    async with work.begin(origin) as uow:
        await awards.reverse(uow, [Reversal(people[0], AwardKey("together", str(furnished[0]), "ever"))])
        await budgeting.use(uow, {"together": -1})
    assert await counter(work, origin) == (1, 0)
    assert await contribute(work, origin, people[1], furnished) == 11
    assert await counter(work, origin) == (12, 1)
    async with work.begin(origin) as uow:
        await budgeting.use(uow, {"together": -1})
    assert await contribute(work, origin, people[2], furnished) == 0
    assert await counter(work, origin) == (11, 1)


async def test_progress_is_shown_in_tenths_and_not_before_ten_contributions(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    await contribute(work, origin, people[0], furnished[:9])
    early = await shown(work, origin, people[1])
    assert (early.kind, early.points, early.can_earn, early.progress, early.needed) == (
        "community_quest",
        40,
        True,
        0,
        10,
    )
    await contribute(work, origin, people[1], furnished[:2])
    assert (await shown(work, origin, people[2])).progress == 9
    await contribute(work, origin, people[1], furnished)
    held, closed = await shown(work, origin, people[1]), await shown(work, origin, people[2])
    assert [(each.reason, each.progress) for each in (held, closed)] == [("held", 10), ("closed", 10)]


async def test_whoever_has_withdrawn_is_not_paid(
    work: Work, origin: Origin, people: list[PersonId], furnished: list[ContentId]
) -> None:
    await contribute(work, origin, people[0], furnished[:6])
    await contribute(work, origin, people[1], furnished[6:])
    async with work.begin(origin) as uow:
        choice = ConsentChoice(state=Answer.WITHDRAWN, notice_version=1)
        await consent.record_consents(uow, people[0], [(Purpose.GAMIFICATION, choice)])
    await pay(work, origin)
    assert (await points(work, origin, people))[1] == 40
    async with work.read(origin) as uow:
        paid = await uow.fetch("select person from gamification.award where kind = 'community'")
    assert [UUID(str(row["person"])) for row in paid] == [people[1]]
