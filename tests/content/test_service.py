"""Only approved content, in its markets, in its language and in its window, is offered and scores."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

import content
from access import Scope
from content import (
    Action,
    AuthorNeverApprovesError,
    ContentId,
    ContentItem,
    ContentNotFoundError,
    ContentState,
    ContentWithdrawnError,
    InvalidContentError,
    OutsideMarketScopeError,
    scores,
)
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.access.builders import within
from tests.content.items import ALL, AUTHOR, NEW, OTHER_REVIEWER, REVIEWER, approve, create, offered, withdraw


async def test_an_item_is_kept_as_a_draft_and_offered_once_approved(work: Work, origin: Origin) -> None:
    item = await create(work, origin)
    assert (item.state, item.created_by, item.approved_by) == (ContentState.DRAFT, AUTHOR, None)
    assert (item.markets, item.tags) == (("BE", "FR"), ("anticoagulants", "stroke"))
    assert await offered(work, origin) == []
    approved = await approve(work, origin, item)
    assert (approved.state, approved.approved_by) == (ContentState.APPROVED, REVIEWER)
    (card,) = await offered(work, origin)
    assert (card.id, card.title, card.tags) == (item.id, NEW.title, item.tags)
    async with work.read(origin) as uow:
        assert await content.item(uow, item.id, market="FR", locale="fr") == card
        assert await content.staff_item(uow, item.id, scope=ALL) == approved
        assert [fact.action for _, fact in uow.entries] == [Action.CONTENT_READ] * 2


async def test_the_author_never_approves(work: Work, origin: Origin) -> None:
    item = await create(work, origin)
    with pytest.raises(AuthorNeverApprovesError) as refusal:
        await approve(work, origin, item, by=AUTHOR)
    assert refusal.value.code == "author-never-approves"
    assert await offered(work, origin) == []
    with pytest.raises(asyncpg.CheckViolationError):
        async with work.begin(origin) as uow:
            await uow.execute(
                "update content.item set state = 'approved', approved_by = created_by, approved_at = now()"
            )
    await approve(work, origin, item)
    with pytest.raises(AuthorNeverApprovesError):
        await approve(work, origin, item, by=AUTHOR)
    assert len(await offered(work, origin)) == 1


async def test_approving_again_changes_nothing_and_answers_the_same(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    item = await create(work, origin)
    first = await approve(work, origin, item)
    clock.move(timedelta(days=1))
    async with work.begin(origin) as uow:
        assert await content.approve(uow, item.id, OTHER_REVIEWER, scope=ALL) == first
        ((_, fact),) = uow.entries
    assert (fact.action, fact.resource) == (Action.CONTENT_APPROVED, f"content:{item.id}")
    assert fact.detail == {"repeated": True}


async def test_of_two_reviewers_at_once_the_first_approves(work: Work, origin: Origin) -> None:
    item = await create(work, origin)
    first, second = await asyncio.gather(approve(work, origin, item), approve(work, origin, item, by=OTHER_REVIEWER))
    assert first == second
    assert first.approved_by in {REVIEWER, OTHER_REVIEWER}


async def test_a_withdrawn_item_is_gone_for_good(work: Work, origin: Origin) -> None:
    item = await create(work, origin)
    approved = await approve(work, origin, item)
    withdrawn = await withdraw(work, origin, item)
    assert withdrawn == replace(approved, state=ContentState.WITHDRAWN)
    assert await withdraw(work, origin, item) == withdrawn
    assert await offered(work, origin) == []
    with pytest.raises(ContentWithdrawnError):
        await approve(work, origin, item)
    async with work.read(origin) as uow:
        views = await content.for_scoring(uow, [item.id])
    assert not scores(views[item.id], "FR", item.created_at)


async def test_a_draft_can_be_withdrawn(work: Work, origin: Origin) -> None:
    item = await create(work, origin)
    assert (await withdraw(work, origin, item)).state is ContentState.WITHDRAWN


async def test_what_is_not_offered_is_not_found(work: Work, origin: Origin, clock: MovableClock) -> None:
    new = replace(NEW, visible_from=clock.now() + timedelta(hours=1))
    item = await create(work, origin, new)
    await approve(work, origin, item)
    await is_hidden(work, origin, item.id, "FR", "fr")
    clock.move(timedelta(hours=1))
    await is_hidden(work, origin, item.id, "DE", "fr")
    await is_hidden(work, origin, item.id, "FR", "de")
    await is_hidden(work, origin, ContentId(UUID(int=404)), "FR", "fr")
    async with work.read(origin) as uow:
        assert (await content.item(uow, item.id, market="BE", locale="fr-BE")).id == item.id


async def is_hidden(work: Work, origin: Origin, item: ContentId, market: str, locale: str) -> None:
    async with work.read(origin) as uow:
        with pytest.raises(ContentNotFoundError):
            await content.item(uow, item, market=market, locale=locale)
        assert uow.entries == []


async def test_staff_decide_only_within_their_markets(work: Work, origin: Origin) -> None:
    with pytest.raises(OutsideMarketScopeError) as refusal:
        await create(work, origin, scope=within("FR"))
    assert refusal.value.facts["markets"] == ["BE"]
    item = await create(work, origin, scope=within("FR", "BE"))
    for decide in (approve_within, withdraw_within):
        with pytest.raises(OutsideMarketScopeError):
            await decide(work, origin, item, within("FR"))
        with pytest.raises(ContentNotFoundError):
            await decide(work, origin, item, within("DE"))
        await decide(work, origin, item, within("FR", "BE", "DE"))


async def approve_within(work: Work, origin: Origin, item: ContentItem, scope: Scope) -> None:
    async with work.begin(origin) as uow:
        approved = await content.approve(uow, item.id, REVIEWER, scope=scope)
    assert approved.state is ContentState.APPROVED


async def withdraw_within(work: Work, origin: Origin, item: ContentItem, scope: Scope) -> None:
    async with work.begin(origin) as uow:
        withdrawn = await content.withdraw(uow, item.id, scope=scope)
    assert withdrawn.state is ContentState.WITHDRAWN


async def test_an_item_that_cannot_be_kept_is_not_kept(work: Work, origin: Origin) -> None:
    with pytest.raises(InvalidContentError) as refusal:
        await create(work, origin, replace(NEW, markets=("UK",)))
    assert refusal.value.facts["field"] == "markets"
    async with work.read(origin) as uow:
        assert (await content.all_items(uow, scope=ALL)).items == []
    assert (await create(work, origin, replace(NEW, markets=("GB",)))).markets == ("GB",)


async def test_one_question_answers_what_scores_for_many_items(work: Work, origin: Origin) -> None:
    approved = await approve(work, origin, await create(work, origin))
    draft = await create(work, origin)
    unknown = ContentId(UUID(int=404))
    async with work.read(origin) as uow:
        views = await content.for_scoring(uow, [approved.id, draft.id, unknown])
        assert uow.entries == []
    assert set(views) == {approved.id, draft.id}
    assert views[approved.id].tags == {"stroke", "anticoagulants"}
    assert scores(views[approved.id], "FR", approved.created_at)
    assert not scores(views[approved.id], "DE", approved.created_at)
    assert not scores(views[draft.id], "FR", approved.created_at)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'rumour'",
        "state = 'lost'",
        "markets = '{}'",
        "markets = '{*,FR}'",
        "duration_seconds = 0",
        "visible_from = now(), visible_until = now()",
        "state = 'approved'",
        "approved_by = gen_random_uuid()",
        "approved_by = gen_random_uuid(), approved_at = now()",
    ],
)
async def test_the_database_refuses_an_item_that_means_nothing(work: Work, origin: Origin, change: str) -> None:
    item = await create(work, origin)
    with pytest.raises(asyncpg.CheckViolationError):
        async with work.begin(origin) as uow:
            await uow.execute(f"update content.item set {change} where id = $1", item.id)
    assert (await approve(work, origin, item)).state is ContentState.APPROVED
