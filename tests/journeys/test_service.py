"""Suggestions on the real database: only what is offered, nothing that was used, most recent subjects first."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

import engagement
import journeys
from content import ContentItem, ContentKind
from engagement import Activity, Channel, Stored, Use, Verb
from journeys import Action, Recommendation
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.values import Bearings
from people.vocabulary import PersonId
from tests.content.items import NEW, approve, create

PERSON, OTHER = PersonId(UUID(int=70)), PersonId(UUID(int=71))
PARIS = Bearings(zone="Europe/Paris", market="FR", locale="fr-FR")


async def item(work: Work, origin: Origin, *tags: str, locale: str = "fr") -> ContentItem:
    made = await create(work, origin, msgspec.structs.replace(NEW, tags=tags, locale=locale))
    return await approve(work, origin, made)


async def used(
    work: Work,
    origin: Origin,
    about: ContentItem,
    verb: Verb = Verb.VIEWED,
    *,
    days: int = 0,
    person: PersonId = PERSON,
) -> UUID:
    async with work.begin(origin) as uow:
        at = uow.now - timedelta(days=days)
        activity = Activity(
            id=uuid4(),
            person=person,
            verb=verb,
            content=about.id,
            kind=ContentKind.WEBINAR,
            tags=frozenset(about.tags),
            occurred_at=at,
            local_date=at.date(),
            channel=Channel.WEB,
        )
        row = Stored(activity=activity, recorded_at=uow.now, recorded_by=UUID(int=1), rules_version=None)
        await engagement.store_activities(uow, [row])
        return activity.id


async def suggested(work: Work, origin: Origin, limit: int = 10, where: Bearings = PARIS) -> list[Recommendation]:
    async with work.read(origin) as uow:
        return await journeys.recommendations(uow, PERSON, where, limit)


async def test_unused_items_of_recent_subjects_come_first_with_their_reasons(work: Work, origin: Origin) -> None:
    seen = await item(work, origin, "stroke")
    faded = await item(work, origin, "asthma")
    asthma, stroke, neither = [await item(work, origin, tag) for tag in ("asthma", "stroke", "skin")]
    await used(work, origin, seen)
    await used(work, origin, faded, days=60)
    found = await suggested(work, origin)
    assert [(each.content.id, each.because) for each in found] == [
        (stroke.id, ("stroke",)),
        (asthma.id, ("asthma",)),
        (neither.id, ("new",)),
    ]
    assert [each.content.id for each in await suggested(work, origin, limit=1)] == [stroke.id]


async def test_what_others_did_changes_nothing(work: Work, origin: Origin) -> None:
    older, newer = await item(work, origin, "stroke"), await item(work, origin, "skin")
    await used(work, origin, older, person=OTHER)
    assert [each.content.id for each in await suggested(work, origin)] == [newer.id, older.id]
    await used(work, origin, newer)
    assert [each.content.id for each in await suggested(work, origin)] == [older.id]


async def test_only_what_is_offered_where_the_person_is_is_suggested(work: Work, origin: Origin) -> None:
    here = await item(work, origin, "stroke")
    await create(work, origin)
    await item(work, origin, "stroke", locale="de")
    assert [each.content.id for each in await suggested(work, origin)] == [here.id]
    elsewhere = Bearings(zone="Europe/Madrid", market="ES", locale="fr-FR")
    assert await suggested(work, origin, where=elsewhere) == []


async def test_more_than_one_page_of_the_catalogue_is_compared(work: Work, origin: Origin) -> None:
    oldest = await item(work, origin, "stroke")
    seen = await item(work, origin, "stroke")
    async with work.begin(origin) as uow:
        await uow.execute(
            "insert into content.item select gen_random_uuid(), kind, title, summary, locale, markets, array['skin'],"
            " state, visible_from, visible_until, duration_seconds, created_by, created_at, approved_by, approved_at"
            " from content.item, generate_series(1, 250) where id = $1",
            oldest.id,
        )
    await used(work, origin, seen)
    assert [each.content.id for each in await suggested(work, origin, limit=1)] == [oldest.id]
    assert len(await suggested(work, origin, limit=1_000)) == 251


async def test_reading_suggestions_is_on_record_with_their_number_and_subject(work: Work, origin: Origin) -> None:
    await item(work, origin, "stroke")
    async with work.read(origin) as uow:
        await journeys.recommendations(uow, PERSON, PARIS, 10)
        facts = [fact for _, fact in uow.entries if fact.action == Action.RECOMMENDATIONS_READ]
    assert [(fact.subject, fact.count, fact.detail) for fact in facts] == [(PERSON, 1, {})]


async def test_recent_use_is_one_line_per_item_with_the_tags_of_the_last_time(work: Work, origin: Origin) -> None:
    first, second = await item(work, origin, "stroke", "skin"), await item(work, origin, "asthma")
    await used(work, origin, first, Verb.COMPLETED, days=9)
    await used(work, origin, msgspec.structs.replace(first, tags=("stroke",)), days=1)
    await used(work, origin, second, days=2)
    async with work.read(origin) as uow:
        uses = await engagement.recent_use(uow, PERSON, 10)
        latest = await engagement.recent_use(uow, PERSON, 1)
    now = uow.now
    assert sorted(uses, key=lambda each: each.last_at) == [
        Use(content=second.id, tags=frozenset({"asthma"}), last_at=now - timedelta(days=2), finished=False),
        Use(content=first.id, tags=frozenset({"stroke"}), last_at=now - timedelta(days=1), finished=True),
    ]
    assert [(each.content, each.finished) for each in latest] == [(first.id, False)]


async def test_what_was_taken_back_is_no_use_and_what_nothing_scores_is(work: Work, origin: Origin) -> None:
    taken, kept = await item(work, origin, "stroke"), await item(work, origin, "asthma")
    await used(work, origin, kept, days=2)
    wrong = await used(work, origin, taken, days=1)
    assert await suggested(work, origin) == []
    async with work.begin(origin) as uow:
        assert await engagement.retract(uow, wrong) is False, "no rules scored it"
        assert await engagement.retract(uow, wrong) is False
    assert [each.content.id for each in await suggested(work, origin)] == [taken.id]
    async with work.read(origin) as uow:
        assert [each.content for each in await engagement.recent_use(uow, PERSON, 1)] == [kept.id]
