"""Packages: complete by column, the same as what is stored, and made in little memory however much there is."""

import asyncio
import io
import json
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

import consent
from api.holdings import EVERYTHING
from consent import Registry, RequestType
from consent.requests.store import holdings
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.crypto import SealError
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId
from tests.consent.people_who_ask import ACTIVITIES, asked, registry_at, somebody

ROOT = Path(__file__).parents[2]
FEW, MANY, AT_ONCE = 30_000, 1_000_000, 50_000
MOST_KIB = 200 * 1024


@pytest.fixture
def registry(tmp_path: Path, cache: Cache) -> Registry:
    return registry_at(tmp_path, cache)


async def taken(work: Work, origin: Origin, person: PersonId, request: consent.RequestView) -> zipfile.ZipFile:
    """Take a package, piece by piece."""
    async with work.begin(origin) as uow:
        given = await consent.take_package(uow, person, request.id)
        assert given is not None
        package, box = given
        pieces = [await consent.opened_chunk(uow, box, request.id, number) for number in range(package.chunks)]
    assert all(piece is not None for piece in pieces)
    whole = b"".join(piece or b"" for piece in pieces)
    assert len(whole) == package.size
    return zipfile.ZipFile(io.BytesIO(whole))


@pytest.mark.usefixtures("notices")
async def test_every_column_of_every_registered_table_is_in_the_package_or_withheld_for_a_reason(
    work: Work, origin: Origin, registry: Registry
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
        columns = await holdings.columns(uow, EVERYTHING)
    request = await asked(work, origin, registry, person, RequestType.ACCESS)
    async with work.begin(origin) as uow:
        assert await consent.work_once(uow, registry)
    with await taken(work, origin, person, request) as archive:
        data, schema = json.loads(archive.read("data.json")), json.loads(archive.read("schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    described = schema["properties"]["data"]["properties"]
    assert set(data["data"]) == {holding.table for holding in EVERYTHING}
    for holding in EVERYTHING:
        record = described[holding.table]["properties"]["records"]["items"]["properties"]
        assert set(record) | set(holding.withheld) == {name for name, *_ in columns[holding.table]}
        assert not set(record) & set(holding.withheld)
    assert data["data"]["people.identifier"]["records"][0]["system"] == "clinic-roll"
    assert data["data"]["engagement.activity"]["records"][0]["extensions"] == {"urn:note": "x"}
    assert len(data["data"]["consent.event"]["records"]) == len(consent.CONSENT_PURPOSES)


@pytest.mark.usefixtures("notices")
async def test_a_package_runs_out_and_its_pieces_open_in_no_other_place(
    work: Work, origin: Origin, registry: Registry, clock: MovableClock
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
    request = await asked(work, origin, registry, person, RequestType.PORTABILITY)
    async with work.begin(origin) as uow:
        await consent.work_once(uow, registry)
    async with work.read(origin) as uow:
        stored = await uow.fetchval("select string_agg(sealed, '') from consent.package_chunk")
        assert b"PK" not in stored[:3]
        assert b"Ada" not in stored
    clock.move(timedelta(days=15))
    async with work.begin(origin) as uow:
        assert await consent.take_package(uow, person, request.id) is None
        lines = await consent.retain(uow, registry)
        assert {line.table: line.removed for line in lines}["consent.package_chunk"] > 0
        assert await uow.fetchval("select count(*) from consent.package_chunk") == 0


@pytest.mark.usefixtures("notices")
async def test_a_piece_that_was_moved_does_not_open(work: Work, origin: Origin, registry: Registry) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow)
    request = await asked(work, origin, registry, person, RequestType.PORTABILITY)
    async with work.begin(origin) as uow:
        await consent.work_once(uow, registry)
    async with work.begin(origin) as uow:
        given = await consent.take_package(uow, person, request.id)
        assert given is not None
        await uow.execute("update consent.package_chunk set number = number + 1")
        with pytest.raises(SealError):
            await consent.opened_chunk(uow, given[1], request.id, 1)


@pytest.mark.parametrize(
    "activities",
    [pytest.param(FEW, marks=pytest.mark.slow), pytest.param(MANY, marks=pytest.mark.soak)],
)
@pytest.mark.usefixtures("notices")
async def test_a_package_takes_less_than_200_mib_however_much_a_person_did(
    work: Work,
    origin: Origin,
    registry: Registry,
    database_url: str,
    redis_url: str,
    tmp_path: Path,
    activities: int,
) -> None:
    async with work.begin(origin) as uow:
        person = await somebody(uow, activities=0)
    for number in range(0, activities, AT_ONCE):
        async with work.begin(origin) as uow:
            rows = min(AT_ONCE, activities - number)
            await uow.execute(ACTIVITIES, person, rows, uow.now, b'{"urn:note":"as a client sends it"}', origin.request)
    request = await asked(work, origin, registry, person, RequestType.ACCESS)
    words = (sys.executable, "-m", "tests.consent.packing", database_url, redis_url, str(tmp_path))
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert int(said) < MOST_KIB, f"{int(said) // 1024} MiB"
    with await taken(work, origin, person, request) as archive, archive.open("data.json") as file:
        assert sum(line.count(b'"verb":"viewed"') for line in file) == activities
