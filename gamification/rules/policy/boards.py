"""Whether a board may be shown, whether the company may see something, and how a record ends."""

from collections.abc import Iterator
from datetime import date

from content.vocabulary import ContentClass
from gamification.rules.policy.choosing import Packs, pack_for
from gamification.rules.policy.facts import Board, ErasureFacts, ViewFacts
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, exceeded, refusal
from gamification.rules.policy.vocabulary import BoardFilter, Ending, Reason, Record

PLACES = frozenset({BoardFilter.CITY, BoardFilter.EMPLOYER, BoardFilter.REGION})
NOT_SHARED = "people in accredited education are not shown to the company without their consent"


def board_refusals(pack: Pack, board: Board) -> list[Refusal]:
    """Return every reason why a board may not be shown (C21, and C13 and C14 where accredited points are on it)."""
    return list(_board(pack, board))


def _board(pack: Pack, board: Board) -> Iterator[Refusal]:
    if not board.opt_in:
        yield refusal(Reason.BOARD_NOT_OPT_IN, "C21", "only those who asked for it are on a board")
    if not board.pseudonymous:
        yield refusal(Reason.BOARD_NOT_PSEUDONYMOUS, "C21", "a board shows aliases, never names")
    if board.cohort < pack.cohort.value:
        detail = f"{board.cohort} people are fewer than {pack.cohort.value}"
        yield exceeded(Reason.BOARD_TOO_SMALL, "C21", pack.cohort, detail)
    narrow = BoardFilter.EMPLOYER in board.filters or (
        BoardFilter.SPECIALTY in board.filters and bool(PLACES & board.filters)
    )
    if narrow:
        detail = f"{', '.join(sorted(board.filters))} together can point at one person"
        yield refusal(Reason.BOARD_TOO_NARROW, "C21", detail)
    if len(board.lanes) > 1:
        lanes = ", ".join(sorted(board.lanes))
        yield refusal(Reason.LANES_MIXED, "C13", f"the board adds up {lanes} points; let each lane have its own")
    if ContentClass.ACCREDITED in board.lanes and board.share_consent is not True:
        yield refusal(Reason.INDIVIDUALS_NOT_SHARED, "C14", NOT_SHARED)


def least_cohort(packs: Packs, country: str | None, on: date) -> int:
    """Return how many people a board must have on a day if all of it are of ``country``; None: of any countries."""
    countries = packs.countries() if country is None else [country]
    return max((pack_for(packs, each, on).cohort.value for each in countries), default=0)


def view_refusals(_: Pack, facts: ViewFacts) -> list[Refusal]:
    """Return why somebody of the company may not see this (C14)."""
    if facts.lane is ContentClass.ACCREDITED and facts.individual and facts.share_consent is not True:
        return [refusal(Reason.INDIVIDUALS_NOT_SHARED, "C14", NOT_SHARED)]
    return []


def erasure_refusals(_: Pack, facts: ErasureFacts) -> list[Refusal]:
    """Return why a record may not end this way when a person is erased (C22)."""
    if facts.record is Record.IDENTIFIER:
        if facts.ending is Ending.KEEP:
            return [refusal(Reason.IDENTIFIER_MUST_GO, "C22", "what identifies an erased person is shredded")]
    elif facts.ending is not Ending.KEEP:
        named = facts.record.replace("_", " ")
        return [refusal(Reason.RECORD_MUST_STAY, "C22", f"{named} outlives an erasure, without what identifies")]
    return []
