"""A database that is older than the list of erasures: what was erased is erased again, whatever it knows of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest

import consent
from consent import Erased, ErasuresMissingError, NewRequest, PauseReason, Registry, RequestType
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId
from tests.consent.people_who_ask import asked, registry_at, somebody

LEFT = """
select (select count(*) from people.data_key where person = $1) + (select count(*) from people.person where id = $1)
    + (select count(*) from access.account where person = $1)
    + (select count(*) from engagement.activity where person = $1)
"""


@pytest.fixture
def registry(tmp_path: Path, cache: Cache) -> Registry:
    return registry_at(tmp_path, cache)


async def unasked(work: Work, origin: Origin, _: Registry, __: PersonId) -> UUID:
    """The backup is older than the request."""
    async with work.read(origin) as uow:
        return uow.new_id()


async def received(work: Work, origin: Origin, registry: Registry, person: PersonId) -> UUID:
    """The backup is older than the erasure, and knows the request."""
    async with work.begin(origin) as uow:
        return (await consent.ask(uow, registry, person, NewRequest(type=RequestType.ERASURE))).id


async def paused(work: Work, origin: Origin, registry: Registry, person: PersonId) -> UUID:
    """The backup is from when the person was asked who they are."""
    request = await received(work, origin, registry, person)
    async with work.begin(origin) as uow:
        await consent.pause(uow, registry, ["*"], request, PauseReason.IDENTITY_IN_DOUBT)
    return request


@pytest.mark.parametrize("known", [unasked, received, paused])
@pytest.mark.usefixtures("notices")
async def test_whoever_is_back_is_erased_again_under_the_same_request(
    work: Work,
    origin: Origin,
    registry: Registry,
    known: Callable[[Work, Origin, Registry, PersonId], Awaitable[UUID]],
) -> None:
    async with work.begin(origin) as uow:
        person, other = await somebody(uow), await somebody(uow)
    request = await known(work, origin, registry, person)
    registry.erasures.add(Erased(request=request, person=person, at=work.clock.now()))
    async with work.read(origin) as uow:
        with pytest.raises(ErasuresMissingError):
            await consent.require_replayed(uow, registry)
        missing = await consent.missing_erasures(uow, registry)
    for entry in missing:
        async with work.begin(origin) as uow:
            await consent.replay(uow, registry, entry)
        async with work.read(origin) as uow:
            await consent.require_replayed(uow, registry)
    more = True
    while more:
        async with work.begin(origin) as uow:
            more = await consent.work_once(uow, registry)
    async with work.read(origin) as uow:
        assert await uow.fetchval(LEFT, person) == 0
        assert await uow.fetchval(LEFT, other) == 6, "the control: somebody else is whole"
        assert await consent.missing_erasures(uow, registry) == []
    assert len(registry.erasures.entries()) == 1


@pytest.mark.usefixtures("notices")
async def test_an_erasure_that_a_worker_has_in_hand_does_not_stop_a_start(
    work: Work, origin: Origin, registry: Registry
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
    await asked(work, origin, registry, person, RequestType.ERASURE)
    while not registry.erasures.entries():
        async with work.begin(origin) as uow:
            assert await consent.work_once(uow, registry)
    async with work.read(origin) as uow:
        await consent.require_replayed(uow, registry)
        assert await uow.fetchval(LEFT, person) > 0, "the control: it is not done yet"
