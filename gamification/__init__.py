"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.board_values import Board, BoardLine, BoardPage, Narrowing, NewBoard, Page, Period, Wanted
from gamification.campaign_values import Campaign, Staff, Transition, Writing
from gamification.credential_vocabulary import Form, Verdict
from gamification.credentials import BadgeIssuer, BadgeKeys
from gamification.currency_values import CurrencyView, NewCurrency
from gamification.dispute_vocabulary import DisputeGround, DisputeState
from gamification.holdings import HOLDINGS
from gamification.policy_packs import load_packs, packs_in_force, shipped_packs, use_packs
from gamification.programme_values import Difference, Discrepancy, FreezesView, Rebuilt
from gamification.retraction_vocabulary import Retraction
from gamification.reward_values import (
    Claim,
    Dispute,
    Known,
    NearCap,
    NewReward,
    Reward,
    RewardOffer,
    Transfer,
    TransferTotal,
    WhyNot,
)
from gamification.rules import RuleSet, load
from gamification.rules.campaigns import Hand, Terms, text_problems
from gamification.rules.layouts import EFPIA, OPEN_PAYMENTS, ColumnNote, column_notes, open_payments
from gamification.rules.policy import (
    Condition,
    ItemCategory,
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
from gamification.rules.rewards import kind_of
from gamification.service.backfilling import backfill
from gamification.service.board import (
    board,
    board_periods,
    boards_for,
)
from gamification.service.board_defining import archive_board, boards, create_board
from gamification.service.board_keeping import (
    ALL_TIME,
    boards_wait,
    copy_boards,
    keep_boards,
    leave,
    refresh,
)
from gamification.service.campaign_previews import record_preview, wanted_of, wanted_of_text
from gamification.service.campaigns import campaign, campaigns, create_campaign, edit_campaign, seen_by, transitions
from gamification.service.checking import problems_of
from gamification.service.claiming import cancel_claim, cancel_reserved, claim, claims_of, fulfil_claim
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
from gamification.service.currencies import (
    approve_currency,
    currencies,
    define_currency,
    known,
    withdraw_currency,
)
from gamification.service.disputing import answer_dispute, dispute_transfer, own_transfers
from gamification.service.explaining import proof, why_not
from gamification.service.freezing import grant_freezes
from gamification.service.goals import pay_contributors
from gamification.service.levels import lapse_levels
from gamification.service.previewing import Advance, PreviewWanted, preview
from gamification.service.publishing import base_rules, compose_programme, current_rules, publish_rules
from gamification.service.reading import badges, entries, opportunities, points, streaks
from gamification.service.rebuilding import people_to_rebuild, rebuild
from gamification.service.recording import record_deliveries
from gamification.service.retelling import told_preview
from gamification.service.retracting import retract
from gamification.service.reviewing import approve_campaign, reject_campaign, submit_campaign
from gamification.service.revoking import reinstate, revoke
from gamification.service.rewards import approve_reward, catalogue, create_reward, offers, withdraw_reward
from gamification.service.running import keep_schedule, move_campaign
from gamification.service.sessions import refuse_near_promotion, silence_for, within_accredited
from gamification.service.spending import expire_lots
from gamification.service.transfers import exported, handed_over, near_caps, transfer_totals, transfers, yearly_report
from gamification.service.windows import check_window
from gamification.store.boards import Boards
from gamification.store.totals import Totals, totals

__all__ = [
    "ALL_TIME",
    "EFPIA",
    "HOLDINGS",
    "OPEN_PAYMENTS",
    "Advance",
    "BadgeIssuer",
    "BadgeKeys",
    "Board",
    "BoardLine",
    "BoardPage",
    "Boards",
    "Campaign",
    "Claim",
    "ColumnNote",
    "Condition",
    "CurrencyView",
    "Difference",
    "Discrepancy",
    "Dispute",
    "DisputeGround",
    "DisputeState",
    "Form",
    "FreezesView",
    "Hand",
    "ItemCategory",
    "Known",
    "Narrowing",
    "NearCap",
    "NewBoard",
    "NewCurrency",
    "NewReward",
    "Packs",
    "Page",
    "Period",
    "PoliciesView",
    "PolicyView",
    "Preview",
    "PreviewWanted",
    "Rebuilt",
    "Retraction",
    "Reward",
    "RewardOffer",
    "RuleSet",
    "Staff",
    "Terms",
    "Totals",
    "Transfer",
    "TransferTotal",
    "Transition",
    "Verdict",
    "Wanted",
    "WhyNot",
    "Writing",
    "answer_dispute",
    "approve_campaign",
    "approve_currency",
    "approve_reward",
    "archive_board",
    "backfill",
    "badge_achievement",
    "badge_status",
    "badges",
    "base_rules",
    "board",
    "board_periods",
    "boards",
    "boards_for",
    "boards_wait",
    "campaign",
    "campaigns",
    "cancel_claim",
    "cancel_reserved",
    "catalogue",
    "check_window",
    "claim",
    "claims_of",
    "column_notes",
    "compose_programme",
    "copy_boards",
    "create_board",
    "create_campaign",
    "create_reward",
    "currencies",
    "current_rules",
    "define_currency",
    "dispute_transfer",
    "edit_campaign",
    "entries",
    "expire_lots",
    "exported",
    "fulfil_claim",
    "grant_freezes",
    "handed_over",
    "in_force",
    "issue_badge",
    "judge_badge",
    "keep_boards",
    "keep_schedule",
    "kind_of",
    "known",
    "lapse_levels",
    "leave",
    "load",
    "load_packs",
    "move_campaign",
    "near_caps",
    "offers",
    "open_payments",
    "opportunities",
    "own_transfers",
    "pack_for",
    "packs_in_force",
    "pay_contributors",
    "people_to_rebuild",
    "points",
    "policies_view",
    "policy_view",
    "preview",
    "problems_of",
    "proof",
    "publish_rules",
    "rebuild",
    "record_deliveries",
    "record_preview",
    "refresh",
    "refuse_near_promotion",
    "reinstate",
    "reject_campaign",
    "retract",
    "revoke",
    "seen_by",
    "shipped_packs",
    "silence_for",
    "streaks",
    "submit_campaign",
    "text_problems",
    "told_preview",
    "totals",
    "transfer_totals",
    "transfers",
    "transitions",
    "unconfirmed",
    "use_packs",
    "verify_badge",
    "wanted_of",
    "wanted_of_text",
    "why_not",
    "withdraw_currency",
    "withdraw_reward",
    "within_accredited",
    "written_badge",
    "written_document",
    "written_list",
    "yearly_report",
]
