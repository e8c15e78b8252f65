"""What a reward must be like, who may see it, and in which of a person's periods a claim counts."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Final

import msgspec

from gamification.errors import InvalidRewardError
from gamification.reward_values import NewReward, Reward
from gamification.rules import policy
from gamification.vocabulary import ClaimPeriod, RewardKind, RewardState
from kernel.disclosure import FEWEST

EVERYWHERE: Final = "*"
KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
TEXT: Final = re.compile(r"[^\s=+\-@][^\x00-\x1f]{0,199}")
"""Text that a spreadsheet takes for text: no formula begins like it."""

MONEY: Final = re.compile(r"[A-Z]{3}")
MOST: Final = 1_000_000_000


def check(new: NewReward, is_market: Callable[[str], bool]) -> None:
    """Refuse what a reward can't be.

    Raises:
        InvalidRewardError: the facts hold the ``field`` that is wrong.

    """
    _check_words(new)
    _check_markets(new.markets, is_market)
    for field, number in (("cost", new.cost), ("value", new.value), ("stock", new.stock)):
        if number is not None and not 0 <= number <= MOST:
            raise InvalidRewardError(f"{field} must be from 0 to {MOST}.", field=field)
    if new.per_person is not None and not 1 <= new.per_person <= 1_000:  # noqa: PLR2004 - said in the message
        raise InvalidRewardError("per_person must be from 1 to 1000, or null for no limit.", field="per_person")
    if (new.board is None) != (new.rank is None) or not 1 <= (new.rank or 1) <= MOST:
        raise InvalidRewardError(f"With a board goes the last rank that wins, 1 to {MOST}.", field="rank")
    _check_value(new)


def told(reward: Reward) -> Reward:
    """Return a reward as it is shown: its stock moves by whole tens of claims, until none is left."""
    if not reward.stock or reward.stocked is None:
        return reward
    claimed = max(reward.stocked - reward.stock, 0)
    return msgspec.structs.replace(reward, stock=reward.stocked - claimed // FEWEST * FEWEST)


def _check_words(new: NewReward) -> None:
    if not KEY.fullmatch(new.key):
        raise InvalidRewardError("key must be lower-case letters, digits and hyphens, 1 to 64.", field="key")
    if not KEY.fullmatch(new.currency):
        raise InvalidRewardError("currency must be lower-case letters, digits and hyphens.", field="currency")
    for field, text in (("name", new.name), ("payer", new.payer), ("product", new.product)):
        if text is not None and not TEXT.fullmatch(text):
            raise InvalidRewardError(f"{field} must be one line of 1 to 200 characters, no formula.", field=field)


def _check_markets(markets: Collection[str], is_market: Callable[[str], bool]) -> None:
    alone = tuple(markets) == (EVERYWHERE,)
    if not markets or not (alone or all(map(is_market, markets))):
        raise InvalidRewardError("markets must be ISO 3166 codes, or * alone.", field="markets")


def _check_value(new: NewReward) -> None:
    """Hold that money is stated in full, and that recognition pays for nothing that has a value (C3)."""
    if (new.value == 0) != (new.value_currency is None):
        raise InvalidRewardError("A value needs its currency, and no value has none.", field="value_currency")
    if new.value_currency is not None and not MONEY.fullmatch(new.value_currency):
        raise InvalidRewardError("value_currency must be an ISO 4217 code such as EUR.", field="value_currency")
    for field, refused in policy.reward_refusals(described(new), new.currency):
        raise _refused(field, refused)


def kind_of(word: str) -> RewardKind:
    """Return the kind of reward that a word names.

    Raises:
        InvalidRewardError: nothing of this kind is ever given (C2).

    """
    for refused in policy.kind_refusals(word):
        raise _refused("kind", refused)
    return RewardKind(word)


def described(new: NewReward) -> policy.Reward:
    """Return a reward, not yet approved, as policy looks at it."""
    return policy.Reward(
        kind=new.kind,
        value=policy.Money(new.value, new.value_currency) if new.value_currency else None,
        category=new.category,
        conditions=frozenset(new.conditions),
        product=new.product,
        rank_bound=new.board is not None,
    )


def _refused(field: str, refused: policy.Refusal) -> InvalidRewardError:
    return InvalidRewardError(f"{refused.detail} ({refused.rule}).", field=field, reason=refused.code)


def offered(reward: Reward, market: str, now: datetime) -> bool:
    """Tell whether somebody in ``market`` is shown a reward: it is approved for that market, and still (C17)."""
    holds = reward.approval_until is None or now < reward.approval_until
    return reward.state is RewardState.APPROVED and holds and not {EVERYWHERE, market}.isdisjoint(reward.markets)


def period_of(period: ClaimPeriod, day: date) -> str:
    """Return the name of the person's period that ``day`` lies in: ``2026-03``, ``2026-Q1``, ``2026`` or ``ever``."""
    return {
        ClaimPeriod.MONTH: f"{day.year:04}-{day.month:02}",
        ClaimPeriod.QUARTER: f"{day.year:04}-Q{(day.month + 2) // 3}",
        ClaimPeriod.YEAR: f"{day.year:04}",
        ClaimPeriod.EVER: "ever",
    }[period]
