"""What crosses the boundary of this room about rewards: what can be claimed, what was claimed, what was handed over.

Money is in minor units (hundredths) of its currency, so that no sum is ever rounded.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from content.vocabulary import ContentClass
from gamification.dispute_vocabulary import DisputeGround, DisputeState
from gamification.rules import policy
from gamification.vocabulary import RECOGNITION, ClaimPeriod, ClaimState, RewardKind, RewardState
from people.vocabulary import PersonId


class NewReward(msgspec.Struct, frozen=True, kw_only=True):
    """A reward to create, as a draft.

    ``stock``: None is unlimited, 0 is out. ``per_person`` claims in each ``period`` of a person's own calendar; None is
    unlimited. ``markets`` are ISO 3166-1 alpha-2 codes, or ``("*",)`` alone. ``value``, with ``value_currency``, is the
    fair market value of one, 0 where it has none. With ``board`` (a key) it is for those alone who came to ``rank`` or
    better in the newest closed period of that board. ``payer`` names the legal entity that pays; ``category`` and
    ``conditions`` are words of the policy packs; ``brand`` is the key of the brand that it belongs to, if it is
    promotional and belongs to one.
    """

    key: str
    name: str
    kind: RewardKind
    markets: tuple[str, ...]
    payer: str
    content_class: ContentClass
    currency: str = RECOGNITION
    cost: int = 0
    value: int = 0
    value_currency: str | None = None
    stock: int | None = None
    per_person: int | None = None
    period: ClaimPeriod = ClaimPeriod.YEAR
    product: str | None = None
    category: policy.ItemCategory | None = None
    conditions: tuple[policy.Condition, ...] = ()
    content: UUID | None = None
    brand: str | None = None
    board: str | None = None
    rank: int | None = None


class Reward(NewReward, frozen=True, kw_only=True):
    """A reward as staff see it; accounts are ids, times are UTC.

    ``stock`` is what is left of ``stocked``; it is told after every ten claims, and when none is left: looking twice
    must not tell that somebody claimed one meanwhile.
    """

    id: UUID
    stocked: int | None
    state: RewardState
    created_by: UUID
    created_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    approval_reference: str | None
    approval_until: datetime | None


class WhyNot(msgspec.Struct, frozen=True):
    """Why a reward can't be claimed now: a stable code, and the rule where it is one of policy.

    ``confirmed`` is false where it rests on a legal text that nobody has read yet.
    """

    code: str
    detail: str
    rule: str | None = None
    confirmed: bool = True


class RewardOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward as a healthcare professional sees it: what it costs, whether it can be claimed now and if not, why.

    ``stock`` is told as in ``Reward``.
    """

    id: UUID
    key: str
    name: str
    kind: RewardKind
    currency: str
    cost: int
    value: int
    value_currency: str | None
    stock: int | None
    content: UUID | None
    claimable: bool
    why_not: list[WhyNot]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed reward. ``value`` was reserved of the person's ``year``; ``pack`` is the policy that allowed it."""

    id: UUID
    person: PersonId
    reward: UUID
    state: ClaimState
    period: str
    slot: int | None
    currency: str
    cost: int
    value: int
    value_currency: str | None
    payer: str
    product: str | None
    category: str | None
    market: str
    year: int
    pack: str
    consent: UUID | None
    claimed_at: datetime
    closed_at: datetime | None = None
    closed_by: UUID | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beyond Laurel's own tables: the person's class, and what compliance says of each currency.

    What nobody knows is never a yes: with nothing known, nothing that has a value can be claimed.
    """

    person: policy.Person = policy.Person()
    currencies: Mapping[str, policy.Currency] = MappingProxyType({})

    def currency(self, key: str) -> policy.Currency:
        """Return what is known about a currency: without a word of compliance it is worth nothing."""
        return self.currencies.get(key, policy.Currency(key=key))


NOTHING_KNOWN: Final = Known()


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer of value as it stands: amounts in minor units; the person is a pseudonym, never a name.

    ``amount`` is what it came to: as a dispute corrected it, what it really cost, or the value that was committed; None
    before it is handed over. ``disputed``: the recipient says that it is wrong, and nobody has answered yet.
    ``profession``, ``states``, ``public_employee`` and ``covered_recipient`` are the recipient's when it was claimed.
    """

    claim: UUID
    person: PersonId
    payer: str
    product: str | None
    nature: str
    category: str | None
    market: str
    currency: str
    estimated: int | None
    committed: int | None
    actual: int | None
    corrected: int | None = None
    released: bool
    disputed: bool = False
    amount: int | None
    at: datetime
    profession: str | None = None
    states: tuple[str, ...] = ()
    public_employee: bool | None = None
    covered_recipient: bool | None = None


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """That the recipient of a transfer of value says that its record is wrong, and what came of it."""

    id: UUID
    claim: UUID
    person: PersonId
    ground: DisputeGround
    state: DisputeState
    opened_at: datetime
    answered_at: datetime | None = None
    answered_by: UUID | None = None


class TransferTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What one legal entity handed over in one market, by category: recipients are counted, not listed."""

    market: str
    payer: str
    category: str | None
    currency: str
    recipients: int
    transfers: int
    amount: int


class NearCap(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has used up most of what the policy allows in a year, reserved included."""

    person: PersonId
    category: str
    currency: str
    value: int
    count: int
    alerted_at: datetime
