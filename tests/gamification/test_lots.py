"""Lots on the real database against a naive purse: granted, spent, expired, reversed and given back in any order."""

import asyncio
import copy
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import audit
from gamification.errors import PointsMissingError
from gamification.rules import EMPTY
from gamification.rules.lots import Expiring, Purse, balance
from gamification.service import spending
from gamification.store import awards, standings
from gamification.values import Grant, Reversal
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work
from people.vocabulary import PersonId
from tests.conftest import START
from tests.gamification.naive_purse import NaivePurse
from tests.gamification.shop import a_grant, balances, give

ORIGIN = Origin(request=UUID(int=1), actor="system:test", role="system", route="test")
CURRENCIES = ("recognition", "merit")
BOOKS = """
select l.amount, l.spent, l.expired, l.taken,
  coalesce(sum(e.amount) filter (where e.kind = 'spend'), 0)
    - coalesce(sum(e.amount) filter (where e.kind = 'refund'), 0) as spent_by_entries,
  coalesce(sum(e.amount) filter (where e.kind = 'expiry'), 0)
    - coalesce(sum(e.amount) filter (where e.kind = 'unexpiry'), 0) as expired_by_entries
from gamification.lot l left join gamification.ledger_entry e on e.lot = l.id where l.person = $1 group by l.id
"""
BALANCE = """
select coalesce(sum(amount), 0) from gamification.posting where account = $1 and currency = $2
"""


async def take(uow: UnitOfWork, grant: Grant) -> None:
    """Reverse an award as recording does."""
    await awards.reverse(uow, [Reversal(grant.person, grant.key)])
    moved = -grant.points if grant.currency == "recognition" else 0
    await standings.keep(uow, [standings.Kept(grant.person, moved, EMPTY, EMPTY)])


class Purses(RuleBasedStateMachine):
    """One person's points, in the database and in the naive purse."""

    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.clock = MovableClock(START)
        self.work = Work(self.clock, audit.append)
        self.person = PersonId(uuid4())
        self.naive = {currency: NaivePurse() for currency in CURRENCIES}
        self.grants: list[Grant] = []
        self.reversed: list[Grant] = []
        self.claims: list[tuple[str, UUID]] = []

    def run(self, *steps: object) -> None:
        async def together() -> None:
            async with self.work.begin(ORIGIN) as uow:
                for step in steps:
                    await step(uow)  # type: ignore[operator]

        self.runner.run(together())

    @rule(
        currency=st.sampled_from(CURRENCIES),
        points=st.integers(1, 9),
        waits=st.one_of(st.none(), st.integers(0, 6)),
        lasts=st.one_of(st.none(), st.integers(1, 9)),
    )
    def grant(self, currency: str, points: int, waits: int | None, lasts: int | None) -> None:
        now = self.clock.now()
        available = None if waits is None else now + timedelta(hours=waits)
        expires = None if lasts is None else (available or now) + timedelta(hours=lasts)
        key = f"rule-{len(self.grants) + len(self.reversed)}"
        self.grants.append(a_grant(self.person, key, points, currency, available_at=available, expires_at=expires))
        self._grant(self.grants[-1])

    def _grant(self, grant: Grant) -> None:
        self.run(lambda uow: give(uow, grant))
        self.naive[grant.currency].grant(
            grant.key.rule,
            grant.points,
            self.clock.now(),
            grant.available_at,
            grant.expires_at,
            plain=self.plain(grant),
        )

    @staticmethod
    def plain(grant: Grant) -> bool:
        return grant.currency == "recognition" and grant.available_at is None and grant.expires_at is None

    @rule(currency=st.sampled_from(CURRENCIES), points=st.integers(1, 25))
    def spend(self, currency: str, points: int) -> None:
        claim, now = uuid4(), self.clock.now()
        tried = copy.deepcopy(self.naive[currency])
        tried.let_expire(now)
        if len(tried.spendable(now)) - tried.owed < points:
            with pytest.raises(PointsMissingError):
                self.run(lambda uow: spending.spend(uow, self.person, currency, points, claim))
            return
        self.run(lambda uow: spending.spend(uow, self.person, currency, points, claim))
        self.naive[currency].spend(str(claim), points, now)
        self.claims.append((currency, claim))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        currency, claim = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        since, _ = self.naive[currency].paid[str(claim)]
        self.run(lambda uow: spending.give_back(uow, self.person, currency, claim, since))
        self.naive[currency].give_back(str(claim), self.clock.now())

    @precondition(lambda self: self.grants)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        grant = self.grants.pop(data.draw(st.integers(0, len(self.grants) - 1)))
        self.reversed.append(grant)
        self.run(lambda uow: take(uow, grant))
        self.naive[grant.currency].reverse(grant.key.rule, grant.points, plain=self.plain(grant))

    @precondition(lambda self: self.reversed)
    @rule(data=st.data())
    def grant_again(self, data: st.DataObject) -> None:
        grant = self.reversed.pop(data.draw(st.integers(0, len(self.reversed) - 1)))
        grant = msgspec.structs.replace(grant, available_at=None, expires_at=None)
        self.grants.append(grant)
        self._grant(grant)

    @rule(hours=st.integers(1, 5))
    def wait(self, hours: int) -> None:
        self.clock.move(timedelta(hours=hours))

    @rule(times=st.integers(1, 2))
    def let_expire(self, times: int) -> None:
        self.run(*[spending.expire_lots] * times)
        for purse in self.naive.values():
            purse.let_expire(self.clock.now())

    @invariant()
    def the_purses_agree_and_the_books_balance(self) -> None:
        async def look(uow: UnitOfWork) -> None:
            shown = await balances(uow, self.person)
            for currency, kept in self.naive.items():
                now, naive = self.clock.now(), copy.deepcopy(kept)
                naive.let_expire(now)
                worth = len(naive.spendable(now)) - naive.owed
                mine = shown.get(currency) or balance(currency, 0, Purse(), now)
                assert (mine.lifetime, mine.spendable, mine.owed) == (naive.lifetime, max(0, worth), max(0, -worth))
                waiting = [point for point in naive.points if point.place == "here" and point.available > now]
                assert mine.pending == len(waiting)
                held = sum(point.place == "here" for point in kept.points) - kept.owed
                assert await uow.fetchval(BALANCE, self.person, currency) == held
            for row in await uow.fetch(BOOKS, self.person):
                assert row["spent"] - row["spent_by_entries"] in {0, row["amount"]}, "a refund opened it, or none did"
                assert row["expired"] == row["expired_by_entries"]
            assert await uow.fetchval("select coalesce(sum(amount), 0) from gamification.posting") == 0

        self.run(look)


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    """Lend a loop on which the database is open for as long as a state machine runs."""
    with asyncio.Runner() as opened:
        opened.run(DB.open(database_url, size=2))
        yield opened
        opened.run(DB.close())


def test_lots_agree_with_a_naive_purse_whatever_happens_in_whatever_order(runner: asyncio.Runner) -> None:
    Purses.runner = runner
    run_state_machine_as_test(
        Purses,
        settings=settings(
            max_examples=80, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


async def in_lots(work: Work, origin: Origin, count: int) -> list[PersonId]:
    """Give some people points that expire in an hour, and points that don't."""
    persons = [PersonId(uuid4()) for _ in range(count)]
    async with work.begin(origin) as uow:
        for person in persons:
            await give(uow, a_grant(person, "soon", 5, "merit", expires_at=uow.now + timedelta(hours=1)))
            await give(uow, a_grant(person, "soon-too", 3, expires_at=uow.now + timedelta(hours=1)))
            await give(uow, a_grant(person, "never", 2))
    return persons


async def test_two_workers_that_expire_at_once_expire_everything_once(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    persons = await in_lots(work, origin, 30)
    clock.move(timedelta(hours=1))

    async def expire() -> int:
        async with work.begin(origin) as uow:
            return await spending.expire_lots(uow)

    assert sorted(await asyncio.gather(*(expire() for _ in range(6)))) == [0, 0, 0, 0, 0, 30]
    assert await expire() == 0
    async with work.begin(origin) as uow:
        kinds = await uow.fetch("select kind, count(*), sum(amount) from gamification.ledger_entry group by kind")
        assert {tuple(row) for row in kinds} == {("award", 90, 300), ("expiry", 60, 240)}
        for person in persons:
            shown = await balances(uow, person)
            assert (shown["recognition"].lifetime, shown["recognition"].spendable) == (5, 2)
            assert (shown["merit"].lifetime, shown["merit"].spendable) == (5, 0)


async def test_a_lot_expires_once_whatever_a_worker_believes(work: Work, origin: Origin, clock: MovableClock) -> None:
    (person,) = await in_lots(work, origin, 1)
    clock.move(timedelta(hours=2))
    async with work.begin(origin) as uow:
        assert await spending.expire_lots(uow) == 1
    columns = "person, award, kind, debit, credit, amount, recorded_at, currency, lot"
    again = (
        f"insert into gamification.ledger_entry (id, {columns}) select $1, {columns} from gamification.ledger_entry"
        " where person = $2 and kind = $3 limit 1"
    )
    with pytest.raises(asyncpg.UniqueViolationError, match="ledger_entry_expiry"):
        async with work.begin(origin) as uow:
            await uow.execute(again, uuid4(), person, "expiry")
    async with work.begin(origin) as uow:
        await uow.execute(again, uuid4(), person, "award")


async def test_what_expires_next_is_told_with_its_moment(work: Work, origin: Origin, clock: MovableClock) -> None:
    (person,) = await in_lots(work, origin, 1)
    async with work.begin(origin) as uow:
        later = uow.now + timedelta(hours=9)
        await give(uow, a_grant(person, "waits", 4, available_at=uow.now + timedelta(hours=3), expires_at=later))
        first = (await balances(uow, person))["recognition"]
    assert (first.lifetime, first.pending, first.spendable, first.owed) == (9, 4, 5, 0)
    assert first.expires_next == Expiring(clock.now() + timedelta(hours=1), 3)
    clock.move(timedelta(hours=4))
    async with work.begin(origin) as uow:
        second = (await balances(uow, person))["recognition"]
    assert (second.pending, second.spendable, second.expires_next) == (0, 6, Expiring(later, 4))


async def test_points_that_come_back_after_their_time_live_on_as_long_as_they_had_left(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    person, claim = PersonId(uuid4()), uuid4()
    async with work.begin(origin) as uow:
        await give(uow, a_grant(person, "soon", 5, "merit", expires_at=uow.now + timedelta(hours=10)))
    clock.move(timedelta(hours=8))
    since = clock.now()
    async with work.begin(origin) as uow:
        await spending.spend(uow, person, "merit", 4, claim)
    clock.move(timedelta(days=3))
    async with work.begin(origin) as uow:
        await spending.expire_lots(uow)
        await spending.give_back(uow, person, "merit", claim, since)
        shown = (await balances(uow, person))["merit"]
    assert (shown.lifetime, shown.spendable) == (5, 4)
    assert shown.expires_next == Expiring(clock.now() + timedelta(hours=2), 4)
