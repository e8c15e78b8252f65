"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

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
from gamification.service.board import ALL_TIME, BOARD_PURPOSES, board, leave, rebuild_if_lost, refresh
from gamification.service.publishing import current_rules, publish_rules
from gamification.service.reading import badges, entries, opportunities, points, proof, streaks
from gamification.service.recording import record_deliveries
from gamification.store.boards import Boards
from gamification.store.totals import Totals, totals

__all__ = [
    "ALL_TIME",
    "BOARD_PURPOSES",
    "Boards",
    "Packs",
    "PoliciesView",
    "PolicyView",
    "RuleSet",
    "Totals",
    "badges",
    "board",
    "current_rules",
    "entries",
    "in_force",
    "leave",
    "load_packs",
    "opportunities",
    "pack_for",
    "points",
    "policies_view",
    "policy_view",
    "proof",
    "publish_rules",
    "rebuild_if_lost",
    "record_deliveries",
    "refresh",
    "shipped_packs",
    "streaks",
    "totals",
    "unconfirmed",
]
