"""The vault on a real database: what it holds is sealed, found by blind index, locked in order, and can be shredded."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

import people
from kernel.crypto import SealError
from kernel.database import DB
from kernel.facts import UPKEEP, Origin
from kernel.keyring import Keyring, LocalKey, UnknownKeyError
from kernel.unit_of_work import Work
from people import Bearings, Identifier, NewPerson, PersonId, VaultKeys

ANA = NewPerson(
    name="Dr Ana Söderström",
    email="Ana.Soderstrom@Klinik.example",
    market="SE",
    zone="Europe/Stockholm",
    locale="sv",
    identifiers=(Identifier("us-npi", "1234567893"), Identifier("se-hsa", "SE-ä-99")),
)
NOBODY = PersonId(UUID(int=9))


def somebody(number: int) -> NewPerson:
    return NewPerson(
        name=f"Person {number}", email=f"p{number}@x.example", market="GB", zone="Europe/London", locale="en"
    )


def vault_keys(current: bytes, *others: bytes, email: bytes = b"e", identifier: bytes = b"i") -> VaultKeys:
    wrapping = Keyring(LocalKey(current * 32), [LocalKey(other * 32) for other in others])
    return VaultKeys(wrapping, email * 32, identifier * 32)


async def registered(work: Work, origin: Origin, new: NewPerson = ANA) -> PersonId:
    async with work.begin(origin) as uow:
        return await people.register(uow, new)


async def everything(table: str) -> str:
    async with DB.reading(UPKEEP) as connection:
        rows = await connection.fetch(f"select * from people.{table}")
    assert rows
    return repr([tuple(bytes(value) if isinstance(value, bytes) else value for value in row) for row in rows])


async def test_a_registered_person_reads_back_as_entered(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        profile = await people.profile(uow, person)
    assert (profile.name, profile.email, profile.identifiers) == (ANA.name, ANA.email, ANA.identifiers)
    assert (profile.market, profile.zone, profile.locale) == ("SE", "Europe/Stockholm", "sv")
    assert profile.person == person
    assert profile.created_at == work.clock.now()


async def test_registering_and_reading_are_audited_by_id_and_nothing_else(work: Work, origin: Origin) -> None:
    async with work.begin(origin) as uow:
        person = await people.register(uow, ANA)
        await people.profile(uow, person)
        facts = [fact for _, fact in uow.entries]
    assert [fact.action for fact in facts] == [people.Action.PERSON_REGISTERED, people.Action.PROFILE_READ]
    assert [fact.subject for fact in facts] == [person, person]
    assert "Ana" not in repr(facts)
    assert "klinik" not in repr(facts).casefold()


async def test_no_table_shows_who_somebody_is(work: Work, origin: Origin) -> None:
    await registered(work, origin)
    for table in ("person", "data_key", "vault", "identifier"):
        stored = (await everything(table)).casefold()
        assert [word for word in ("ana", "derstr", "klinik", "1234567893", "se-ä") if word in stored] == []
    assert "europe/stockholm" in (await everything("person")).casefold()


async def test_a_person_is_found_however_the_address_is_typed(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        for typed in ("ana.soderstrom@klinik.example", "  ANA.SODERSTROM@KLINIK.EXAMPLE\t"):
            assert await people.find_by_email(uow, typed) == person
        for other in ("ana@klinik.example", "", "\x00", "\ud800", "' or 1=1 --"):
            assert await people.find_by_email(uow, other) is None


async def test_a_person_is_found_by_an_identifier_of_that_register_only(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        assert await people.find_by_identifier(uow, "us-npi", "1234567893") == person
        assert await people.find_by_identifier(uow, "se-hsa", "se-Ä-99 ") == person
        assert await people.find_by_identifier(uow, "se-hsa", "1234567893") is None


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("email", {"email": "ANA.soderstrom@klinik.EXAMPLE", "identifiers": ()}),
        ("identifiers", {"email": "other@klinik.example", "identifiers": (Identifier("us-npi", " 1234567893"),)}),
    ],
)
async def test_an_address_or_identifier_exists_once(
    work: Work, origin: Origin, field: str, change: dict[str, Any]
) -> None:
    await registered(work, origin)
    again = {name: getattr(ANA, name) for name in ("name", "market", "zone", "locale")} | change
    with pytest.raises(people.PersonExistsError) as raised:
        await registered(work, origin, NewPerson(**again))
    assert raised.value.facts == {"field": field}
    assert raised.value.__cause__ is None
    async with work.read(origin) as uow:
        assert await uow.fetchval("select count(*) from people.person") == 1


async def test_of_many_who_register_one_address_at_once_one_succeeds(work: Work, origin: Origin) -> None:
    answers = await asyncio.gather(*(registered(work, origin) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert sum(isinstance(answer, people.PersonExistsError) for answer in answers) == 11


async def test_a_zone_that_only_this_machine_knows_is_refused(work: Work, origin: Origin) -> None:
    for zone in ("localtime", "Factory"):
        with pytest.raises(people.InvalidPersonError) as raised:
            await registered(work, origin, NewPerson(name="A", email="a@b.c", market="SE", zone=zone, locale="sv"))
        assert raised.value.facts == {"field": "zone"}


async def test_nobody_has_no_profile(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        assert (await people.profile(uow, person)).person == person
        with pytest.raises(people.PersonNotFoundError):
            await people.profile(uow, NOBODY)


async def test_bearings_are_those_of_the_people_who_exist(work: Work, origin: Origin) -> None:
    ana, other = await registered(work, origin), await registered(work, origin, somebody(1))
    expected = {
        ana: Bearings("Europe/Stockholm", "SE", "sv"),
        other: Bearings("Europe/London", "GB", "en"),
    }
    async with work.begin(origin) as uow:
        assert await people.bearings(uow, [other, NOBODY, ana, ana]) == expected
        assert await people.lock(uow, [other, NOBODY, ana, ana]) == expected
        assert await people.lock(uow, []) == {}


async def test_batches_that_share_people_never_wait_for_each_other_in_a_circle(work: Work, origin: Origin) -> None:
    persons = [await registered(work, origin, somebody(number)) for number in range(20)]
    holding = 0

    async def batch(order: list[PersonId]) -> int:
        nonlocal holding
        async with work.begin(origin) as uow:
            found = await people.lock(uow, order)
            holding += 1
            assert holding == 1
            await asyncio.sleep(0.005)
            holding -= 1
        return len(found)

    orders = [persons[shift:] + persons[:shift] for shift in range(20)] + [persons[::-1]] * 10
    assert await asyncio.gather(*map(batch, orders)) == [20] * 30


async def test_rows_may_refer_to_a_locked_person_and_nobody_else_locks_it(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.begin(origin) as uow:
        await people.lock(uow, [person])
        connection = await DB.get_new_connection()
        try:
            await connection.execute(f"set laurel.purpose = '{UPKEEP}'")
            await connection.fetch("select from people.person where id = $1 for key share nowait", person)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await connection.fetch("select from people.person where id = $1 for no key update nowait", person)
        finally:
            await connection.close()


async def test_without_the_key_nothing_opens_for_ever(work: Work, origin: Origin) -> None:
    ana, other = await registered(work, origin), await registered(work, origin, somebody(1))
    async with work.begin(origin) as uow:
        assert (await people.profile(uow, ana)).name == ANA.name
        await uow.execute("delete from people.data_key where person = $1", ana)
    async with work.begin(origin) as uow:
        with pytest.raises(people.PersonErasedError):
            await people.profile(uow, ana)
        assert (await people.profile(uow, other)).name == "Person 1"
        # Nor does a key of somebody else help, nor the other's put in its place.
        await uow.execute(
            "insert into people.data_key select $1, wrapped from people.data_key where person = $2", ana, other
        )
        with pytest.raises(SealError):
            await people.profile(uow, ana)


async def test_a_name_moved_to_another_person_does_not_open(work: Work, origin: Origin) -> None:
    ana, other = await registered(work, origin), await registered(work, origin, somebody(1))
    async with work.begin(origin) as uow:
        await uow.execute(
            "update people.vault set name = (select name from people.vault where person = $1) where person = $2",
            ana,
            other,
        )
    async with work.read(origin) as uow:
        assert (await people.profile(uow, ana)).name == ANA.name
        with pytest.raises(SealError):
            await people.profile(uow, other)


async def test_the_key_encryption_key_can_be_replaced_and_without_it_nothing_opens(work: Work, origin: Origin) -> None:
    people.configure(vault_keys(b"1"))
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        people.configure(vault_keys(b"2", b"1"))
        assert (await people.profile(uow, person)).name == ANA.name
        people.configure(vault_keys(b"2"))
        with pytest.raises(UnknownKeyError):
            await people.profile(uow, person)


async def test_the_database_refuses_what_the_vault_would_never_store(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    for statement in (
        "update people.person set status = 'gone' where id = $1",
        "update people.person set market = 'se' where id = $1",
        "update people.data_key set wrapped = '' where person = $1",
        "update people.vault set email = null where person = $1",
        "delete from people.person where id = $1",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            async with work.begin(origin) as uow:
                await uow.execute(statement, person)
    async with work.read(origin) as uow:
        assert (await people.profile(uow, person)).email == ANA.email


def test_keys_are_not_shown() -> None:
    assert repr(vault_keys(b"1")) == "VaultKeys(...)"


async def test_who_locks_many_people_in_any_order_waits_and_is_never_stuck(work: Work, origin: Origin) -> None:
    """One function locks, in the order of ids: of two that wait for each other PostgreSQL would end one."""
    numbers = [Identifier("gb-gmc", f"765432{number}") for number in range(4)]
    new = [msgspec.structs.replace(ANA, email=None, identifiers=(each,)) for each in numbers]
    async with work.begin(origin) as uow:
        together = [await people.register(uow, each) for each in new]

    async def locked(order: list[PersonId]) -> int:
        async with work.begin(origin) as uow:
            found = await people.lock(uow, order)
            await uow.execute("select pg_sleep(0.005)")  # long enough for the others to come
            return len(found)

    orders = [list(order) for order in permutations(together)][::2]
    assert await asyncio.gather(*(locked(order) for order in orders)) == [4] * len(orders)
