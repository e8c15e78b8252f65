"""Rewards as their callers meet them: offered with reasons, claimed once per key, approved by somebody else."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import gamification
from access import Role
from people.vocabulary import PersonId
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, House, problem
from tests.gamification.shop import a_grant, give

NEW = {
    "name": "Heart sounds",
    "kind": "content_unlock",
    "markets": ["GB"],
    "payer": "Laurel Ltd",
    "content_class": "medical",
    "cost": 5,
    "stock": 1,
}


async def rewarded(house: House, **more: object) -> tuple[str, Asker]:
    """Let a marketer create a reward and a reviewer approve it; return its id, and the marketer."""
    marketer, reviewer = await house.staff(Role.MARKETER), await house.staff(Role.MEDICAL_REVIEWER)
    answer = await marketer.ask("POST", "/v1/rewards", body=NEW | {"key": f"r-{uuid4().hex}"} | more)
    assert answer.status_code == 201, answer.text
    made = answer.json()["id"]
    approved = await reviewer.ask("POST", f"/v1/rewards/{made}/approve", body={"reference": "MLR-7"})
    assert approved.json()["state"] == "approved", approved.text
    return made, marketer


async def with_points(house: House, points: int, **when: Any) -> Asker:
    hcp = await house.hcp()
    async with house.runtime.work.begin(ORIGIN) as uow:
        await give(uow, a_grant(PersonId(hcp.person), uuid4().hex, points, **when))
    return hcp


async def offer(hcp: Asker, reward: str) -> Body:
    found: list[Body] = (await hcp.read("/v1/rewards", limit=200))["items"]
    return next(each for each in found if each["id"] == reward)


async def test_a_reward_is_offered_with_every_reason_why_not_claimed_and_given_back(house: House) -> None:
    reward, _ = await rewarded(house)
    poor, rich, late = await with_points(house, 4), await with_points(house, 5), await with_points(house, 5)
    assert (await offer(poor, reward))["why_not"] == [
        {"code": "points-missing", "detail": "1 recognition are missing", "rule": None, "confirmed": True}
    ]
    assert (await offer(rich, reward))["claimable"] is True
    claimed = await rich.ask("POST", f"/v1/rewards/{reward}/claims")
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["pack"]) == (201, "reserved", "gb-2026/1")
    problem(await late.ask("POST", f"/v1/rewards/{reward}/claims"), 409, "reward-sold-out")
    problem(await poor.ask("POST", f"/v1/rewards/{reward}/claims"), 409, "points-missing")
    assert [each["code"] for each in (await offer(late, reward))["why_not"]] == ["reward-sold-out"]
    problem(await late.ask("POST", f"/v1/claims/{claimed.json()['id']}/cancel"), 404, "claim-not-found")
    back = await rich.ask("POST", f"/v1/claims/{claimed.json()['id']}/cancel")
    assert back.json()["state"] == "cancelled"
    assert [each["state"] for each in (await rich.read("/v1/me/claims"))["items"]] == ["cancelled"]
    entries = (await rich.read("/v1/me/points/entries"))["items"]
    assert [(each["kind"], each["points"]) for each in entries] == [("refund", 5), ("spend", -5), ("award", 5)]
    assert (await late.ask("POST", f"/v1/rewards/{reward}/claims")).status_code == 201


async def test_what_is_left_of_a_reward_does_not_tell_that_one_person_claimed_it(house: House) -> None:
    reward, marketer = await rewarded(house, stock=12)
    looking, left = await house.hcp(), []
    for _ in range(12):
        claimed = await (await with_points(house, 5)).ask("POST", f"/v1/rewards/{reward}/claims")
        assert claimed.status_code == 201, claimed.text
        left.append((await offer(looking, reward))["stock"])
    assert left == [12] * 9 + [2, 2, 0], "after every ten claims, and when none is left"
    catalogue = (await marketer.read("/v1/rewards/catalogue", limit=200))["items"]
    (seen,) = [each for each in catalogue if each["id"] == reward]
    assert (seen["stocked"], seen["stock"]) == (12, 0)


async def test_the_same_claim_sent_twice_with_one_key_is_one_claim(house: House) -> None:
    reward, _ = await rewarded(house, stock=None)
    hcp = await with_points(house, 20)
    answers = [
        await hcp.ask("POST", f"/v1/rewards/{reward}/claims", headers={"Idempotency-Key": key})
        for key in ("one", "one", "two")
    ]
    assert [each.status_code for each in answers] == [201, 201, 201]
    assert answers[0].json() == answers[1].json() != answers[2].json()
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len((await hcp.read("/v1/me/claims"))["items"]) == 2
    assert (await hcp.read("/v1/me/points"))["balances"][0]["spendable"] == 10


async def test_policy_refuses_value_in_gb_and_says_by_which_rule(house: House) -> None:
    book = {"kind": "educational_item", "currency": "merit", "value": 500, "value_currency": "GBP", "cost": 0}
    reward, _ = await rewarded(house, **book)
    hcp = await with_points(house, 5)
    refused = await hcp.ask("POST", f"/v1/rewards/{reward}/claims")
    body = problem(refused, 403, "reward-refused-by-policy")
    assert "C8" in body["detail"]
    assert {entry["outcome"] for entry in await house.trail(refused)} == {"refused"}
    shown = await offer(hcp, reward)
    assert shown["claimable"] is False
    assert {"C8", "C19"} <= {each["rule"] for each in shown["why_not"]}
    free, _ = await rewarded(house)
    assert (await hcp.ask("POST", f"/v1/rewards/{free}/claims")).status_code == 201


async def test_a_marketer_cannot_approve_and_what_is_not_approved_is_not_shown(house: House) -> None:
    marketer, hcp = await house.staff(Role.MARKETER), await with_points(house, 5)
    made = (await marketer.ask("POST", "/v1/rewards", body=NEW | {"key": f"r-{uuid4().hex}"})).json()["id"]
    answer = await marketer.ask("POST", f"/v1/rewards/{made}/approve", body={"reference": "MLR-7"})
    problem(answer, 403, "permission-missing")
    assert made not in {each["id"] for each in (await hcp.read("/v1/rewards", limit=200))["items"]}
    problem(await hcp.ask("POST", f"/v1/rewards/{made}/claims"), 404, "reward-not-found")
    assert made in {each["id"] for each in (await marketer.read("/v1/rewards/catalogue", limit=200))["items"]}
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    approved = await officer.ask("POST", f"/v1/rewards/{made}/approve", body={"reference": "MLR-7"})
    assert approved.status_code == 200
    assert (await hcp.ask("POST", f"/v1/rewards/{made}/claims")).status_code == 201


async def test_own_points_tell_what_waits_what_can_be_spent_and_what_expires_next(house: House) -> None:
    now = house.clock.now()
    hcp = await with_points(house, 7, expires_at=now + timedelta(hours=2))
    async with house.runtime.work.begin(ORIGIN) as uow:
        await give(uow, a_grant(PersonId(hcp.person), "later", 3, available_at=now + timedelta(days=1)))
        await give(uow, a_grant(PersonId(hcp.person), "merit", 2, "merit"))
    shown = await hcp.read("/v1/me/points")
    assert (shown["currency"], shown["points"], shown["level"]["level"]) == ("recognition", 10, 1)
    soon = {"at": (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"), "points": 7}
    expected = {"currency": "recognition", "lifetime": 10, "pending": 3, "spendable": 7, "owed": 0}
    merit = {"currency": "merit", "lifetime": 2, "pending": 0, "spendable": 2, "owed": 0, "expires_next": None}
    assert shown["balances"] == [expected | {"expires_next": soon}, merit]
    newcomer = await (await house.hcp()).read("/v1/me/points")
    assert [(each["currency"], each["spendable"]) for each in newcomer["balances"]] == [("recognition", 0)]


async def test_what_expired_is_an_entry_and_lifetime_points_stay(house: House) -> None:
    hcp = await with_points(house, 7, expires_at=house.clock.now() + timedelta(seconds=1))
    house.clock.move(timedelta(seconds=1))
    async with house.runtime.work.begin(ORIGIN) as uow:
        await gamification.expire_lots(uow)
    await house.until(
        f"exists (select from gamification.ledger_entry where kind = 'expiry' and person = '{hcp.person}')"
    )
    assert [each["subject"] for each in await house.entries("gamification:lot:expired")].count(str(hcp.person)) == 1
    answer = await hcp.read("/v1/me/points/entries")
    assert [(each["kind"], each["points"]) for each in answer["items"]] == [("expiry", -7), ("award", 7)]
    shown = await hcp.read("/v1/me/points")
    assert (shown["points"], shown["balances"][0]["spendable"]) == (7, 0)
