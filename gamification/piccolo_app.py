"""Registers the room's tables with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from gamification.board_tables import BoardMember, BoardPeriod, BoardPopulation, BoardRow, BoardStanding
from gamification.campaign_tables import (
    CampaignBackfill,
    CampaignBudget,
    CampaignReview,
    CampaignRevision,
    CampaignRow,
    CampaignRuleKey,
    CampaignTransition,
)
from gamification.credential_tables import Credential
from gamification.currency_tables import CurrencyRow
from gamification.ledger_tables import Account, ClaimRow, Lot, RewardRow, RewardYear, TransferDispute, TransferOfValue
from gamification.tables import (
    AwardRow,
    BadgeDecisionRow,
    Budget,
    FreezeGrant,
    GoalRow,
    LedgerEntry,
    Outcome,
    RuleSetVersion,
    Standing,
)

APP_CONFIG = AppConfig(
    app_name="gamification",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "gamification"),
    table_classes=[
        RuleSetVersion,
        AwardRow,
        LedgerEntry,
        Standing,
        Outcome,
        Lot,
        Account,
        RewardRow,
        ClaimRow,
        RewardYear,
        TransferDispute,
        TransferOfValue,
        Budget,
        FreezeGrant,
        BadgeDecisionRow,
        GoalRow,
        BoardMember,
        BoardRow,
        BoardPeriod,
        BoardStanding,
        BoardPopulation,
        CampaignRow,
        CampaignRevision,
        CampaignReview,
        CampaignTransition,
        CampaignBudget,
        CampaignRuleKey,
        CampaignBackfill,
        Credential,
        CurrencyRow,
    ],
    migration_dependencies=["engagement.piccolo_app"],
)
