"""Registers the room's tables with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from gamification.board_tables import BoardMember, BoardPeriod, BoardPopulation, BoardRow, BoardStanding
from gamification.credential_tables import Credential
from gamification.tables import AwardRow, Budget, LedgerEntry, Outcome, RuleSetVersion, Standing

APP_CONFIG = AppConfig(
    app_name="gamification",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "gamification"),
    table_classes=[
        RuleSetVersion,
        AwardRow,
        LedgerEntry,
        Standing,
        Outcome,
        Budget,
        BoardMember,
        BoardRow,
        BoardPeriod,
        BoardStanding,
        BoardPopulation,
        Credential,
    ],
    migration_dependencies=["engagement.piccolo_app"],
)
