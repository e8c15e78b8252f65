"""A notice stays as it was shown; so does an answer."""

import hashlib

import asyncpg
import pytest
from msgspec.structs import replace

import consent
from consent import (
    Action,
    Answer,
    ConsentChoice,
    InvalidNoticeError,
    NewNotice,
    Notice,
    NoticeImmutableError,
    NoticeNotFoundError,
    Purpose,
)
from consent.vocabulary import NoticeStatus
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId

NEW = NewNotice(purpose=Purpose.ENGAGEMENT, version=1, locale="en", text="We keep a record. ✓")


async def publish(work: Work, origin: Origin, new: NewNotice) -> Notice:
    async with work.begin(origin) as uow:
        return await consent.publish_notice(uow, new)


async def active(work: Work, origin: Origin, locale: str) -> list[Notice]:
    async with work.read(origin) as uow:
        return await consent.active_notices(uow, locale)


async def test_a_notice_carries_the_digest_of_its_bytes(work: Work, origin: Origin) -> None:
    async with work.begin(origin) as uow:
        notice = await consent.publish_notice(uow, NEW)
        ((_, fact),) = uow.entries
    assert notice.sha256 == hashlib.sha256(NEW.text.encode()).digest()
    assert notice.published_at == uow.now
    assert (fact.action, fact.resource) == (Action.NOTICE_PUBLISHED, f"notice:{notice.id}")
    assert fact.detail["sha256"] == notice.sha256.hex()
    assert await active(work, origin, "en") == [notice]


async def test_publishing_the_same_text_again_changes_nothing(work: Work, origin: Origin) -> None:
    first = await publish(work, origin, NEW)
    assert await publish(work, origin, NEW) == first
    assert len(await active(work, origin, "en")) == 1


async def test_a_published_text_never_changes(work: Work, origin: Origin) -> None:
    first = await publish(work, origin, NEW)
    with pytest.raises(NoticeImmutableError):
        await publish(work, origin, replace(NEW, text="We keep everything."))
    assert await active(work, origin, "en") == [first]


async def test_versions_follow_each_other_and_translations_belong_to_the_newest(work: Work, origin: Origin) -> None:
    await publish(work, origin, NEW)
    with pytest.raises(InvalidNoticeError) as refusal:
        await publish(work, origin, replace(NEW, version=3))
    assert refusal.value.facts["field"] == "version"
    second = await publish(work, origin, replace(NEW, version=2, text="We keep two records."))
    with pytest.raises(NoticeImmutableError):
        await publish(work, origin, replace(NEW, locale="fr", text="Nous gardons une trace."))
    french = await publish(work, origin, replace(NEW, version=2, locale="fr", text="Nous gardons deux traces."))
    assert await active(work, origin, "fr-CH") == [french]
    assert await active(work, origin, "de") == [second]


async def test_each_purpose_has_one_active_notice(work: Work, origin: Origin) -> None:
    for purpose in reversed(consent.CONSENT_PURPOSES):
        await publish(work, origin, replace(NEW, purpose=purpose))
    await publish(work, origin, replace(NEW, version=2, text="We keep two records."))
    found = await active(work, origin, "en")
    assert [notice.purpose for notice in found] == list(consent.CONSENT_PURPOSES)
    assert [notice.version for notice in found] == [2, *[1] * (len(consent.CONSENT_PURPOSES) - 1)]


async def test_the_database_checks_the_digest_too(work: Work, origin: Origin) -> None:
    insert = (
        "insert into consent.notice_version (id, purpose, version, locale, text, sha256, published_at)"
        " values ($1, 'engagement', 1, 'en', $2, sha256($3), $4)"
    )
    with pytest.raises(asyncpg.CheckViolationError):
        async with work.begin(origin) as uow:
            await uow.execute(insert, uow.new_id(), "text", b"another text", uow.now)
    async with work.begin(origin) as uow:
        await uow.execute(insert, uow.new_id(), "text", b"text", uow.now)
    assert [notice.text for notice in await active(work, origin, "en")] == ["text"]


@pytest.mark.parametrize("table", ["consent.notice_version", "consent.event"])
@pytest.mark.parametrize(
    "statement",
    [
        "update {} set id = gen_random_uuid()",
        "update {} set purpose = 'analytics'",
        "delete from {}",
        "truncate {} cascade",
        "set session_replication_role = replica; delete from {}",
    ],
)
async def test_published_notices_and_given_answers_stay_whoever_asks(
    work: Work, origin: Origin, person: PersonId, database_url: str, table: str, statement: str
) -> None:
    await publish(work, origin, NEW)
    async with work.begin(origin) as uow:
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        await consent.record_consent(uow, person, Purpose.ENGAGEMENT, choice)
    before = await rows(work, origin, table)
    assert len(before) == 1
    superuser = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement.format(table))
    finally:
        await superuser.close()
    assert await rows(work, origin, table) == before


async def rows(work: Work, origin: Origin, table: str) -> list[asyncpg.Record]:
    async with work.read(origin) as uow:
        return await uow.fetch(f"select * from {table}")


@pytest.mark.parametrize(
    "change",
    [
        "purpose = 'service'",
        "state = 'absent'",
        "state = 'expired'",
        "method = 'rumour'",
        "method = 'paper'",
        "notice = null",
        "notice = null, notice_version = null",
        "evidence_sha256 = '\\x00'",
        "received_at = occurred_at - interval '1 second'",
        "expires_at = occurred_at",
    ],
)
async def test_the_database_refuses_an_answer_that_means_nothing(
    work: Work, origin: Origin, person: PersonId, change: str
) -> None:
    await publish(work, origin, NEW)
    async with work.begin(origin) as uow:
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        await consent.record_consent(uow, person, Purpose.ENGAGEMENT, choice)
    with pytest.raises(asyncpg.CheckViolationError):
        await insert_copy(work, origin, f"id = gen_random_uuid(), {change}")
    assert await insert_copy(work, origin, "id = gen_random_uuid()") == "INSERT 0 1"


async def insert_copy(work: Work, origin: Origin, change: str) -> str:
    """Insert the one answer there is once more, with ``change`` made to it."""
    async with work.begin(origin) as uow:
        await uow.execute("create temporary table answer on commit drop as select * from consent.event")
        await uow.execute(f"update answer set {change}")
        return await uow.execute("insert into consent.event select * from answer")


async def test_a_staged_notice_is_seen_by_nobody_until_it_is_activated(work: Work, origin: Origin) -> None:
    first = await publish(work, origin, NEW)
    second = replace(NEW, version=2, text="We keep two records.")
    french = replace(second, locale="fr", text="Nous gardons deux traces.")
    async with work.begin(origin) as uow:
        for draft in (replace(second, text="A first try."), second, french):
            staged = await consent.stage_notice(uow, draft)
            assert staged.status is NoticeStatus.STAGED
    assert await active(work, origin, "fr") == [first]
    async with work.begin(origin) as uow:
        await consent.activate_notice(uow, Purpose.ENGAGEMENT, 2)
        assert uow.recorded(Action.NOTICE_ACTIVATED)
    (shown,) = await active(work, origin, "fr")
    assert (shown.version, shown.text, shown.status) == (2, french.text, NoticeStatus.ACTIVE)
    statuses = [(row["version"], row["status"]) for row in await rows(work, origin, "consent.notice_version")]
    assert sorted(statuses) == [(1, "retired"), (2, "active"), (2, "active")]
    with pytest.raises(NoticeImmutableError):
        async with work.begin(origin) as uow:
            await consent.stage_notice(uow, second)
    with pytest.raises(NoticeImmutableError):
        async with work.begin(origin) as uow:
            await consent.activate_notice(uow, Purpose.ENGAGEMENT, 1)
    with pytest.raises(NoticeNotFoundError):
        async with work.begin(origin) as uow:
            await consent.activate_notice(uow, Purpose.ENGAGEMENT, 3)


async def test_a_market_reads_its_own_notice_and_every_other_the_common_one(work: Work, origin: Origin) -> None:
    common = await publish(work, origin, NEW)
    french = await publish(work, origin, replace(NEW, version=2, market="FR", text="For France."))
    async with work.read(origin) as uow:
        assert await consent.active_notices(uow, "en", "FR") == [french]
        assert await consent.active_notices(uow, "en", "DE") == [common]
        assert await consent.active_notices(uow, "en") == [common]
    with pytest.raises(InvalidNoticeError) as refusal:
        await publish(work, origin, replace(NEW, version=2, locale="fr", text="Pour tous."))
    assert refusal.value.facts["field"] == "market"
    german = await publish(work, origin, replace(NEW, locale="de", text="Wir führen Buch."))
    assert await active(work, origin, "de") == [german], "one more translation of the version that still holds"


async def test_the_database_has_one_active_notice_per_purpose_market_and_language(work: Work, origin: Origin) -> None:
    await publish(work, origin, NEW)
    insert = (
        "insert into consent.notice_version (id, purpose, version, locale, text, sha256, published_at, status)"
        " values ($1, 'engagement', 2, 'en', 'text', sha256('text'), $2, $3)"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        async with work.begin(origin) as uow:
            await uow.execute(insert, uow.new_id(), uow.now, "active")
    async with work.begin(origin) as uow:
        await uow.execute(insert, uow.new_id(), uow.now, "staged")
        assert await uow.execute("delete from consent.notice_version where status = 'staged'") == "DELETE 1"


@pytest.mark.parametrize(
    "change",
    [
        "text = 'other', sha256 = sha256('other')",
        "locale = 'fr'",
        "market = 'FR'",
        "status = 'staged'",
        "status = 'retired', text = 'other', sha256 = sha256('other')",
        "published_at = now()",
    ],
)
async def test_an_active_notice_can_only_be_retired_and_a_retired_one_nothing(
    work: Work, origin: Origin, change: str
) -> None:
    await publish(work, origin, NEW)
    for status in ("active", "retired"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with work.begin(origin) as uow:
                await uow.execute(f"update consent.notice_version set {change}")
        async with work.begin(origin) as uow:
            if status == "active":
                done = await uow.execute("update consent.notice_version set status = 'retired', retired_at = now()")
                assert done == "UPDATE 1"
