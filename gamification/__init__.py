"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

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
from gamification.service.board import ALL_TIME, BOARD_PURPOSES, board, leave, rebuild_if_lost, refresh
from gamification.service.campaign_previews import record_preview, wanted_of, wanted_of_text
from gamification.service.campaigns import campaign, campaigns, create_campaign, edit_campaign, transitions
from gamification.service.explaining import proof, why_not
from gamification.service.previewing import Advance, Wanted, preview
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
    "Boards",
    "Campaign",
    "Hand",
    "Packs",
    "PoliciesView",
    "PolicyView",
    "Preview",
    "RuleSet",
    "Staff",
    "Terms",
    "Totals",
    "Transition",
    "Wanted",
    "Writing",
    "approve_campaign",
    "backfill",
    "badges",
    "base_rules",
    "board",
    "campaign",
    "campaigns",
    "compose_programme",
    "create_campaign",
    "current_rules",
    "edit_campaign",
    "entries",
    "in_force",
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
    "rebuild_if_lost",
    "record_deliveries",
    "record_preview",
    "refresh",
    "reinstate",
    "reject_campaign",
    "revoke",
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
