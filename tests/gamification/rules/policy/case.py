"""A spoilt fact beside the same thing unspoilt, and how to write it in one line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gamification.rules.policy import (
    Pack,
    Reason,
    Refusal,
    award_refusals,
    claim_refusals,
    fulfil_refusals,
    publish_refusals,
)
from tests.gamification.rules.policy.scenes import AWARD, CAMPAIGN, CLAIM, DELIVERY, US


@dataclass(frozen=True)
class Case:
    """``bad`` is refused by ``rule`` with ``code`` under ``pack``; ``good`` isn't refused under ``good_pack``."""

    rule: str
    code: Reason
    check: Callable[[Pack, Any], list[Refusal]]
    pack: Pack
    bad: Any
    good: Any
    good_pack: Pack | None = None


def publish(rule: str, code: Reason, bad: Any, good: Any = CAMPAIGN, pack: Pack = US) -> Case:
    return Case(rule, code, publish_refusals, pack, bad, good)


def award(rule: str, code: Reason, bad: Any, good: Any = AWARD, pack: Pack = US) -> Case:
    return Case(rule, code, award_refusals, pack, bad, good)


def claim(rule: str, code: Reason, bad: Any, good: Any = CLAIM, pack: Pack = US, good_pack: Pack | None = None) -> Case:
    return Case(rule, code, claim_refusals, pack, bad, good, good_pack)


def define(rule: str, code: Reason, bad: Iterable[Refusal], good: Iterable[Refusal]) -> Case:
    """What may not be defined, whatever the pack: ``bad`` and ``good`` are what the checks yield."""
    return Case(rule, code, lambda _, found: found, US, list(bad), list(good))


def fulfil(rule: str, code: Reason, bad: Any) -> Case:
    return Case(rule, code, fulfil_refusals, US, bad, DELIVERY)
