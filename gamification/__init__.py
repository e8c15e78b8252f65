"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.rules import RuleSet
from gamification.service.board import ALL_TIME, BOARD_PURPOSES, board, leave, rebuild_if_lost, refresh
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
    "Boards",
    "RuleSet",
    "Totals",
    "badges",
    "board",
    "current_rules",
    "entries",
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
    "why_not",
]
