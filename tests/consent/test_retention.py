"""What has been kept for long enough goes: all that is overdue, nothing that is not, nothing that is held."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import access
import consent
from consent import HoldReason, NewRequest, Registry, RequestType
from consent.errors import LegalHoldNotFoundError
from consent.requests.service.retaining import schedule
from kernel import answers
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work
from tests.consent.people_who_ask import asked, registry_at, somebody

OFFICER = UUID(int=7)
YEARS = timedelta(days=365 * 20)


@pytest.fixture
def registry(tmp_path: Path, cache: Cache) -> Registry:
    return registry_at(tmp_path, cache)


@pytest.mark.usefixtures("notices")
async def test_with_the_clock_moved_everything_is_overdue_and_one_run_leaves_nothing(
    work: Work, origin: Origin, registry: Registry, clock: MovableClock
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
        await answers.claim(uow, uuid4(), b"x", person)
        await consent.ask(uow, registry, person, NewRequest(type=RequestType.ACCESS))
        await consent.ask(uow, registry, person, NewRequest(type=RequestType.OBJECTION))
    async with work.begin(origin) as uow:
        assert await consent.work_once(uow, registry)
        account = await access.account_of(uow, person)
        assert account is not None
        await uow.execute(
            "insert into access.session (id, account, created_at, expires_at)"
            " values ($1, $2, $3, $3::timestamptz + interval '1 hour')",
            uow.new_id(),
            account,
            uow.now,
        )
    async with work.begin(origin) as uow:
        assert sum(line.rows for line in await consent.overdue(uow, registry)) == 0, "the control: nothing is yet"
        assert sum(line.removed for line in await consent.retain(uow, registry)) == 0
    clock.move(YEARS)
    async with work.begin(origin) as uow:
        before = {(line.table, line.purpose): line.rows for line in await consent.overdue(uow, registry)}
        found = {table: rows for (table, _), rows in before.items() if rows}
    for table in ("kernel.answer", "consent.package_chunk", "consent.package", "consent.privacy_request"):
        assert found[table] > 0, table
    assert found["access.session"] == 1
    async with work.begin(origin) as uow:
        removed = {(line.table, line.purpose): line.removed for line in await consent.retain(uow, registry)}
        assert removed == before
        assert uow.recorded("consent:retention:enforced")
    async with work.begin(origin) as uow:
        assert [line for line in await consent.overdue(uow, registry) if line.rows] == []
        assert await uow.fetchval("select count(*) from people.vault where person = $1", person) == 1


def test_every_line_of_the_schedule_says_what_for_and_from_when(registry: Registry) -> None:
    lines = schedule(registry)
    assert len(lines) >= 8
    assert all(keeps.purpose and keeps.since and keeps.days >= 0 for _, keeps in lines)


@pytest.mark.usefixtures("notices")
async def test_only_records_that_are_there_and_can_be_held_are_held_and_a_hold_is_released_once(
    work: Work, origin: Origin, registry: Registry
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
        activity = await uow.fetchval("select id from engagement.activity where person = $1 limit 1", person)
        held = await consent.place_hold(
            uow, registry, OFFICER, ["*"], "engagement.activity", activity, HoldReason.LEGAL_CLAIMS
        )
        again = await consent.place_hold(
            uow, registry, OFFICER, ["*"], "engagement.activity", activity, HoldReason.LEGAL_OBLIGATION
        )
        assert again == held, "the first hold stands"
        for table, record in (("people.vault", person), ("engagement.activity", uuid4()), ("no.table", person)):
            with pytest.raises(LegalHoldNotFoundError):
                await consent.place_hold(uow, registry, OFFICER, ["*"], table, record, HoldReason.LEGAL_CLAIMS)
        assert [each.id for each in (await consent.legal_holds(uow, ["*"], None, 10)).items] == [held.id]
        await consent.release_hold(uow, OFFICER, ["*"], held.id)
        with pytest.raises(LegalHoldNotFoundError):
            await consent.release_hold(uow, OFFICER, ["*"], held.id)


@pytest.mark.usefixtures("notices")
async def test_old_activities_go_or_are_reduced_to_what_points_rest_on(
    work: Work, origin: Origin, tmp_path: Path, cache: Cache, clock: MovableClock
) -> None:
    registry = registry_at(tmp_path, cache, activity_retention_days=30)
    async with work.begin(origin) as uow:
        person = await somebody(uow, activities=4)
        ids = [row[0] for row in await uow.fetch("select id from engagement.activity order by occurred_at")]
        await uow.execute("update engagement.activity set rules_version = 1 where id = any($1::uuid[])", ids[:2])
        await consent.place_hold(uow, registry, OFFICER, ["*"], "engagement.activity", ids[3], HoldReason.LEGAL_CLAIMS)
    clock.move(timedelta(days=29))
    async with work.begin(origin) as uow:
        assert sum(line.removed for line in await consent.retain(uow, registry)) == 0
    clock.move(timedelta(days=2))
    async with work.begin(origin) as uow:
        due = {line.purpose: (line.rows, line.held) for line in await consent.overdue(uow, registry) if line.rows}
        assert sorted(due.values()) == [(1, 1), (2, 0)]
        assert sum(line.removed for line in await consent.retain(uow, registry)) == 3
        assert [line for line in await consent.overdue(uow, registry) if line.rows] == []
        left = await uow.fetch("select id, extensions from engagement.activity where person = $1", person)
    assert {row["id"] for row in left if row["extensions"] is None} == set(ids[:2])
    assert {row["id"] for row in left if row["extensions"] is not None} == {ids[3]}, "what is held stays as it was"


STAYS = {
    "rules ask for it": "verb content kind tags occurred_at local_date channel market content_class profession due_at"
    " eligible score success completion progress duration_seconds",
    "points rest on it, or do no more": "id person rules_version retracted_at",
    "it is the evidence of who told us when": "recorded_at recorded_by",
}
"""Why each column of an activity stays that points rest on, when its time is over."""


async def test_every_column_of_a_reduced_activity_stays_for_a_reason(
    uow: UnitOfWork, tmp_path: Path, cache: Cache
) -> None:
    holding = registry_at(tmp_path, cache, activity_retention_days=30).of("engagement.activity")
    assert holding.reduces is not None
    columns = await uow.fetch(
        "select column_name from information_schema.columns where table_schema || '.' || table_name = $1", holding.table
    )
    stays = {column for columns in STAYS.values() for column in columns.split()}
    assert {row[0] for row in columns} - set(holding.reduces.columns) == stays


@pytest.mark.usefixtures("notices")
async def test_what_a_hold_kept_from_an_erasure_goes_when_the_hold_is_over(
    work: Work, origin: Origin, registry: Registry
) -> None:
    async with work.begin(origin) as uow:
        person, other = await somebody(uow, activities=2), await somebody(uow, activities=2)
        record = await uow.fetchval("select id from engagement.activity where person = $1 limit 1", person)
        hold = await consent.place_hold(
            uow, registry, OFFICER, ["*"], "engagement.activity", record, HoldReason.LEGAL_CLAIMS
        )
    await asked(work, origin, registry, person, RequestType.ERASURE)
    more = True
    while more:
        async with work.begin(origin) as uow:
            more = await consent.work_once(uow, registry)
    count = "select count(*) from engagement.activity where person = $1"
    async with work.begin(origin) as uow:
        await consent.retain(uow, registry)
        assert await uow.fetchval(count, person) == 1
        await consent.release_hold(uow, OFFICER, ["*"], hold.id)
        await consent.retain(uow, registry)
        assert (await uow.fetchval(count, person), await uow.fetchval(count, other)) == (0, 2)
