"""Campaigns for tests of the API: what a marketer sends, and a campaign in any state."""

from typing import Any
from uuid import uuid4

from gamification import Campaign
from gamification.vocabulary import CampaignState, CampaignStep
from tests.api.asker import Body
from tests.api.house import ORIGIN, House
from tests.gamification.campaigning import OFFICER, Campaigns

RULES = """points:
  - key: {key}-webinar
    name: Spring webinar
    when: {{verbs: [attended], tags: {{any: [{key}]}}}}
    points: 50
    recurs: ever
"""
BEFORE: dict[CampaignState, tuple[CampaignStep, ...]] = {
    CampaignState.RUNNING: (),
    CampaignState.PAUSED: (CampaignStep.PAUSE,),
    CampaignState.FROZEN: (CampaignStep.FREEZE,),
}


def fresh_key() -> str:
    """Return a key that no campaign has."""
    return f"c{uuid4().hex[:12]}"


def written(key: str, **changed: object) -> Body:
    """Return the terms of a campaign in GB that pays for attending what is tagged with its key."""
    said = {"name": "Spring", "lane": "medical", "markets": ["GB"], "rules": RULES.format(key=key), "reason": "Spring."}
    return said | changed


async def campaign_in(
    house: House, state: CampaignState, *, rules: str = RULES, markets: tuple[str, ...] = ("GB",), **terms: Any
) -> Campaign:
    """Make a campaign, in GB unless said otherwise, that stands in this state."""
    staff, key = Campaigns(house.runtime.work, ORIGIN), fresh_key()
    made = await staff.create(key, text=rules.format(key=key), markets=markets, **terms)
    if state is CampaignState.DRAFT:
        return made
    made = await staff.submit(made)
    if state is CampaignState.IN_REVIEW:
        return made
    made = await staff.approve(made)
    if state is CampaignState.APPROVED:
        return made
    made = await staff.move(made, CampaignStep.SCHEDULE)
    await started(house, made)
    for step in BEFORE[state]:
        made = await staff.move(made, step, by=OFFICER)
    return await staff.read(made)


async def started(house: House, campaign: Campaign) -> None:
    """Wait until the worker has started a scheduled campaign."""
    await house.until(f"state <> 'scheduled' from gamification.campaign where id = '{campaign.id}'")
