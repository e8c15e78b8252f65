"""Whether the rules of a campaign, or of the programme, may go live in a country."""

from collections.abc import Iterator
from typing import Final

from content.vocabulary import ContentClass
from gamification.rules.policy.facts import AwardFacts, Currency, PublishFacts, Rule
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, refusal, ruled
from gamification.rules.policy.value import accredited_refusals, country_refusals
from gamification.rules.policy.vocabulary import Behaviour, QuizPlace, Reason
from gamification.vocabulary import RECOGNITION

SAID: Final = {
    Behaviour.ADVERSE_EVENT_REPORT: "reports of adverse events",
    Behaviour.PROMOTION_FORWARDED: "passing promotion on",
    Behaviour.SPEAKER_PROGRAMME_ATTENDED: "coming to a speaker programme",
    Behaviour.SURVEY_ANSWERED: "what a rating says, and not that it was given",
    Behaviour.TESTIMONIAL_GIVEN: "praise of a product",
}
"""What nobody is ever rewarded for."""


def publish_refusals(pack: Pack, facts: PublishFacts) -> list[Refusal]:
    """Return every reason why what is described may not go live where ``pack`` holds; none means that it may."""
    return list(_refusals(pack, facts))


def _refusals(pack: Pack, facts: PublishFacts) -> Iterator[Refusal]:
    currencies = {currency.key: currency for currency in facts.currencies}
    for rule in facts.rules:
        yield from _rule(pack, rule, currencies.get(rule.currency), by_marketer=facts.by_marketer)
    if any(currency.value_bearing for currency in facts.currencies):
        yield from country_refusals(pack)


def _rule(pack: Pack, rule: Rule, currency: Currency | None, *, by_marketer: bool) -> Iterator[Refusal]:
    if len(rule.lanes) > 1:
        lanes = ", ".join(sorted(rule.lanes))
        yield refusal(Reason.LANES_MIXED, "C13", f"{rule.key} counts {lanes} content; let each lane have its own rule")
    if by_marketer and ContentClass.ACCREDITED in rule.lanes:
        yield refusal(Reason.MARKETER_ON_ACCREDITED, "C15", f"{rule.key} is a marketer's rule on accredited education")
    if currency is None and rule.currency != RECOGNITION:
        yield refusal(Reason.CURRENCY_UNKNOWN, "C3", f"{rule.key} gives {rule.currency[:40]}, which nobody describes")
    value = currency is not None and currency.value_bearing
    yield from accredited_refusals(rule.lanes, None, value=value)
    yield from conduct_refusals(pack, rule, value=value)


def conduct_refusals(pack: Pack, rule: Rule | AwardFacts, *, value: bool) -> Iterator[Refusal]:
    """Yield what nobody may be rewarded for where ``pack`` holds, when it goes live and at each award (C8, C18)."""
    for behaviour in sorted(rule.behaviours & SAID.keys()):
        yield refusal(Reason.BEHAVIOUR_REFUSED, "C18", f"{rule.key} rewards {SAID[behaviour]}")
    if Behaviour.PROMOTION_VIEWED in rule.behaviours and rule.promotional_view_cap is None:
        yield refusal(Reason.PROMOTION_UNCAPPED, "C18", "viewing promotion is rewarded without a cap")
    promotional = ContentClass.PROMOTIONAL in rule.lanes
    if rule.quest and promotional and not pack.quest_on_promotion.allowed:
        detail = f"{rule.key} sends people from promotion to promotion"
        yield ruled(Reason.QUEST_ON_PROMOTION, pack.quest_on_promotion, detail)
    rulings = pack.quiz
    if rule.quiz is None:
        return
    if value and not rulings.prize.allowed:
        yield ruled(Reason.QUIZ_HAS_PRIZE, rulings.prize, f"no quiz has a prize under {pack.stamp}")
    if promotional and not rulings.promotional.allowed:
        yield ruled(Reason.QUIZ_PROMOTES, rulings.promotional, f"no quiz is about a product under {pack.stamp}")
    if rule.quiz is QuizPlace.BESIDE_SESSION and not rulings.outside_session.allowed:
        detail = f"at a meeting a quiz is part of a session, not at a stand or beside it, under {pack.stamp}"
        yield ruled(Reason.QUIZ_OUTSIDE_SESSION, rulings.outside_session, detail)
