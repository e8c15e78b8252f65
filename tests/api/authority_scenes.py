"""What is sent to the routes of what nobody does alone, or only for a while, so that it succeeds."""

from datetime import timedelta
from uuid import UUID

from access import MACHINES, Role
from content import STAFF_TRAINING
from tests.api.asker import Asker, Body
from tests.api.house import House
from tests.api.scenes import Scene, Sent

OFFICER, PROTECTION = Role.COMPLIANCE_OFFICER, Role.DATA_PROTECTION_OFFICER
STAFF = frozenset(Role) - MACHINES - {Role.HCP}
EXPORT = "POST /v1/audit/exports"


def question(operation: str = EXPORT, body: Body | None = None) -> Body:
    return {
        "operation": operation,
        "body": {"limit": 3} if body is None else body,
        "reason": "The authority asked for it.",
    }


async def a_question_to_approve(_: Scene, asker: Asker) -> Sent:
    if asker.caller.role is PROTECTION:
        return Sent(question(f"POST /v1/notices/{UUID(int=5)}/activate", {}))
    return Sent(question())


async def an_approval(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=await asked(await scene.house.staff(OFFICER)))


async def an_own_approval(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.role not in {OFFICER, PROTECTION}:
        return await an_approval(scene, asker)
    answer = await asker.post("/v1/approvals", (await a_question_to_approve(scene, asker)).body)
    return Sent(inside=answer.json()["id"])


async def asked(asker: Asker) -> str:
    """Ask for an export and return the question's id."""
    answer = await asker.post("/v1/approvals", question())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def emergency(**changed: object) -> Body:
    """Return what is sent to take a market; nobody in these tests has it."""
    return {"market": "PT", "reason": "Somebody in Lisbon can't reach their own officer."} | changed


async def an_emergency(scene: Scene, _: Asker) -> Sent:
    await scene.house.staff(OFFICER)  # who could review it
    return Sent(emergency())


async def broken(asker: Asker, **changed: object) -> str:
    """Break the glass and return the emergency's id."""
    answer = await asker.post("/v1/break-glass", emergency(**changed))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def an_own_emergency(scene: Scene, asker: Asker) -> Sent:
    await an_emergency(scene, asker)
    if asker.caller.role in STAFF:
        await broken(asker)
    return Sent()


async def somebodys_emergency(scene: Scene, _: Asker) -> Sent:
    return Sent(inside=await broken(await scene.house.staff(Role.MARKETER, "GB")))


async def an_emergency_that_is_over(scene: Scene, _: Asker) -> Sent:
    marketer = await scene.house.staff(Role.MARKETER, "GB")
    over = await broken(marketer)
    await marketer.ask("DELETE", "/v1/me/break-glass")
    return Sent({"finding": "justified", "words": "The officer was ill."}, over)


async def a_completion(scene: Scene, _: Asker) -> Sent:
    house = scene.house
    item = await house.item((STAFF_TRAINING,))
    return Sent(completion(house, await house.staff(Role.MARKETER, "GB"), item))


def completion(house: House, asker: Asker, item: str, ago: timedelta = timedelta(0)) -> Body:
    """Return that somebody completed a module so long ago, as it is recorded."""
    return {"account": str(asker.caller.account), "item": item, "completed_at": (house.clock.now() - ago).isoformat()}
