"""One spoilt fact for every way in which C1 to C22 refuse, each beside the same thing unspoilt, which is allowed."""

from datetime import timedelta
from typing import Any, Final

from content.vocabulary import ContentClass
from gamification.rules.policy import (
    Behaviour,
    Board,
    Condition,
    ItemCategory,
    Money,
    Pack,
    QuizPlace,
    Reason,
    Refusal,
    Reward,
    Sessions,
    board_refusals,
    claim_refusals,
    currency_refusals,
    key_refusals,
    kind_refusals,
    offer_refusals,
    reward_refusals,
    session_refusals,
    sharing_refusals,
)
from tests.gamification.rules.policy.case import Case, award, claim, define, fulfil, publish
from tests.gamification.rules.policy.scenes import (
    APPROVAL,
    AWARD,
    BADGE,
    BOARD,
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
    PAYING,
    RECOGNITION,
    SESSIONS,
    UNLOCK,
    US,
    but,
    ruled,
    shipped,
)

ACCREDITED, MEDICAL, PROMOTIONAL = ContentClass.ACCREDITED, ContentClass.MEDICAL, ContentClass.PROMOTIONAL


US_ITEMS = but(US, items=(but(US.items[0], category=ItemCategory.SMALL_ITEM, year_count=None),))
"""The American limits for a category that Minnesota does not exempt."""
SMALL = but(CLAIM, reward__category=ItemCategory.SMALL_ITEM)
WITHDRAWN = but(APPROVAL, withdrawn=True)
QUIZ = ruled(quiz=QuizPlace.COURSE)
YESTERDAY = but(APPROVAL, expires_on=DAY - timedelta(days=1))


def rewarded(reward: Reward, currency: str = CREDIT.key) -> list[Refusal]:
    return [refused for _, refused in reward_refusals(reward, currency)]


def boarded(board: Board) -> list[Refusal]:
    return [refused for _, refused in board_refusals(board)]


def near(pack: Pack, sessions: Sessions) -> list[Refusal]:
    return list(session_refusals(pack, sessions))


def offered(**changes: Any) -> Case:
    return Case("C21", Reason.RANK_HAS_PRIZE, offer_refusals, US, but(CLAIM, **changes), but(CLAIM, reward=BADGE))


CASES: Final = [
    define(
        "C1",
        Reason.READS_FORBIDDEN_DATA,
        [each for _, each in key_refusals({"key": "rx-volume"})],
        [each for _, each in key_refusals({"key": "cardiology"})],
    ),
    define("C1", Reason.READS_FORBIDDEN_DATA, currency_refusals("sales"), currency_refusals("merit")),
    define("C2", Reason.KIND_REFUSED, kind_refusals("gift_card"), kind_refusals("badge")),
    define("C2", Reason.KIND_REFUSED, kind_refusals("unheard_of"), kind_refusals("educational_item")),
    define("C3", Reason.RECOGNITION_HAS_VALUE, rewarded(but(BADGE, value=Money(1, "USD"))), rewarded(BADGE)),
    define("C3", Reason.RECOGNITION_HAS_VALUE, currency_refusals("recognition"), currency_refusals("merit")),
    define("C3", Reason.RECOGNITION_BUYS_VALUE, rewarded(BOOKLET, "recognition"), rewarded(BOOKLET)),
    publish("C3", Reason.CURRENCY_UNKNOWN, ruled(currency="miles")),
    claim("C3", Reason.RECOGNITION_BUYS_VALUE, but(CLAIM, currency=RECOGNITION)),
    claim("C4", Reason.ITEM_OVER_LIMIT, but(CLAIM, reward__value=Money(10_001, "USD"))),
    claim("C4", Reason.CONDITION_UNMET, but(CLAIM, reward__conditions=frozenset({Condition.EDUCATES}))),
    claim("C4", Reason.CATEGORY_REFUSED, but(CLAIM, reward__category=ItemCategory.SMALL_ITEM)),
    claim("C4", Reason.CATEGORY_YEAR_COUNT, but(CLAIM, so_far__category_count=4), but(CLAIM, so_far__category_count=3)),
    claim("C4", Reason.VALUE_NOT_COMPARABLE, but(CLAIM, reward__value=Money(100, "EUR"), so_far__currency="EUR")),
    claim("C4", Reason.VALUE_NOT_COMPARABLE, but(CLAIM, reward__value=Money(-1, "USD"))),
    claim("C4", Reason.CATEGORY_REFUSED, but(CLAIM, reward__kind="content_unlock")),
    define("C5", Reason.VALUE_UNKNOWN, rewarded(but(BOOKLET, value=None)), rewarded(BOOKLET)),
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
    publish("C7", Reason.VALUE_OFF, PAYING, CAMPAIGN, shipped("IT")),
    publish("C8", Reason.QUIZ_HAS_PRIZE, ruled(PAYING, quiz=QuizPlace.COURSE), QUIZ, GB),
    award("C8", Reason.QUIZ_HAS_PRIZE, but(CREDIT_AWARD, quiz=QuizPlace.COURSE), but(AWARD, quiz=QuizPlace.COURSE), GB),
    publish("C8", Reason.QUIZ_PROMOTES, ruled(quiz=QuizPlace.COURSE, lanes=frozenset({PROMOTIONAL})), QUIZ, GB),
    publish(
        "C8",
        Reason.QUIZ_OUTSIDE_SESSION,
        ruled(quiz=QuizPlace.BESIDE_SESSION),
        ruled(quiz=QuizPlace.IN_SESSION),
        GB,
    ),
    publish(
        "C8",
        Reason.QUEST_ON_PROMOTION,
        ruled(quest=True, lanes=frozenset({PROMOTIONAL})),
        ruled(lanes=frozenset({PROMOTIONAL})),
        GB,
    ),
    award(
        "C8",
        Reason.QUEST_ON_PROMOTION,
        but(AWARD, quest=True, lanes=frozenset({PROMOTIONAL})),
        but(AWARD, quest=True),
        GB,
    ),
    publish("C9", Reason.VALUE_OFF, PAYING, QUIZ, ES),
    publish("C9", Reason.QUIZ_HAS_PRIZE, ruled(PAYING, quiz=QuizPlace.COURSE), QUIZ, ES),
    claim("C10", Reason.ITEM_OVER_LIMIT, but(GERMAN_CLAIM, reward__value=Money(3_001, "EUR")), GERMAN_CLAIM, DE),
    claim("C10", Reason.CONDITION_UNMET, but(GERMAN_CLAIM, reward__conditions=frozenset()), GERMAN_CLAIM, DE),
    claim("C11", Reason.ITEM_OVER_LIMIT, but(FRENCH_CLAIM, reward__value=Money(3_001, "EUR")), FRENCH_CLAIM, FR),
    claim(
        "C11",
        Reason.CATEGORY_YEAR_VALUE,
        but(FRENCH_CLAIM, so_far__category_value=12_001),
        but(FRENCH_CLAIM, so_far__category_value=12_000),
        FR,
    ),
    publish("C12", Reason.VALUE_OFF, PAYING, CAMPAIGN, shipped("JP")),
    claim("C12", Reason.PACK_NOT_SIGNED_OFF, CLAIM, CLAIM, shipped("US"), US),
    publish("C13", Reason.LANES_MIXED, ruled(lanes=frozenset({ACCREDITED, PROMOTIONAL}))),
    define(
        "C13",
        Reason.LANES_MIXED,
        boarded(but(BOARD, rules={"congress-stand": frozenset({PROMOTIONAL})})),
        boarded(but(BOARD, rules={"webinar": frozenset(ContentClass)})),
    ),
    Case("C13", Reason.PROMOTION_TOO_NEAR, near, US, but(SESSIONS, minutes_between=29), SESSIONS),
    claim(
        "C13",
        Reason.PRODUCT_IN_ACCREDITED,
        but(CLAIM, lanes=frozenset({ACCREDITED}), reward=but(BADGE, product="Examplix")),
        but(CLAIM, lanes=frozenset({ACCREDITED}), reward=BADGE),
    ),
    *[
        define(
            "C14",
            Reason.INDIVIDUALS_NOT_SHARED,
            sharing_refusals(ACCREDITED, agreed=False),
            sharing_refusals(lane, agreed=agreed),
        )
        for lane, agreed in ((ACCREDITED, True), (MEDICAL, False), (PROMOTIONAL, False))
    ],
    publish(
        "C15",
        Reason.MARKETER_ON_ACCREDITED,
        ruled(lanes=frozenset({ACCREDITED})),
        but(ruled(lanes=frozenset({ACCREDITED})), by_marketer=False),
    ),
    award("C16", Reason.ACCREDITED_EARNS_VALUE, but(CREDIT_AWARD, lanes=frozenset({ACCREDITED})), CREDIT_AWARD),
    claim("C16", Reason.ACCREDITED_EARNS_VALUE, but(CLAIM, lanes=frozenset({ACCREDITED, MEDICAL}))),
    define("C16", Reason.CREDITS_EXCHANGED, currency_refusals("cme-credits"), currency_refusals("merit")),
    claim("C17", Reason.APPROVAL_EXPIRED, but(CLAIM, reward__approval=YESTERDAY)),
    fulfil("C17", Reason.APPROVAL_WITHDRAWN, but(DELIVERY, reward__approval=WITHDRAWN)),
    *[
        publish(
            "C18",
            Reason.BEHAVIOUR_REFUSED,
            ruled(behaviours=frozenset({behaviour})),
            ruled(),
        )
        for behaviour in Behaviour
        if behaviour is not Behaviour.PROMOTION_VIEWED
    ],
    publish(
        "C18",
        Reason.PROMOTION_UNCAPPED,
        ruled(behaviours=frozenset({Behaviour.PROMOTION_VIEWED})),
        ruled(behaviours=frozenset({Behaviour.PROMOTION_VIEWED}), promotional_view_cap=3),
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
    fulfil("C20", Reason.NOT_RESERVED, but(DELIVERY, reserved=None)),
    fulfil("C20", Reason.NOT_RESERVED, but(DELIVERY, reserved=Money(8_999, "USD"))),
    define(
        "C21",
        Reason.BOARD_TOO_NARROW,
        boarded(Board(lane=ACCREDITED, narrowed=True)),
        boarded(but(BOARD, narrowed=True)),
    ),
    offered(reward=but(UNLOCK, rank_bound=True)),
    offered(reward=but(BOOKLET, rank_bound=True)),
]
