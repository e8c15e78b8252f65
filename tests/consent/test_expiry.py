"""A grant that ran out is written down as what it is, and a late answer can't be contradicted by it."""

from datetime import timedelta

import asyncpg
import pytest
from msgspec.structs import replace

import consent
from consent import BOARD_TOPIC, Action, Purpose, Reason
from consent.store.standing import events_of
from kernel import epochs
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId
from tests.consent.answers import DENIAL, GRANT, PAPER, WITHDRAWAL, reason, say

pytestmark = pytest.mark.usefixtures("notices")

DAY = timedelta(days=1)


async def sweep(work: Work, origin: Origin) -> list[str]:
    """Sweep until nothing is left; return whose ends were recorded."""
    found: list[str] = []
    more = True
    while more:
        async with work.begin(origin) as uow:
            more = await consent.record_lapses(uow, most=2)
            found += [fact.resource or "" for _, fact in uow.entries if fact.action == Action.CONSENT_EXPIRED]
    return found


async def test_each_end_is_recorded_once_and_is_no_withdrawal(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    purposes = [Purpose.ENGAGEMENT, Purpose.GAMIFICATION, Purpose.ANALYTICS]
    for purpose in purposes:
        await say(work, origin, person, purpose, replace(GRANT, expires_at=clock.now() + DAY))
    await say(work, origin, person, Purpose.LEADERBOARD, GRANT)
    assert await sweep(work, origin) == []
    clock.move(DAY)
    assert len(await sweep(work, origin)) == len(purposes)
    assert await sweep(work, origin) == []
    async with work.read(origin) as uow:
        lapses = await uow.fetch("select * from consent.lapse")
        events = await events_of(uow, [person])
        topics = [row["topic"] for row in await uow.fetch("select topic from kernel.outbox where key = $1", person)]
    assert {row["event"] for row in lapses} == {event.id for event in events if event.expires_at}
    assert {row["ended_at"] for row in lapses} == {clock.now()}
    assert {event.state.value for event in events} == {"granted"}, "nobody said no"
    assert BOARD_TOPIC in topics
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_EXPIRED


async def test_every_worker_forgets_when_an_end_is_recorded(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, expires_at=clock.now() + DAY))
    marks = epochs._epochs[0]
    before, _ = await marks.read([person])
    await sweep(work, origin)
    assert (await marks.read([person]))[0] == before
    clock.move(DAY)
    await sweep(work, origin)
    assert (await marks.read([person]))[0] != before


@pytest.mark.parametrize("answer", [DENIAL, WITHDRAWAL, GRANT])
async def test_a_grant_that_no_longer_counts_does_not_run_out(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId, answer: consent.ConsentChoice
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, expires_at=clock.now() + DAY))
    await say(work, origin, person, Purpose.ENGAGEMENT, answer)
    clock.move(DAY)
    assert await sweep(work, origin) == []


async def test_a_late_withdrawal_counts_although_the_end_was_recorded_before_it(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, expires_at=clock.now() + DAY))
    clock.move(2 * DAY)
    assert len(await sweep(work, origin)) == 1
    late = replace(PAPER, state=WITHDRAWAL.state, occurred_at=clock.now() - DAY - timedelta(hours=12))
    await say(work, origin, person, Purpose.ENGAGEMENT, late)
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_WITHDRAWN
    async with work.begin(origin) as uow:
        assert (await consent.rebuild_standing(uow)).changed == 0


async def test_a_rebuilt_projection_does_not_record_an_end_twice(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, expires_at=clock.now() + DAY))
    clock.move(DAY)
    assert len(await sweep(work, origin)) == 1
    async with work.begin(origin) as uow:
        await uow.execute("delete from consent.current_state")
        await consent.rebuild_standing(uow)
    assert await sweep(work, origin) == []


async def test_a_recorded_end_stays(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId, database_url: str
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, expires_at=clock.now() + DAY))
    clock.move(DAY)
    await sweep(work, origin)
    superuser = await asyncpg.connect(database_url)
    try:
        for change in ("update {} set person = person", "delete from {}", "truncate {}"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await superuser.execute(change.format("consent.lapse"))
    finally:
        await superuser.close()
    async with work.read(origin) as uow:
        assert await uow.fetchval("select count(*) from consent.lapse") == 1
