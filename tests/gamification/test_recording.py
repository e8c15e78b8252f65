"""Recording on the real database: any order of arrival, repeats, many workers at once - and the books still balance."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest

import consent
import content
import engagement
import gamification
import people
from access import EVERYTHING
from api.merging import Merging
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import Answer, Purpose
from content.values import NewContent
from content.vocabulary import ContentId, ContentKind
from engagement import Draft, Verb
from engagement.rules.parsing import Result
from gamification.rules import EMPTY, fold
from gamification.service import publishing
from gamification.values import ActivityResult, Delivery, Status
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId

RULES = (Path(__file__).parents[2] / "samples" / "rules" / "demonstration.yaml").read_text()
AUTHOR, REVIEWER = UUID(int=1), UUID(int=2)
FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
AGREED = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION, Purpose.LEADERBOARD)


@pytest.fixture
async def items(work: Work, origin: Origin) -> list[ContentId]:
    """Twelve approved items, every third a webinar, every fourth a quiz."""
    publishing._versions.clear()
    made = []
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, RULES)
        for purpose in AGREED:
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text="May we?"))
        for number in range(12):
            kind = ContentKind.WEBINAR if number % 3 == 0 else ContentKind.EDUCATION_MODULE
            tags = ("quiz", "assessment") if number % 4 == 1 else ("activity:oucontent",)
            new = NewContent(kind=kind, title=f"Item {number}", locale="en", markets=("*",), tags=tags)
            item = await content.create_content(uow, AUTHOR, new, scope=EVERYTHING)
            await content.approve(uow, item.id, REVIEWER, scope=EVERYTHING)
            made.append(ContentId(item.id))
    return made


async def somebody(work: Work, origin: Origin, name: str) -> PersonId:
    async with work.begin(origin) as uow:
        new = people.NewPerson(name=name, email=f"{name}@hcp.example", market="GB", zone="Europe/London", locale="en")
        person = await people.register(uow, new)
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        await consent.record_consents(uow, person, [(purpose, choice) for purpose in AGREED])
    return person


def history(items: Sequence[ContentId], seed: int, count: int = 60) -> list[Draft]:
    """Some weeks of one person: views, webinars, quizzes passed and failed, in order."""
    chance = random.Random(seed)
    at = FIRST
    drafts = []
    for number in range(count):
        at += timedelta(hours=chance.choice((1, 2, 7, 20, 30)))
        verb = chance.choice((Verb.VIEWED, Verb.VIEWED, Verb.ATTENDED, Verb.PASSED, Verb.FAILED))
        score = chance.choice((0.4, 0.8, 0.95)) if verb is Verb.PASSED else None
        drafts.append(
            Draft(
                id=uuid5(UUID(int=seed), str(number)),
                verb=verb,
                object=chance.choice(items),
                occurred_at=at,
                result=Result(score=score, success=verb is Verb.PASSED),
            )
        )
    return drafts


async def deliver(merging: Merging, origin: Origin, person: PersonId, drafts: Sequence[Draft]) -> list[ActivityResult]:
    delivery = Delivery(
        origin_for=lambda *_: origin, account=UUID(int=3), markets=frozenset("*"), person=person, drafts=drafts
    )
    return await merging.record(delivery)


async def reached(work: Work, origin: Origin, person: PersonId) -> tuple[object, ...]:
    """What a person has: balance, awards with their points, badges, and the fold's state."""
    async with work.read(origin) as uow:
        points = await uow.fetchval("select points from gamification.standing where person = $1", person)
        awards = await uow.fetch(
            "select rule, subject, period, points from gamification.award where person = $1 and state = 'active'"
            " order by 1, 2, 3",
            person,
        )
        state = await uow.fetchval("select state from gamification.standing where person = $1", person)
    return points, [tuple(row) for row in awards], msgspec.json.decode(state)


async def assert_the_books_balance(work: Work, origin: Origin) -> None:
    async with work.read(origin) as uow:
        assert await uow.fetchval("select coalesce(sum(amount), 0) from gamification.posting") == 0
        wrong = await uow.fetch(
            "select s.person from gamification.standing s where s.points <> coalesce("
            "(select sum(amount) from gamification.posting p where p.account = s.person), 0)"
        )
        assert wrong == []
        twice = await uow.fetch(
            "select 1 from gamification.award a where a.state = 'active' and a.points <> coalesce((select sum(case when"
            " e.kind = 'award' then amount else -amount end) from gamification.ledger_entry e where e.award = a.id), 0)"
        )
        assert twice == []


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_order_of_arrival_earns_the_same(
    work: Work, origin: Origin, items: list[ContentId], seed: int
) -> None:
    drafts = history(items, seed)
    merging = Merging(work, None)
    in_order = await somebody(work, origin, "ordered")
    for draft in drafts:
        await deliver(merging, origin, in_order, [draft])
    shuffled_person = await somebody(work, origin, "shuffled")
    other_ids = [msgspec.structs.replace(draft, id=uuid5(UUID(int=99), str(draft.id))) for draft in drafts]
    random.Random(seed).shuffle(other_ids)
    for first in range(0, len(other_ids), 7):
        await deliver(merging, origin, shuffled_person, other_ids[first : first + 7])
    one, two = await reached(work, origin, in_order), await reached(work, origin, shuffled_person)
    assert one[0] == two[0]
    assert one[1] == two[1]
    assert one[0]
    await assert_the_books_balance(work, origin)


async def test_rebuilding_the_state_from_activities_equals_the_live_state(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    person = await somebody(work, origin, "rebuilt")
    merging = Merging(work, None)
    drafts = history(items, 7)
    random.Random(7).shuffle(drafts)
    for first in range(0, len(drafts), 5):
        await deliver(merging, origin, person, drafts[first : first + 5])
    async with work.read(origin) as uow:
        rows = await engagement.history(uow, person)
        _, ruleset = await gamification.current_rules(uow)
    folded = fold(EMPTY, [(ruleset, row.activity) for row in rows])
    points, awards, state = await reached(work, origin, person)
    assert points == folded.state.points
    assert awards == sorted((*award.key, award.points) for award in folded.awards)
    assert state == msgspec.json.decode(msgspec.json.encode(folded.state))


async def test_an_activity_with_a_known_id_changes_nothing_and_answers_what_the_first_one_answered(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    person = await somebody(work, origin, "repeating")
    merging = Merging(work, None)
    drafts = history(items, 4, 20)
    first = await deliver(merging, origin, person, drafts)
    before = await reached(work, origin, person)
    again = await deliver(merging, origin, person, drafts)
    other = [msgspec.structs.replace(draft, verb=Verb.RATED) for draft in drafts]
    changed = await deliver(merging, origin, person, other)
    assert [each.status for each in first] == [Status.RECORDED] * 20
    assert [each.status for each in again] == [Status.REPEATED] * 20
    assert [each.effects for each in again] == [each.effects for each in first]
    assert [each.effects for each in changed] == [each.effects for each in first]
    assert await reached(work, origin, person) == before


async def test_workers_that_record_the_same_at_the_same_time_award_it_once(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    person = await somebody(work, origin, "hurried")
    workers = [Merging(work, None) for _ in range(4)]
    drafts = history(items, 5, 40)
    answers = await asyncio.gather(
        *(deliver(worker, origin, person, drafts[::step]) for worker in workers for step in (1, -1, 2, 3))
    )
    statuses = [each.status for results in answers for each in results]
    assert statuses.count(Status.RECORDED) == len(drafts)
    assert statuses.count(Status.REFUSED) == 0
    await assert_the_books_balance(work, origin)
    alone = await somebody(work, origin, "calm")
    renamed = [msgspec.structs.replace(draft, id=uuid5(UUID(int=98), str(draft.id))) for draft in drafts]
    await deliver(Merging(work, None), origin, alone, renamed)
    assert (await reached(work, origin, person))[:2] == (await reached(work, origin, alone))[:2]


async def test_an_award_exists_once_per_person_rule_subject_and_period(work: Work, origin: Origin) -> None:
    columns = "id, person, rule, subject, period, kind, state, points, rules_version, activity, occurred_at, awarded_at"
    insert = (
        f"insert into gamification.award ({columns})"
        " values ($1, $2, 'read', 'x', '2026-01-05', 'points', 'active', 2, 1, $1, now(), now())"
    )
    async with work.begin(origin) as uow:
        await uow.execute(insert, UUID(int=10), UUID(int=1))
        await uow.execute(insert, UUID(int=11), UUID(int=2))
    with pytest.raises(Exception, match="award_once"):
        async with work.begin(origin) as uow:
            await uow.execute(insert, UUID(int=12), UUID(int=1))


@pytest.mark.parametrize("statement", ["update {} set amount = 1", "delete from {}", "truncate {}"])
async def test_the_ledger_is_append_only(work: Work, origin: Origin, items: list[ContentId], statement: str) -> None:
    person = await somebody(work, origin, "booked")
    await deliver(Merging(work, None), origin, person, history(items, 6, 10))
    with pytest.raises(Exception, match=r"append-only|permission denied"):
        async with work.begin(origin) as uow:
            await uow.execute(statement.format("gamification.ledger_entry"))
    await assert_the_books_balance(work, origin)


async def test_a_tag_of_several_words_is_one_tag_also_when_the_history_is_folded_again(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    assert items
    person = await somebody(work, origin, "tagged")
    async with work.begin(origin) as uow:
        tags = ("heart failure", "activity:oucontent")
        new = NewContent(kind=ContentKind.EDUCATION_MODULE, title="Tagged", locale="en", markets=("*",), tags=tags)
        item = await content.create_content(uow, AUTHOR, new, scope=EVERYTHING)
        await content.approve(uow, item.id, REVIEWER, scope=EVERYTHING)
    drafts = history([ContentId(item.id)], 8, 3)
    await deliver(Merging(work, None), origin, person, drafts)
    async with work.read(origin) as uow:
        kept = await engagement.history(uow, person)
    assert [row.activity.tags for row in kept] == [frozenset(tags)] * 3


async def test_what_fails_for_one_delivery_costs_nobody_who_was_merged_with_it(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    """Whoever asks for an origin that can't be had stands for any failure that nobody foresaw."""
    merging, people_ = Merging(work, None), [await somebody(work, origin, f"merged-{number}") for number in range(3)]

    def nowhere(*_: object) -> Origin:
        raise LookupError

    broken = Delivery(
        origin_for=nowhere, account=UUID(int=3), markets=frozenset("*"), person=people_[0], drafts=history(items, 1, 1)
    )
    answers = await asyncio.gather(
        merging.record(broken),
        *(deliver(merging, origin, person, history(items, seed, 5)) for seed, person in enumerate(people_[1:], 2)),
        return_exceptions=True,
    )
    assert isinstance(answers[0], LookupError)
    for results in answers[1:]:
        assert isinstance(results, list)
        assert {result.status for result in results} == {Status.RECORDED}
    async with work.read(origin) as uow:
        assert await uow.fetchval("select count(*) from engagement.activity where person = $1", people_[0]) == 0
        assert await uow.fetchval("select count(*) from engagement.activity") == 10
