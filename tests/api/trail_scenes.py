"""What is sent to the routes of the trail so that they succeed."""

from access import Role
from access.passwords import PASSWORDS
from kernel.ids import uuid7
from tests.api.asker import Asker
from tests.api.house import House
from tests.api.scenes import Scene, Sent

PASSWORD = "correct horse battery staple"


async def a_review(scene: Scene, asker: Asker) -> Sent:
    await with_password(scene.house, asker)
    return Sent({"first_index": 0, "end_index": 1, "meaning": "in-order", "password": PASSWORD})


async def with_password(house: House, asker: Asker) -> None:
    """Give somebody the password that they would have chosen; made without one, since hashing takes long."""
    hashed = await PASSWORDS.hash(PASSWORD)
    await house.database.execute(
        "update access.account set password_hash = $1 where id = $2", hashed, asker.caller.account
    )


async def an_own_entry(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.role is not Role.HCP:
        return Sent(inside=0)
    await asker.read("/v1/me")
    await scene.house.settled()
    mine = "select index from audit.leaf where subject = $1 limit 1"
    return Sent(inside=await scene.house.database.fetchval(mine, asker.person))


async def a_search_request(scene: Scene, asker: Asker) -> Sent:  # noqa: ARG001 - every case is called alike
    return Sent({"name": "denials of today", "filters": {"decision": "refused"}})


async def a_search(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.role is not Role.COMPLIANCE_OFFICER:
        return Sent(inside=uuid7(scene.house.clock.now()))
    made = await asker.post("/v1/audit/searches", {"name": str(uuid7(scene.house.clock.now())), "filters": {}})
    assert made.status_code == 201, made.text
    return Sent(inside=made.json()["id"])


async def a_hold_of_the_trail(scene: Scene, asker: Asker) -> Sent:  # noqa: ARG001 - every case is called alike
    return Sent({"first_index": 5, "end_index": 9, "reason": "inspection"})


async def an_end_of_a_hold(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.role is not Role.COMPLIANCE_OFFICER:
        return Sent({"reason": "closed"}, inside=uuid7(scene.house.clock.now()))
    made = await asker.post("/v1/audit/holds", {"first_index": 0, "end_index": 1, "reason": "legal-claims"})
    assert made.status_code == 201, made.text
    return Sent({"reason": "closed"}, inside=made.json()["id"])
