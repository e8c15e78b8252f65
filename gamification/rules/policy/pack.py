"""A policy pack: what one country allows from one day on, with every number's unit, source and standing.

None of it is legal advice. ``confirmed`` says that a public text with this very number was read; it never says that a
lawyer agreed. Money is in hundredths of its currency, so that no sum is ever rounded.
"""

from datetime import date
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from gamification.rules.policy.texts import OWN
from gamification.rules.policy.vocabulary import Condition, ItemCategory, Unit, ValueBearing
from gamification.vocabulary import RewardKind

Key: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$", max_length=64)]
Country: TypeAlias = Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2)]
Code: TypeAlias = Annotated[str, Meta(min_length=1, max_length=3)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=600)]

RECOGNITION_ONLY: Final = "recognition-only"
"""The code of the built-in pack that holds where no other does."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a pack; it can't be changed, and takes no field it doesn't know."""


class Sourced(Part, frozen=True, kw_only=True):
    """A statement of somebody's: ``source`` says whose, ``confirmed`` whether that text was read."""

    source: Text
    confirmed: bool


class LegalNumber(Sourced, frozen=True, kw_only=True):
    """A number that a rule states."""

    value: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    unit: Unit


class Ruling(Sourced, frozen=True, kw_only=True):
    """A yes or no of a country, under a rule of C1 to C22, with its source."""

    allowed: bool
    rule: Code


class ValueRuling(Sourced, frozen=True, kw_only=True):
    """Whether anything with a value in money may be given at all, with the rule and source that say so."""

    state: ValueBearing
    rule: Code


class ItemLimit(Part, frozen=True, kw_only=True):
    """The limits of one category of items; a limit that is absent isn't set, a condition that is named must hold.

    ``kinds`` are the kinds of reward that may be such an item; none where the category is only recorded, never earned.
    """

    category: ItemCategory
    rule: Code
    kinds: Annotated[tuple[RewardKind, ...], Meta(max_length=4)] = ()
    each: LegalNumber | None = None
    year_value: LegalNumber | None = None
    year_count: LegalNumber | None = None
    conditions: Annotated[tuple[Condition, ...], Meta(max_length=10)] = ()


class PersonYear(Part, frozen=True, kw_only=True):
    """What one person may get in a calendar year, across all campaigns and legal entities (C20)."""

    value: LegalNumber | None = None
    count: LegalNumber | None = None


def _no(rule: str) -> Ruling:
    """What holds where a pack doesn't say: no, by Laurel's own rule."""
    return Ruling(allowed=False, rule=rule, source=OWN, confirmed=True)


QUIZ: Final = _no("C12")

SILENCE: Final = LegalNumber(value=30, unit=Unit.MINUTES, source="ACCME Standard 5.2 (accme.org)", confirmed=True)
COHORT: Final = LegalNumber(value=10, unit=Unit.PEOPLE, source=OWN, confirmed=False)
ALERT: Final = LegalNumber(value=80, unit=Unit.PER_CENT, source=OWN, confirmed=False)


class QuizRulings(Part, frozen=True, kw_only=True):
    """What a quiz may be: with a prize, about a product, or held at a meeting but outside its sessions."""

    prize: Ruling = QUIZ
    promotional: Ruling = QUIZ
    outside_session: Ruling = QUIZ


class Disclosure(Sourced, frozen=True, kw_only=True):
    """When a transfer of value must be published. It is recorded from the first cent, whatever this says (C5).

    One of at least ``each`` is published, and every one once the year's total exceeds ``year_total``.
    """

    rule: Code
    each: LegalNumber | None = None
    year_total: LegalNumber | None = None
    named_needs_consent: bool = False
    report_by: Text | None = None
    recipients: Annotated[tuple[Name, ...], Meta(max_length=30)] = ()
    exempt: Annotated[tuple[ItemCategory, ...], Meta(max_length=10)] = ()


class Region(Part, frozen=True, kw_only=True):
    """A state within a country whose own rule comes on top; of all that fit a person the strictest holds (C6)."""

    code: Code
    name: Name
    gifts: Ruling
    year_value: LegalNumber | None = None
    needs_company_limit: bool = False
    publish_from: LegalNumber | None = None
    exempt: Annotated[tuple[ItemCategory, ...], Meta(max_length=10)] = ()


class SignOff(Part, frozen=True, kw_only=True):
    """That people answer for a pack: which office (never a name), and since when."""

    by: Name
    since: date


class Pack(Part, frozen=True, kw_only=True):
    """What ``country`` (ISO 3166 alpha-2) allows from ``valid_from`` to ``valid_to``, both days included.

    Without ``signed_off`` nobody answers for it, and nothing with a value is given. ``agreement_notice``: how long
    before it an agreement about more than the limits must be declared. ``silence``: how far promotion stays from
    accredited education. ``cohort``: the least size of a board. ``alert``: the share of a yearly limit that warns.
    """

    country: Country
    code: Key
    version: Annotated[int, Meta(ge=1, le=100_000)]
    valid_from: date
    valid_to: date | None = None
    name: Name
    notice: Text
    signed_off: SignOff | None = None
    sources: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=30)]
    value_bearing: ValueRuling
    items: Annotated[tuple[ItemLimit, ...], Meta(max_length=20)] = ()
    person_year: PersonYear = PersonYear()
    quiz: QuizRulings = QuizRulings()
    quest_on_promotion: Ruling = _no("C12")
    rank_prize: Ruling = _no("C21")
    public_employees: Ruling = _no("C19")
    agreement_notice: LegalNumber | None = None
    silence: LegalNumber = SILENCE
    cohort: LegalNumber = COHORT
    alert: LegalNumber = ALERT
    disclosure: Disclosure | None = None
    regions: Annotated[tuple[Region, ...], Meta(max_length=80)] = ()

    @property
    def stamp(self) -> str:
        """Code and version, as awards and proofs name a pack: ``us-2026/1``."""
        return f"{self.code}/{self.version}"

    def valid_on(self, day: date) -> bool:
        """Whether the pack holds on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
