"""What policy says about a claim: every reason why not, and the yearly limits that the claim must be held against."""

from datetime import date
from typing import Final

import msgspec

from gamification.reward_values import Known, Reward, WhyNot
from gamification.rules import policy
from gamification.rules.policy.items import limit_of, regions_of
from gamification.rules.rewards import described
from gamification.vocabulary import RewardState

ALL: Final = "*"
"""Stands for every category in the year's counts."""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may get in a calendar year (C20), in minor units and in items; None is no limit."""

    value: int | None = None
    count: int | None = None
    category_value: int | None = None
    category_count: int | None = None


def approved(reward: Reward) -> policy.Reward:
    """Return a reward with its approval as policy looks at it: in days, while offers are decided to the second."""
    approval = policy.Approval(
        expires_on=reward.approval_until.date() if reward.approval_until else None,
        withdrawn=reward.state is RewardState.WITHDRAWN,
    )
    return msgspec.structs.replace(described(reward), approval=approval)


def claim_facts(reward: Reward, known: Known, so_far: policy.YearSoFar, on: date) -> policy.ClaimFacts:
    """Return the claim as policy looks at it.

    ``lanes`` is the reward's own: that accredited education earns nothing of value is held where points are granted.
    """
    return policy.ClaimFacts(
        on=on,
        reward=approved(reward),
        currency=known.currency(reward.currency),
        person=known.person,
        so_far=so_far,
        lanes=frozenset({reward.content_class}),
    )


def why_not(refusals: list[policy.Refusal]) -> list[WhyNot]:
    """Return refusals as they are shown."""
    return [WhyNot(each.code, each.detail, each.rule, each.confirmed) for each in refusals]


def caps(pack: policy.Pack, reward: Reward, known: Known) -> Caps:
    """Return the yearly limits that a claim of ``reward`` counts against; of all states of a person the strictest."""
    asked = described(reward)
    item = limit_of(pack, asked)
    states = [each.year_value.value for each in regions_of(pack, asked, known.person) if each.year_value]
    own = [pack.person_year.value.value] if pack.person_year.value else []
    return Caps(
        value=min([*own, *states], default=None),
        count=pack.person_year.count.value if pack.person_year.count else None,
        category_value=item.year_value.value if item and item.year_value else None,
        category_count=item.year_count.value if item and item.year_count else None,
    )
