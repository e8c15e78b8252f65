"""What a campaign may not do: take a key, break a country's rules, reach beyond the markets of its author."""

from uuid import UUID

import msgspec
import pytest

import gamification
from access import EVERYTHING
from content.vocabulary import ContentClass
from gamification import Hand, Staff
from gamification.errors import (
    CampaignKeyTakenError,
    CampaignMarketScopeError,
    CampaignNotFoundError,
    CampaignRefusedByPolicyError,
    CampaignTermsError,
    RuleSetError,
)
from gamification.vocabulary import CampaignState, CampaignStep
from tests.access.builders import within
from tests.gamification.campaigning import BASE, OFFICER, Campaigns, outcomes, rules

WRITING_OFFICER = Staff(Hand("marketer", UUID(int=103)), EVERYTHING)
"""The officer of these tests, while a marketer: the same account."""


async def test_a_rule_key_belongs_to_one_campaign_for_good(campaigns: Campaigns) -> None:
    one = await campaigns.create("one", text=rules("shared"))
    two = await campaigns.create("two", text=rules("shared"))
    found = await outcomes(campaigns.submit(one), campaigns.submit(two))
    assert found == ["Campaign", "RuleSetError"]
    loser = one if (await campaigns.read(one)).state is CampaignState.DRAFT else two
    with pytest.raises(RuleSetError) as refused:
        await campaigns.submit(loser)
    assert [(each.line, each.field) for each in refused.value.problems] == [(3, "points[0].key")]
    with pytest.raises(CampaignKeyTakenError):
        await campaigns.create("one")
    with pytest.raises(RuleSetError, match="the campaign"):
        async with campaigns.work.begin(campaigns.origin) as uow:
            await gamification.publish_rules(uow, BASE.replace("read-module-part", "shared-webinar"))
    assert (await campaigns.submit(await campaigns.edit(loser, text=rules("own")))).state is CampaignState.IN_REVIEW


async def test_a_key_does_not_change_its_meaning_from_one_approved_revision_to_the_next(campaigns: Campaigns) -> None:
    first = await campaigns.approve(await campaigns.submit(await campaigns.create()))
    daily = await campaigns.edit(first, text=rules().replace("recurs: ever", "recurs: day"))
    with pytest.raises(RuleSetError, match="would become"):
        await campaigns.submit(daily)
    assert (await campaigns.submit(await campaigns.edit(daily, text=rules(points=70)))).state is CampaignState.IN_REVIEW


async def test_policy_is_asked_at_submit_and_at_approve_and_says_code_rule_source_and_standing(
    campaigns: Campaigns,
) -> None:
    accredited = await campaigns.create("cme", lane=ContentClass.ACCREDITED, markets=("GB", "ES"))
    with pytest.raises(CampaignRefusedByPolicyError) as refused:
        await campaigns.submit(accredited)
    listed = refused.value.facts["refusals"]
    assert isinstance(listed, list)
    assert {(each["country"], each["code"], each["rule"]) for each in listed} == {
        ("GB", "marketer-on-accredited", "C15"),
        ("ES", "marketer-on-accredited", "C15"),
    }
    assert all(each["source"] and isinstance(each["confirmed"], bool) for each in listed)
    viewed = rules("promo").replace("[attended]", "[viewed]")
    promo = await campaigns.create("promo", text=viewed, lane=ContentClass.PROMOTIONAL, markets=("GB",))
    with pytest.raises(CampaignRefusedByPolicyError) as uncapped:
        await campaigns.submit(promo)
    assert "promotion-uncapped" in msgspec.json.encode(uncapped.value.facts["refusals"]).decode()
    capped = viewed + "    caps: [{per: ever, limit: 3}]\n"
    assert (
        await campaigns.submit(await campaigns.edit(promo, text=capped, lane=promo.lane, markets=("GB",)))
    ).state is CampaignState.IN_REVIEW


async def test_staff_sees_and_touches_only_campaigns_inside_its_markets(campaigns: Campaigns) -> None:
    british = Staff(Hand("marketer", UUID(int=105)), within("GB"))
    made = await campaigns.create("home", markets=("GB",), by=british)
    both = await campaigns.create("both", markets=("FR", "GB"))
    assert (await campaigns.read(made, by=british)).key == "home"
    for doing in (
        campaigns.read(both, by=british),
        campaigns.edit(both, by=british),
        campaigns.submit(both, by=british),
        campaigns.move(both, CampaignStep.END, by=british),
    ):
        with pytest.raises(CampaignNotFoundError):
            await doing
    with pytest.raises(CampaignMarketScopeError):
        await campaigns.create("wide", markets=("FR", "GB"), by=british)
    async with campaigns.work.read(campaigns.origin) as uow:
        theirs = await gamification.campaigns(uow, british, state=None, after=None, limit=10)
        everything = await gamification.campaigns(uow, OFFICER, state=None, after=None, limit=10)
    assert [each.key for each in theirs.items] == ["home"]
    assert [each.key for each in everything.items] == ["both", "home"]


async def test_every_step_carries_a_reason(campaigns: Campaigns) -> None:
    made = await campaigns.create()
    for reason in ("", " ", "a\nb", "a\0b"):
        with pytest.raises(CampaignTermsError):
            await campaigns.move(made, CampaignStep.FREEZE, by=OFFICER, reason=reason)
    assert (await campaigns.move(made, CampaignStep.FREEZE, by=OFFICER, reason="Complaint 17.")).state == "frozen"


async def test_base_rules_that_an_approved_campaign_needs_are_not_taken_away(campaigns: Campaigns) -> None:
    wants = rules() + "    needs: [[{is: badge, key: first-webinar}]]\n"
    approved = await campaigns.approve(await campaigns.submit(await campaigns.create(text=wants)))
    without = BASE.replace("key: first-webinar", "key: early-webinar")
    assert without != BASE

    async def publish() -> int:
        async with campaigns.work.begin(campaigns.origin) as uow:
            return (await gamification.publish_rules(uow, without)).version

    with pytest.raises(RuleSetError, match="of the campaign spring"):
        await publish()
    await campaigns.move(approved, CampaignStep.END)
    assert await publish() == 2
