"""What is expected of every route: who may use it, with what it succeeds, what somebody from another market gets.

The expectations are written by hand, so that a slip in a declaration or in the table of roles is noticed. Which routes
there are is read from the application: one without a case here fails the tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

import gamification
from access import Role
from consent.vocabulary import Purpose
from gamification.vocabulary import Dimension
from tests.api.asker import Asker
from tests.api.house import ORIGIN, House

ADMINISTRATOR, OFFICER, HCP = Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER, Role.HCP
MACHINE, MARKETER, REVIEWER = Role.LEARNING_SYSTEM, Role.MARKETER, Role.MEDICAL_REVIEWER
EVERYONE: Final = frozenset(Role)
STAFF: Final = EVERYONE - {HCP, MACHINE}
OWN: Final = "it shows and changes only what is the caller's own"
COMMON: Final = "what it shows belongs to no market"


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


@dataclass(frozen=True)
class Case:
    """A route's expectations. ``elsewhere`` is the status that FR gets about GB, or why there is nothing to refuse."""

    who: frozenset[Role]
    send: Callable[[Scene, Asker], Awaitable[Sent]]
    elsewhere: int | str
    consent: Purpose | None = None
    status: int = 200


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


async def a_question(scene: Scene, _: Asker) -> Sent:
    return Sent(inside="attend-webinar", query={"person": str(scene.hcp.person)})


async def an_item(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=scene.item)


async def a_draft(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=await scene.house.item(approved=False))


async def an_index(_: Scene, __: Asker) -> Sent:
    return Sent(inside=0)


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
        await gamification.create_board(uow, new, scope={"*"})
    return Sent(inside=new.key)


async def an_answer(_: Scene, __: Asker) -> Sent:
    return Sent({"state": "denied"}, "analytics")


async def an_activity(scene: Scene, _: Asker) -> Sent:
    return Sent(scene.house.activity(scene.item))


async def a_delivery(scene: Scene, _: Asker) -> Sent:
    return Sent([scene.house.activity(scene.item, actor=str(scene.hcp.person))])


async def a_new_item(_: Scene, __: Asker) -> Sent:
    return Sent({"kind": "podcast", "title": "Inhalers", "locale": "en", "markets": ["GB"], "tags": ["asthma"]})


async def a_new_person(_: Scene, __: Asker) -> Sent:
    email = f"{uuid4().hex}@clinic.example"
    return Sent({"name": "Dr Mara Voss", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"})


async def a_paper(scene: Scene, _: Asker) -> Sent:
    paper = {"purpose": "analytics", "state": "denied", "method": "paper", "evidence": {"reference": "form 17"}}
    return Sent({"consents": [paper]}, scene.hcp.person)


async def an_export(_: Scene, __: Asker) -> Sent:
    return Sent({"limit": 10})


def own(send: Callable[[Scene, Asker], Awaitable[Sent]] = nothing, consent: Purpose | None = None) -> Case:
    """Return the case of a route by which HCPs see or change what is theirs."""
    return Case(frozenset({HCP}), send, OWN, consent)


OFFICERS: Final = frozenset({OFFICER})
REVIEWERS: Final = frozenset({REVIEWER})
CASES: Final[dict[str, Case]] = {
    "GET /v1/me": Case(EVERYONE, nothing, OWN),
    "GET /v1/me/access-log": own(),
    "GET /v1/me/badges": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/badges/{award:uuid}/credential": own(own_badge, consent=Purpose.GAMIFICATION),
    "GET /v1/me/consents": own(),
    "PUT /v1/me/consents/{purpose:str}": own(an_answer),
    "GET /v1/me/opportunities": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/points": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/points/entries": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/recommendations": own(consent=Purpose.PERSONALISATION),
    "GET /v1/me/streaks": own(consent=Purpose.GAMIFICATION),
    "POST /v1/me/activities": Case(frozenset({HCP}), an_activity, "refused", Purpose.ENGAGEMENT),
    "POST /v1/activities": Case(frozenset({MACHINE}), a_delivery, "refused"),
    "GET /v1/awards/{award:uuid}/proof": Case(frozenset({HCP, OFFICER}), own_award, 404),
    "POST /v1/awards/{award:uuid}/revoke": Case(OFFICERS, a_badge, 404),
    "POST /v1/awards/{award:uuid}/reinstate": Case(OFFICERS, a_revoked_badge, 404),
    "GET /v1/leaderboards": Case(frozenset({HCP}), nothing, COMMON, Purpose.LEADERBOARD),
    "GET /v1/leaderboards/{key:str}/periods": Case(frozenset({HCP}), a_board, COMMON, Purpose.LEADERBOARD),
    "GET /v1/boards": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "POST /v1/boards": Case(frozenset({MARKETER}), a_new_board, 403, status=201),
    "POST /v1/boards/{key:str}/archive": Case(frozenset({MARKETER}), a_british_board, 404),
    "GET /v1/leaderboards/{key:str}": Case(frozenset({HCP}), a_board, COMMON, Purpose.LEADERBOARD),
    "GET /v1/rules": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "GET /v1/policies": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "GET /v1/policies/{country:str}": Case(frozenset({OFFICER, MARKETER}), a_country, COMMON),
    "GET /v1/rules/{key:str}/why-not": Case(OFFICERS, a_question, 404),
    "GET /v1/notices": Case(EVERYONE, nothing, COMMON),
    "GET /v1/content": Case(STAFF | {HCP}, nothing, "left out"),
    "GET /v1/content/{item:uuid}": Case(STAFF | {HCP}, an_item, 404),
    "POST /v1/content": Case(frozenset({MARKETER, MACHINE}), a_new_item, 403, status=201),
    "POST /v1/content/{item:uuid}/approve": Case(REVIEWERS, a_draft, 404),
    "POST /v1/content/{item:uuid}/withdraw": Case(REVIEWERS, a_draft, 404),
    "POST /v1/hcps": Case(frozenset({ADMINISTRATOR, MACHINE}), a_new_person, 403, status=201),
    "POST /v1/hcps/{person:uuid}/consents": Case(frozenset({ADMINISTRATOR, MACHINE}), a_paper, 404, status=201),
    "GET /v1/audit/entries": Case(OFFICERS, nothing, COMMON),
    "GET /v1/audit/entries/{index:int}": Case(OFFICERS, an_index, COMMON),
    "GET /v1/audit/entries/{index:int}/proof": Case(OFFICERS, an_index, COMMON),
    "POST /v1/audit/exports": Case(OFFICERS, an_export, COMMON, status=201),
    "DELETE /v1/sessions/current": Case(EVERYONE, nothing, OWN, status=204),
}
PUBLIC: Final = frozenset(
    {
        "GET /.well-known/jwks.json",
        "GET /credentials/achievements/{key:str}",
        "GET /credentials/issuer",
        "GET /credentials/keys/{kid:str}",
        "GET /credentials/status/{number:int}",
        "GET /health/live",
        "GET /health/ready",
        "GET /schema",
        "GET /schema/openapi.json",
        "GET /schema/{path:str}",
        "POST /v1/credentials/verify",
        "POST /v1/sessions",
        "POST /v1/sessions/refresh",
    }
)
"""Routes that nobody needs to sign in for; what they do is tested where they belong."""
