"""What a reward may be, who approves it, what policy says about claiming it, and what the schema itself refuses."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

import consent
import gamification
import people
from access import EVERYTHING
from consent import ConsentRequiredError
from consent.values import ConsentChoice
from consent.vocabulary import Answer, Purpose
from content.vocabulary import ContentClass
from gamification import Known, Packs
from gamification.errors import (
    InvalidRewardError,
    RewardAuthorError,
    RewardMarketError,
    RewardNotFoundError,
    RewardRefusedError,
    RewardWithdrawnError,
)
from gamification.rules import policy
from gamification.store.books import EXPIRED, PROGRAMME, REDEEMED
from gamification.vocabulary import ClaimState, RewardKind, RewardState
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import LicenceDecision, LicenceStatus
from tests.access.builders import within
from tests.gamification.shop import (
    AUTHOR,
    BOOK,
    KNOWN,
    MERIT,
    REVIEWER,
    VERIFIED,
    claimed,
    country,
    fulfilled,
    notice,
    shelf,
    somebody,
    spendable,
)


@pytest.fixture(autouse=True)
async def _notice(work: Work, origin: Origin) -> None:
    await notice(work, origin)


async def refused_as(work: Work, origin: Origin, packs: Packs, known: Known, **more: object) -> str:
    """Try to claim a book in the US; return the codes for which policy refuses it."""
    person = await somebody(work, origin, {"merit": 100}, market="US")
    book = await shelf(work, origin, **BOOK | more)
    with pytest.raises(RewardRefusedError) as refusal:
        await claimed(work, origin, person, book, packs, known)
    assert await spendable(work, origin, person, "merit") == 100
    return str(refusal.value)


async def test_policy_refuses_what_has_a_value_and_allows_the_same_thing_without_one(
    work: Work, origin: Origin
) -> None:
    person = await somebody(work, origin, {"merit": 100, "recognition": 100})
    valuable = await shelf(work, origin, **BOOK | {"kind": RewardKind.CONTENT_UNLOCK, "markets": ("GB",)})
    with pytest.raises(RewardRefusedError, match=r"\(C8\)") as refusal:
        await claimed(work, origin, person, valuable)
    assert refusal.value.code == "reward-refused-by-policy"
    free = await shelf(work, origin, cost=10)
    made = await claimed(work, origin, person, free)
    assert (made.state, made.value, made.pack) == (ClaimState.RESERVED, 0, "gb-2026/1")
    assert await spendable(work, origin, person) == 90


async def test_an_unknown_country_gives_recognition_alone(work: Work, origin: Origin) -> None:
    assert "(C12)" in await refused_as(work, origin, Packs(), KNOWN)
    person = await somebody(work, origin, market="US")
    unlock = await shelf(work, origin, markets=("US",))
    assert (await claimed(work, origin, person, unlock, Packs())).pack == "recognition-only/1"


async def test_what_nobody_knows_about_a_person_or_a_currency_is_a_no(work: Work, origin: Origin) -> None:
    nobody_verified = Known(person=policy.Person(), currencies={"merit": MERIT})
    assert "(C19)" in await refused_as(work, origin, country(), nobody_verified)
    no_word_of_compliance = Known(person=VERIFIED)
    assert "(C3)" in await refused_as(work, origin, country(), no_word_of_compliance)
    person = await somebody(work, origin, {"merit": 100}, market="US")
    assert (await claimed(work, origin, person, await shelf(work, origin, **BOOK), country(), KNOWN)).value == 2_500


async def test_accredited_education_leads_to_nothing_with_a_value(work: Work, origin: Origin) -> None:
    accredited: dict[str, Any] = {"content_class": ContentClass.ACCREDITED}
    person = await somebody(work, origin, {"merit": 100}, market="US")
    with pytest.raises(RewardRefusedError, match=r"\(C16\)"):
        await shelf(work, origin, **BOOK | accredited)
    unlock = await shelf(work, origin, markets=("US",), **accredited)
    await claimed(work, origin, person, unlock, country())


async def test_policy_is_asked_once_more_when_a_claim_is_fulfilled(work: Work, origin: Origin) -> None:
    person = await somebody(work, origin, {"merit": 100}, market="US")
    made = await claimed(work, origin, person, await shelf(work, origin, **BOOK), country())
    with pytest.raises(RewardRefusedError):
        await fulfilled(work, origin, made, Packs())
    with pytest.raises(RewardRefusedError, match=r"\(C19\)"):
        await fulfilled(work, origin, made, country(), known=Known(currencies={"merit": MERIT}))
    assert (await fulfilled(work, origin, made, country(value=2_500))).state is ClaimState.FULFILLED


async def test_the_licence_of_the_moment_decides_about_a_claim_and_about_handing_it_over(
    work: Work, origin: Origin
) -> None:
    unlicensed = policy.Person(profession="physician", public_employee=False, covered_recipient=True)
    known = Known(person=unlicensed, currencies={"merit": MERIT})
    person, book = await somebody(work, origin, {"merit": 100}, market="US"), await shelf(work, origin, **BOOK)

    async def licensed(status: LicenceStatus, market: str = "US") -> None:
        async with work.begin(origin) as uow:
            await people.decide_licence(uow, person, market, LicenceDecision(status=status, evidence="register 7"))

    with pytest.raises(RewardRefusedError, match="person-not-verified"):
        await claimed(work, origin, person, book, country(), known)
    await licensed(LicenceStatus.VERIFIED, "GB")
    with pytest.raises(RewardRefusedError, match="person-not-verified"):
        await claimed(work, origin, person, book, country(), known)
    await licensed(LicenceStatus.VERIFIED)
    made = await claimed(work, origin, person, book, country(), known)
    await licensed(LicenceStatus.LAPSED)
    with pytest.raises(RewardRefusedError, match="licence-not-active") as refusal:
        await fulfilled(work, origin, made, country(), known=known)
    assert "person-not-verified" not in str(refusal.value)
    await licensed(LicenceStatus.VERIFIED)
    assert (await fulfilled(work, origin, made, country(), known=known)).state is ClaimState.FULFILLED


async def test_no_claim_without_consent(work: Work, origin: Origin) -> None:
    person, reward = await somebody(work, origin), await shelf(work, origin)
    withdrawn = ConsentChoice(state=Answer.WITHDRAWN, notice_version=1)
    async with work.begin(origin) as uow:
        await consent.record_consents(uow, person, [(Purpose.GAMIFICATION, withdrawn)])
    with pytest.raises(ConsentRequiredError):
        await claimed(work, origin, person, reward)
    await claimed(work, origin, await somebody(work, origin), reward)


async def test_the_author_of_a_reward_never_approves_it(work: Work, origin: Origin) -> None:
    reward = await shelf(work, origin, approved=False)
    with pytest.raises(RewardAuthorError):
        async with work.begin(origin) as uow:
            await gamification.approve_reward(uow, reward.id, AUTHOR, scope=EVERYTHING, reference="MLR-7")
    with pytest.raises(asyncpg.CheckViolationError, match="reward_approval"):
        async with work.begin(origin) as uow:
            await uow.execute(
                "update gamification.reward set state = 'approved', approved_by = created_by, approved_at = now(),"
                " approval_reference = 'MLR-7'"
            )
    async with work.begin(origin) as uow:
        made = await gamification.approve_reward(uow, reward.id, REVIEWER, scope=EVERYTHING, reference="MLR-7")
        assert made.state is RewardState.APPROVED
        await gamification.withdraw_reward(uow, reward.id, scope=EVERYTHING)
        with pytest.raises(RewardWithdrawnError):
            await gamification.approve_reward(uow, reward.id, REVIEWER, scope=EVERYTHING, reference="MLR-8")


async def test_staff_decide_about_their_own_markets_alone(work: Work, origin: Origin) -> None:
    reward = await shelf(work, origin, approved=False, markets=("GB", "FR"))
    async with work.begin(origin) as uow:
        with pytest.raises(RewardNotFoundError):
            await gamification.approve_reward(uow, reward.id, REVIEWER, scope=within("DE"), reference="MLR-7")
        with pytest.raises(RewardMarketError):
            await gamification.approve_reward(uow, reward.id, REVIEWER, scope=within("GB"), reference="MLR-7")
        assert (await gamification.catalogue(uow, within("DE"), None, 10)).items == []
        assert [each.id for each in (await gamification.catalogue(uow, within("FR"), None, 10)).items] == [reward.id]
        await gamification.approve_reward(uow, reward.id, REVIEWER, scope=within("GB", "FR"), reference="MLR-7")


async def test_an_approval_that_has_run_out_hides_the_reward(work: Work, origin: Origin, clock: MovableClock) -> None:
    person, reward = await somebody(work, origin), await shelf(work, origin, approved=False)
    async with work.begin(origin) as uow:
        until = uow.now + timedelta(days=2)
        await gamification.approve_reward(uow, reward.id, REVIEWER, scope=EVERYTHING, reference="MLR-7", until=until)
    await claimed(work, origin, person, reward)
    clock.move(timedelta(days=2))
    with pytest.raises(RewardNotFoundError):
        await claimed(work, origin, person, reward)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("key", {"key": "Not A Key"}),
        ("name", {"name": "=HYPERLINK(1)"}),
        ("markets", {"markets": ("XX",)}),
        ("markets", {"markets": ("*", "GB")}),
        ("stock", {"stock": -1}),
        ("per_person", {"per_person": 0}),
        ("value_currency", {"value": 100, "currency": "merit"}),
        ("value", {"kind": RewardKind.BADGE, "value": 100, "value_currency": "GBP", "currency": "merit"}),
        ("value", {"kind": RewardKind.EDUCATIONAL_ITEM}),
        ("currency", {"value": 100, "value_currency": "GBP"}),
    ],
)
async def test_a_reward_that_can_not_be_is_refused_by_the_field(
    work: Work, origin: Origin, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRewardError) as refusal:
        await shelf(work, origin, **wrong)
    assert refusal.value.facts["field"] == field
    await shelf(work, origin)


RECOGNITION_FOR_MONEY = (
    "update gamification.reward set value = 100, value_currency = 'GBP'",
    "update gamification.reward set kind = 'gift_card'",
)


@pytest.mark.parametrize("change", RECOGNITION_FOR_MONEY)
async def test_the_schema_lets_recognition_pay_for_nothing_with_a_value_and_knows_no_other_kinds(
    work: Work, origin: Origin, change: str
) -> None:
    await shelf(work, origin)
    with pytest.raises(asyncpg.CheckViolationError, match="reward_words"):
        async with work.begin(origin) as uow:
            await uow.execute(change)
    async with work.begin(origin) as uow:
        await uow.execute("update gamification.reward set kind = 'certificate', cost = 3")


ENTRY = (
    "insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, currency, recorded_at)"
    " values ($1, $2, $1, $3, $4, $5, 1, 'recognition', now())"
)


@pytest.mark.parametrize("kind", ["award", "reversal", "expiry", "spend", "refund", "transfer", "conversion"])
async def test_no_entry_passes_points_from_person_to_person(work: Work, origin: Origin, kind: str) -> None:
    one, other = await somebody(work, origin), await somebody(work, origin)
    for debit, credit in ((one, other), (other, one), (PROGRAMME, EXPIRED), (REDEEMED, one), (one, PROGRAMME)):
        if (kind, debit, credit) == ("reversal", one, PROGRAMME):
            continue
        with pytest.raises(asyncpg.CheckViolationError, match="ledger_entry_balanced"):
            async with work.begin(origin) as uow:
                await uow.execute(ENTRY, uuid4(), one, kind, debit, credit)
    async with work.begin(origin) as uow:
        await uow.execute(ENTRY, uuid4(), one, "award", PROGRAMME, one)
