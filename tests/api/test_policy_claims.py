"""What a person may not claim, and what may not be handed over, by its stable code, with a claim that may beside it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

import gamification
from access import Role
from gamification import Packs
from gamification.rules.policy import Condition, ItemCategory, Unit
from gamification.rules.policy.pack import Pack, PersonYear, Region, Ruling
from gamification.vocabulary import RewardKind
from people.vocabulary import PersonId
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, House, problem
from tests.api.test_eligibility import KNOWN, currency, doctor
from tests.gamification.shop import a_grant, country, give, number

(ALLOWS,) = country().packs
BOOKS: Final = ALLOWS.items[0]
BOOK: Final[dict[str, Any]] = {
    "kind": RewardKind.EDUCATIONAL_ITEM, "cost": 10, "value": 2_500, "value_currency": "USD",
    "category": ItemCategory.BOOK_OR_JOURNAL,
}  # fmt: skip


@pytest.fixture(autouse=True)
def packs_are_as_shipped() -> Iterator[None]:
    """Leave no pack of a test behind."""
    yield
    gamification.use_packs(None)


def books(**changes: Any) -> Pack:
    return replace(ALLOWS, items=(replace(BOOKS, **changes),))


def state(**more: Any) -> Pack:
    """The pack with a rule of Texas, where ``doctor`` is licensed unless said otherwise."""
    gifts = Ruling(allowed=more.pop("allowed", True), rule="C6", source="made up", confirmed=True)
    return replace(ALLOWS, regions=(Region(code="TX", name="Texas", gifts=gifts, **more),))


async def asked(
    house: House, pack: Pack, reward: Body, licence: Body, **approval: object
) -> tuple[httpx.Response, Asker, str]:
    """Claim a book for points that somebody has; return the answer, who asked and the reward."""
    gamification.use_packs(Packs((pack,)))
    first = "pending" if licence.get("status") == "rejected" else "verified"
    key, hcp = await currency(house), await doctor(house, **(licence | {"status": first}))
    if "status" in licence:
        officer = await house.staff(Role.COMPLIANCE_OFFICER)
        decided = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=KNOWN | licence)
        assert decided.status_code == 200, decided.text
    async with house.runtime.work.begin(ORIGIN) as uow:
        await give(uow, a_grant(PersonId(hcp.person), uuid4().hex, 50, key))
    made = await house.reward(markets=("US",), approved=False, currency=key, **(BOOK | reward))
    reviewer = await house.staff(Role.MEDICAL_REVIEWER)
    answer = await reviewer.post(f"/v1/rewards/{made.id}/approve", {"reference": "MLR-7"} | approval)
    assert answer.status_code == 200, answer.text
    return await hcp.post(f"/v1/rewards/{made.id}/claims"), hcp, str(made.id)


RAISED: Final = (
    "update gamification.reward set value = value + 1 where id = (select reward from gamification.claim where id = $1)"
)
CASES: Final[list[tuple[str, Pack, Body, Body]]] = [
    ("value-not-comparable", ALLOWS, {"value_currency": "EUR"}, {}),
    ("item-category-refused", ALLOWS, {"category": ItemCategory.SMALL_ITEM}, {}),
    ("item-condition-unmet", books(conditions=(Condition.EDUCATES,)), {}, {}),
    ("item-over-limit", books(each=number(2_499)), {}, {}),
    ("category-year-value-reached", books(year_value=number(2_499)), {}, {}),
    ("category-year-count-reached", books(year_count=number(0, Unit.ITEMS)), {}, {}),
    ("year-limit-missing", replace(ALLOWS, person_year=PersonYear()), {}, {}),
    ("year-value-reached", replace(ALLOWS, person_year=PersonYear(value=number(2_499))), {}, {}),
    (
        "year-count-reached",
        replace(ALLOWS, person_year=PersonYear(value=number(9_999), count=number(0, Unit.ITEMS))),
        {},
        {},
    ),
    ("state-unknown", state(), {}, {"states": []}),
    ("state-refuses-gifts", state(allowed=False), {}, {}),
    ("state-company-limit-missing", state(needs_company_limit=True), {}, {}),
    ("state-year-limit-reached", state(year_value=number(2_499)), {}, {}),
    ("public-employee", ALLOWS, {}, {"public_employee": True}),
    ("licence-not-active", ALLOWS, {}, {"status": "lapsed"}),
    ("person-not-verified", ALLOWS, {}, {"status": "rejected"}),
    ("person-class-unknown", ALLOWS, {}, {"covered_recipient": None}),
    ("value-bearing-off", replace(ALLOWS, country="CA"), {}, {}),
    ("pack-not-signed-off", replace(ALLOWS, signed_off=None), {}, {}),
]


@pytest.mark.parametrize(("code", "pack", "reward", "licence"), CASES, ids=[code for code, *_ in CASES])
async def test_a_claim_that_the_pack_forbids_is_refused(
    house: House, code: str, pack: Pack, reward: Body, licence: Body
) -> None:
    answer, hcp, made = await asked(house, pack, reward, licence)
    assert f"{code} (" in problem(answer, 403, "reward-refused-by-policy")["detail"]
    (offer,) = [each for each in (await hcp.read("/v1/rewards", limit=200))["items"] if each["id"] == made]
    assert code in {each["code"] for each in offer["why_not"]}, "it was said beforehand"
    assert (await asked(house, ALLOWS, {}, {}))[0].status_code == 201


@pytest.mark.parametrize(
    ("code", "spoilt"),
    [
        ("approval-withdrawn", "withdrawn"),
        ("approval-expired", "expired"),
        ("transfer-not-recorded", "delete from gamification.transfer_of_value where claim = $1"),
        ("not-reserved", RAISED),
    ],
)
async def test_what_does_not_hold_any_more_is_not_handed_over(house: House, code: str, spoilt: str) -> None:
    until = (house.clock.now() + timedelta(hours=1)).isoformat()
    clerk, reviewer = await house.staff(Role.ADMINISTRATOR), await house.staff(Role.MEDICAL_REVIEWER)
    (bad, _, reward), (good, *_) = [
        await asked(house, ALLOWS, {}, {}, until=end) for end in (until if spoilt == "expired" else None, None)
    ]
    claim = bad.json()["id"]
    if spoilt == "withdrawn":
        assert (await reviewer.post(f"/v1/rewards/{reward}/withdraw")).status_code == 200
    elif spoilt == "expired":
        house.clock.move(timedelta(days=1, hours=1))
    else:  # nothing of Laurel does this: it is what a repair by hand could leave behind
        await house.database.execute("set session_replication_role = replica")
        await house.database.execute(spoilt, claim)
        await house.database.execute("set session_replication_role = origin")
    refused = problem(await clerk.post(f"/v1/claims/{claim}/fulfil", {}), 403, "reward-refused-by-policy")
    assert refused["reason"] == code
    assert (await clerk.post(f"/v1/claims/{good.json()['id']}/fulfil", {})).status_code == 200
