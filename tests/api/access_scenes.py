"""What is sent to the routes of access so that it succeeds."""

from uuid import UUID, uuid4

import access
from access import Role
from tests.api.asker import Asker
from tests.api.device import Device
from tests.api.house import ORIGIN, PASSWORD, shown
from tests.api.scenes import Scene, Sent

MARKETER, ADMINISTRATOR = Role.MARKETER, Role.ADMINISTRATOR


async def another_session(scene: Scene, asker: Asker) -> Sent:
    caller, _ = await scene.house.session(asker.caller)
    return Sent(inside=caller.session)


async def an_account(scene: Scene, _: Asker) -> Sent:
    staff = await scene.house.staff(MARKETER, "GB")
    await scene.house.give_password(staff)  # who has none, and no role that was agreed to, isn't switched on
    return Sent(inside=staff.caller.account)


async def a_new_client(_: Scene, __: Asker) -> Sent:
    return Sent({"name": "Webinar platform", "markets": ["GB"], "expires_in_days": 30})


async def a_client(scene: Scene, _: Asker) -> Sent:
    async with scene.house.runtime.work.begin(ORIGIN) as uow:
        made = await access.create_machine_client(uow, "Webinar platform", ["GB"])
    return Sent({}, UUID(made.client_id))


async def a_role_for_an_account(scene: Scene, asker: Asker) -> Sent:
    account = await an_account(scene, asker)
    return Sent({"role": "medical_reviewer", "markets": ["GB"], "reason": "Moves to review."}, account.inside)


async def an_invitation(_: Scene, __: Asker) -> Sent:
    email = f"{uuid4().hex}@pharma.example"
    who = {"name": "Maya Brand", "email": email, "role": "marketer", "market": "GB", "markets": ["GB"]}
    return Sent(who | {"zone": "Europe/London", "locale": "en", "reason": "Joins the brand team."})


async def a_role_request(scene: Scene, asker: Asker) -> Sent:
    sent = await a_role_for_an_account(scene, asker)
    other = await scene.house.staff(ADMINISTRATOR, "GB")
    answer = await other.post(f"/v1/accounts/{sent.inside}/role-requests", sent.body)
    return Sent(inside=answer.json()["id"])


async def a_password(scene: Scene, asker: Asker) -> Sent:
    await scene.house.give_password(asker)
    return Sent({"password": PASSWORD})


async def a_new_password(scene: Scene, asker: Asker) -> Sent:
    await scene.house.give_password(asker)
    return Sent({"current_password": PASSWORD, "new_password": f"{PASSWORD} {uuid4().hex}"})


async def a_one_time_password(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.person is None or asker is scene.hcp:  # everybody else's scene goes on without one
        return Sent({"otp": "000000"})
    async with scene.house.runtime.work.begin(ORIGIN) as uow:
        enrolment = await access.enrol_authenticator(uow, asker.caller)
    return Sent({"otp": shown(enrolment.secret, scene.house.clock.now())})


async def a_made_passkey(_: Scene, asker: Asker) -> Sent:
    answer = await asker.post("/v1/me/passkeys/options")
    if answer.status_code != 200:
        return Sent({"passkey": Device().make({"user": {"id": ""}, "challenge": "AAAA"})})
    return Sent({"passkey": Device().make(answer.json())})


async def a_passkey(scene: Scene, asker: Asker) -> Sent:
    """Give somebody a passkey; a machine has none."""
    answer = await asker.post("/v1/me/passkeys", (await a_made_passkey(scene, asker)).body)
    return Sent(inside=answer.json().get("id", uuid4()))


async def an_authenticator(scene: Scene, asker: Asker) -> Sent:
    if asker.caller.person is not None and asker is not scene.hcp:
        sent = await a_one_time_password(scene, asker)
        async with scene.house.runtime.work.begin(ORIGIN) as uow:
            await access.confirm_authenticator(uow, asker.caller, sent.body["otp"])  # type: ignore[index]
    return Sent()
