"""What is sent to the routes of identity providers so that it succeeds."""

from datetime import timedelta
from uuid import uuid4

from tests.api.asker import Asker, Body
from tests.api.house import House, shown
from tests.api.members import bearing
from tests.api.provider import PROVIDER
from tests.api.scenes import Scene, Sent


async def a_provider(_: Scene, __: Asker) -> Sent:
    return Sent({"provider": "konto"})


async def a_return(scene: Scene, asker: Asker) -> Sent:
    """Visit a provider and come back; who may not go there brings nothing."""
    PROVIDER.now = scene.house.clock.now
    answer = await asker.post("/v1/me/identities", {"provider": "konto"})
    if answer.status_code != 200:
        return Sent({"attempt": "00", "code": "", "state": ""})
    return Sent(brought(answer.json(), uuid4().hex))


async def an_identity(scene: Scene, asker: Asker) -> Sent:
    await scene.house.give_password(asker)
    answer = await asker.post("/v1/me/identities/complete", (await a_return(scene, asker)).body)
    return Sent(inside=answer.json().get("id", uuid4()))


async def a_sign_in(house: House, subject: str) -> Body:
    """Visit a provider as somebody who has no token, and return what the browser brings back."""
    PROVIDER.now = house.clock.now
    answer = await house.http.post("/v1/identity-providers/konto/sign-ins", json={})
    return brought(answer.json(), subject)


async def an_awaited_second(house: House) -> Body:
    """Visit a provider as somebody who has an authenticator as well, and return what it shows."""
    subject, clock = uuid4().hex, house.clock
    opened = await house.http.post("/v1/sessions/identity", json=await a_sign_in(house, subject))
    headers = bearing(opened.json())
    secret = (await house.http.post("/v1/me/authenticator", headers=headers)).json()["secret"]
    otp = {"otp": shown(secret, clock.now())}
    await house.http.post("/v1/me/authenticator/confirm", json=otp, headers=headers)
    clock.move(timedelta(seconds=30))
    back = await a_sign_in(house, subject)
    await house.http.post("/v1/sessions/identity", json=back)
    return {"attempt": back["attempt"], "otp": shown(secret, clock.now())}


def brought(visit: Body, subject: str) -> Body:
    """Return what the browser that was sent on this visit brings back."""
    return {"attempt": visit["attempt"]} | PROVIDER.visited(visit["authorization_url"], subject)
