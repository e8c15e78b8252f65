"""Packs are asked when a campaign starts, while it runs, and at every award; what they say is never out of date."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
import pytest

import gamification
from api.merging import Merging
from content.vocabulary import ContentClass, ContentId
from gamification import Campaign, Packs, Transition
from gamification.errors import CampaignRefusedByPolicyError
from gamification.rules.policy.pack import Pack, Ruling
from gamification.vocabulary import CampaignState, CampaignStep
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import OFFICER, Campaigns, at, execute, programme
from tests.gamification.shop import country
from tests.gamification.test_campaign_past import WEBINAR, attended, spring
from tests.gamification.test_recording import deliver, items, somebody

__all__ = ["items"]

QUEST = """
points:
  - {key: spring-webinar, name: W, when: {verbs: [attended]}, points: 50, recurs: ever}
quests:
  - key: spring-tour
    name: Tour
    description: Two webinars.
    steps: [{name: Go, when: {verbs: [attended]}, at_least: 2}]
"""


def pack(version: int, *, tours: bool, valid_from: date = date(2026, 1, 1), valid_to: date | None = None) -> Pack:
    """A pack of Great Britain that allows, or forbids, quests about promotion."""
    (base,) = country().packs
    ruling = Ruling(allowed=tours, rule="C8", source="made up", confirmed=True)
    return msgspec.structs.replace(
        base, country="GB", code="gb-test", version=version, valid_from=valid_from, valid_to=valid_to,
        quest_on_promotion=ruling,
    )  # fmt: skip


ALLOWS = Packs((pack(1, tours=True),))
FORBIDS = Packs((pack(1, tours=True), pack(2, tours=False)))


async def tour(campaigns: Campaigns) -> Campaign:
    campaigns.packs = ALLOWS
    return await campaigns.create(text=QUEST, lane=ContentClass.PROMOTIONAL, markets=("GB",))


async def steps(campaigns: Campaigns, campaign: Campaign) -> Sequence[Transition]:
    async with campaigns.work.read(campaigns.origin) as uow:
        return (await gamification.transitions(uow, OFFICER, campaign.id, after=None, limit=50)).items


async def test_a_campaign_that_a_pack_refuses_at_its_start_is_held_back_with_the_reason(campaigns: Campaigns) -> None:
    scheduled = await campaigns.scheduled(await tour(campaigns))
    campaigns.packs = FORBIDS
    assert await campaigns.keep_schedule() == 1
    assert await campaigns.keep_schedule() == 0, "it is held back once, not every second"
    held = await campaigns.read(scheduled)
    assert held.state is CampaignState.PAUSED
    assert (await programme(campaigns))[1] == []
    last = (await steps(campaigns, scheduled))[-1]
    assert (last.step, last.role, last.to_state) == (CampaignStep.HOLD, "system", CampaignState.PAUSED)
    assert last.reason == "Policy says no. GB quest-on-promotion (C8, gb-test/2)"
    (refusal,) = last.new["refusals"]
    assert (refusal["country"], refusal["code"], refusal["version"]) == ("GB", "quest-on-promotion", 2)
    async with campaigns.work.read(campaigns.origin) as uow:
        bodies = await uow.fetch("select convert_from(body, 'UTF8') from audit.entry")
    assert len([row for row in bodies if "quest-on-promotion" in row[0] and "gb-test" in row[0]]) == 1


async def test_what_was_held_back_resumes_only_when_the_pack_allows_it_and_then_starts(campaigns: Campaigns) -> None:
    scheduled = await campaigns.scheduled(await tour(campaigns))
    campaigns.packs = FORBIDS
    await campaigns.keep_schedule()
    with pytest.raises(CampaignRefusedByPolicyError) as refused:
        await campaigns.move(scheduled, CampaignStep.RESUME)
    assert refused.value.facts["refusals"][0]["code"] == "quest-on-promotion"  # type: ignore[index]
    campaigns.packs = ALLOWS
    resumed = await campaigns.move(scheduled, CampaignStep.RESUME)
    assert resumed.state is CampaignState.SCHEDULED, "it has never run, so it starts like any other"
    await campaigns.keep_schedule()
    assert (await campaigns.read(scheduled)).state is CampaignState.RUNNING


async def test_a_pack_that_is_replaced_while_a_campaign_runs_stops_it(campaigns: Campaigns) -> None:
    running = await campaigns.running(await tour(campaigns))
    assert await campaigns.keep_schedule() == 0, "the pack that allowed it still does"
    assert (await campaigns.read(running)).state is CampaignState.RUNNING
    campaigns.packs = FORBIDS
    assert await campaigns.keep_schedule() == 1
    assert (await campaigns.read(running)).state is CampaignState.PAUSED
    assert (await programme(campaigns))[1] == []
    frozen = await campaigns.move(running, CampaignStep.FREEZE, by=OFFICER)
    back = await campaigns.move(frozen, CampaignStep.UNFREEZE, by=OFFICER)
    assert back.state is CampaignState.PAUSED
    campaigns.packs = ALLOWS
    assert (await campaigns.move(running, CampaignStep.RESUME)).state is CampaignState.RUNNING


async def test_a_pack_whose_days_are_over_stops_what_it_allowed(campaigns: Campaigns, clock: MovableClock) -> None:
    running = await campaigns.running(await tour(campaigns))
    campaigns.packs = Packs((pack(1, tours=True, valid_to=date(2026, 3, 3)),))
    assert await campaigns.keep_schedule() == 0
    clock.move(timedelta(days=1, hours=14))
    assert await campaigns.keep_schedule() == 0, "a pack holds on its last day"
    clock.move(timedelta(hours=1))
    assert await campaigns.keep_schedule() == 1
    last = (await steps(campaigns, running))[-1]
    assert last.reason == "Policy says no. GB quest-on-promotion (C12, recognition-only/1)"


async def test_scheduling_asks_again(campaigns: Campaigns) -> None:
    approved = await campaigns.approve(await campaigns.submit(await tour(campaigns)))
    campaigns.packs = FORBIDS
    with pytest.raises(CampaignRefusedByPolicyError):
        await campaigns.move(approved, CampaignStep.SCHEDULE)
    campaigns.packs = ALLOWS
    assert (await campaigns.move(approved, CampaignStep.SCHEDULE)).state is CampaignState.SCHEDULED


async def test_what_a_pack_stops_pays_nothing_from_then_on_and_strips_nothing(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "tour")
    await execute(campaigns, "update content.item set content_class = 'promotional'")
    running = await campaigns.running(await tour(campaigns))
    clock.move(timedelta(hours=3))
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(2, 10))])
    assert await spring(work, origin, person) == [("spring-webinar", 50)]
    campaigns.packs = FORBIDS
    await campaigns.keep_schedule()
    await deliver(merging, origin, person, [attended(items[3], at(2, 11))])
    assert await spring(work, origin, person) == [("spring-webinar", 50)]
    campaigns.packs = ALLOWS
    await campaigns.move(running, CampaignStep.RESUME)
    await deliver(merging, origin, person, [attended(items[3], at(2, 11))])
    assert len(await spring(work, origin, person)) == 2 + 1, "both webinars, and the tour that they make"


async def test_an_award_that_a_pack_forbids_is_not_made_whoever_wrote_the_rule(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    """A rule of the programme pays for looking at anything: the packs refuse it where that is promotion (C18)."""
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "looker")
    text = (
        "key: demonstration\nname: P\npast: new_only\nlevels: [{level: 1, name: One, at: 0}]\n"
        "points: [{key: spring-look, name: L, when: {verbs: [viewed, attended]}, points: 3, recurs: ever}]\n"
    )
    await execute(campaigns, "update content.item set content_class = 'promotional' where id = $1", items[WEBINAR])
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, text)
        _, rules = await gamification.current_rules(uow)
    assert [(bar.rule, bar.lane.value, bar.reasons) for bar in rules.bars] == [
        ("spring-look", "promotional", ("promotion-uncapped",))
    ]
    await deliver(merging, origin, person, [attended(items[WEBINAR], at(1)), attended(items[3], at(1, 10))])
    assert await spring(work, origin, person) == [("spring-look", 3)]
