"""What is listed is what the rule says, page by page."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

import content
from content import (
    EVERYWHERE,
    ContentItem,
    ContentKind,
    ContentNotFoundError,
    ContentState,
)
from content.rules.visibility import visible as visible_by_rule
from kernel.clock import MovableClock
from kernel.errors import InvalidError
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.access.builders import within
from tests.content.items import ALL, AUTHOR, NEW, REVIEWER, approve, create, offered


async def test_the_list_and_the_rule_agree_on_every_kind_of_item(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    everything = await one_of_each(work, origin, clock)
    for hours, market, locale in product((-1, 0, 1), ("FR", "DE"), ("fr", "fr-CH", "de-AT")):
        clock.move(timedelta(hours=hours))
        found = {card.id for card in await offered(work, origin, market, locale)}
        expected = {item.id for item in everything if visible_by_rule(item, item.locale, market, locale, clock.now())}
        clock.move(-timedelta(hours=hours))
        assert found == expected
        assert 0 < len(found) < len(everything)


async def one_of_each(work: Work, origin: Origin, clock: MovableClock) -> list[ContentItem]:
    """Items of every state, market list, locale and window; windows open or close within the hour, or at noon."""
    hour, now = timedelta(hours=1), clock.now()
    windows: Sequence[tuple[timedelta | None, timedelta | None]] = [
        (None, None), (timedelta(0), None), (hour, None), (None, timedelta(0)), (None, hour), (timedelta(0), hour),
    ]  # fmt: skip
    everything = []
    markets: Sequence[tuple[str, ...]] = [(EVERYWHERE,), ("FR",), ("DE", "FR")]
    for state, places, locale, (opens, closes) in product(ContentState, markets, ("fr", "fr-CH", "de"), windows):
        new = replace(
            NEW,
            markets=places,
            locale=locale,
            visible_from=None if opens is None else now + opens,
            visible_until=None if closes is None else now + closes,
        )
        async with work.begin(origin) as uow:
            item = await content.create_content(uow, AUTHOR, new, scope=ALL)
            if state is not ContentState.DRAFT:
                item = await content.approve(uow, item.id, REVIEWER, scope=ALL)
            if state is ContentState.WITHDRAWN:
                item = await content.withdraw(uow, item.id, scope=ALL)
        everything.append(item)
    return everything


async def test_a_list_is_read_page_by_page_newest_first(work: Work, origin: Origin) -> None:
    items = [await create(work, origin, replace(NEW, title=f"Part {number}")) for number in range(5)]
    for item in items:
        await approve(work, origin, item)
    titles, cursor, pages = [], None, 0
    async with work.read(origin) as uow:
        while pages == 0 or cursor is not None:
            page = await content.visible(uow, market="FR", locale="fr", after=cursor, limit=2)
            titles += [card.title for card in page.items]
            cursor, pages = page.next, pages + 1
        assert [fact.count for _, fact in uow.entries] == [2, 2, 1]
    assert titles == ["Part 4", "Part 3", "Part 2", "Part 1", "Part 0"]
    assert pages == 3


async def test_a_list_that_ends_with_its_page_has_no_next(work: Work, origin: Origin) -> None:
    for _ in range(2):
        await approve(work, origin, await create(work, origin))
    async with work.read(origin) as uow:
        page = await content.visible(uow, market="FR", locale="fr", limit=2)
    assert len(page.items) == 2
    assert page.next is None


@pytest.mark.parametrize(("field", "wrong"), [("cursor", {"after": "nonsense"}), ("limit", {"limit": 0})])
async def test_a_list_names_what_is_wrong_with_the_question(
    work: Work, origin: Origin, field: str, wrong: dict[str, object]
) -> None:
    async with work.read(origin) as uow:
        for listing in (
            content.visible(uow, market="FR", locale="fr", **wrong),  # type: ignore[arg-type]
            content.all_items(uow, scope=ALL, **wrong),  # type: ignore[arg-type]
        ):
            with pytest.raises(InvalidError) as refusal:
                await listing
            assert refusal.value.facts["field"] == field
        assert (await content.all_items(uow, scope=ALL)).items == []


async def test_a_list_can_be_narrowed_to_a_kind_or_a_tag(work: Work, origin: Origin) -> None:
    webinar = await create(work, origin)
    podcast = await create(work, origin, replace(NEW, kind=ContentKind.PODCAST, tags=("asthma",)))
    for item in (webinar, podcast):
        await approve(work, origin, item)
    async with work.read(origin) as uow:
        by_kind = await content.visible(uow, market="FR", locale="fr", kind=ContentKind.PODCAST)
        by_tag = await content.visible(uow, market="FR", locale="fr", tag="stroke")
        by_both = await content.visible(uow, market="FR", locale="fr", kind=ContentKind.PODCAST, tag="stroke")
    assert [card.id for card in by_kind.items] == [podcast.id]
    assert [card.id for card in by_tag.items] == [webinar.id]
    assert by_both.items == []


async def test_staff_see_items_of_any_state_that_reach_their_markets(work: Work, origin: Origin) -> None:
    french = await create(work, origin)
    german = await create(work, origin, replace(NEW, markets=("DE",)))
    world = await create(work, origin, replace(NEW, markets=(EVERYWHERE,)))
    await approve(work, origin, french)
    async with work.read(origin) as uow:
        listed = {
            scope: {item.id for item in (await content.all_items(uow, scope=within(*({scope} - {""})))).items}
            for scope in ("FR", "DE", "GB", EVERYWHERE, "")
        }
        drafts = (await content.all_items(uow, scope=ALL, state=ContentState.DRAFT)).items
        with pytest.raises(ContentNotFoundError):
            await content.staff_item(uow, german.id, scope=within("FR"))
        assert (await content.staff_item(uow, german.id, scope=within("DE"))).id == german.id
    assert listed == {
        "FR": {french.id, world.id},
        "DE": {german.id, world.id},
        "GB": {world.id},
        EVERYWHERE: {french.id, german.id, world.id},
        "": set(),
    }
    assert {item.id for item in drafts} == {german.id, world.id}
