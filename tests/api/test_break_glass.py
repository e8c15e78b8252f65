"""Breaking the glass: for an hour, in front of witnesses, in every entry, and reviewed by somebody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from access import Role
from tests.api.asker import Asker, Body
from tests.api.authority_scenes import broken, emergency
from tests.api.house import House, fields, problem
from tests.api.opening import worker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(house: House) -> AsyncIterator[Asker]:
    """Lend a compliance officer, who oversees."""
    yield await house.staff(Role.COMPLIANCE_OFFICER)


@pytest_asyncio.fixture(loop_scope="module")
async def marketer(house: House, officer: Asker) -> AsyncIterator[Asker]:
    """Lend a marketer of the United Kingdom who has not broken anything yet."""
    assert officer.caller.role is Role.COMPLIANCE_OFFICER
    yield await house.staff(Role.MARKETER, "GB")


async def profile(asker: Asker, hcp: Asker) -> int:
    return (await asker.get(f"/v1/hcps/{hcp.person}/profile")).status_code


async def review(house: House, glass: str) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    judged = {"finding": "justified", "words": "Nobody else was there."}
    answer = await officer.post(f"/v1/break-glass/{glass}/review", judged)
    assert answer.status_code == 200, answer.text


async def test_a_permission_is_lent_until_the_hour_is_over_and_every_entry_says_so(
    house: House, marketer: Asker
) -> None:
    hcp = await house.hcp()
    assert await profile(marketer, hcp) == 403
    glass = await broken(marketer, permission="hcp:read", market=None, minutes=30)
    answer = await marketer.get(f"/v1/hcps/{hcp.person}/profile")
    assert answer.status_code == 200, answer.text
    assert "email" not in answer.json(), "a permission shows its own fields"
    refused = await marketer.get("/v1/role-requests")
    problem(refused, 403, "permission-missing")
    for each in (answer, refused):
        assert {entry["detail"]["break_glass"] for entry in await house.trail(each)} == {glass}
    house.clock.move(timedelta(minutes=30))
    after = await marketer.get(f"/v1/hcps/{hcp.person}/profile")
    problem(after, 403, "permission-missing")
    assert [entry["detail"].get("break_glass") for entry in await house.trail(after)] == [None]


async def test_a_market_is_lent_for_what_the_role_may_see_and_help(house: House, officer: Asker) -> None:
    assert officer.caller.role is Role.COMPLIANCE_OFFICER
    administrator, hcp = (
        await house.staff(Role.ADMINISTRATOR, "GB"),
        await house.hcp(market="SE", zone="Europe/Stockholm"),
    )
    colleague = await house.staff(Role.MARKETER, "SE")
    assert await profile(administrator, hcp) == 404
    await broken(administrator, market="SE")
    assert await profile(administrator, hcp) == 200
    answer = await administrator.post(f"/v1/accounts/{colleague.caller.account}/disable")
    problem(answer, 404, "account-not-found")


async def test_it_ends_at_once_on_every_worker_when_it_is_ended_or_revoked(
    house: House, marketer: Asker, officer: Asker
) -> None:
    hcp = await house.hcp()
    async with worker(house) as other:

        async def elsewhere() -> int:
            return (await marketer.ask("GET", f"/v1/hcps/{hcp.person}/profile", via=other)).status_code

        ended = await broken(marketer, permission="hcp:read", market=None)
        assert await elsewhere() == 200
        assert (await marketer.ask("DELETE", "/v1/me/break-glass")).status_code == 204
        assert await elsewhere() == 403
        problem(await marketer.ask("DELETE", "/v1/me/break-glass"), 404, "break-glass-not-found")
        await review(house, ended)
        glass = await broken(marketer, permission="hcp:read", market=None)
        assert await elsewhere() == 200
        answer = await officer.post(f"/v1/break-glass/{glass}/revoke")
        assert answer.json()["ended_by"] == str(officer.caller.account)
        assert await elsewhere() == 403
        problem(await officer.post(f"/v1/break-glass/{glass}/revoke"), 404, "break-glass-not-found")


async def test_who_oversees_is_told_at_once_and_so_is_the_accounts_owner(
    house: House, marketer: Asker, officer: Asker
) -> None:
    protection = await house.staff(Role.DATA_PROTECTION_OFFICER)
    await broken(marketer)
    for told in (officer, protection, marketer):
        newest = (await told.read("/v1/me/alerts", limit=1))["items"][0]
        assert newest["kind"] == "break-glass-opened"
    assert (await (await house.staff(Role.MARKETER)).read("/v1/me/alerts"))["items"] == []


async def test_somebody_else_reviews_it_once_and_when_it_is_over(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    second = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    glass = await broken(second, market="SE", minutes=10)
    judged = {"finding": "unjustified", "words": "The officer of Sweden was there."}
    path = f"/v1/break-glass/{glass}/review"
    problem(await officer.post(path, judged), 409, "break-glass-open")
    house.clock.move(timedelta(minutes=10))
    assert glass in {each["id"] for each in (await officer.read("/v1/break-glass", limit=200))["items"]}
    problem(await second.post(path, judged), 403, "four-eyes")
    assert fields(problem(await officer.post(path, judged | {"words": " "}), 400, "account-invalid")) == ["words"]
    answer = await officer.post(path, judged)
    assert (answer.status_code, answer.json()["finding"]) == (200, "unjustified")
    problem(await officer.post(path, judged), 404, "break-glass-not-found")
    assert glass not in {each["id"] for each in (await officer.read("/v1/break-glass", limit=200))["items"]}


async def test_one_is_open_at_a_time_and_the_next_follows_its_review(house: House, marketer: Asker) -> None:
    for end in ("by itself", "by its owner"):
        glass = await broken(marketer, minutes=4)
        problem(await marketer.post("/v1/break-glass", emergency()), 409, "break-glass-open")
        if end == "by itself":
            house.clock.move(timedelta(minutes=4))
        else:
            assert (await marketer.ask("DELETE", "/v1/me/break-glass")).status_code == 204
        refused = problem(await marketer.post("/v1/break-glass", emergency()), 409, "break-glass-unreviewed")
        assert "/v1/break-glass/{id}/review" in refused["remedy"]
        await broken(await house.staff(Role.MARKETER, "GB"))
        await review(house, glass)
    await broken(marketer)


@pytest.mark.parametrize("role", ["hcp", "medical_reviewer"])
async def test_it_ends_with_the_role_that_it_was_lent_to(house: House, marketer: Asker, role: str) -> None:
    hcp, administrator = await house.hcp(), await house.staff(Role.ADMINISTRATOR, "GB")
    await broken(marketer, permission="hcp:read", market=None)
    asked = {"role": role, "markets": [] if role == "hcp" else ["GB"], "reason": "Leaves the brand team."}
    request = await administrator.post(f"/v1/accounts/{marketer.caller.account}/role-requests", asked)
    assert await profile(marketer, hcp) == 200, "nobody has agreed yet"
    path = f"/v1/role-requests/{request.json()['id']}/approve"
    approved = await (await house.staff(Role.ADMINISTRATOR, "GB")).post(path)
    assert "access:emergency:ended" in {entry["action"] for entry in await house.trail(approved)}
    again = await house.sitting(marketer.caller.account, Role(role), ("GB",), marketer.caller.person)
    assert await profile(again, hcp) == 403
    assert await house.count("access.break_glass", "account = $1 and ended_at is null", again.caller.account) == 0


async def test_it_ends_when_its_account_is_switched_off(house: House, marketer: Asker) -> None:
    hcp, administrator = await house.hcp(), await house.staff(Role.ADMINISTRATOR, "GB")
    await house.give_password(marketer)
    await broken(marketer, permission="hcp:read", market=None)
    assert await profile(marketer, hcp) == 200
    for switch in ("disable", "enable"):
        path = f"/v1/accounts/{marketer.caller.account}/{switch}"
        assert (await administrator.post(path)).status_code == 204
    again = await house.sitting(marketer.caller.account, Role.MARKETER, ("GB",), marketer.caller.person)
    assert await profile(again, hcp) == 403


async def test_it_is_asked_for_with_a_fresh_factor(house: House, marketer: Asker) -> None:
    await marketer.read("/v1/me")
    house.clock.move(timedelta(minutes=6))
    problem(await marketer.post("/v1/break-glass", emergency()), 401, "factor-too-old")
    fresh = await house.staff(Role.MARKETER, "GB")
    assert (await fresh.post("/v1/break-glass", emergency())).status_code == 201


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"market": None}, "permission"),
        ({"permission": "hcp:read"}, "permission"),
        ({"market": None, "permission": "role:decide"}, "permission"),
        ({"market": None, "permission": "approval:decide"}, "permission"),
        ({"market": "GB"}, "market"),
        ({"minutes": 61}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"reason": ""}, "reason"),
    ],
)
async def test_what_no_emergency_lends_is_refused_with_its_field(marketer: Asker, changed: Body, field: str) -> None:
    answer = await marketer.post("/v1/break-glass", emergency(**changed))
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]
    assert (await marketer.post("/v1/break-glass", emergency())).status_code == 201


async def test_without_anybody_who_could_review_it_the_glass_stays_whole(house: House, officer: Asker) -> None:
    lonely = await house.staff(Role.MARKETER, "GB")
    overseers = "role in ('compliance_officer', 'data_protection_officer') and status = 'active'"
    rows = await house.database.fetch(f"update access.account set status = 'disabled' where {overseers} returning id")
    try:
        problem(await lonely.post("/v1/break-glass", emergency()), 409, "nobody-to-review")
    finally:
        await house.database.execute(
            "update access.account set status = 'active' where id = any($1)", [row["id"] for row in rows]
        )
    assert officer.caller.account in {row["id"] for row in rows}
    await broken(lonely)
