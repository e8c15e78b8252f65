"""A shop for tests: people with points, rewards on the shelf, and a country in which something may have a value."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import consent
import gamification
import people
from access import EVERYTHING
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import Answer, Purpose
from content.vocabulary import ContentClass
from gamification import Claim, Known, NewReward, Packs, Reward
from gamification.rules import EMPTY, policy
from gamification.rules.lots import Balance, balance
from gamification.rules.policy.pack import ItemLimit, LegalNumber, Pack, PersonYear, SignOff, ValueRuling
from gamification.rules.policy.vocabulary import Unit, ValueBearing
from gamification.store import awards, lots, standings
from gamification.values import AwardKey, Grant
from gamification.vocabulary import RewardKind
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work
from people.vocabulary import PersonId

AUTHOR, REVIEWER, CLERK = UUID(int=2), UUID(int=3), UUID(int=4)
MERIT = policy.Currency(key="merit", unit_value=policy.Money(10, "USD"))
VERIFIED = policy.Person(
    verified=True, licence_active=True, profession="physician", public_employee=False, covered_recipient=True
)
KNOWN = Known(person=VERIFIED, currencies=MappingProxyType({"merit": MERIT}))
BOOK: dict[str, Any] = {
    "kind": RewardKind.EDUCATIONAL_ITEM,
    "markets": ("US",),
    "currency": "merit",
    "cost": 10,
    "value": 2_500,
    "value_currency": "USD",
    "category": policy.ItemCategory.BOOK_OR_JOURNAL,
}


def number(value: int, unit: Unit = Unit.USD_CENTS) -> LegalNumber:
    return LegalNumber(value=value, unit=unit, source="made up for a test", confirmed=False)


def country(*, value: int = 10_000, count: int | None = None, books: int | None = None) -> Packs:
    """Return packs in which the US allows books worth something: ``value`` cents and ``count`` items a year."""
    books_limit = ItemLimit(
        category=policy.ItemCategory.BOOK_OR_JOURNAL,
        rule="C4",
        kinds=(RewardKind.EDUCATIONAL_ITEM,),
        year_count=number(books, Unit.ITEMS) if books else None,
    )
    pack = Pack(
        country="US",
        code="us-test",
        version=1,
        valid_from=date(2026, 1, 1),
        name="United States",
        notice="Made up for a test.",
        sources=("made up",),
        signed_off=SignOff(by="a test", since=date(2026, 1, 1)),
        value_bearing=ValueRuling(state=ValueBearing.CONDITIONAL, rule="C4", source="made up", confirmed=False),
        items=(books_limit,),
        person_year=PersonYear(value=number(value), count=number(count, Unit.ITEMS) if count else None),
    )
    return Packs((pack,))


async def notice(work: Work, origin: Origin) -> None:
    async with work.begin(origin) as uow:
        await consent.publish_notice(
            uow, NewNotice(purpose=Purpose.GAMIFICATION, version=1, locale="en", text="May we?")
        )


async def somebody(work: Work, origin: Origin, points: Mapping[str, int] | None = None, market: str = "GB") -> PersonId:
    """Register somebody who takes part and has ``points`` by currency."""
    async with work.begin(origin) as uow:
        new = people.NewPerson(
            name="Dr Doe", email=f"{uuid4().hex}@hcp.example", market=market, zone="Europe/London", locale="en"
        )
        person = await people.register(uow, new)
        choice = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        await consent.record_consents(uow, person, [(Purpose.GAMIFICATION, choice)])
        for currency, amount in (points or {}).items():
            await give(uow, a_grant(person, uuid4().hex, amount, currency))
    return person


def a_grant(person: PersonId, key: str, points: int, currency: str = "recognition", **when: Any) -> Grant:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    known: dict[str, Any] = {"rules_version": 1, "activity": uuid4(), "consent": None, "occurred_at": at} | when
    return Grant(person=person, key=AwardKey(key, "x", "ever"), points=points, currency=currency, **known)


async def give(uow: UnitOfWork, grant: Grant) -> None:
    """Grant an award as recording does: what is recognition moves the lifetime points as well."""
    await awards.grant(uow, [grant])
    moved = grant.points if grant.currency == "recognition" else 0
    await standings.keep(uow, [standings.Kept(grant.person, moved, EMPTY, EMPTY)])


async def shelf(work: Work, origin: Origin, *, approved: bool = True, **more: Any) -> Reward:
    """Put a reward on the shelf: a content unlock in GB without value or cost, unless said otherwise."""
    known: dict[str, Any] = {"name": "Heart sounds", "kind": RewardKind.CONTENT_UNLOCK, "payer": "Laurel Ltd"}
    known |= {"key": f"r-{uuid4().hex}", "markets": ("GB",), "content_class": ContentClass.MEDICAL}
    new = NewReward(**known | more)
    async with work.begin(origin) as uow:
        made = await gamification.create_reward(uow, AUTHOR, new, scope=EVERYTHING)
        if approved:
            made = await gamification.approve_reward(uow, made.id, REVIEWER, scope=EVERYTHING, reference="MLR-7")
    return made


async def claimed(
    work: Work, origin: Origin, person: PersonId, reward: Reward, packs: Packs | None = None, known: Known = KNOWN
) -> Claim:
    chosen = gamification.shipped_packs() if packs is None else packs
    async with work.begin(origin) as uow:
        return await gamification.claim(uow, chosen, person, reward.id, known=known)


async def cancelled(work: Work, origin: Origin, claim: Claim) -> Claim:
    async with work.begin(origin) as uow:
        return await gamification.cancel_claim(uow, claim.id, CLERK, scope=EVERYTHING)


async def fulfilled(
    work: Work, origin: Origin, claim: Claim, packs: Packs, *, actual: int | None = None, known: Known = KNOWN
) -> Claim:
    async with work.begin(origin) as uow:
        return await gamification.fulfil_claim(
            uow, packs, claim.id, CLERK, scope=EVERYTHING, actual_value=actual, known=known
        )


async def balances(uow: UnitOfWork, person: PersonId) -> dict[str, Balance]:
    """Return what a person has of each currency."""
    held = (await lots.held_by(uow, [person]))[person]
    return {each: balance(each, held[each].lifetime, held[each].purse, uow.now) for each in held}


async def spendable(work: Work, origin: Origin, person: PersonId, currency: str = "recognition") -> int:
    async with work.read(origin) as uow:
        return (await balances(uow, person))[currency].spendable


async def values(work: Work, origin: Origin, sql: str, *arguments: object) -> Sequence[tuple[object, ...]]:
    async with work.read(origin) as uow:
        return [tuple(row) for row in await uow.fetch(sql, *arguments)]
