"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.credentials import BadgeIssuer, BadgeKeys
from gamification.rules import RuleSet
from gamification.service.board import ALL_TIME, BOARD_PURPOSES, board, leave, rebuild_if_lost, refresh
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
    "Boards",
    "RuleSet",
    "Totals",
    "badge_achievement",
    "badge_status",
    "badges",
    "board",
    "current_rules",
    "entries",
    "issue_badge",
    "judge_badge",
    "leave",
    "opportunities",
    "points",
    "proof",
    "publish_rules",
    "rebuild_if_lost",
    "record_deliveries",
    "refresh",
    "reinstate",
    "revoke",
    "streaks",
    "totals",
    "verify_badge",
    "why_not",
    "written_badge",
    "written_document",
    "written_list",
]
