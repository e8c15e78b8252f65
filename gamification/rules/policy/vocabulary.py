"""The words of policy: what may be given, what never is, and in which unit a legal number counts."""

from enum import StrEnum
from typing import Final

from gamification.vocabulary import RewardKind

RECOGNITION_KINDS: Final = frozenset({RewardKind.BADGE, RewardKind.CERTIFICATE, RewardKind.LEVEL})
"""Kinds that are recognition alone: they never have a value in money."""


class RefusedKind(StrEnum):
    """Kinds that the rules name as refused, so that a refusal can say that it is not a slip of the pen (C2).

    The whitelist is ``RewardKind``.
    """

    CASH = "cash"
    CASH_EQUIVALENT = "cash_equivalent"
    CHARITY_IN_NAME = "charity_in_name"
    ENTERTAINMENT = "entertainment"
    GIFT_CARD = "gift_card"
    PERSONAL_ITEM = "personal_item"
    RAFFLE = "raffle"
    TRAVEL = "travel"
    VOUCHER = "voucher"


class ItemCategory(StrEnum):
    """What an item with a value is to the law of a country; limits are set per category."""

    BOOK_OR_JOURNAL = "book_or_journal"
    EDUCATIONAL_MATERIAL = "educational_material"
    MEAL = "meal"
    PRIZE = "prize"
    SAMPLE = "sample"
    SMALL_ITEM = "small_item"


class Condition(StrEnum):
    """What must be true of an item with a value; whoever describes the item states it, and answers for it."""

    BENEFITS_PATIENTS = "benefits_patients"
    EDUCATES = "educates"
    NO_VALUE_OUTSIDE_WORK = "no_value_outside_work"
    NOT_ABOUT_A_PRESCRIPTION_PRODUCT = "not_about_a_prescription_product"
    RELEVANT_TO_PRACTICE = "relevant_to_practice"
    TASK_OF_KNOWLEDGE = "task_of_knowledge"


class Behaviour(StrEnum):
    """What a rule can reward somebody for, as far as the law looks at it (C18); anything else is ordinary learning."""

    ADVERSE_EVENT_REPORT = "adverse_event_report"
    PROMOTION_FORWARDED = "promotion_forwarded"
    PROMOTION_VIEWED = "promotion_viewed"
    SPEAKER_PROGRAMME_ATTENDED = "speaker_programme_attended"
    SURVEY_ANSWERED = "survey_answered"
    TESTIMONIAL_GIVEN = "testimonial_given"


class QuizPlace(StrEnum):
    """Where a quiz is held: the first is no part of any meeting, the last at a meeting but outside its sessions."""

    COURSE = "course"
    IN_SESSION = "in_session"
    BESIDE_SESSION = "beside_session"


class ValueBearing(StrEnum):
    """Whether anything with a value in money may be given: never, or under every condition that the pack states."""

    OFF = "never"
    CONDITIONAL = "conditional"


class Unit(StrEnum):
    """What a legal number counts. Money is in hundredths, so that no sum is ever rounded."""

    EUR_CENTS = "EUR cents"
    GBP_PENCE = "GBP pence"
    USD_CENTS = "USD cents"
    ITEMS = "items"
    MINUTES = "minutes"
    PEOPLE = "people"
    PER_CENT = "per cent"
    WORKING_DAYS = "working days"
    YEARS = "years"

    @property
    def currency(self) -> str | None:
        """The ISO 4217 code of a unit of money."""
        code, _, part = self.value.partition(" ")
        return code if part in {"cents", "pence"} else None


class Reason(StrEnum):
    """The stable codes of refusals; no code is ever given another meaning. The rule beside it says on what ground."""

    READS_FORBIDDEN_DATA = "reads-forbidden-data"
    KIND_REFUSED = "reward-kind-refused"
    RECOGNITION_HAS_VALUE = "recognition-has-value"
    RECOGNITION_BUYS_VALUE = "recognition-buys-value"
    CURRENCY_UNKNOWN = "currency-unknown"
    PACK_NOT_SIGNED_OFF = "pack-not-signed-off"
    VALUE_OFF = "value-bearing-off"
    VALUE_UNKNOWN = "value-unknown"
    VALUE_NOT_COMPARABLE = "value-not-comparable"
    CATEGORY_REFUSED = "item-category-refused"
    CONDITION_UNMET = "item-condition-unmet"
    ITEM_OVER_LIMIT = "item-over-limit"
    CATEGORY_YEAR_VALUE = "category-year-value-reached"
    CATEGORY_YEAR_COUNT = "category-year-count-reached"
    TRANSFER_NOT_RECORDED = "transfer-not-recorded"
    STATE_UNKNOWN = "state-unknown"
    STATE_REFUSES_GIFTS = "state-refuses-gifts"
    STATE_YEAR_LIMIT = "state-year-limit-reached"
    STATE_COMPANY_LIMIT_MISSING = "state-company-limit-missing"
    QUIZ_HAS_PRIZE = "quiz-has-prize"
    QUIZ_OUTSIDE_SESSION = "quiz-outside-session"
    QUIZ_PROMOTES = "quiz-promotes"
    QUEST_ON_PROMOTION = "quest-on-promotion"
    LANES_MIXED = "lanes-mixed"
    PRODUCT_IN_ACCREDITED = "product-in-accredited"
    PROMOTION_TOO_NEAR = "promotion-too-near"
    INDIVIDUALS_NOT_SHARED = "individuals-not-shared"
    MARKETER_ON_ACCREDITED = "marketer-on-accredited"
    ACCREDITED_EARNS_VALUE = "accredited-earns-value"
    CREDITS_EXCHANGED = "credits-exchanged"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    APPROVAL_EXPIRED = "approval-expired"
    BEHAVIOUR_REFUSED = "behaviour-refused"
    PROMOTION_UNCAPPED = "promotion-uncapped"
    PERSON_NOT_VERIFIED = "person-not-verified"
    LICENCE_NOT_ACTIVE = "licence-not-active"
    CLASS_UNKNOWN = "person-class-unknown"
    PUBLIC_EMPLOYEE = "public-employee"
    YEAR_LIMIT_MISSING = "year-limit-missing"
    YEAR_VALUE_REACHED = "year-value-reached"
    YEAR_COUNT_REACHED = "year-count-reached"
    NOT_RESERVED = "not-reserved"
    BOARD_TOO_NARROW = "board-too-narrow"
    RANK_HAS_PRIZE = "rank-has-prize"
