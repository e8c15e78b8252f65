"""What the checks look at: only what a decision needs, and None where nobody knows, which never counts as a yes."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import msgspec

from content.vocabulary import ContentClass
from gamification.rules.policy.vocabulary import Behaviour, Condition, ItemCategory, QuizPlace
from gamification.vocabulary import RECOGNITION, RewardKind


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A description of something that is to be decided."""


class Money(msgspec.Struct, frozen=True):
    """A fair market value in hundredths of ``currency`` (ISO 4217)."""

    hundredths: int
    currency: str


class Approval(Facts, frozen=True, kw_only=True):
    """The medical-legal-regulatory approval of a reward; ``expires_on``: its last day."""

    expires_on: date | None = None
    withdrawn: bool = False


class Reward(Facts, frozen=True, kw_only=True):
    """What is given. ``value`` is None for what has no value in money.

    ``conditions`` are those that its description states and that hold. ``rank_bound``: it goes to a place on a board.
    """

    kind: RewardKind
    value: Money | None = None
    category: ItemCategory | None = None
    conditions: frozenset[Condition] = frozenset()
    product: str | None = None
    rank_bound: bool = False
    approval: Approval = Approval()


class Currency(Facts, frozen=True, kw_only=True):
    """A kind of points. ``unit_value``: the fair market value of one, set by compliance; None for no value at all."""

    key: str
    unit_value: Money | None = None

    @property
    def value_bearing(self) -> bool:
        """Whether one unit is worth something in money."""
        return self.unit_value is not None


class Rule(Facts, frozen=True, kw_only=True):
    """A rule, goal or quest. ``lanes``: of everything that it counts, as far as it says.

    ``quiz``: where the quiz is held whose answers it counts, if it counts any.
    """

    key: str
    lanes: frozenset[ContentClass] = frozenset()
    behaviours: frozenset[Behaviour] = frozenset()
    promotional_view_cap: int | None = None
    quest: bool = False
    quiz: QuizPlace | None = None
    currency: str = RECOGNITION


class Board(Facts, frozen=True, kw_only=True):
    """A board that is to be made. ``rules``: those it counts, each with the lanes for which it can pay."""

    lane: ContentClass
    rules: Mapping[str, frozenset[ContentClass]] = MappingProxyType({})
    narrowed: bool = False


class Sessions(Facts, frozen=True, kw_only=True):
    """Two live sessions of which one is accredited and one promotes. ``other``: the lane of the one that was there."""

    other: ContentClass
    minutes_between: int


class Person(Facts, frozen=True, kw_only=True):
    """The class of a person that is kept with what they get; None wherever nobody knows.

    ``regions``: the states in which the person is licensed, practises or lives.
    """

    verified: bool | None = None
    licence_active: bool | None = None
    profession: str | None = None
    public_employee: bool | None = None
    covered_recipient: bool | None = None
    regions: frozenset[str] | None = None


class YearSoFar(Facts, frozen=True, kw_only=True):
    """What a person got in the calendar year, reserved included, over all campaigns and legal entities.

    ``value`` and ``count`` are of everything; ``category_value`` and ``category_count`` of the reward's category alone.
    """

    currency: str
    value: int = 0
    count: int = 0
    category_value: int = 0
    category_count: int = 0


class PublishFacts(Facts, frozen=True, kw_only=True):
    """The rules of a campaign or programme that are to go live. ``by_marketer``: who wrote them."""

    rules: tuple[Rule, ...] = ()
    currencies: tuple[Currency, ...] = ()
    by_marketer: bool = True


class AwardFacts(Rule, frozen=True, kw_only=True):
    """Points of ``paid`` that a rule is to give a person for content of its lanes."""

    paid: Currency
    person: Person


class ClaimFacts(Facts, frozen=True, kw_only=True):
    """A claim of a reward for points on ``on``. ``lanes``: of the reward. ``so_far`` is the year without it."""

    on: date
    reward: Reward
    currency: Currency
    person: Person
    so_far: YearSoFar
    lanes: frozenset[ContentClass] = frozenset()


class FulfilFacts(ClaimFacts, frozen=True, kw_only=True):
    """A claimed reward that is to be handed over. ``reserved``: what its claim took of the year.

    ``recorded``: whether the transfer of value is in the books.
    """

    reserved: Money | None
    recorded: bool


class TransferFacts(Facts, frozen=True, kw_only=True):
    """A transfer of value; ``year_total`` is the person's, with this one in it, in hundredths."""

    value: Money
    year_total: int
    category: ItemCategory | None = None
    person: Person
    named_consent: bool | None = None
