"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.board_values import Board, BoardLine, BoardPage, Narrowing, NewBoard, Page, Period, Wanted
from gamification.campaign_values import Campaign, Staff, Transition, Writing
from gamification.policy_packs import load_packs, shipped_packs
from gamification.rules import RuleSet, load
from gamification.rules.campaigns import Hand, Terms, text_problems
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
from gamification.rules.reports import Preview
from gamification.service.backfilling import backfill
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
from gamification.service.campaign_previews import record_preview, wanted_of, wanted_of_text
from gamification.service.campaigns import campaign, campaigns, create_campaign, edit_campaign, seen_by, transitions
from gamification.service.explaining import proof, why_not
from gamification.service.previewing import Advance, PreviewWanted, preview
from gamification.service.publishing import base_rules, compose_programme, current_rules, publish_rules
from gamification.service.reading import badges, entries, opportunities, points, streaks
from gamification.service.recording import record_deliveries
from gamification.service.reviewing import approve_campaign, reject_campaign, submit_campaign
from gamification.service.revoking import reinstate, revoke
from gamification.service.running import keep_schedule, move_campaign
from gamification.store.boards import Boards
from gamification.store.totals import Totals, totals

__all__ = [
    "ALL_TIME",
    "BOARD_PURPOSES",
    "Advance",
    "Board",
    "BoardLine",
    "BoardPage",
    "Boards",
    "Campaign",
    "Hand",
    "Narrowing",
    "NewBoard",
    "Packs",
    "Page",
    "Period",
    "PoliciesView",
    "PolicyView",
    "Preview",
    "PreviewWanted",
    "RuleSet",
    "Staff",
    "Terms",
    "Totals",
    "Transition",
    "Wanted",
    "Writing",
    "approve_campaign",
    "archive_board",
    "backfill",
    "badges",
    "base_rules",
    "board",
    "board_periods",
    "boards",
    "boards_for",
    "boards_wait",
    "campaign",
    "campaigns",
    "compose_programme",
    "create_board",
    "create_campaign",
    "current_rules",
    "edit_campaign",
    "entries",
    "in_force",
    "keep_boards",
    "keep_schedule",
    "leave",
    "load",
    "load_packs",
    "move_campaign",
    "opportunities",
    "pack_for",
    "points",
    "policies_view",
    "policy_view",
    "preview",
    "proof",
    "publish_rules",
    "record_deliveries",
    "record_preview",
    "refresh",
    "reinstate",
    "reject_campaign",
    "revoke",
    "seen_by",
    "shipped_packs",
    "streaks",
    "submit_campaign",
    "text_problems",
    "totals",
    "transitions",
    "unconfirmed",
    "wanted_of",
    "wanted_of_text",
    "why_not",
]
