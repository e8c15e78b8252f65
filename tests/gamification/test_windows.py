"""Previews of one reader can't be held against each other: whatever follows from two of them is about ten people."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest

import consent
import gamification
import people
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import Answer, Purpose
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.telling import Telling, TooCloseError
from kernel.unit_of_work import UnitOfWork, Work
from people import PersonId

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
AGREED = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION)
ACTIVITY = """
insert into engagement.activity (id, person, verb, content, kind, tags, occurred_at, local_date, channel, market,
    content_class, recorded_at, recorded_by, rules_version)
values (gen_random_uuid(), $1, 'viewed', gen_random_uuid(), 'webinar', '{a}', $2::timestamptz, $2::timestamptz::date,
    'web', 'GB', 'medical', $2, $1, 1)
"""


@pytest.fixture
async def last(work: Work, origin: Origin) -> dict[PersonId, datetime]:
    """People who agree, by when each did something last; and some who don't, whom no preview counts."""
    chance, found = random.Random(11), {}
    async with work.begin(origin) as uow:
        for purpose in AGREED:
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text="We count."))
        for number in range(80):
            agreed = AGREED if number % 4 else AGREED[:1]
            person = await somebody(uow, number, agreed)
            hours = sorted(chance.sample(range(24 * 20), 3))
            for hour in hours:
                await uow.execute(ACTIVITY, person, FIRST + timedelta(hours=hour))
            if agreed == AGREED:
                found[person] = FIRST + timedelta(hours=hours[-1])
    return found


async def somebody(uow: UnitOfWork, number: int, purposes: tuple[Purpose, ...]) -> PersonId:
    new = people.NewPerson(name="P", email=f"w{number}@hcp.example", market="GB", zone="UTC", locale="en")
    person = await people.register(uow, new)
    choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
    await consent.record_consents(uow, person, [(purpose, choice) for purpose in purposes])
    return person


async def may(work: Work, origin: Origin, since: datetime | None, seen: list[datetime | None]) -> bool:
    async with work.read(origin) as uow:
        try:
            await gamification.check_window(uow, since, seen, None)
        except TooCloseError:
            return False
    return True


async def test_no_two_windows_that_are_told_differ_by_a_few_people(
    work: Work, origin: Origin, last: dict[PersonId, datetime]
) -> None:
    def counted(since: datetime | None) -> int:
        return sum(since is None or at >= since for at in last.values())

    chance, refused = random.Random(5), 0
    for _ in range(4):
        told: list[datetime | None] = []
        for _ in range(25):
            since = chance.choice([None, *(FIRST + timedelta(hours=chance.randrange(24 * 21)) for _ in range(9))])
            allowed = await may(work, origin, since, told)
            apart = [abs(counted(since) - counted(each)) for each in told]
            assert allowed or any(0 < each < 10 for each in apart), "nothing is refused without need"
            refused += not allowed
            told += [since] if allowed else []
        assert len(told) > 2
        for one, other in combinations(told, 2):
            assert not 0 < abs(counted(one) - counted(other)) < 10, (one, other)
    assert refused > 10


async def test_what_was_shown_is_known_to_all_workers_for_a_day(cache: Cache, clock: MovableClock) -> None:
    first, second, reader = Telling(cache, clock), Telling(cache, clock), UUID(int=9)
    assert await first.seen(reader, "windows", "a") == frozenset()
    assert await second.seen(reader, "windows", "b") == {"a"}
    assert await second.seen(reader, "windows", "b") == {"a"}, "the same again says nothing new"
    await second.unsee(reader, "windows", "b")
    assert await first.seen(reader, "windows", "a") == frozenset()
    assert await first.seen(reader, "other", "c") == frozenset()
    clock.move(timedelta(days=1))
    assert await first.seen(reader, "windows", "d") == frozenset()
