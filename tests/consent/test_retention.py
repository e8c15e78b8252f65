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
from kernel.unit_of_work import Work
from tests.consent.people_who_ask import registry_at, somebody

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
        before = {line.table: line.rows for line in await consent.overdue(uow, registry)}
    for table in ("kernel.answer", "consent.package_chunk", "consent.package", "consent.privacy_request"):
        assert before[table] > 0, table
    assert before["access.session"] == 1
    async with work.begin(origin) as uow:
        removed = {line.table: line.removed for line in await consent.retain(uow, registry)}
        assert removed == before
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
            uow, registry, OFFICER, "engagement.activity", activity, HoldReason.LEGAL_CLAIMS
        )
        again = await consent.place_hold(
            uow, registry, OFFICER, "engagement.activity", activity, HoldReason.LEGAL_OBLIGATION
        )
        assert again == held, "the first hold stands"
        for table, record in (("people.vault", person), ("engagement.activity", uuid4()), ("no.table", person)):
            with pytest.raises(LegalHoldNotFoundError):
                await consent.place_hold(uow, registry, OFFICER, table, record, HoldReason.LEGAL_CLAIMS)
        assert [each.id for each in (await consent.legal_holds(uow, None, 10)).items] == [held.id]
        await consent.release_hold(uow, OFFICER, held.id)
        with pytest.raises(LegalHoldNotFoundError):
            await consent.release_hold(uow, OFFICER, held.id)
