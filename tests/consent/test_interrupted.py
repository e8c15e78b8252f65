"""A worker dies at every boundary of every step: the next one goes on, and what comes of it is the same."""

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

import consent
from consent import Registry, RequestType
from consent.rules.requests import steps_of
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work
from people import PersonId
from people.errors import PersonNotFoundError
from tests.consent.answers import GRANT
from tests.consent.people_who_ask import asked, registry_at, somebody

STATE = """
select (select count(*) from people.data_key where person = $1), (select count(*) from people.vault where person = $1),
    (select count(*) from people.identifier where person = $1), (select count(*) from people.person where id = $1),
    (select count(*) from access.account where person = $1),
    (select count(*) from engagement.activity where person = $1),
    (select count(*) from consent.current_state where person = $1),
    (select count(*) from consent.event where person = $1),
    (select count(*) from consent.erasure where person = $1),
    (select count(*) from consent.package where person = $1),
    (select state from consent.privacy_request where id = $2),
    (select sum(rows) from consent.request_step where request = $2),
    (select count(*) from consent.request_step where request = $2 and finished_at is null),
    (select count(*) from audit.entry where position(convert_to($1::uuid::text, 'UTF8') in body) > 0
        and position('consent:person:erased'::bytea in body) > 0),
    (select count(*) from audit.entry where position(convert_to($1::uuid::text, 'UTF8') in body) > 0
        and position('consent:package:made'::bytea in body) > 0)
"""
ERASED = (0, 0, 0, 0, 0, 0, 0, len(consent.CONSENT_PURPOSES), 1, 0, "completed")


class KilledError(BaseException):
    """The worker dies here."""


class Workers:
    """A worker that dies before or after its n-th commit, and the ones that come after it."""

    def __init__(self, work: Work, origin: Origin, registry: Registry, dies_at: int, *, committed: bool) -> None:
        self._work, self._origin, self._registry = work, origin, registry
        self._dies_at, self._committed, self._numbers = dies_at, committed, count(1)
        self.died = False

    async def finish(self) -> None:
        """Do everything that is to be done, whoever dies."""
        while True:
            try:
                while await self._once():
                    pass
            except KilledError:
                self.died = True
            else:
                return

    async def _once(self) -> bool:
        dies = next(self._numbers) == self._dies_at
        async with self._work.begin(self._origin) as uow:
            more = await consent.work_once(uow, self._registry)
            if dies and not self._committed:
                raise KilledError
        if dies:
            raise KilledError
        return more


async def state(uow: UnitOfWork, person: PersonId, request: consent.RequestView) -> tuple[object, ...]:
    row = await uow.fetchrow(STATE, person, request.id)
    return tuple(row or ())


@pytest.mark.parametrize("committed", [False, True], ids=["before its commit", "after its commit"])
@pytest.mark.parametrize("type_", [RequestType.ERASURE, RequestType.ACCESS])
@pytest.mark.usefixtures("notices")
async def test_wherever_a_worker_dies_there_is_one_end_one_package_and_one_entry(
    work: Work, origin: Origin, cache: Cache, tmp_path: Path, type_: RequestType, *, committed: bool
) -> None:
    registry = registry_at(tmp_path, cache)
    steps = len(steps_of(type_, registry.erased()))
    ends = set()
    for dies_at in range(steps + 1):  # the first one lives: the control
        async with work.begin(origin) as uow:
            person = await somebody(uow)
        request = await asked(work, origin, registry, person, type_)
        workers = Workers(work, origin, registry, dies_at, committed=committed)
        await workers.finish()
        assert workers.died == (dies_at > 0)
        async with work.read(origin) as uow:
            ends.add(await state(uow, person, request))
    assert len(ends) == 1, ends
    end = ends.pop()
    assert end[-3] == 0, "every step is done"
    if type_ is RequestType.ERASURE:
        assert end[:11] == ERASED
        assert end[-2:] == (1, 0), "one entry says that the person was erased"
        assert len(registry.erasures.entries()) == steps + 1, "and the list outside names each of them once"
    else:
        assert end[9:11] == (1, "completed")
        assert end[-2:] == (0, 1)


OF_PERSON = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid where a.attname = 'person' and c.relkind = 'r' and n.nspname <> 'public'
"""


@pytest.mark.usefixtures("notices")
async def test_what_others_record_while_somebody_is_erased_goes_too(
    work: Work, origin: Origin, cache: Cache, tmp_path: Path
) -> None:
    registry = registry_at(tmp_path, cache)
    async with work.begin(origin) as uow:
        person = await somebody(uow)
    await asked(work, origin, registry, person, RequestType.ERASURE)
    more, recorded = True, 0
    while more:
        async with work.begin(origin) as uow:
            more = await consent.work_once(uow, registry)
        with suppress(PersonNotFoundError):
            async with work.begin(origin) as uow:
                await consent.record_consents(uow, person, [(each, GRANT) for each in consent.CONSENT_PURPOSES])
                recorded += 1
    assert recorded > 10, "until the person is gone"
    kept = {holding.table for holding in registry.holdings if holding.kept is not None}
    async with work.begin(origin) as uow:
        tables = [row[0] for row in await uow.fetch(OF_PERSON)]
        assert "consent.current_state" in tables
        left = {each for each in tables if await uow.fetchval(f"select count(*) from {each} where person = $1", person)}
    assert left <= kept, "what it keeps is what it says that it keeps"


@pytest.mark.usefixtures("notices")
async def test_two_workers_take_different_requests_and_do_everything_once(
    work: Work, origin: Origin, cache: Cache, tmp_path: Path
) -> None:
    registry = registry_at(tmp_path, cache)
    people_ = []
    for _ in range(2):
        async with work.begin(origin) as uow:
            people_.append(await somebody(uow))
    requests = [await asked(work, origin, registry, person, RequestType.ACCESS) for person in people_]
    both = asyncio.Barrier(2)

    async def once() -> bool:
        async with work.begin(origin) as uow:
            more = await consent.work_once(uow, registry)
            await both.wait()  # neither has committed while the other works
            return more

    assert all(await asyncio.gather(once(), once()))
    async with work.begin(origin) as uow:
        assert not await consent.work_once(uow, registry)
        for person, request in zip(people_, requests, strict=True):
            assert (await state(uow, person, request))[9:11] == (1, "completed")
