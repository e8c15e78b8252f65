"""What the checks look at: only what a decision needs, and None where nobody knows, which never counts as a yes."""

from datetime import date

import msgspec

from content.vocabulary import ContentClass
from gamification.rules.policy.vocabulary import (
    Behaviour,
    BoardFilter,
    Condition,
    Ending,
    ItemCategory,
    QuizPlace,
    Record,
)
from gamification.vocabulary import RECOGNITION


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A description of something that is to be decided."""


class Money(msgspec.Struct, frozen=True):
    """A fair market value in hundredths of ``currency`` (ISO 4217)."""

    hundredths: int
    currency: str


class Approval(Facts, frozen=True, kw_only=True):
    """The medical-legal-regulatory approval of a text, a picture or a campaign, for ``countries`` ("*": all)."""

    id: str
    version: int
    expires_on: date | None
    countries: frozenset[str]
    withdrawn: bool = False


class Quiz(Facts, frozen=True, kw_only=True):
    """A quiz that a reward is tied to. ``genuine``: it tests knowledge, and chance decides nothing."""

    place: QuizPlace
    promotional: bool
    genuine: bool


class Reward(Facts, frozen=True, kw_only=True):
    """What is given. ``kind`` is any word, for it may be wrong; ``value`` is None for what has no value in money.

    ``conditions`` are those that its description states and that hold. ``rank_bound``: it goes to a place on a board.
    """

    kind: str
    value: Money | None = None
    category: ItemCategory | None = None
    conditions: frozenset[Condition] = frozenset()
    product: str | None = None
    quiz: Quiz | None = None
    rank_bound: bool = False
    approval: Approval | None = None


class Currency(Facts, frozen=True, kw_only=True):
    """A kind of points. ``unit_value``: the fair market value of one, set by compliance; None where it is not set."""

    key: str
    value_bearing: bool = False
    unit_value: Money | None = None
    transferable: bool = False
    sold: bool = False
    converts_to: frozenset[str] = frozenset()


class Rule(Facts, frozen=True, kw_only=True):
    """A rule, goal or quest. ``reads``: every verb, tag, signal and key it depends on.

    ``lanes``: of everything that it counts, so all of them where it doesn't choose.
    """

    key: str
    reads: frozenset[str] = frozenset()
    lanes: frozenset[ContentClass] = frozenset()
    behaviours: frozenset[Behaviour] = frozenset()
    promotional_view_cap: int | None = None
    quest: bool = False
    currency: str = RECOGNITION
    needs_share_consent: bool = False


class Board(Facts, frozen=True, kw_only=True):
    """A board as it would be shown. ``cohort``: how many people are on it; ``lanes``: what its points came from.

    ``share_consent``: whether everybody on it agreed that the company sees them in accredited education.
    """

    opt_in: bool
    pseudonymous: bool
    cohort: int
    filters: frozenset[BoardFilter] = frozenset()
    lanes: frozenset[ContentClass] = frozenset()
    share_consent: bool | None = None


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
    """A campaign or rule set that is to go live in the pack's country on ``on``. ``by_marketer``: who wrote it."""

    on: date
    rules: tuple[Rule, ...] = ()
    rewards: tuple[Reward, ...] = ()
    currencies: tuple[Currency, ...] = ()
    boards: tuple[Board, ...] = ()
    by_marketer: bool = True
    approval: Approval | None = None


class AwardFacts(Facts, frozen=True, kw_only=True):
    """An award that is to be granted on ``on``. ``minutes_to_promotion``: from the session to the nearest promotion."""

    on: date
    reward: Reward
    currency: Currency
    person: Person
    lane: ContentClass | None = None
    behaviours: frozenset[Behaviour] = frozenset()
    promotional_views: int = 0
    promotional_view_cap: int | None = None
    minutes_to_promotion: int | None = None
    approval: Approval | None = None


class Taking(Facts, frozen=True, kw_only=True):
    """A person takes a reward for points on ``on``. ``lanes``: where the points came from that are spent."""

    on: date
    reward: Reward
    currency: Currency
    person: Person
    so_far: YearSoFar
    lanes: frozenset[ContentClass] = frozenset()


class ClaimFacts(Taking, frozen=True, kw_only=True):
    """A claim. ``so_far`` is the year before it; ``for_credits``: it is paid with accredited credits."""

    for_credits: bool = False


class FulfilFacts(Taking, frozen=True, kw_only=True):
    """A claimed reward that is to be handed over. ``so_far`` is the year without it, ``reserved`` what its claim took.

    ``recorded``: whether the transfer of value is in the books.
    """

    reserved: Money | None
    recorded: bool


class ViewFacts(Facts, frozen=True, kw_only=True):
    """Somebody of the company wants to see data. ``individual``: of single people; ``share_consent``: theirs to it."""

    lane: ContentClass
    individual: bool
    share_consent: bool | None = None


class ErasureFacts(Facts, frozen=True, kw_only=True):
    """What is to become of a record of a person who is erased."""

    record: Record
    ending: Ending


class TransferFacts(Facts, frozen=True, kw_only=True):
    """A transfer of value; ``year_total`` is the person's, with this one in it, in hundredths."""

    value: Money
    year_total: int
    category: ItemCategory | None = None
    person: Person
    named_consent: bool | None = None
