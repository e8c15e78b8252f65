"""Whether an award may be granted, and a reward be offered, claimed and handed over."""

from collections.abc import Iterator

import msgspec

from gamification.rules.policy.approving import approval_refusals
from gamification.rules.policy.facts import AwardFacts, ClaimFacts, FulfilFacts
from gamification.rules.policy.items import item_refusals, limit_of, rank_refusals, regions_of, year_refusals
from gamification.rules.policy.pack import LegalNumber, Pack
from gamification.rules.policy.publishing import conduct_refusals
from gamification.rules.policy.refusal import Refusal, refusal
from gamification.rules.policy.value import accredited_refusals, bears_value, country_refusals, person_refusals
from gamification.rules.policy.vocabulary import Reason, Unit


def award_refusals(pack: Pack, facts: AwardFacts) -> list[Refusal]:
    """Return every reason why an award may not be granted to this person where ``pack`` holds."""
    return list(_award(pack, facts))


def _award(pack: Pack, facts: AwardFacts) -> Iterator[Refusal]:
    value = facts.paid.value_bearing
    yield from conduct_refusals(pack, facts, value=value)
    yield from accredited_refusals(facts.lanes, None, value=value)
    if value:
        yield from country_refusals(pack)
        yield from person_refusals(pack, facts.person)


def offer_refusals(pack: Pack, facts: ClaimFacts) -> list[Refusal]:
    """Return every reason why a reward may not be offered to anybody where ``pack`` holds, by what it is tied to."""
    return list(_offer(pack, facts))


def _offer(pack: Pack, facts: ClaimFacts) -> Iterator[Refusal]:
    value = bears_value(facts.reward)
    yield from rank_refusals(pack, facts.reward, value=value)
    yield from accredited_refusals(facts.lanes, facts.reward.product, value=value)


def claim_refusals(pack: Pack, facts: ClaimFacts) -> list[Refusal]:
    """Return every reason why a person may not claim a reward where ``pack`` holds."""
    return list(_claim(pack, facts))


def fulfil_refusals(pack: Pack, facts: FulfilFacts) -> list[Refusal]:
    """Return every reason why a claimed reward may not be handed over where ``pack`` holds; a claim decides nothing."""
    found = claim_refusals(pack, facts)
    if not bears_value(facts.reward):
        return found
    if not facts.recorded:
        found.append(refusal(Reason.TRANSFER_NOT_RECORDED, "C5", "the transfer of value is not in the books"))
    value, reserved = facts.reward.value, facts.reserved
    if (
        value is None
        or reserved is None
        or reserved.currency != value.currency
        or reserved.hundredths < value.hundredths
    ):
        found.append(refusal(Reason.NOT_RESERVED, "C20", "the claim didn't reserve the value of what is handed over"))
    return found


def _claim(pack: Pack, facts: ClaimFacts) -> Iterator[Refusal]:
    reward = facts.reward
    yield from approval_refusals(facts.on, reward)
    yield from _offer(pack, facts)
    if bears_value(reward):
        if not facts.currency.value_bearing:
            detail = f"{facts.currency.key} has no value and can't be turned into something that has one"
            yield refusal(Reason.RECOGNITION_BUYS_VALUE, "C3", detail)
        yield from country_refusals(pack)
        yield from person_refusals(pack, facts.person)
        yield from item_refusals(pack, reward)
        yield from year_refusals(pack, reward, facts.person, facts.so_far)


class Alert(msgspec.Struct, frozen=True):
    """A yearly limit that is nearly used up after a claim: ``used`` of ``limit``, counted in ``unit``.

    ``category``: it is of the reward's category alone. ``region``: the state whose limit it is.
    """

    code: str
    used: int
    limit: int
    unit: Unit
    category: bool = False
    region: str | None = None


def alerts(pack: Pack, facts: ClaimFacts) -> list[Alert]:
    """Return the yearly limits of the person that a claim would bring to the pack's alert share or above it (C20)."""
    value = facts.reward.value
    if value is None or not bears_value(facts.reward):
        return []
    near: list[Alert] = []

    def look(
        code: str, limit: LegalNumber | None, used: int, *, category: bool = False, region: str | None = None
    ) -> None:
        if limit is not None and used * 100 >= limit.value * pack.alert.value:
            near.append(Alert(code, used, limit.value, limit.unit, category, region))

    year, item, so_far = pack.person_year, limit_of(pack, facts.reward), facts.so_far
    total = so_far.value + value.hundredths
    look("year-value-near", year.value, total)
    look("year-count-near", year.count, so_far.count + 1)
    if item is not None:
        look("category-value-near", item.year_value, so_far.category_value + value.hundredths, category=True)
        look("category-count-near", item.year_count, so_far.category_count + 1, category=True)
    for region in regions_of(pack, facts.reward, facts.person):
        look("state-value-near", region.year_value, total, region=region.code)
    return near
