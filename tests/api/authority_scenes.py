"""What is sent to the routes of what nobody does alone, or only for a while, so that it succeeds."""

from uuid import UUID

from access import Role
from tests.api.asker import Asker, Body
from tests.api.scenes import Scene, Sent

OFFICER, PROTECTION = Role.COMPLIANCE_OFFICER, Role.DATA_PROTECTION_OFFICER
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
