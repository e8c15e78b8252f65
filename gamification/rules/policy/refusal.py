"""A refusal: the stable code that programs read, the rule behind it, and the sentence and source that people read."""

import msgspec

from gamification.rules.policy.pack import LegalNumber, Ruling, ValueRuling
from gamification.rules.policy.texts import RULES


class Refusal(msgspec.Struct, frozen=True):
    """Why something may not be. ``confirmed`` is false where it rests on a text that nobody has read yet."""

    code: str
    rule: str
    detail: str
    source: str
    confirmed: bool


def refusal(code: str, rule: str, detail: str) -> Refusal:
    """Refuse by a rule of the reference itself."""
    text = RULES[rule]
    return Refusal(code, rule, detail, text.source, text.confirmed)


def ruled(code: str, ruling: Ruling | ValueRuling, detail: str) -> Refusal:
    """Refuse by what a pack rules."""
    return Refusal(code, ruling.rule, detail, ruling.source, ruling.confirmed)


def exceeded(code: str, rule: str, number: LegalNumber, detail: str) -> Refusal:
    """Refuse because a number of a pack is passed."""
    return Refusal(code, rule, detail, number.source, number.confirmed)
