"""Caps and budgets on the real database when everybody comes at once, and when something comes late."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec
import pytest

import audit
import content
import engagement
import gamification
from access import EVERYTHING
from api.merging import Merging
from content.values import NewContent
from content.vocabulary import ContentId, ContentKind
from engagement import Draft, Verb
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.grammar import Badge, Cap, PointsRule, Threshold
from gamification.rules.needs import AwardsNeed
from gamification.rules.words import Period
from gamification.service import publishing
from gamification.values import State, Status
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.rules.examples import VIEWED, badge, rule, ruleset
from tests.gamification.test_recording import (
    AUTHOR,
    FIRST,
    REVIEWER,
    assert_the_books_balance,
    deliver,
    reached,
    somebody,
)
from tests.gamification.test_recording import items as furnished

__all__ = ["furnished"]


@pytest.fixture
async def items(work: Work, origin: Origin, furnished: list[ContentId]) -> list[ContentId]:
    """Seventy approved modules."""
    made = list(furnished)
    async with work.begin(origin) as uow:
        for number in range(len(made), 70):
            new = NewContent(kind=ContentKind.EDUCATION_MODULE, title=f"Item {number}", locale="en", markets=("*",))
            item = await content.create_content(uow, AUTHOR, new, scope=EVERYTHING)
            await content.approve(uow, item.id, REVIEWER, scope=EVERYTHING)
            made.append(ContentId(item.id))
    return made


async def publish(work: Work, origin: Origin, points: Sequence[PointsRule], badges: Sequence[Badge] = ()) -> RuleSet:
    rules = msgspec.structs.replace(ruleset(points, badges=badges), key="demonstration")
    async with work.begin(origin) as uow:
        key = (await gamification.current_rules(uow))[1].key
        rules = msgspec.structs.replace(rules, key=key)
        await gamification.publish_rules(uow, msgspec.json.encode(rules).decode())
    return rules


def view(item: ContentId, number: int, at: datetime | None = None, verb: Verb = Verb.VIEWED) -> Draft:
    moment = at if at is not None else FIRST + timedelta(seconds=number)
    return Draft(id=uuid5(UUID(int=11), str(number)), verb=verb, object=item, occurred_at=moment)


async def used(work: Work, origin: Origin, key: str) -> int:
    async with work.read(origin) as uow:
        return int(await uow.fetchval("select coalesce(max(used), 0) from gamification.budget where key = $1", key))


async def counted(work: Work, origin: Origin, state: str) -> int:
    async with work.read(origin) as uow:
        return int(await uow.fetchval("select count(*) from gamification.award where state = $1", state))


@pytest.mark.parametrize("shared", [True, False])
async def test_64_deliveries_at_the_same_time_never_exceed_a_cap(
    work: Work, origin: Origin, items: list[ContentId], *, shared: bool
) -> None:
    await publish(work, origin, [rule("capped", caps=(Cap(per=Period.DAY, limit=5),)), rule("free", points=1)])
    person = await somebody(work, origin, "eager")
    merging = Merging(work, None)
    workers = [merging if shared else Merging(work, None) for _ in range(64)]
    answers = await asyncio.gather(*(deliver(workers[n], origin, person, [view(items[n], n)]) for n in range(64)))
    assert [each.status for results in answers for each in results] == [Status.RECORDED] * 64
    _, awards, _ = await reached(work, origin, person)
    rules = [award[0] for award in awards]  # type: ignore[attr-defined]
    assert (rules.count("capped"), rules.count("free")) == (5, 64)
    await assert_the_books_balance(work, origin)


async def test_a_budget_pays_exactly_what_it_has_to_people_who_come_at_the_same_time(
    work: Work, origin: Origin, clock: MovableClock, items: list[ContentId]
) -> None:
    """Forty people, ten earners of a badge, twenty points; the denied stay denied when their history is replayed."""
    reading = rule("few", points=2, budget=20)
    rules = await publish(work, origin, [reading], [badge(threshold=Threshold(awards_of="few", at_least=1))])
    badges = [badge("first", when=VIEWED, most_earners=10)]
    rules = await publish(work, origin, [reading], [*rules.badges, *badges])
    people = [await somebody(work, origin, f"person{number}") for number in range(40)]
    workers = [Merging(Work(clock, audit.append), None) for _ in range(2)]
    await asyncio.gather(
        *(deliver(workers[n % 2], origin, person, [view(items[0], n)]) for n, person in enumerate(people))
    )
    assert (await used(work, origin, "few"), await used(work, origin, "first")) == (20, 10)
    assert (await counted(work, origin, "active"), await counted(work, origin, "denied")) == (30, 60)
    before = [await reached(work, origin, person) for person in people]
    assert sorted(each[0] or 0 for each in before) == [0] * 30 + [2] * 10  # type: ignore[type-var]
    late = [view(items[1], 100 + n, FIRST - timedelta(days=1), Verb.FAILED) for n in range(40)]
    await asyncio.gather(*(deliver(workers[n % 2], origin, people[n], [late[n]]) for n in range(40)))
    after = [await reached(work, origin, person) for person in people]
    assert [each[:2] for each in after] == [each[:2] for each in before]
    assert (await used(work, origin, "few"), await used(work, origin, "first")) == (20, 10)
    for person in people:
        await assert_rebuilding_gives_the_live_state(work, origin, person)
    await assert_the_books_balance(work, origin)


async def assert_rebuilding_gives_the_live_state(work: Work, origin: Origin, person: PersonId) -> None:
    async with work.read(origin) as uow:
        rows = await engagement.history(uow, person)
        steps = [(await publishing.rules_of(uow, row.rules_version or 0), row.activity) for row in rows]
        denied = await gamification.store.awards.denied(uow, person)
        kept = await uow.fetchval("select state from gamification.standing where person = $1", person)
    assert steps
    assert msgspec.json.decode(kept, type=State) == fold(EMPTY, steps, denied=denied).state


async def test_taking_back_an_award_that_no_budget_paid_gives_nothing_back_to_one(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    capped = rule("few", points=2, caps=(Cap(per=Period.DAY, limit=1),))
    await publish(work, origin, [capped])
    person, other = await somebody(work, origin, "early"), await somebody(work, origin, "other")
    merging = Merging(work, None)
    await deliver(merging, origin, person, [view(items[0], 1)])
    await publish(work, origin, [msgspec.structs.replace(capped, budget=20)])
    await deliver(merging, origin, other, [view(items[0], 2)])
    assert await used(work, origin, "few") == 2
    answers = await deliver(merging, origin, person, [view(items[1], 3, FIRST - timedelta(minutes=5))])
    assert answers[0].status is Status.RECORDED
    assert await used(work, origin, "few") == 4
    await deliver(merging, origin, other, [view(items[1], 4, FIRST - timedelta(minutes=5))])
    assert await used(work, origin, "few") == 4
    await assert_the_books_balance(work, origin)


async def test_an_award_that_a_denial_prevents_takes_nothing_from_another_budget(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    """One badge for one earner, that only who was paid can have: the first who comes is denied the points."""
    needs = ((AwardsNeed(rule="few"), AwardsNeed(rule="other")),)
    few, other = (
        rule("few", points=2, budget=2),
        rule("other", points=1, when=msgspec.structs.replace(VIEWED, verbs=(Verb.PASSED,))),
    )
    await publish(work, origin, [few, other], [badge("one-of-one", needs=needs, most_earners=1)])
    spender, denied, lucky = [await somebody(work, origin, name) for name in ("spender", "denied", "lucky")]
    await publish(work, origin, [few, other])
    await deliver(Merging(work, None), origin, spender, [view(items[0], 1)])
    await publish(work, origin, [few, other], [badge("one-of-one", needs=needs, most_earners=1)])
    merging = Merging(work, None)
    await asyncio.gather(
        deliver(merging, origin, denied, [view(items[0], 2)]),
        deliver(merging, origin, lucky, [view(items[0], 3, verb=Verb.PASSED)]),
    )
    async with work.read(origin) as uow:
        holders = await uow.fetch("select person from gamification.award where kind = 'badge' and state = 'active'")
    assert [row["person"] for row in holders] == [lucky]
    assert await used(work, origin, "one-of-one") == 1


async def test_a_correction_that_a_new_budget_pays_is_counted_and_can_be_taken_back(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    plain = rule("few", points=2, recurs=Period.EVER)
    await publish(work, origin, [plain])
    person, merging = await somebody(work, origin, "corrected"), Merging(work, None)
    await deliver(merging, origin, person, [view(items[0], 1)])
    await publish(work, origin, [msgspec.structs.replace(plain, points=3, budget=20)])
    await deliver(merging, origin, person, [view(items[0], 2, FIRST - timedelta(minutes=5))])
    assert await used(work, origin, "few") == 3
    await publish(work, origin, [msgspec.structs.replace(plain, points=5)])
    answers = await deliver(merging, origin, person, [view(items[0], 3, FIRST - timedelta(minutes=9))])
    assert answers[0].status is Status.RECORDED
    assert await used(work, origin, "few") == 0
    await assert_the_books_balance(work, origin)


async def test_points_that_a_late_activity_takes_leave_a_person_with_less(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    """The cap of the day goes to the activity that happened first, which the newer version pays less for."""
    capped = rule("few", points=2, caps=(Cap(per=Period.DAY, limit=1),))
    await publish(work, origin, [msgspec.structs.replace(capped, points=9)])
    person, merging = await somebody(work, origin, "poorer"), Merging(work, None)
    await deliver(merging, origin, person, [view(items[0], 1)])
    await publish(work, origin, [capped])
    answers = await deliver(merging, origin, person, [view(items[1], 2, FIRST - timedelta(minutes=5))])
    assert answers[0].status is Status.RECORDED
    assert (await reached(work, origin, person))[0] == 2
    await assert_the_books_balance(work, origin)


@pytest.mark.parametrize(("budget", "worth"), [(5, 2), (6, 2), (7, 5), (9, 5)])
async def test_an_award_that_a_correction_makes_worth_more_is_not_paid_beyond_its_budget(
    work: Work, origin: Origin, items: list[ContentId], budget: int, worth: int
) -> None:
    """An earlier view, recorded under dearer rules, takes the award over; what it was paid already counts."""
    plain = rule("few", points=2, recurs=Period.EVER, budget=budget)
    await publish(work, origin, [plain])
    person, merging = await somebody(work, origin, "richer"), Merging(work, None)
    await deliver(merging, origin, await somebody(work, origin, "other"), [view(items[0], 0)])
    await deliver(merging, origin, person, [view(items[0], 1)])
    await publish(work, origin, [msgspec.structs.replace(plain, points=5)])
    await deliver(merging, origin, person, [view(items[0], 2, FIRST - timedelta(minutes=5))])
    assert (await reached(work, origin, person))[0] == worth
    assert await used(work, origin, "few") == 2 + worth
    await deliver(merging, origin, person, [view(items[0], 3, FIRST - timedelta(minutes=9))])
    assert (await reached(work, origin, person))[0] == worth, "the next correction comes to the same"
    assert await counted(work, origin, "denied") == 0
    await assert_the_books_balance(work, origin)


@pytest.mark.parametrize(("budget", "worth"), [(9, 2), (10, 5)])
async def test_a_correction_takes_the_whole_award_from_a_budget_that_had_paid_nothing_of_it(
    work: Work, origin: Origin, items: list[ContentId], budget: int, worth: int
) -> None:
    plain = rule("few", points=2, recurs=Period.EVER)
    await publish(work, origin, [plain])
    person, merging = await somebody(work, origin, "anew"), Merging(work, None)
    await deliver(merging, origin, person, [view(items[0], 1)])
    await publish(work, origin, [msgspec.structs.replace(plain, points=5, budget=budget)])
    await deliver(merging, origin, await somebody(work, origin, "other"), [view(items[0], 0)])
    await deliver(merging, origin, person, [view(items[0], 2, FIRST - timedelta(minutes=5))])
    assert (await reached(work, origin, person))[0] == worth
    assert await used(work, origin, "few") == (10 if worth == 5 else 5)
    await assert_the_books_balance(work, origin)


async def test_corrections_of_many_people_share_what_is_left_of_a_budget(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    plain = rule("few", points=2, recurs=Period.EVER, budget=26)
    await publish(work, origin, [plain])
    merging = Merging(work, None)
    people = [await somebody(work, origin, f"many{number}") for number in range(10)]
    for number, person in enumerate(people):
        await deliver(merging, origin, person, [view(items[0], number)])
    await publish(work, origin, [msgspec.structs.replace(plain, points=5)])
    late = [view(items[0], 50 + n, FIRST - timedelta(minutes=5, seconds=n)) for n in range(10)]
    await asyncio.gather(*(deliver(merging, origin, person, [late[n]]) for n, person in enumerate(people)))
    worth = [(await reached(work, origin, person))[0] for person in people]
    assert [worth.count(points) for points in (2, 5)] == [8, 2]
    assert await used(work, origin, "few") == 26
    await assert_the_books_balance(work, origin)


async def test_who_was_refused_a_badge_and_begins_anew_records_on_and_stays_refused(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    """The ground of the refusal is retracted, so that the person's state knows of none; the refusal is for good."""
    await publish(work, origin, [rule(points=2)], [badge("star", when=VIEWED, most_earners=1)])
    first, second = [await somebody(work, origin, name) for name in ("one", "two")]
    merging = Merging(work, None)
    await deliver(merging, origin, first, [view(items[0], 1)])
    await deliver(merging, origin, second, [view(items[0], 2)])
    async with work.begin(origin) as uow:
        await gamification.retract(uow, view(items[0], 2).id, gamification.Retraction.UNDONE, {"*"})
    (again,) = await deliver(merging, origin, second, [view(items[1], 3)])
    assert again.status is Status.RECORDED
    assert again.effects is not None
    assert ([each.points for each in again.effects.points], again.effects.badges) == ([2], ())
    async with work.begin(origin) as uow:
        states = await uow.fetch("select person, state from gamification.award where rule = 'star' order by state")
        assert [(row["person"], row["state"]) for row in states] == [(first, "active"), (second, "denied")]
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
    await assert_the_books_balance(work, origin)
