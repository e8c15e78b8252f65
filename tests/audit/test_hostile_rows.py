"""Rows that the application's login may insert: none stops the log, blinds its verifier, or passes for another."""

import base64
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest

import audit
from audit.vocabulary import FindingKind
from kernel.canonical import canonical
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin
from kernel.unit_of_work import Work
from tests.audit.log import KEY, SIZE, change, of, origin, sequence, verified, write

FIRST, LAST, SOME = UUID(int=0), UUID(int=2**128 - 1), UUID("01999999-0000-7000-8000-000000000001")
USUAL = '{"action":"a:b:c","actor":"x","at":"%s","decision":"allowed","id":"%s","outcome":"succeeded","route":"%s"}'
STORED = "insert into audit.review values (gen_random_uuid(), 0, 10, gen_random_uuid(), 'in-order', 10, 0, $1, now())"


@pytest.fixture
async def attacker(application_url: str, log: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A session of the application's login on a log in order."""
    assert log
    connection = await asyncpg.connect(application_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("identifier", "body"),
    [
        (LAST, b"no entry"),
        (FIRST, b"no entry"),
        (SOME, b'{"detail":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
        (SOME, b"[" * 60_000),
        (SOME, b"\xff\xfe"),
        (SOME, (USUAL % ("2026-01-01T00:00:00.000000Z", SOME, "\\u0000")).encode()),
        (SOME, (USUAL % ("0001-01-01T00:00:00.000000Z", SOME, "GET /")).encode()),
        (SOME, (USUAL % ("9999-12-31T23:59:59.999999Z", SOME, "GET /")).encode()),
    ],
    ids=["far id", "first id", "deep detail", "deep", "no text", "nul", "first year", "last year"],
)
async def test_an_entry_of_any_bytes_and_any_id_gets_its_index_and_is_read(
    attacker: "asyncpg.Connection[asyncpg.Record]",
    work: Work,
    log: str,
    clock: MovableClock,
    identifier: UUID,
    body: bytes,
) -> None:
    await attacker.execute("insert into audit.entry values ($1, $2)", identifier, body)
    async with work.read(origin()) as uow:
        assert isinstance((await audit.status(uow)).oldest_pending_at, datetime)
    assert await sequence(log, clock) == 1
    assert {(index, kind) for index, kind in of(await verified(log)) if kind != FindingKind.ENTRY_MISPLACED} == set()
    async with work.read(origin()) as uow:
        assert (await audit.entry(uow, SIZE)).index == SIZE
        assert len((await audit.search(uow, audit.EntryFilter(), None, 5)).items) == 5
    with tempfile.TemporaryFile() as file:
        async with work.begin(origin()) as uow:
            assert (await audit.write_archive(uow, KEY, audit.EntryFilter(), range(SIZE + 1), file)).count == SIZE + 1
    await write(work, 3)
    assert await sequence(log, clock) == 4, "it goes on; the archive left an entry, too"


async def test_what_is_no_text_is_exported_by_the_archive_alone(
    attacker: "asyncpg.Connection[asyncpg.Record]", work: Work, log: str, clock: MovableClock
) -> None:
    await attacker.execute("insert into audit.entry values ($1, $2)", SOME, b"\xff\xff")
    await sequence(log, clock)
    async with work.begin(origin()) as uow:
        assert len((await audit.export(uow, KEY, audit.EntryFilter(), 0, SIZE)).entries) == SIZE, "the control"
        with pytest.raises(audit.LogDamagedError, match=f"Entry {SIZE}"):
            await audit.export(uow, KEY, audit.EntryFilter(), 0, SIZE + 1)


def removal(first: int, removed: object) -> bytes:
    detail = {"first_index": first, "removed": removed}
    said = {"action": "audit:entries:removed", "actor": "x", "at": "2026-01-01T00:00:00.000000Z", "decision": "allowed"}
    return canonical(said | {"detail": detail, "id": str(SOME), "outcome": "succeeded", "route": "x"})


BITS = base64.b64encode(b"\xff" * 4).decode()


async def test_a_removal_that_is_not_signed_excuses_nothing(
    attacker: "asyncpg.Connection[asyncpg.Record]", log: str
) -> None:
    await attacker.execute("insert into audit.entry values ($1, $2)", SOME, removal(0, BITS))
    await change(log, "delete from audit.leaf where index in (10, 11)")
    assert of(await verified(log))[:2] == [(10, FindingKind.LEAF_MISSING), (11, FindingKind.LEAF_MISSING)]


async def test_a_removal_of_what_is_there_is_named(
    attacker: "asyncpg.Connection[asyncpg.Record]", log: str, clock: MovableClock
) -> None:
    assert (await verified(log)).ok
    await attacker.execute("insert into audit.entry values ($1, $2)", SOME, removal(256, BITS))
    assert await sequence(log, clock) == 1
    named = [(index, FindingKind.REMOVAL_DENIED) for index in range(256, 288)]
    assert of(await verified(log)) == named
    await change(log, "delete from audit.leaf where index = 260")
    assert (260, FindingKind.REMOVAL_DENIED) not in of(await verified(log)), "what is gone is gone"


@pytest.mark.parametrize("removed", ["\N{LATIN SMALL LETTER E WITH ACUTE}", "?", "A", 7])
async def test_a_removal_that_can_not_be_read_says_nothing(
    attacker: "asyncpg.Connection[asyncpg.Record]", log: str, clock: MovableClock, removed: object
) -> None:
    await attacker.execute("insert into audit.entry values ($1, $2)", SOME, removal(0, removed))
    assert await sequence(log, clock) == 1
    assert (await verified(log)).ok


@pytest.mark.parametrize("index", [10**13, 2**63 - 1])
async def test_an_index_far_away_is_named(attacker: "asyncpg.Connection[asyncpg.Record]", log: str, index: int) -> None:
    await attacker.execute(
        "insert into audit.leaf select $1, gen_random_uuid(), leaf_hash, at, actor, subject, action, decision, purpose,"
        " resource, request, route from audit.leaf where index = 0",
        index,
    )
    found = of(await verified(log))
    assert (SIZE, FindingKind.LEAF_MISSING) in found


async def test_nothing_is_published_but_what_was_signed(
    attacker: "asyncpg.Connection[asyncpg.Record]", log: str
) -> None:
    assert log
    publish = "select audit.publish($1, $2, now(), true)"
    note = await attacker.fetchval("select note from audit.checkpoint where size = $1", SIZE)
    for size, other in ((2**63 - 1, "nonsense"), (SIZE, "nonsense"), (SIZE, note[:-1]), (SIZE - 1, note), (SIZE, "")):
        assert await attacker.fetchval(publish, size, other) == 0
    assert await attacker.fetchval(publish, SIZE, note) == 1, "the control"


async def test_a_review_that_the_log_does_not_know_is_not_shown(
    attacker: "asyncpg.Connection[asyncpg.Record]", work: Work, log: str, clock: MovableClock
) -> None:
    async with work.begin(Origin(request=FIRST, actor=str(SOME), role="compliance_officer", route="x")) as uow:
        review = await audit.sign_review(uow, SOME, range(10), audit.Meaning.IN_ORDER)
    await sequence(log, clock)
    await attacker.execute(STORED, bytes(32))
    async with work.read(origin()) as uow:
        assert [each.id for each in (await audit.reviews(uow, None, 10)).items] == [review.id]


async def test_whoever_signs_in_does_not_review_it(work: Work, database_url: str, clock: MovableClock) -> None:
    account, person = UUID(int=70), UUID(int=71)
    stranger = Origin(request=FIRST, actor="anonymous", role="anonymous", route="POST /v1/sessions")
    failed = Fact(action="access:sign-in:failed", subject=person, resource=f"account:{account}")
    await work.append([(stranger, failed), (stranger, Fact(action="access:sign-in:failed"))])
    await sequence(database_url, clock)
    async with work.begin(origin()) as uow:
        review = await audit.sign_review(uow, account, range(2), audit.Meaning.IN_ORDER, person)
        assert (review.reviewed, review.own) == (1, 1)
        other = await audit.sign_review(uow, UUID(int=72), range(2), audit.Meaning.IN_ORDER, UUID(int=73))
        assert (other.reviewed, other.own) == (2, 0), "the control"


@pytest.mark.parametrize(
    ("behind", "at"),
    [
        ("\n\nnonsense", "2026-01-05T08:00:00Z"),
        ("\u2014 a b c\n", "2026-01-05T08:00:00Z"),
        ("", "infinity"),
        ("", "-infinity"),
    ],
)
async def test_nothing_but_signatures_is_published_behind_a_checkpoint(
    attacker: "asyncpg.Connection[asyncpg.Record]", log: str, behind: str, at: str
) -> None:
    assert log
    size, note = await attacker.fetchrow("select size, note from audit.checkpoint order by size desc limit 1") or (
        0,
        "",
    )
    publish = "select audit.publish($1, $2, $3::text::timestamptz, true)"
    assert await attacker.fetchval(publish, size, f"{note}{behind}", at) == 0
    signed = f"{note}\u2014 witness.example AAAA+/==\n"
    assert await attacker.fetchval(publish, size, signed, "2026-01-05T08:00:00Z") == 1, "the control"
