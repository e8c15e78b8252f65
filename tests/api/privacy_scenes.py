"""What there is of people's requests to be asked about, and what is sent to their routes so that it succeeds."""

from collections.abc import Awaitable, Callable

from access import Role
from tests.api.asker import Asker
from tests.api.scenes import HCP, Scene, Sent


async def a_wish(_: Scene, __: Asker) -> Sent:
    """Something that is done at once, so that it can be asked for again and again."""
    return Sent({"type": "objection"})


async def own_request(scene: Scene, asker: Asker) -> Sent:
    """A request of the asker, or of somebody else where the asker makes none."""
    whose = asker if asker.caller.role is HCP else scene.hcp
    return Sent(inside=(await whose.post("/v1/me/privacy-requests", {"type": "objection"})).json()["id"])


async def own_package(scene: Scene, asker: Asker) -> Sent:
    """A package that waits for the asker, or for somebody new."""
    whose = asker if asker.caller.role is HCP else await scene.house.hcp()
    made = (await whose.post("/v1/me/privacy-requests", {"type": "access"})).json()["id"]
    await scene.house.until(f"exists (select from consent.package where request = '{made}')")
    return Sent(inside=made)


def a_request(
    body: object = None, *, type_: str = "erasure", paused: bool = False
) -> Callable[[Scene, Asker], Awaitable[Sent]]:
    """Return what makes a British request that waits, or whose clock stands still."""

    async def make(scene: Scene, _: Asker) -> Sent:
        hcp, officer = await scene.house.hcp(), await scene.house.staff(Role.DATA_PROTECTION_OFFICER)
        made = (await hcp.post("/v1/me/privacy-requests", {"type": type_})).json()["id"]
        if paused:
            await officer.post(f"/v1/privacy-requests/{made}/pause", {"reason": "identity-in-doubt"})
        return Sent(body, made)

    return make


async def a_record(scene: Scene, _: Asker) -> Sent:
    """A record that can be held."""
    return Sent({"table": "gamification.award", "record": str(scene.award), "reason": "legal-claims"})


async def a_hold(scene: Scene, _: Asker) -> Sent:
    """A record that is held."""
    officer = await scene.house.staff(Role.DATA_PROTECTION_OFFICER)
    body = (await a_record(scene, officer)).body
    return Sent(inside=(await officer.post("/v1/legal-holds", body)).json()["id"])
