"""One unit of work: what it does, what it says it did and what it tells others become true together, or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import asyncpg
import pytest

from kernel.clock import MovableClock
from kernel.database import Connection
from kernel.facts import Fact, Origin
from kernel.unit_of_work import UnitOfWork, Work

PERSON = uuid4()


class Action(StrEnum):
    """A word to record."""

    DONE = "test:thing:done"
    SEEN = "test:thing:seen"


async def counts(work: Work, origin: Origin) -> tuple[int, int, int]:
    """Return how many effects, audit entries and messages there are."""
    async with work.read(origin) as uow:
        row = await uow.fetchrow(
            "select (select count(*) from kernel.answer), (select count(*) from audit.entry),"
            " (select count(*) from kernel.outbox)"
        )
    assert row is not None
    return row[0], row[1], row[2]


async def act(uow: UnitOfWork) -> None:
    """Have an effect, say so and tell others."""
    await uow.execute("insert into kernel.answer values ($1, '\\x00', 200, '\\x00', $2)", uow.new_id(), uow.now)
    uow.record(Action.DONE, subject=PERSON, resource="thing:1", count=2, colour="red")
    uow.publish("things", PERSON)


async def acted(work: Work, origin: Origin, *, failing: bool = False) -> None:
    async with work.begin(origin) as uow:
        await act(uow)
        if failing:
            raise ZeroDivisionError


async def test_effect_entry_and_message_are_there_together(work: Work, origin: Origin) -> None:
    await acted(work, origin)
    assert await counts(work, origin) == (1, 1, 1)
    async with work.read(origin) as uow:
        body = await uow.fetchval("select convert_from(body, 'UTF8')::jsonb::text from audit.entry")
    for words in ('"action": "test:thing:done"', f'"subject": "{PERSON}"', '"colour": "red"', '"actor": "system:test"'):
        assert words in body


async def test_what_fails_leaves_no_effect_no_entry_and_no_message(work: Work, origin: Origin) -> None:
    with pytest.raises(ZeroDivisionError):
        await acted(work, origin, failing=True)
    assert await counts(work, origin) == (0, 0, 0)


async def test_without_its_entry_an_effect_can_not_be(work: Work, origin: Origin, clock: MovableClock) -> None:
    async def full(connection: Connection, entries: Sequence[tuple[Origin, Fact]], at: datetime) -> list[UUID]:
        raise asyncpg.DiskFullError(f"no room for {len(entries)} at {at} in {connection}")

    with pytest.raises(Exception, match="database can't answer"):
        await acted(Work(clock, full), origin)
    assert await counts(work, origin) == (0, 0, 0)


async def test_steps_run_in_order_before_and_after_the_commit(work: Work, origin: Origin) -> None:
    said: list[str] = []

    def step(name: str, *, committed: bool) -> None:
        async def run() -> None:
            said.append(f"{name} {(await counts(work, origin))[0] == 1}")

        (uow.after_commit if committed else uow.before_commit)(run)

    async with work.begin(origin) as uow:
        for name in ("one", "two"):
            step(name, committed=True)
            step(name, committed=False)
        await act(uow)
        assert said == []
    assert said == ["one False", "two False", "one True", "two True"]


async def test_a_step_that_fails_before_the_commit_undoes_everything_and_none_runs_after_it(
    work: Work, origin: Origin
) -> None:
    after: list[str] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def tell() -> None:
        after.append("committed")

    async def failing() -> None:
        async with work.begin(origin) as uow:
            await act(uow)
            uow.before_commit(fail)
            uow.after_commit(tell)

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await counts(work, origin) == (0, 0, 0)
    assert after == []


async def test_a_message_said_twice_is_one_message(work: Work, origin: Origin) -> None:
    other = uuid4()
    async with work.begin(origin) as uow:
        for key in (PERSON, other, PERSON, PERSON):
            uow.publish("things", key)
        uow.publish("other things", PERSON)
    async with work.read(origin) as uow:
        rows = await uow.fetch("select topic, key from kernel.outbox order by id")
    assert [tuple(row) for row in rows] == [("things", PERSON), ("things", other), ("other things", PERSON)]


async def test_everything_in_it_happens_at_one_instant(work: Work, origin: Origin, clock: MovableClock) -> None:
    async with work.begin(origin) as uow:
        before = uow.now
        clock.move(timedelta(hours=1))
        assert uow.now == before
        assert uow.new_id() < uow.new_id()
    async with work.begin(origin) as uow:
        assert uow.now == before + timedelta(hours=1)


async def test_what_is_only_read_writes_nothing_and_leaves_its_entries_to_be_sealed(work: Work, origin: Origin) -> None:
    async with work.read(origin) as uow:
        uow.record(Action.SEEN, subject=PERSON)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await act(uow)
    assert uow.recorded(Action.SEEN)
    assert not uow.recorded(Action.DONE)
    assert await counts(work, origin) == (0, 0, 0)
    await work.append(uow.entries)
    assert await counts(work, origin) == (0, 1, 0)


async def test_an_entry_may_have_an_origin_of_its_own(work: Work, origin: Origin) -> None:
    other = Origin(request=uuid4(), actor="somebody", role="hcp", route="POST /things", purpose="engagement")
    async with work.begin(origin) as uow:
        uow.record(Action.SEEN)
        uow.record(Action.DONE, origin=other)
    assert [(each.actor, fact.action) for each, fact in uow.entries] == [
        ("system:test", "test:thing:seen"),
        ("somebody", "test:thing:done"),
    ]
