"""The words of policy: what may be given, what never is, and in which unit a legal number counts."""

from enum import StrEnum
from typing import Final


class RewardKind(StrEnum):
    """The whitelist (C2): what may be given at all. Whatever isn't a word of this is refused by its kind."""

    BADGE = "badge"
    CERTIFICATE = "certificate"
    LEVEL = "level"
    POINTS = "points"
    CONTENT_UNLOCK = "content_unlock"
    EDUCATIONAL_ITEM = "educational_item"


RECOGNITION_KINDS: Final = frozenset({RewardKind.BADGE, RewardKind.CERTIFICATE, RewardKind.LEVEL})
"""Kinds that are recognition alone: they never have a value in money."""


WITHOUT_VALUE: Final = RECOGNITION_KINDS | {RewardKind.POINTS}
"""Kinds that anybody may get for anything, a place on a board included, as long as the points have no value."""


class RefusedKind(StrEnum):
    """Kinds that the rules name as refused, so that a refusal can say that it is not a slip of the pen (C2)."""

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
    SURVEY_TAKEN_PART = "survey_taken_part"
    TESTIMONIAL_GIVEN = "testimonial_given"


class QuizPlace(StrEnum):
    """Where a quiz is held; the first is no part of any meeting."""

    COURSE = "course"
    IN_SESSION = "in_session"
    BESIDE_SESSION = "beside_session"
    STAND = "stand"


class ValueBearing(StrEnum):
    """Whether anything with a value in money may be given: never, or under every condition that the pack states."""

    OFF = "never"
    CONDITIONAL = "conditional"


class BoardFilter(StrEnum):
    """What a board can be narrowed by; some of them together point at one person (C21)."""

    CITY = "city"
    EMPLOYER = "employer"
    MARKET = "market"
    REGION = "region"
    SEGMENT = "segment"
    SPECIALTY = "specialty"


class Record(StrEnum):
    """What is kept about a person, as far as it differs in how long (C22)."""

    AUDIT = "audit"
    CONSENT_PROOF = "consent_proof"
    IDENTIFIER = "identifier"
    TRANSFER_OF_VALUE = "transfer_of_value"


class Ending(StrEnum):
    """What is to become of a record when a person is erased."""

    DELETE = "delete"
    KEEP = "keep"
    SHRED = "shred"


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
    CURRENCY_NOT_CLOSED = "currency-not-closed"
    CURRENCY_UNKNOWN = "currency-unknown"
    UNIT_VALUE_MISSING = "currency-unit-value-missing"
    PACK_NOT_VALID = "pack-not-valid"
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
    QUIZ_OF_CHANCE = "quiz-of-chance"
    QUIZ_OUTSIDE_SESSION = "quiz-outside-session"
    QUIZ_PROMOTES = "quiz-promotes"
    QUEST_ON_PROMOTION = "quest-on-promotion"
    LANES_MIXED = "lanes-mixed"
    PRODUCT_IN_ACCREDITED = "product-in-accredited"
    PROMOTION_TOO_NEAR = "promotion-too-near"
    INDIVIDUALS_NOT_SHARED = "individuals-not-shared"
    SHARING_REQUIRED = "sharing-consent-required"
    MARKETER_ON_ACCREDITED = "marketer-on-accredited"
    ACCREDITED_EARNS_VALUE = "accredited-earns-value"
    CREDITS_EXCHANGED = "credits-exchanged"
    APPROVAL_MISSING = "approval-missing"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    APPROVAL_EXPIRED = "approval-expired"
    APPROVAL_ELSEWHERE = "approval-elsewhere"
    BEHAVIOUR_REFUSED = "behaviour-refused"
    PROMOTION_UNCAPPED = "promotion-uncapped"
    PROMOTION_CAP_REACHED = "promotion-cap-reached"
    PERSON_NOT_VERIFIED = "person-not-verified"
    LICENCE_NOT_ACTIVE = "licence-not-active"
    CLASS_UNKNOWN = "person-class-unknown"
    PUBLIC_EMPLOYEE = "public-employee"
    YEAR_LIMIT_MISSING = "year-limit-missing"
    YEAR_VALUE_REACHED = "year-value-reached"
    YEAR_COUNT_REACHED = "year-count-reached"
    VALUE_NEEDS_CLAIM = "value-needs-claim"
    NOT_RESERVED = "not-reserved"
    BOARD_NOT_OPT_IN = "board-not-opt-in"
    BOARD_NOT_PSEUDONYMOUS = "board-not-pseudonymous"
    BOARD_TOO_SMALL = "board-too-small"
    BOARD_TOO_NARROW = "board-too-narrow"
    RANK_HAS_PRIZE = "rank-has-prize"
    RECORD_MUST_STAY = "record-must-stay"
    IDENTIFIER_MUST_GO = "identifier-must-go"
