"""Whether a campaign or rule set may go live in a country."""

from collections.abc import Iterator

from content.vocabulary import ContentClass
from gamification.rules.forbidden import forbidden_word
from gamification.rules.policy.approving import approval_refusals, reward_approval_refusals
from gamification.rules.policy.boards import board_refusals
from gamification.rules.policy.facts import Currency, PublishFacts, Reward, Rule
from gamification.rules.policy.items import item_refusals, quiz_refusals
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, refusal, ruled
from gamification.rules.policy.value import (
    accredited_refusals,
    bears_value,
    country_refusals,
    currency_refusals,
    kind_refusals,
)
from gamification.rules.policy.vocabulary import Behaviour, Reason
from gamification.vocabulary import RECOGNITION

REFUSED_BEHAVIOURS = frozenset(Behaviour) - {Behaviour.PROMOTION_VIEWED, Behaviour.SURVEY_TAKEN_PART}


def publish_refusals(pack: Pack, facts: PublishFacts) -> list[Refusal]:
    """Return every reason why what is described may not go live where ``pack`` holds; none means that it may."""
    return list(_refusals(pack, facts))


def _refusals(pack: Pack, facts: PublishFacts) -> Iterator[Refusal]:
    yield from approval_refusals(pack, facts.on, facts.approval, "the campaign")
    currencies = {currency.key: currency for currency in facts.currencies}
    lanes = frozenset[ContentClass]().union(*(rule.lanes for rule in facts.rules))
    for rule in facts.rules:
        yield from _rule(pack, rule, currencies.get(rule.currency), by_marketer=facts.by_marketer)
    for currency in facts.currencies:
        yield from currency_refusals(currency)
        if currency.value_bearing:
            yield from country_refusals(pack, facts.on)
    for reward in facts.rewards:
        yield from _reward(pack, facts, reward, lanes)
    for board in facts.boards:
        yield from board_refusals(pack, board)


def _rule(pack: Pack, rule: Rule, currency: Currency | None, *, by_marketer: bool) -> Iterator[Refusal]:
    for read in sorted(rule.reads | {rule.key}):
        word = forbidden_word(read)
        if word is not None:
            yield refusal(Reason.READS_FORBIDDEN_DATA, "C1", f"{rule.key} reads {read[:80]!r}, which holds {word}")
    if len(rule.lanes) > 1:
        lanes = ", ".join(sorted(rule.lanes))
        yield refusal(Reason.LANES_MIXED, "C13", f"{rule.key} counts {lanes} content; let each lane have its own rule")
    if ContentClass.ACCREDITED in rule.lanes:
        yield from _accredited(rule, by_marketer=by_marketer)
    if rule.quest and ContentClass.PROMOTIONAL in rule.lanes and not pack.quest_on_promotion.allowed:
        detail = f"{rule.key} sends people from promotion to promotion"
        yield ruled(Reason.QUEST_ON_PROMOTION, pack.quest_on_promotion, detail)
    if currency is None and rule.currency != RECOGNITION:
        yield refusal(Reason.CURRENCY_UNKNOWN, "C3", f"{rule.key} gives {rule.currency[:40]}, which nobody describes")
    value = currency is not None and currency.value_bearing
    yield from accredited_refusals(rule.lanes, None, value=value)
    yield from behaviour_refusals(rule.behaviours, rule.promotional_view_cap)


def _accredited(rule: Rule, *, by_marketer: bool) -> Iterator[Refusal]:
    if by_marketer:
        yield refusal(Reason.MARKETER_ON_ACCREDITED, "C15", f"{rule.key} is a marketer's rule on accredited education")
    if rule.needs_share_consent:
        detail = f"{rule.key} wants consent to share before anybody may take part in accredited education"
        yield refusal(Reason.SHARING_REQUIRED, "C14", detail)


def behaviour_refusals(behaviours: frozenset[Behaviour], cap: int | None) -> Iterator[Refusal]:
    """Yield what nobody may be rewarded for (C18)."""
    for behaviour in sorted(behaviours & REFUSED_BEHAVIOURS):
        yield refusal(Reason.BEHAVIOUR_REFUSED, "C18", f"nobody is rewarded for {behaviour.replace('_', ' ')}")
    if Behaviour.PROMOTION_VIEWED in behaviours and cap is None:
        yield refusal(Reason.PROMOTION_UNCAPPED, "C18", "viewing promotion is rewarded without a cap")


def _reward(pack: Pack, facts: PublishFacts, reward: Reward, lanes: frozenset[ContentClass]) -> Iterator[Refusal]:
    value = bears_value(reward)
    yield from kind_refusals(reward)
    yield from reward_approval_refusals(pack, facts.on, reward)
    yield from quiz_refusals(pack, reward, value=value)
    yield from accredited_refusals(lanes, reward.product, value=value)
    if value:
        yield from country_refusals(pack, facts.on)
        yield from item_refusals(pack, reward)
