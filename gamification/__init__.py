"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.board_values import Board, BoardLine, BoardPage, Narrowing, NewBoard, Page, Period, Wanted
from gamification.credentials import BadgeIssuer, BadgeKeys
from gamification.policy_packs import load_packs, shipped_packs
from gamification.rules import RuleSet
from gamification.rules.policy import (
    Packs,
    PoliciesView,
    PolicyView,
    in_force,
    pack_for,
    policies_view,
    policy_view,
    unconfirmed,
)
from gamification.service.board import (
    board,
    board_periods,
    boards_for,
)
from gamification.service.board_defining import archive_board, boards, create_board
from gamification.service.board_keeping import (
    ALL_TIME,
    BOARD_PURPOSES,
    boards_wait,
    keep_boards,
    leave,
    refresh,
)
from gamification.service.credentials import (
    badge_achievement,
    badge_status,
    issue_badge,
    judge_badge,
    verify_badge,
    written_badge,
    written_document,
    written_list,
)
from gamification.service.explaining import proof, why_not
from gamification.service.publishing import current_rules, publish_rules
from gamification.service.reading import badges, entries, opportunities, points, streaks
from gamification.service.recording import record_deliveries
from gamification.service.revoking import reinstate, revoke
from gamification.store.boards import Boards
from gamification.store.totals import Totals, totals

__all__ = [
    "ALL_TIME",
    "BOARD_PURPOSES",
    "BadgeIssuer",
    "BadgeKeys",
    "Board",
    "BoardLine",
    "BoardPage",
    "Boards",
    "Narrowing",
    "NewBoard",
    "Packs",
    "Page",
    "Period",
    "PoliciesView",
    "PolicyView",
    "RuleSet",
    "Totals",
    "Wanted",
    "archive_board",
    "badge_achievement",
    "badge_status",
    "badges",
    "board",
    "board_periods",
    "boards",
    "boards_for",
    "boards_wait",
    "create_board",
    "current_rules",
    "entries",
    "in_force",
    "issue_badge",
    "judge_badge",
    "keep_boards",
    "leave",
    "load_packs",
    "opportunities",
    "pack_for",
    "points",
    "policies_view",
    "policy_view",
    "proof",
    "publish_rules",
    "record_deliveries",
    "refresh",
    "reinstate",
    "revoke",
    "shipped_packs",
    "streaks",
    "totals",
    "unconfirmed",
    "verify_badge",
    "why_not",
    "written_badge",
    "written_document",
    "written_list",
]
