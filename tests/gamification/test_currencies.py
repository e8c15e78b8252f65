"""Currencies beside recognition: four eyes, closed for good, and worth something only where a pack says so."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec
import pytest

import gamification
from api.merging import Merging
from content.vocabulary import ContentClass, ContentId
from gamification import CurrencyView, NewCurrency
from gamification.currency_errors import (
    CurrencyAuthorError,
    CurrencyNotFoundError,
    CurrencyTakenError,
    CurrencyWithdrawnError,
    InvalidCurrencyError,
)
from gamification.errors import CampaignRefusedByPolicyError, RewardRefusedError
from gamification.reward_values import Known
from gamification.rules.barring import reasons
from gamification.rules.policy import Currency, Money
from gamification.vocabulary import CampaignState, CurrencyState
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import Campaigns, execute, programme
from tests.gamification.shop import BOOK, KNOWN, VERIFIED, claimed, country, shelf
from tests.gamification.shop import notice as shop_notice
from tests.gamification.shop import somebody as shopper
from tests.gamification.test_campaign_past import WEBINAR, attended, spring
from tests.gamification.test_recording import deliver, items, somebody

__all__ = ["items"]

FIRST, SECOND = UUID(int=31), UUID(int=32)
MERIT = NewCurrency(key="merit", name="Merit", unit_value=10, money="USD")
PAYS = "points: [{key: spring-merit, name: M, when: {verbs: [attended]}, points: 5, recurs: ever, currency: merit}]"


async def define(work: Work, origin: Origin, new: NewCurrency = MERIT, by: UUID = FIRST) -> CurrencyView:
    async with work.begin(origin) as uow:
        return await gamification.define_currency(uow, by, new)


async def approve(work: Work, origin: Origin, key: str = "merit", by: UUID = SECOND) -> CurrencyView:
    async with work.begin(origin) as uow:
        return await gamification.approve_currency(uow, by, key)


async def withdraw(work: Work, origin: Origin, key: str = "merit") -> CurrencyView:
    async with work.begin(origin) as uow:
        return await gamification.withdraw_currency(uow, key)


async def known(work: Work, origin: Origin) -> Known:
    async with work.read(origin) as uow:
        return await gamification.known(uow)


async def test_whoever_defines_a_currency_never_approves_it(work: Work, origin: Origin) -> None:
    assert (await define(work, origin)).state is CurrencyState.DRAFT
    assert (await known(work, origin)).currencies == {}
    with pytest.raises(CurrencyAuthorError):
        await approve(work, origin, by=FIRST)
    approved = await approve(work, origin)
    assert (approved.state, approved.approved_by) == (CurrencyState.APPROVED, SECOND)
    assert await approve(work, origin) == approved, "again changes nothing"
    worth = Currency(key="merit", unit_value=Money(10, "USD"))
    assert (await known(work, origin)).currencies == {"merit": worth}
    with pytest.raises(CurrencyNotFoundError):
        await approve(work, origin, "other")


async def test_what_was_withdrawn_stays_so_and_its_name_is_never_used_again(work: Work, origin: Origin) -> None:
    await define(work, origin)
    await approve(work, origin)
    assert (await withdraw(work, origin)).state is CurrencyState.WITHDRAWN
    assert (await withdraw(work, origin)).state is CurrencyState.WITHDRAWN
    assert (await known(work, origin)).currencies == {}
    with pytest.raises(CurrencyWithdrawnError):
        await approve(work, origin)
    with pytest.raises(CurrencyTakenError):
        await define(work, origin, msgspec.structs.replace(MERIT, unit_value=20))
    assert (await define(work, origin, msgspec.structs.replace(MERIT, key="honour"))).key == "honour"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "recognition"),
        ("key", "Merit"),
        ("key", "9merit"),
        ("key", "m" * 65),
        ("key", "sales"),
        ("name", " "),
        ("name", "a\nb"),
        ("unit_value", 0),
        ("unit_value", 1_000_001),
        ("money", "usd"),
        ("money", "US"),
    ],
)
async def test_a_currency_that_cannot_be_is_refused_by_the_field(
    work: Work, origin: Origin, field: str, value: object
) -> None:
    with pytest.raises(InvalidCurrencyError) as refused:
        await define(work, origin, msgspec.structs.replace(MERIT, **{field: value}))
    assert refused.value.facts["field"] == field


async def test_the_database_holds_four_eyes_and_the_value_whatever_the_program_says(campaigns: Campaigns) -> None:
    await define(campaigns.work, campaigns.origin)
    for wrong, said in (
        ("update gamification.currency set state = 'approved'", "four_eyes"),
        ("update gamification.currency set approved_by = defined_by, approved_at = now()", "four_eyes"),
        ("update gamification.currency set unit_value = 20", "never changes"),
        ("update gamification.currency set key = 'recognition'", "never changes"),
    ):
        with pytest.raises(asyncpg.CheckViolationError, match=said):
            await execute(campaigns, wrong)
    await approve(campaigns.work, campaigns.origin)
    await withdraw(campaigns.work, campaigns.origin)
    with pytest.raises(asyncpg.CheckViolationError, match="stays so"):
        await execute(campaigns, "update gamification.currency set state = 'approved'")


async def test_publishing_asks_for_an_approved_currency_a_pack_that_allows_it_and_a_lane_that_may(
    campaigns: Campaigns,
) -> None:
    work, origin = campaigns.work, campaigns.origin
    campaigns.packs = country()

    async def refused(key: str, markets: tuple[str, ...], lane: ContentClass = ContentClass.MEDICAL) -> set[str]:
        made = await campaigns.create(
            key, text=PAYS.replace("spring", key), markets=markets, lane=lane
        )  # fmt: skip
        with pytest.raises(CampaignRefusedByPolicyError) as error:
            await campaigns.submit(made)
        refusals = error.value.facts["refusals"]
        assert isinstance(refusals, list)
        return {each["code"] for each in refusals}

    assert await refused("one", ("US",)) == {"currency-unknown"}
    await define(work, origin)
    assert await refused("two", ("US",)) == {"currency-unknown"}, "a draft is nobody's word"
    await approve(work, origin)
    assert await refused("three", ("FR",)) == {"value-bearing-off"}
    assert "accredited-earns-value" in await refused("four", ("US",), ContentClass.ACCREDITED)
    made = await campaigns.create("five", text=PAYS.replace("spring", "five"), markets=("US",))
    assert (await campaigns.submit(made)).state is CampaignState.IN_REVIEW


async def test_a_currency_that_is_withdrawn_while_a_campaign_pays_it_holds_the_campaign_back(
    campaigns: Campaigns,
) -> None:
    work, origin = campaigns.work, campaigns.origin
    campaigns.packs = country()
    await define(work, origin)
    await approve(work, origin)
    running = await campaigns.running(await campaigns.create(text=PAYS, markets=("US",)))
    assert (await programme(campaigns))[1] == [("spring", 1)]
    assert await campaigns.keep_schedule() == 0
    await withdraw(work, origin)
    assert await campaigns.keep_schedule() == 1
    assert (await campaigns.read(running)).state is CampaignState.PAUSED


async def test_an_award_in_a_currency_is_refused_to_whom_nobody_has_verified(
    work: Work, origin: Origin, items: Sequence[ContentId]
) -> None:
    """The pack allows it, the currency is approved; recognition beside it is paid as ever."""
    campaigns, merging = Campaigns(work, origin), Merging(work, None)
    campaigns.packs = country()
    person = await somebody(work, origin, "valued")
    await execute(campaigns, "update people.person set market = 'US'")
    await define(work, origin)
    await approve(work, origin)
    both = PAYS + "\nbadges: [{key: spring-badge, name: B, description: B., when: {verbs: [attended]}}]\n"
    await campaigns.running(await campaigns.create(text=both, markets=("US",)))
    async with work.read(origin) as uow:
        _, rules = await gamification.current_rules(uow)
    assert "person-not-verified" in reasons(rules, "spring-merit", ContentClass.MEDICAL, "US")
    await deliver(merging, origin, person, [attended(items[WEBINAR], work.clock.now())])
    assert await spring(work, origin, person) == [("spring-badge", 0)]


async def test_a_claim_asks_for_the_currency_the_pack_and_the_person(work: Work, origin: Origin) -> None:
    await shop_notice(work, origin)
    book = await shelf(work, origin, **BOOK)
    rich = await shopper(work, origin, {"merit": 100}, market="US")
    for told, code in (
        (Known(person=VERIFIED), "recognition-buys-value"),
        (Known(currencies=KNOWN.currencies), "person-not-verified"),
    ):
        with pytest.raises(RewardRefusedError, match=code):
            await claimed(work, origin, rich, book, country(), told)
    await define(work, origin)
    await approve(work, origin)
    approved = Known(person=VERIFIED, currencies=(await known(work, origin)).currencies)
    assert (await claimed(work, origin, rich, book, country(), approved)).currency == "merit"
