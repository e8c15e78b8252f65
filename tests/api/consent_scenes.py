"""What is sent to the routes about consent and notices so that they succeed."""

from datetime import timedelta
from uuid import uuid4

from access import Role
from tests.api.asker import Asker
from tests.api.scenes import HCP, Scene, Sent


async def own_answer(_: Scene, asker: Asker) -> Sent:
    """An answer about analytics; of somebody who gives none, the route is asked anyway."""
    if asker.caller.role is HCP:
        await asker.decide("analytics", "denied")
    return Sent(inside="analytics")


async def a_notice(scene: Scene, _: Asker) -> Sent:
    newest = "select max(version) from consent.notice_version where purpose = 'service'"
    version = (await scene.house.database.fetchval(newest) or 0) + 1
    return Sent({"purpose": "service", "version": version, "locale": "en", "text": f"We run it, {version}."})


async def a_staged_notice(scene: Scene, asker: Asker) -> Sent:
    officer = await scene.house.staff(Role.DATA_PROTECTION_OFFICER)
    answer = await officer.post("/v1/notices", (await a_notice(scene, asker)).body)
    return Sent(inside=answer.json()["id"])


async def a_consent(scene: Scene, _: Asker) -> Sent:
    paper = {"state": "granted", "notice_version": 1, "method": "paper", "evidence": {"reference": uuid4().hex}}
    signed_at = (scene.house.clock.now() - timedelta(days=1)).isoformat()
    return Sent(
        {"consents": [paper | {"person": str(scene.hcp.person), "purpose": "analytics", "occurred_at": signed_at}]}
    )


async def a_hand_out(_: Scene, __: Asker) -> Sent:
    return Sent({"limit": 1})


async def an_address(_: Scene, __: Asker) -> Sent:
    return Sent({"kind": "email", "address": f"{uuid4().hex}@clinic.example"})


async def a_suppression(scene: Scene, asker: Asker) -> Sent:
    officer = await scene.house.staff(Role.DATA_PROTECTION_OFFICER)
    address = (await an_address(scene, asker)).body
    assert (await officer.post("/v1/suppressions", address)).status_code == 201
    (found,) = (await officer.post("/v1/suppressions/search", address)).json()["items"]
    return Sent({"reason": "asked"}, found["id"])


async def a_contact(scene: Scene, _: Asker) -> Sent:
    return Sent({"person": str(scene.hcp.person), "purpose": "contact", "channel": "rep", "topic": "cardiology"})


async def a_message(scene: Scene, _: Asker) -> Sent:
    letter = {"subject": "News", "text": "A webinar on asthma.\nCome along."}
    return Sent(letter | {"person": str(scene.hcp.person), "purpose": "marketing_email"})


async def a_queued_message(scene: Scene, _: Asker) -> Sent:
    machine, hcp = await scene.house.machine(), await scene.house.hcp()
    letter = {"person": str(hcp.person), "purpose": "marketing_email", "subject": "News", "text": "A webinar."}
    answer = await machine.post("/v1/messages", letter)
    return Sent(inside=answer.json()["id"])


async def a_token(scene: Scene) -> str:
    """The token of a message to somebody whose yes waits for it."""
    hcp = await scene.house.hcp(market="DE", agreed=())
    assert (await hcp.decide("marketing_email", "granted")).status_code == 200
    machine = await scene.house.machine("DE")
    waiting = (await machine.post("/v1/consent/confirmations", {})).json()["items"]
    return next(str(each["token"]) for each in waiting if each["person"] == str(hcp.person))
