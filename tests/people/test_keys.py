"""Keys of the vault on a real database: rotated in batches without touching what they sealed, indexed separately."""

import base64
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

import people
from api.cli import laurel
from kernel.database import DB
from kernel.facts import UPKEEP, Origin
from kernel.keyring import Keyring, LocalKey, UnknownKeyError
from kernel.settings import SECRETS
from kernel.unit_of_work import UnitOfWork, Work
from people import Identifier, NewPerson, Page, PersonId, VaultKeys
from tests.conftest import KEYS

FIRST = PersonId(UUID(int=0))
OLD, NEW = LocalKey(b"1" * 32), LocalKey(b"2" * 32)


def configured(current: LocalKey, *others: LocalKey, email: bytes = b"e", identifier: bytes = b"i") -> None:
    people.configure(VaultKeys(Keyring(current, others), email * 32, identifier * 32))


def somebody(number: int) -> NewPerson:
    return NewPerson(
        name=f"Person {number}",
        email=f"p{number}@x.example",
        market="GB",
        zone="Europe/London",
        locale="en",
        identifiers=(Identifier("se-hsa", f"id-{number}"),),
    )


async def registered(work: Work, origin: Origin, count: int) -> list[PersonId]:
    async with work.begin(origin) as uow:
        return [await people.register(uow, somebody(number)) for number in range(count)]


async def everybody(
    work: Work, origin: Origin, one: Callable[[UnitOfWork, PersonId, int], Awaitable[Page | None]], limit: int
) -> list[Page]:
    pages: list[Page] = []
    while True:
        async with work.begin(origin) as uow:
            page = await one(uow, pages[-1].last if pages else FIRST, limit)
        if page is None:
            return pages
        pages.append(page)


async def sealed() -> list[tuple[object, ...]]:
    async with DB.reading(UPKEEP) as connection:
        rows = await connection.fetch(
            "select person, vault.name, vault.email, identifier.value from people.vault"
            " join people.identifier using (person) order by person"
        )
    return [tuple(row) for row in rows]


async def names(work: Work, origin: Origin, persons: list[PersonId]) -> list[str]:
    async with work.read(origin) as uow:
        return [(await people.profile(uow, person)).name for person in persons]


async def test_keys_are_rotated_in_batches_without_rewriting_what_they_sealed(work: Work, origin: Origin) -> None:
    configured(OLD)
    persons = await registered(work, origin, 7)
    before = await sealed()
    assert len(before) == 7
    configured(NEW, OLD)
    expected = [f"Person {number}" for number in range(7)]
    async with work.begin(origin) as uow:
        first = await people.rewrap(uow, FIRST, 3)
        assert first == Page(persons[2], 3, 3)
        assert await people.key_use(uow) == {OLD.id: 4, NEW.id: 3}
    assert await names(work, origin, persons) == expected, "halfway, both keys open"
    pages = await everybody(work, origin, people.rewrap, 3)
    assert [(page.seen, page.changed) for page in pages] == [(3, 0), (3, 3), (1, 1)]
    configured(NEW)
    assert await names(work, origin, persons) == expected
    assert await sealed() == before
    async with work.read(origin) as uow:
        assert await people.key_use(uow) == {NEW.id: 7}


async def test_without_the_old_key_nothing_is_rewrapped_and_nothing_is_lost(work: Work, origin: Origin) -> None:
    configured(OLD)
    persons = await registered(work, origin, 2)
    configured(NEW)
    with pytest.raises(UnknownKeyError):
        await everybody(work, origin, people.rewrap, 10)
    configured(OLD)
    assert await names(work, origin, persons) == ["Person 0", "Person 1"]


async def test_each_index_has_a_key_of_its_own_and_can_be_made_anew(work: Work, origin: Origin) -> None:
    configured(OLD)
    persons = await registered(work, origin, 5)

    async def found() -> tuple[PersonId | None, PersonId | None]:
        async with work.read(origin) as uow:
            by_email = await people.find_by_email(uow, "P3@x.example")
            return by_email, await people.find_by_identifier(uow, "se-hsa", "ID-3")

    assert await found() == (persons[3], persons[3])
    configured(OLD, identifier=b"j")
    assert await found() == (persons[3], None)
    configured(OLD, email=b"f", identifier=b"j")
    assert await found() == (None, None)
    pages = await everybody(work, origin, people.reindex, 2)
    assert [page.seen for page in pages] == [2, 2, 1]
    assert await found() == (persons[3], persons[3])
    with pytest.raises(people.PersonExistsError):
        await registered(work, origin, 1)


async def test_rewrapping_and_indexing_are_audited_with_counts(work: Work, origin: Origin) -> None:
    configured(OLD)
    await registered(work, origin, 2)
    configured(NEW, OLD)
    async with work.begin(origin) as uow:
        await people.rewrap(uow, FIRST, 10)
        await people.reindex(uow, FIRST, 10)
        assert [(fact.action, fact.count, fact.subject) for _, fact in uow.entries] == [
            ("people:key:rewrapped", 2, None),
            ("people:index:rebuilt", 2, None),
        ]


def said(home: Path, urls: dict[str, str], *words: str, **given: str) -> Result:
    environment = {name: "" for name in os.environ if name.startswith("LAUREL_")}
    assert environment == {}, "the tests' environment says nothing to Laurel"
    return CliRunner().invoke(laurel, ["keys", *words], env={"LAUREL_HOME": str(home)} | urls | given)


def test_the_command_line_rotates_tells_and_retires(tmp_path: Path, database_url: str, redis_url: str) -> None:
    urls = {"LAUREL_DATABASE_URL": database_url, "LAUREL_REDIS_URL": redis_url}
    account = ("access", "create-account", "--email", "sam@x.example", "--name", "Sam", "--role", "marketer")
    made = CliRunner().invoke(
        laurel,
        [*account, "--market", "GB", "--markets", "*", "--password", "correct horse battery"],
        env={"LAUREL_HOME": str(tmp_path)} | urls,
    )
    assert made.exit_code == 0, made.output
    assert json.loads(said(tmp_path, urls, "rotate", "--json").stdout) == {"seen": 1, "changed": 1}
    lines = json.loads(said(tmp_path, urls, "status", "--json").stdout)
    assert [(line["people"], line["current"], line["known"]) for line in lines] == [(1, True, True), (0, False, True)]
    assert "1 keys were forgotten" in said(tmp_path, urls, "retire").stdout
    assert json.loads(said(tmp_path, urls, "rewrap", "--json").stdout) == {"seen": 1, "changed": 0}
    assert said(tmp_path, urls, "reindex").stdout == "Changed for 1 of 1 people.\n"
    given = {f"LAUREL_{name.upper()}": base64.b64encode(getattr(KEYS, name)).decode() for name in SECRETS}
    refused = said(tmp_path, urls, "rotate", **given)
    assert refused.exit_code == 1
    assert "LAUREL_OTHER_KEY_ENCRYPTION_KEYS" in refused.output
    missing = said(tmp_path, urls, "rewrap", **given)
    assert missing.exit_code == 1
    assert "is not at hand" in missing.output
