"""One spoilt fact for every way in which C1 to C22 refuse, each beside the same thing unspoilt, which is allowed."""

from datetime import timedelta
from typing import Final

from content.vocabulary import ContentClass
from gamification.rules.policy import (
    Behaviour,
    BoardFilter,
    Condition,
    Ending,
    ErasureFacts,
    ItemCategory,
    Money,
    QuizPlace,
    Reason,
    Record,
    ViewFacts,
    claim_refusals,
    erasure_refusals,
    view_refusals,
)
from tests.gamification.rules.policy.case import Case, award, claim, fulfil, publish
from tests.gamification.rules.policy.scenes import (
    APPROVAL,
    AWARD,
    BADGE,
    BOOKLET,
    CAMPAIGN,
    CLAIM,
    CREDIT,
    CREDIT_AWARD,
    DAY,
    DE,
    DELIVERY,
    ES,
    FR,
    FRENCH_CLAIM,
    GB,
    GERMAN_CLAIM,
    PRIZE,
    QUIZ,
    RECOGNITION,
    UNLOCK,
    US,
    boarded,
    but,
    campaign_with,
    ruled,
    shipped,
)

ACCREDITED, MEDICAL, PROMOTIONAL = ContentClass.ACCREDITED, ContentClass.MEDICAL, ContentClass.PROMOTIONAL


US_ITEMS = but(US, items=(but(US.items[0], category=ItemCategory.SMALL_ITEM, year_count=None),))
"""The American limits for a category that Minnesota does not exempt."""
SMALL = but(CLAIM, reward__category=ItemCategory.SMALL_ITEM)
STAND = but(QUIZ, place=QuizPlace.STAND)
QUIZ_BADGE = campaign_with(but(BADGE, quiz=QUIZ))
WITHDRAWN, ELSEWHERE = but(APPROVAL, withdrawn=True), but(APPROVAL, countries=frozenset({"BR"}))
YESTERDAY = but(APPROVAL, expires_on=DAY - timedelta(days=1))

CASES: Final = [
    publish("C1", Reason.READS_FORBIDDEN_DATA, ruled(reads=frozenset({"attended", "rx_volume"}))),
    publish("C1", Reason.READS_FORBIDDEN_DATA, ruled(key="most-sales")),
    publish("C2", Reason.KIND_REFUSED, campaign_with(but(BADGE, kind="gift_card"))),
    publish("C2", Reason.KIND_REFUSED, campaign_with(but(BADGE, kind="unheard_of"))),
    award("C2", Reason.KIND_REFUSED, but(AWARD, reward__kind="raffle")),
    claim("C2", Reason.KIND_REFUSED, but(CLAIM, reward__kind="voucher")),
    fulfil("C2", Reason.KIND_REFUSED, but(DELIVERY, reward__kind="cash")),
    publish("C3", Reason.RECOGNITION_HAS_VALUE, campaign_with(but(BADGE, value=Money(1, "USD")))),
    publish(
        "C3", Reason.RECOGNITION_HAS_VALUE, but(CAMPAIGN, currencies=(but(RECOGNITION, unit_value=Money(1, "USD")),))
    ),
    publish("C3", Reason.CURRENCY_NOT_CLOSED, but(CAMPAIGN, currencies=(but(RECOGNITION, transferable=True),))),
    publish("C3", Reason.CURRENCY_NOT_CLOSED, but(CAMPAIGN, currencies=(but(RECOGNITION, sold=True),))),
    award("C3", Reason.CURRENCY_NOT_CLOSED, but(AWARD, currency__converts_to=frozenset({"learning-credit"}))),
    publish(
        "C3",
        Reason.UNIT_VALUE_MISSING,
        but(CAMPAIGN, currencies=(but(CREDIT, unit_value=None),)),
        but(CAMPAIGN, currencies=(CREDIT,)),
    ),
    award("C3", Reason.RECOGNITION_HAS_VALUE, but(CREDIT_AWARD, currency__key="recognition"), CREDIT_AWARD),
    publish("C3", Reason.CURRENCY_UNKNOWN, ruled(currency="miles")),
    claim("C3", Reason.RECOGNITION_BUYS_VALUE, but(CLAIM, currency=RECOGNITION)),
    claim("C4", Reason.ITEM_OVER_LIMIT, but(CLAIM, reward__value=Money(10_001, "USD"))),
    claim("C4", Reason.CONDITION_UNMET, but(CLAIM, reward__conditions=frozenset({Condition.EDUCATES}))),
    claim("C4", Reason.CATEGORY_REFUSED, but(CLAIM, reward__category=ItemCategory.SMALL_ITEM)),
    claim("C4", Reason.CATEGORY_YEAR_COUNT, but(CLAIM, so_far__category_count=4), but(CLAIM, so_far__category_count=3)),
    claim("C4", Reason.VALUE_NOT_COMPARABLE, but(CLAIM, reward__value=Money(100, "EUR"), so_far__currency="EUR")),
    claim("C4", Reason.VALUE_NOT_COMPARABLE, but(CLAIM, reward__value=Money(-1, "USD"))),
    claim("C4", Reason.CATEGORY_REFUSED, but(CLAIM, reward__kind="content_unlock")),
    claim("C5", Reason.VALUE_UNKNOWN, but(CLAIM, reward__value=None)),
    publish("C5", Reason.VALUE_UNKNOWN, campaign_with(but(BOOKLET, value=None)), campaign_with(BOOKLET)),
    fulfil("C5", Reason.TRANSFER_NOT_RECORDED, but(DELIVERY, recorded=False)),
    claim("C6", Reason.STATE_UNKNOWN, but(CLAIM, person__regions=None)),
    claim("C6", Reason.STATE_REFUSES_GIFTS, but(CLAIM, person__regions=frozenset({"NY", "VT"}))),
    claim("C6", Reason.STATE_COMPANY_LIMIT_MISSING, but(CLAIM, person__regions=frozenset({"CA"}))),
    Case(
        "C6",
        Reason.STATE_YEAR_LIMIT,
        claim_refusals,
        but(US, regions=tuple(but(region, exempt=()) for region in US.regions)),
        but(CLAIM, person__regions=frozenset({"MN"}), so_far__value=5_000),
        but(CLAIM, person__regions=frozenset({"MN"}), so_far__value=5_000),
        US,
    ),
    Case(
        "C6",
        Reason.STATE_YEAR_LIMIT,
        claim_refusals,
        US_ITEMS,
        but(SMALL, person__regions=frozenset({"MN"}), reward__value=Money(2_001, "USD"), so_far__value=3_000),
        but(SMALL, person__regions=frozenset({"MN"}), reward__value=Money(2_000, "USD"), so_far__value=3_000),
    ),
    publish("C7", Reason.VALUE_OFF, campaign_with(PRIZE), CAMPAIGN, shipped("IT")),
    publish("C8", Reason.QUIZ_HAS_PRIZE, campaign_with(PRIZE), QUIZ_BADGE, GB),
    publish("C8", Reason.QUIZ_PROMOTES, campaign_with(but(BADGE, quiz=but(QUIZ, promotional=True))), QUIZ_BADGE, GB),
    publish("C8", Reason.QUIZ_OUTSIDE_SESSION, campaign_with(but(BADGE, quiz=STAND)), QUIZ_BADGE, GB),
    publish("C8", Reason.QUIZ_OF_CHANCE, campaign_with(but(BADGE, quiz=but(QUIZ, genuine=False))), QUIZ_BADGE, GB),
    publish(
        "C8",
        Reason.QUEST_ON_PROMOTION,
        ruled(quest=True, lanes=frozenset({PROMOTIONAL})),
        ruled(lanes=frozenset({PROMOTIONAL})),
        GB,
    ),
    publish("C9", Reason.VALUE_OFF, campaign_with(PRIZE), QUIZ_BADGE, ES),
    publish("C9", Reason.QUIZ_HAS_PRIZE, campaign_with(PRIZE), QUIZ_BADGE, ES),
    claim("C10", Reason.ITEM_OVER_LIMIT, but(GERMAN_CLAIM, reward__value=Money(3_001, "EUR")), GERMAN_CLAIM, DE),
    claim("C10", Reason.CONDITION_UNMET, but(GERMAN_CLAIM, reward__quiz=but(QUIZ, genuine=False)), GERMAN_CLAIM, DE),
    claim("C11", Reason.ITEM_OVER_LIMIT, but(FRENCH_CLAIM, reward__value=Money(3_001, "EUR")), FRENCH_CLAIM, FR),
    claim(
        "C11",
        Reason.CATEGORY_YEAR_VALUE,
        but(FRENCH_CLAIM, so_far__category_value=12_001),
        but(FRENCH_CLAIM, so_far__category_value=12_000),
        FR,
    ),
    publish("C12", Reason.VALUE_OFF, campaign_with(PRIZE), CAMPAIGN, shipped("JP")),
    claim("C12", Reason.PACK_NOT_VALID, but(CLAIM, on=DAY.replace(year=2027)), but(CLAIM, on=DAY)),
    claim("C12", Reason.PACK_NOT_SIGNED_OFF, CLAIM, CLAIM, shipped("US"), US),
    publish("C13", Reason.LANES_MIXED, ruled(lanes=frozenset({ACCREDITED, PROMOTIONAL}))),
    publish("C13", Reason.LANES_MIXED, boarded(lanes=frozenset({ACCREDITED, MEDICAL}))),
    award(
        "C13",
        Reason.PROMOTION_TOO_NEAR,
        but(AWARD, lane=ACCREDITED, minutes_to_promotion=29),
        but(AWARD, lane=ACCREDITED, minutes_to_promotion=30),
    ),
    award(
        "C13",
        Reason.PRODUCT_IN_ACCREDITED,
        but(AWARD, lane=ACCREDITED, reward=but(BADGE, product="Examplix")),
        but(AWARD, lane=ACCREDITED, reward=BADGE),
    ),
    publish("C14", Reason.SHARING_REQUIRED, ruled(lanes=frozenset({ACCREDITED}), needs_share_consent=True), ruled()),
    publish(
        "C14",
        Reason.INDIVIDUALS_NOT_SHARED,
        boarded(lanes=frozenset({ACCREDITED})),
        boarded(lanes=frozenset({ACCREDITED}), share_consent=True),
    ),
    Case(
        "C14",
        Reason.INDIVIDUALS_NOT_SHARED,
        view_refusals,
        US,
        ViewFacts(lane=ACCREDITED, individual=True),
        ViewFacts(lane=ACCREDITED, individual=True, share_consent=True),
    ),
    publish(
        "C15",
        Reason.MARKETER_ON_ACCREDITED,
        ruled(lanes=frozenset({ACCREDITED})),
        but(ruled(lanes=frozenset({ACCREDITED})), by_marketer=False),
    ),
    award("C16", Reason.ACCREDITED_EARNS_VALUE, but(CREDIT_AWARD, lane=ACCREDITED), CREDIT_AWARD),
    claim("C16", Reason.ACCREDITED_EARNS_VALUE, but(CLAIM, lanes=frozenset({ACCREDITED, MEDICAL}))),
    claim("C16", Reason.CREDITS_EXCHANGED, but(CLAIM, for_credits=True)),
    publish("C17", Reason.APPROVAL_MISSING, but(CAMPAIGN, approval=None)),
    publish("C17", Reason.APPROVAL_MISSING, campaign_with(but(BADGE, approval=None))),
    award("C17", Reason.APPROVAL_WITHDRAWN, but(AWARD, approval=WITHDRAWN)),
    award("C17", Reason.APPROVAL_EXPIRED, but(AWARD, approval=YESTERDAY)),
    claim("C17", Reason.APPROVAL_EXPIRED, but(CLAIM, reward__approval=YESTERDAY)),
    fulfil("C17", Reason.APPROVAL_WITHDRAWN, but(DELIVERY, reward__approval=WITHDRAWN)),
    publish("C17", Reason.APPROVAL_ELSEWHERE, but(CAMPAIGN, approval=ELSEWHERE)),
    *[
        publish(
            "C18",
            Reason.BEHAVIOUR_REFUSED,
            ruled(behaviours=frozenset({behaviour})),
            ruled(behaviours=frozenset({Behaviour.SURVEY_TAKEN_PART})),
        )
        for behaviour in Behaviour
        if behaviour not in {Behaviour.SURVEY_TAKEN_PART, Behaviour.PROMOTION_VIEWED}
    ],
    publish(
        "C18",
        Reason.PROMOTION_UNCAPPED,
        ruled(behaviours=frozenset({Behaviour.PROMOTION_VIEWED})),
        ruled(behaviours=frozenset({Behaviour.PROMOTION_VIEWED}), promotional_view_cap=3),
    ),
    award(
        "C18",
        Reason.PROMOTION_CAP_REACHED,
        but(
            AWARD,
            behaviours=frozenset({Behaviour.PROMOTION_VIEWED}),
            promotional_view_cap=3,
            promotional_views=3,
        ),
        but(
            AWARD,
            behaviours=frozenset({Behaviour.PROMOTION_VIEWED}),
            promotional_view_cap=3,
            promotional_views=2,
        ),
    ),
    claim("C19", Reason.PERSON_NOT_VERIFIED, but(CLAIM, person__verified=None)),
    award("C19", Reason.PERSON_NOT_VERIFIED, but(CREDIT_AWARD, person__verified=False), CREDIT_AWARD),
    fulfil("C19", Reason.LICENCE_NOT_ACTIVE, but(DELIVERY, person__licence_active=None)),
    claim("C19", Reason.CLASS_UNKNOWN, but(CLAIM, person__covered_recipient=None)),
    claim("C19", Reason.PUBLIC_EMPLOYEE, but(CLAIM, person__public_employee=True)),
    claim("C20", Reason.YEAR_LIMIT_MISSING, GERMAN_CLAIM, GERMAN_CLAIM, but(DE, person_year__value=None), DE),
    claim("C20", Reason.YEAR_VALUE_REACHED, but(CLAIM, so_far__value=31_001), but(CLAIM, so_far__value=31_000)),
    claim(
        "C20",
        Reason.YEAR_COUNT_REACHED,
        but(CLAIM, so_far__count=4),
        but(CLAIM, so_far__count=3),
        but(US, person_year__count=US.items[0].year_count),
    ),
    claim("C20", Reason.VALUE_NOT_COMPARABLE, but(CLAIM, so_far__currency="EUR")),
    award("C20", Reason.VALUE_NEEDS_CLAIM, but(CREDIT_AWARD, reward=BOOKLET), CREDIT_AWARD),
    fulfil("C20", Reason.NOT_RESERVED, but(DELIVERY, reserved=None)),
    fulfil("C20", Reason.NOT_RESERVED, but(DELIVERY, reserved=Money(8_999, "USD"))),
    publish("C21", Reason.BOARD_NOT_OPT_IN, boarded(opt_in=False)),
    publish("C21", Reason.BOARD_NOT_PSEUDONYMOUS, boarded(pseudonymous=False)),
    publish("C21", Reason.BOARD_TOO_SMALL, boarded(cohort=9), boarded(cohort=10)),
    publish(
        "C21",
        Reason.BOARD_TOO_NARROW,
        boarded(filters=frozenset({BoardFilter.SPECIALTY, BoardFilter.CITY})),
        boarded(filters=frozenset({BoardFilter.SPECIALTY, BoardFilter.MARKET})),
    ),
    publish("C21", Reason.BOARD_TOO_NARROW, boarded(filters=frozenset({BoardFilter.EMPLOYER}))),
    publish(
        "C21",
        Reason.RANK_HAS_PRIZE,
        campaign_with(but(UNLOCK, rank_bound=True)),
        campaign_with(but(BADGE, rank_bound=True)),
    ),
    *[
        Case(
            "C22",
            Reason.RECORD_MUST_STAY,
            erasure_refusals,
            US,
            ErasureFacts(record=record, ending=ending),
            ErasureFacts(record=record, ending=Ending.KEEP),
        )
        for record in (Record.AUDIT, Record.CONSENT_PROOF, Record.TRANSFER_OF_VALUE)
        for ending in (Ending.DELETE, Ending.SHRED)
    ],
    Case(
        "C22",
        Reason.IDENTIFIER_MUST_GO,
        erasure_refusals,
        US,
        ErasureFacts(record=Record.IDENTIFIER, ending=Ending.KEEP),
        ErasureFacts(record=Record.IDENTIFIER, ending=Ending.SHRED),
    ),
]
