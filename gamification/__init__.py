"""What engagement earns: points, badges, levels, streaks and a board, by rules that marketers write.

One pure fold over a person's activities decides everything; the ledger moves points by double entry and never
forgets. Points are recognition: they have no monetary value and can't be converted.
"""

from gamification.policy_packs import load_packs, shipped_packs
from gamification.reward_values import (
    Claim,
    Known,
    NearCap,
    NewReward,
    Reward,
    RewardOffer,
    Transfer,
    TransferTotal,
    WhyNot,
)
from gamification.rules import RuleSet
from gamification.rules.layouts import EFPIA, OPEN_PAYMENTS, efpia, open_payments
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
from gamification.service.board import ALL_TIME, BOARD_PURPOSES, board, leave, rebuild_if_lost, refresh
from gamification.service.claiming import cancel_claim, claim, claims_of, fulfil_claim
from gamification.service.explaining import proof, why_not
from gamification.service.publishing import current_rules, publish_rules
from gamification.service.reading import badges, entries, opportunities, points, streaks
from gamification.service.recording import record_deliveries
from gamification.service.revoking import reinstate, revoke
from gamification.service.rewards import approve_reward, catalogue, create_reward, offers, withdraw_reward
from gamification.service.spending import expire_lots
from gamification.service.transfers import exported, handed_over, near_caps, transfer_totals, transfers
from gamification.store.boards import Boards
from gamification.store.totals import Totals, totals

__all__ = [
    "ALL_TIME",
    "BOARD_PURPOSES",
    "EFPIA",
    "OPEN_PAYMENTS",
    "Boards",
    "Claim",
    "Condition",
    "ItemCategory",
    "Known",
    "NearCap",
    "NewReward",
    "Packs",
    "PoliciesView",
    "PolicyView",
    "Reward",
    "RewardOffer",
    "RuleSet",
    "Totals",
    "Transfer",
    "TransferTotal",
    "WhyNot",
    "approve_reward",
    "badges",
    "board",
    "cancel_claim",
    "catalogue",
    "claim",
    "claims_of",
    "create_reward",
    "current_rules",
    "efpia",
    "entries",
    "expire_lots",
    "exported",
    "fulfil_claim",
    "handed_over",
    "in_force",
    "leave",
    "load_packs",
    "near_caps",
    "offers",
    "open_payments",
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
    "reinstate",
    "revoke",
    "shipped_packs",
    "streaks",
    "totals",
    "transfer_totals",
    "transfers",
    "unconfirmed",
    "why_not",
    "withdraw_reward",
]
