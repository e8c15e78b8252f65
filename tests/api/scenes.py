"""What there is to be asked about, and what is sent to each route so that it succeeds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import gamification
from access import EVERYTHING, Role
from gamification.vocabulary import CampaignState, Dimension
from tests.api.asker import Asker
from tests.api.campaigning import campaign_in, fresh_key, written
from tests.api.house import ORIGIN, House

OFFICER, HCP, MARKETER, REVIEWER = Role.COMPLIANCE_OFFICER, Role.HCP, Role.MARKETER, Role.MEDICAL_REVIEWER
MACHINE, ADMINISTRATOR = Role.LEARNING_SYSTEM, Role.ADMINISTRATOR


@dataclass(frozen=True)
class Sent:
    """What is sent to a route's path, with what stands in its braces and behind its question mark."""

    body: object = None
    inside: UUID | str | int = ""
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """What is there to be asked about; all of it in GB. ``hcp`` holds the badge ``award``."""

    house: House
    hcp: Asker
    item: str
    award: UUID

    @classmethod
    async def of(cls, house: House) -> "Scene":
        hcp, item = await house.hcp(), await house.item(("quiz", "assessment"))
        award = await earned(house, hcp, item)
        await house.settled()
        return cls(house, hcp, item, award)


async def earned(house: House, hcp: Asker, item: str) -> UUID:
    """Make ``hcp`` earn something and return one of the awards."""
    await hcp.record(house.activity(item, "passed", result={"score": 1, "success": True}))
    award: UUID = await house.database.fetchval(
        "select id from gamification.award where person = $1 limit 1", hcp.person
    )
    return award


async def nothing(_: Scene, __: Asker) -> Sent:
    return Sent()


async def own_award(scene: Scene, asker: Asker) -> Sent:
    own = None
    if asker.caller.role is HCP:
        mine = "select id from gamification.award where person = $1 limit 1"
        own = await scene.house.database.fetchval(mine, asker.person)
    return Sent(inside=own or scene.award)


async def own_badge(scene: Scene, asker: Asker) -> Sent:
    mine = "select id from gamification.award where person = $1 and kind = 'badge' limit 1"
    if asker.caller.role is HCP and not await scene.house.database.fetchval(mine, asker.person):
        await earned(scene.house, asker, scene.item)
    person = asker.person if asker.caller.role is HCP else scene.hcp.person
    return Sent(inside=await scene.house.database.fetchval(mine, person))


async def a_badge(scene: Scene, _: Asker) -> Sent:
    """Somebody's first badge, still held."""
    hcp, room = await scene.house.hcp(), await scene.house.item((), "webinar")
    await hcp.record(scene.house.activity(room, "attended"))
    badge = "select id from gamification.award where person = $1 and kind = 'badge' limit 1"
    return Sent({"reason": "correction"}, await scene.house.database.fetchval(badge, hcp.person))


async def a_revoked_badge(scene: Scene, asker: Asker) -> Sent:
    held = await a_badge(scene, asker)
    officer = await scene.house.staff(OFFICER, "GB")
    answer = await officer.post(f"/v1/awards/{held.inside}/revoke", {"reason": "misconduct"})
    assert answer.status_code == 200, answer.text
    return Sent({"reason": "appeal-granted"}, held.inside)


async def a_streak(scene: Scene, _: Asker) -> Sent:
    """A streak that somebody has begun and that takes freezes."""
    hcp = await scene.house.hcp()
    await hcp.record(scene.house.activity(scene.item, "viewed"))
    return Sent({"streak": "weekly-learning", "freezes": 1, "reason": "service-outage"}, hcp.person)


async def a_question(scene: Scene, _: Asker) -> Sent:
    return Sent(inside="attend-webinar", query={"person": str(scene.hcp.person)})


async def an_item(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=scene.item)


async def a_draft(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=await scene.house.item(approved=False))


async def an_index(_: Scene, __: Asker) -> Sent:
    return Sent(inside=0)


async def a_tile(_: Scene, __: Asker) -> Sent:
    return Sent(inside="0/000.p/1")


async def a_board(_: Scene, __: Asker) -> Sent:
    return Sent(inside="all-time")


async def a_country(_: Scene, __: Asker) -> Sent:
    return Sent(inside="GB")


async def a_new_board(_: Scene, __: Asker) -> Sent:
    within = {"dimension": "market", "value": "GB"}
    return Sent({"key": f"board-{uuid4().hex}", "name": "Spring in Britain", "within": within})


async def a_british_board(scene: Scene, _: Asker) -> Sent:
    new = gamification.NewBoard(
        key=f"board-{uuid4().hex}", name="Britain", narrowing=gamification.Narrowing(Dimension.MARKET, "GB")
    )
    async with scene.house.runtime.work.begin(ORIGIN) as uow:
        await gamification.create_board(uow, new, scope=EVERYTHING)
    return Sent(inside=new.key)


async def an_answer(_: Scene, __: Asker) -> Sent:
    return Sent({"state": "denied"}, "analytics")


async def an_activity(scene: Scene, _: Asker) -> Sent:
    return Sent(scene.house.activity(scene.item))


async def a_delivery(scene: Scene, _: Asker) -> Sent:
    return Sent([scene.house.activity(scene.item, actor=str(scene.hcp.person))])


async def a_told_activity(scene: Scene, asker: Asker) -> Sent:
    """Something that was delivered: by the machine client that asks, or else by another one."""
    told = scene.house.activity(scene.item, actor=str(scene.hcp.person))
    teller = asker if asker.caller.role is Role.LEARNING_SYSTEM else await scene.house.machine("GB")
    await teller.post("/v1/activities", [told])
    return Sent({"reason": "recorded-in-error"}, told["id"])


async def a_new_item(_: Scene, __: Asker) -> Sent:
    return Sent({"kind": "podcast", "title": "Inhalers", "locale": "en", "markets": ["GB"], "tags": ["asthma"]})


async def a_new_person(_: Scene, __: Asker) -> Sent:
    email = f"{uuid4().hex}@clinic.example"
    return Sent({"name": "Dr Mara Voss", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"})


async def a_new_word(_: Scene, __: Asker) -> Sent:
    return Sent({"profession": "physician", "specialties": ["cardiology"], "channels": ["email"]})


async def a_person(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=scene.hcp.person)


async def a_correction(scene: Scene, _: Asker) -> Sent:
    return Sent({"phone": "+44 20 7946 0018", "setting": "hospital"}, scene.hcp.person)


async def a_licence(scene: Scene, _: Asker) -> Sent:
    hcp = await scene.house.hcp()
    return Sent({"market": "GB", "status": "verified", "evidence": "extract 17"}, hcp.person)


async def an_own_licence(_: Scene, __: Asker) -> Sent:
    return Sent({"market": "FR", "evidence": "extract 18", "expires_on": "2031-01-31"})


async def a_paper(scene: Scene, _: Asker) -> Sent:
    paper = {"purpose": "analytics", "state": "denied", "method": "paper", "evidence": {"reference": "form 17"}}
    return Sent({"consents": [paper]}, scene.hcp.person)


async def an_export(_: Scene, __: Asker) -> Sent:
    return Sent({"limit": 10})


async def a_new_reward(_: Scene, __: Asker) -> Sent:
    new = {"key": f"reward-{uuid4().hex}", "name": "Heart sounds", "kind": "content_unlock", "markets": ["GB"]}
    return Sent(new | {"payer": "Laurel Ltd", "content_class": "medical"})


async def a_new_currency(_: Scene, __: Asker) -> Sent:
    return Sent({"key": f"c-{uuid4().hex}", "name": "Merit", "unit_value": 10, "money": "USD"})


async def a_currency(scene: Scene, _: Asker) -> Sent:
    return Sent({}, (await scene.house.currency()).key)


async def a_reward_draft(scene: Scene, _: Asker) -> Sent:
    return Sent({"reference": "MLR-7"}, (await scene.house.reward(approved=False)).id)


async def a_reward(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=(await scene.house.reward()).id)


async def a_claim(scene: Scene, asker: Asker) -> Sent:
    claimant = asker if asker.caller.role is HCP else scene.hcp
    reward = await scene.house.reward()
    answer = await claimant.ask("POST", f"/v1/rewards/{reward.id}/claims")
    return Sent({}, answer.json()["id"])


async def a_new_campaign(_: Scene, __: Asker) -> Sent:
    key = fresh_key()
    return Sent(written(key) | {"key": key})


async def a_new_revision(scene: Scene, _: Asker) -> Sent:
    made = await campaign_in(scene.house, CampaignState.DRAFT)
    return Sent(written(fresh_key()) | {"revision": 1}, made.id)


async def some_rules(_: Scene, __: Asker) -> Sent:
    return Sent({"rules": written(fresh_key())["rules"]})


def campaign(state: CampaignState, **body: object) -> Callable[[Scene, Asker], Awaitable[Sent]]:
    """Return what sends a step to a new campaign in this state."""

    async def send(scene: Scene, _: Asker) -> Sent:
        made = await campaign_in(scene.house, state)
        return Sent({"reason": "It is time."} | body, made.id)

    return send


async def a_campaign_to_preview(scene: Scene, _: Asker) -> Sent:
    made = await campaign_in(scene.house, CampaignState.DRAFT)
    return Sent({"since": "2026-01-01T00:00:00Z"}, made.id)
