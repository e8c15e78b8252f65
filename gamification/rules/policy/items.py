"""The limits of items: what category, what it may cost, under which conditions, how often, and in which state."""

from collections.abc import Iterator

from gamification.rules.policy.facts import Money, Person, Reward, YearSoFar
from gamification.rules.policy.pack import ItemLimit, LegalNumber, Pack, Region
from gamification.rules.policy.refusal import Refusal, exceeded, refusal, ruled
from gamification.rules.policy.vocabulary import RECOGNITION_KINDS, Condition, ItemCategory, Reason

NOT_COMPARABLE = "the value isn't in the currency of the limit, so nobody can tell whether it is within it"


def category_of(reward: Reward) -> ItemCategory | None:
    """Return what an item is to the law: whatever is tied to a rank is a prize, however it is described."""
    return ItemCategory.PRIZE if reward.rank_bound else reward.category


def limit_of(pack: Pack, reward: Reward) -> ItemLimit | None:
    """Return the limits of an item that may be earned at all, or None."""
    category = category_of(reward)
    limits = (limit for limit in pack.items if limit.category == category and reward.kind in limit.kinds)
    return next(limits, None)


def item_refusals(pack: Pack, reward: Reward) -> Iterator[Refusal]:
    """Yield what is wrong with an item, whoever gets it: its value, category and conditions (C4, C9 to C11)."""
    limit = limit_of(pack, reward)
    if limit is None:
        category = category_of(reward) or "an item of no category"
        detail = f"{category} may not be earned as {reward.kind[:40]} under {pack.stamp}"
        yield ruled(Reason.CATEGORY_REFUSED, pack.value_bearing, detail)
        return
    for condition in limit.conditions:
        if not _holds(condition, reward):
            yield _under(
                limit, pack, Reason.CONDITION_UNMET, f"it is not stated of the item that it {_said(condition)}"
            )
    if reward.value is not None and limit.each is not None:
        yield from _over(Reason.ITEM_OVER_LIMIT, limit.rule, limit.each, reward.value, reward.value.hundredths)


def _holds(condition: Condition, reward: Reward) -> bool:
    if condition is Condition.NOT_ABOUT_A_PRESCRIPTION_PRODUCT and reward.product is not None:
        return False
    return condition in reward.conditions


def _said(condition: Condition) -> str:
    return {
        Condition.BENEFITS_PATIENTS: "is of direct benefit to patient care",
        Condition.EDUCATES: "educates professionals or patients",
        Condition.NO_VALUE_OUTSIDE_WORK: "is of no use outside work",
        Condition.NOT_ABOUT_A_PRESCRIPTION_PRODUCT: "is not about a prescription product",
        Condition.RELEVANT_TO_PRACTICE: "is relevant to the person's practice",
        Condition.TASK_OF_KNOWLEDGE: "is won by a task of skill or knowledge",
    }[condition]


def _under(limit: ItemLimit, pack: Pack, code: str, detail: str) -> Refusal:
    """Refuse by a limit that is no number: what it says is as sure as its numbers, or else as its pack."""
    standing = limit.each or pack.value_bearing
    return Refusal(code, limit.rule, detail, standing.source, standing.confirmed)


def _over(code: str, rule: str, number: LegalNumber, value: Money, total: int) -> Iterator[Refusal]:
    """Yield a refusal if ``total``, in the currency of ``value``, passes a number, or can't be held against it."""
    if number.unit.currency != value.currency or value.hundredths < 0:
        yield exceeded(Reason.VALUE_NOT_COMPARABLE, rule, number, NOT_COMPARABLE)
    elif total > number.value:
        detail = f"{_money(total)} {value.currency} is more than {_money(number.value)} {value.currency}"
        yield exceeded(code, rule, number, detail)


def _money(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


def year_refusals(pack: Pack, reward: Reward, person: Person, so_far: YearSoFar) -> Iterator[Refusal]:
    """Yield the yearly limits that this item would pass: of its category, of the person (C20), and of states (C6)."""
    value = reward.value
    if value is None:
        return
    if so_far.currency != value.currency:
        yield refusal(Reason.VALUE_NOT_COMPARABLE, "C20", "the year so far is in another currency than the item")
        return
    limit = limit_of(pack, reward)
    if limit is not None and limit.year_value is not None:
        total = so_far.category_value + value.hundredths
        yield from _over(Reason.CATEGORY_YEAR_VALUE, limit.rule, limit.year_value, value, total)
    if limit is not None and limit.year_count is not None:
        yield from _too_many(Reason.CATEGORY_YEAR_COUNT, limit.rule, limit.year_count, so_far.category_count + 1)
    yield from _person_year(pack, value, so_far)
    yield from _states(pack, reward, person, so_far)


def _too_many(code: str, rule: str, number: LegalNumber, count: int) -> Iterator[Refusal]:
    if count > number.value:
        yield exceeded(code, rule, number, f"it would be number {count} of {number.value} in the year")


def _person_year(pack: Pack, value: Money, so_far: YearSoFar) -> Iterator[Refusal]:
    year = pack.person_year
    if year.value is None:
        detail = f"the company has set no yearly limit per person in {pack.stamp}"
        yield refusal(Reason.YEAR_LIMIT_MISSING, "C20", detail)
    else:
        yield from _over(Reason.YEAR_VALUE_REACHED, "C20", year.value, value, so_far.value + value.hundredths)
    if year.count is not None:
        yield from _too_many(Reason.YEAR_COUNT_REACHED, "C20", year.count, so_far.count + 1)


def _states(pack: Pack, reward: Reward, person: Person, so_far: YearSoFar) -> Iterator[Refusal]:
    """Every state of the person must agree, so that the strictest holds; a person without a known state has none."""
    if not pack.regions:
        return
    if not person.regions:
        yield refusal(Reason.STATE_UNKNOWN, "C6", "no state is known in which the person is licensed, works or lives")
        return
    for region in regions_of(pack, reward, person):
        yield from _state(region, reward, so_far)


def regions_of(pack: Pack, reward: Reward, person: Person) -> list[Region]:
    """Return the states of a person whose rules are about this reward."""
    known, category = person.regions or (), category_of(reward)
    return [region for region in pack.regions if region.code in known and category not in region.exempt]


def _state(region: Region, reward: Reward, so_far: YearSoFar) -> Iterator[Refusal]:
    if not region.gifts.allowed:
        yield ruled(Reason.STATE_REFUSES_GIFTS, region.gifts, f"{region.name} allows no gifts")
    if region.needs_company_limit and region.year_value is None:
        detail = f"{region.name} wants a yearly limit that the company sets, and there is none"
        yield ruled(Reason.STATE_COMPANY_LIMIT_MISSING, region.gifts, detail)
    if region.year_value is not None and reward.value is not None:
        total = so_far.value + reward.value.hundredths
        yield from _over(Reason.STATE_YEAR_LIMIT, region.gifts.rule, region.year_value, reward.value, total)


def rank_refusals(pack: Pack, reward: Reward, *, value: bool) -> Iterator[Refusal]:
    """Yield why a place on a board may not lead to this (C21)."""
    if reward.rank_bound and not pack.rank_prize.allowed and (value or reward.kind not in RECOGNITION_KINDS):
        detail = f"a place on a board wins nothing but recognition under {pack.stamp}"
        yield ruled(Reason.RANK_HAS_PRIZE, pack.rank_prize, detail)
