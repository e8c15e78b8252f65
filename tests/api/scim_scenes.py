"""What is sent to the routes for directories so that it succeeds."""

from uuid import uuid4

from access import Role
from tests.api.asker import Asker, Body
from tests.api.scenes import Scene, Sent

USERS = "/scim/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def somebody(**more: object) -> Body:
    """Return a new member of staff as a directory names one."""
    name = f"{uuid4().hex}@pharma.example"
    who = {"userName": name, "displayName": "Maya Brand", "userType": "marketer", "emails": [{"value": name}]}
    return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]} | who | more


def patch(*operations: Body) -> Body:
    """Return a PATCH of these operations."""
    return {"schemas": [PATCH], "Operations": list(operations)}


async def a_user(_: Scene, __: Asker) -> Sent:
    return Sent(somebody())


async def a_kept_user(scene: Scene, asker: Asker) -> Sent:
    """Let a directory keep somebody; another caller has none of its own."""
    directory = asker if asker.caller.role is Role.PROVISIONER else await scene.house.asker(Role.PROVISIONER, "GB")
    body = somebody()
    answer = await directory.post(USERS, body)
    return Sent(body, inside=answer.json()["id"])


async def a_patch(scene: Scene, asker: Asker) -> Sent:
    sent = await a_kept_user(scene, asker)
    return Sent(patch({"op": "replace", "path": "displayName", "value": "Maya Moor"}), inside=sent.inside)


async def a_named_user(scene: Scene, asker: Asker) -> Sent:
    sent = await a_kept_user(scene, asker)
    return Sent(inside=sent.inside)


async def a_search(_: Scene, __: Asker) -> Sent:
    return Sent({"count": 5})


async def a_resource_type(_: Scene, __: Asker) -> Sent:
    return Sent(inside="User")


async def a_schema(_: Scene, __: Asker) -> Sent:
    return Sent(inside="urn:ietf:params:scim:schemas:core:2.0:User")
