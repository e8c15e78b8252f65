"""Publishing says what happens to the past, and that is what happens: new only, backfilled silently, grandfathered."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import consent
import engagement
import gamification
from api.merging import Merging
from consent.values import ConsentChoice
from consent.vocabulary import Answer, Purpose
from content.vocabulary import ContentId
from engagement import Draft, Verb
from gamification import Campaign
from gamification.rules import EMPTY, fold
from gamification.service import publishing
from gamification.vocabulary import CampaignPast, CampaignStep
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.campaigning import OFFICER, Campaigns, at, rules
from tests.gamification.test_recording import assert_the_books_balance, deliver, history, items, reached, somebody

__all__ = ["items"]

WEBINAR, SECOND, THIRD = 0, 3, 6
"""Positions of items that are webinars."""
STREAK = "streaks:\n  - {key: spring-days, name: Days, when: {verbs: [attended]}, every: day}\n"
BADGE = """badges:
  - key: spring-badge
    name: Spring
    description: Two webinars.
    threshold: {awards_of: spring-webinar, at_least: 2}
"""


def attended(item: ContentId, when: datetime) -> Draft:
    return Draft(id=uuid4(), verb=Verb.ATTENDED, object=item, occurred_at=when)


async def spring(work: Work, origin: Origin, person: PersonId) -> list[tuple[str, int]]:
    """What a person holds from the campaign: rule and points, in the order in which it happened."""
    async with work.read(origin) as uow:
        rows = await uow.fetch(
            "select rule, points from gamification.award where person = $1 and state = 'active'"
            " and rule like 'spring-%' order by occurred_at, rule",
            person,
        )
    return [tuple(row) for row in rows]


async def assert_rebuilding_equals_what_is_there(work: Work, origin: Origin, person: PersonId) -> None:
    async with work.read(origin) as uow:
        rows = await engagement.history(uow, person)
        steps = [(await publishing.rules_of(uow, row.rules_version or 0), row.activity) for row in rows]
    folded = fold(EMPTY, steps)
    points, awards, _ = await reached(work, origin, person)
    assert points == folded.state.points
    assert awards == sorted((*award.key, award.points) for award in folded.awards)


async def test_new_only_counts_what_is_recorded_from_the_start_on(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "new")
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(1))])
    running = await campaigns.running(await campaigns.create(), CampaignPast.NEW_ONLY)
    await campaigns.backfill()
    assert running.past_says is not None
    assert running.past_says.startswith("Counts what is recorded from the start on, by this revision")
    assert await spring(work, origin, person) == []
    clock.move(timedelta(hours=2))
    (result,) = await deliver(merging, origin, person, [attended(items[SECOND], at(2, 10))])
    assert result.effects is not None
    assert ("spring-webinar", 50) in [(each.rule, each.points) for each in result.effects.points]
    assert await spring(work, origin, person) == [("spring-webinar", 50)]


async def test_a_silent_backfill_scores_what_happened_in_the_window_and_tells_nobody(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "past")
    other = await somebody(work, origin, "elsewhere")
    early, inside = attended(items[WEBINAR], at(1, 8)), attended(items[SECOND], at(1, 9))
    first = await deliver(merging, origin, person, [early, inside])
    before = await reached(work, origin, person)
    await campaigns.running(await campaigns.create(opens_at=at(1, 9)), CampaignPast.BACKFILL_SILENTLY)
    assert await spring(work, origin, person) == [], "the start itself scores nobody"
    await campaigns.backfill()
    assert await spring(work, origin, person) == [("spring-webinar", 50)]
    after = await reached(work, origin, person)
    assert set(before[1]) <= set(after[1])  # type: ignore[call-overload]
    assert after[0] == before[0] + 50  # type: ignore[operator]
    assert await spring(work, origin, other) == []
    again = await deliver(merging, origin, person, [early, inside])
    assert [each.effects for each in again] == [each.effects for each in first], "no answer tells of it"
    await assert_the_books_balance(work, origin)
    await assert_rebuilding_equals_what_is_there(work, origin, person)
    async with work.read(origin) as uow:
        bodies = await uow.fetch("select convert_from(body, 'UTF8') from audit.entry")
        said = [row[0] for row in bodies if "gamification:campaign:backfilled" in row[0]]
        assert [str(person) in each for each in said] == [True], "the one who was scored, and nobody else"
        found = await uow.fetchrow("select people, done_at from gamification.campaign_backfill")
        scored = await uow.fetchval("select max(version) from gamification.rule_set_version where derived_from = 1")
        current, _ = await gamification.current_rules(uow)
    assert found is not None
    assert found["people"] == 1
    assert found["done_at"] is not None
    assert scored > current, "what scores the past never scores what is recorded"


async def test_a_backfill_earns_what_would_have_been_earned_had_the_campaign_run_all_the_time(
    work: Work, origin: Origin, items: list[ContentId]
) -> None:
    campaigns, merging = Campaigns(work, origin), Merging(work, None)
    text = rules().replace(", kinds: [webinar]", "") + BADGE + STREAK
    early = [await somebody(work, origin, f"early{number}") for number in range(3)]
    for number, person in enumerate(early):
        await deliver(merging, origin, person, history(items, number, 40))
    await campaigns.running(await campaigns.create(text=text), CampaignPast.BACKFILL_SILENTLY)
    await campaigns.backfill()
    for number, person in enumerate(early):
        twin, drafts = await somebody(work, origin, f"twin{number}"), history(items, number, 40)
        random.Random(number).shuffle(drafts)
        for draft in drafts:
            await deliver(merging, origin, twin, [_renamed(draft)])
        assert (await reached(work, origin, person))[:2] == (await reached(work, origin, twin))[:2]
        assert await spring(work, origin, person)
        await assert_rebuilding_equals_what_is_there(work, origin, person)
    await assert_the_books_balance(work, origin)


def _renamed(draft: Draft) -> Draft:
    return Draft(id=uuid4(), verb=draft.verb, object=draft.object, occurred_at=draft.occurred_at, result=draft.result)


async def test_a_backfill_leaves_out_whoever_no_longer_agrees(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, merging = Campaigns(work, origin), Merging(work, None)
    gone, there = await somebody(work, origin, "gone"), await somebody(work, origin, "there")
    for person in (gone, there):
        await deliver(merging, origin, person, [attended(items[WEBINAR], at(1))])
    async with work.begin(origin) as uow:
        withdrawn = ConsentChoice(state=Answer.WITHDRAWN)
        await consent.record_consents(uow, gone, [(Purpose.GAMIFICATION, withdrawn)])
    await campaigns.running(await campaigns.create(), CampaignPast.BACKFILL_SILENTLY)
    await campaigns.backfill()
    assert await spring(work, origin, gone) == []
    assert await spring(work, origin, there) == [("spring-webinar", 50)]


async def test_a_backfill_waits_while_its_campaign_does_not_run(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "waits")
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(1))])
    running = await campaigns.running(await campaigns.create(), CampaignPast.BACKFILL_SILENTLY)
    frozen = await campaigns.move(running, CampaignStep.FREEZE, by=OFFICER)
    await campaigns.backfill()
    assert await spring(work, origin, person) == []
    await campaigns.move(frozen, CampaignStep.UNFREEZE, by=OFFICER)
    await campaigns.backfill()
    assert await spring(work, origin, person) == [("spring-webinar", 50)]


async def revised(campaigns: Campaigns, running: Campaign, text: str, past: CampaignPast) -> Campaign:
    """Pause, rewrite and start again."""
    await campaigns.move(running, CampaignStep.PAUSE)
    return await campaigns.running(await campaigns.edit(running, text=text), past)


async def test_an_edit_strips_nothing_and_who_earned_under_a_revision_keeps_it_with_its_meaning(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "holder")
    clock.move(timedelta(days=4))
    running = await campaigns.running(await campaigns.create(text=rules() + BADGE))
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(3)), attended(items[SECOND], at(4))])
    held = [("spring-webinar", 50), ("spring-badge", 0), ("spring-webinar", 50)]
    assert sorted(await spring(work, origin, person)) == sorted(held)
    harder = (rules(points=10) + BADGE).replace("at_least: 2", "at_least: 9").replace("Two webinars.", "Nine webinars.")
    await revised(campaigns, running, harder, CampaignPast.NEW_ONLY)
    assert sorted(await spring(work, origin, person)) == sorted(held)
    await deliver(merging, origin, person, [attended(items[THIRD], at(5))])
    await deliver(merging, origin, person, [attended(items[9], at(2))])
    assert sorted(await spring(work, origin, person)) == sorted([*held, ("spring-webinar", 10), ("spring-webinar", 10)])
    async with work.read(origin) as uow:
        (badge,) = [each for each in await gamification.badges(uow, person) if each.key == "spring-badge"]
    assert badge.description == "Two webinars."
    await assert_rebuilding_equals_what_is_there(work, origin, person)


async def test_who_had_begun_keeps_being_judged_by_the_revision_under_which_that_was(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    campaigns, merging = Campaigns(work, origin), Merging(work, None)
    old, new = await somebody(work, origin, "old"), await somebody(work, origin, "new")
    clock.move(timedelta(days=4))
    running = await campaigns.running(await campaigns.create(text=rules() + BADGE))
    await deliver(merging, origin, old, [attended(items[WEBINAR], at(3))])
    harder = (
        (rules(points=10) + BADGE).replace("at_least: 2", "at_least: 3").replace("Two webinars.", "Three webinars.")
    )
    second = await revised(campaigns, running, harder, CampaignPast.GRANDFATHER)
    for person in (old, new):
        await deliver(merging, origin, person, [attended(items[THIRD], at(5))])
        await deliver(merging, origin, person, [attended(items[SECOND], at(2))])
    assert sorted(await spring(work, origin, old)) == [("spring-badge", 0), *[("spring-webinar", 50)] * 3]
    assert sorted(await spring(work, origin, new)) == [("spring-webinar", 10)] * 2
    async with work.read(origin) as uow:
        said = await gamification.badges(uow, old)
        awards = await uow.fetch(
            "select id, person from gamification.award where rule = 'spring-webinar' and points in (10, 50)"
            " and occurred_at = $1", at(5)
        )  # fmt: skip
        proofs = {row["person"]: await gamification.proof(uow, row["id"], None, {"*"}) for row in awards}
        offered = {person: await gamification.opportunities(uow, person) for person in (old, new)}
    assert [each.description for each in said if each.key == "spring-badge"] == ["Two webinars."]
    assert (proofs[old].campaign_revision, proofs[new].campaign_revision) == (1, 2)
    worth = {person: {each.key: each.points for each in found} for person, found in offered.items()}
    assert (worth[old]["spring-webinar"], worth[new]["spring-webinar"]) == (50, 10)
    for person in (old, new):
        await assert_rebuilding_equals_what_is_there(work, origin, person)
    third = await revised(campaigns, second, rules(points=7) + BADGE, CampaignPast.NEW_ONLY)
    await deliver(merging, origin, old, [attended(items[9], at(6, 8))])
    assert ("spring-webinar", 7) in await spring(work, origin, old), "any other start judges everybody anew"
    assert third.revision == 3
    await assert_the_books_balance(work, origin)


async def test_a_backfilled_revision_adds_its_new_rules_to_what_an_earlier_one_has_scored(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "wider")
    running = await campaigns.running(await campaigns.create())
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(1)), attended(items[SECOND], at(2, 8))])
    paused = await campaigns.move(running, CampaignStep.PAUSE)
    await deliver(merging, origin, person, [attended(items[THIRD], at(2, 9))])
    assert len(await spring(work, origin, person)) == 2, "a paused campaign scores nothing"
    edited = await campaigns.edit(paused, text=rules(points=20) + BADGE)
    await campaigns.running(edited, CampaignPast.BACKFILL_SILENTLY)
    await campaigns.backfill()
    assert sorted(await spring(work, origin, person)) == [
        ("spring-badge", 0),
        ("spring-webinar", 20),
        ("spring-webinar", 50),
        ("spring-webinar", 50),
    ]
    await assert_rebuilding_equals_what_is_there(work, origin, person)
    await assert_the_books_balance(work, origin)


async def test_an_end_strips_nothing(work: Work, origin: Origin, items: Sequence[ContentId]) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "kept")
    running = await campaigns.running(await campaigns.create())
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(2))])
    await campaigns.move(running, CampaignStep.END)
    await deliver(merging, origin, person, [attended(items[SECOND], at(1)), attended(items[THIRD], at(2, 9))])
    assert await spring(work, origin, person) == [("spring-webinar", 50)]
    await assert_the_books_balance(work, origin)
