"""Registers the tables of the log with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from audit.tables import (
    CheckpointRow,
    Detail,
    Entry,
    HoldRow,
    Leaf,
    Minimum,
    Pending,
    Publication,
    Refusal,
    Retention,
    ReviewRow,
    SavedSearchRow,
    TileRow,
)

APP_CONFIG = AppConfig(
    app_name="audit",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "audit"),
    table_classes=[
        Entry,
        Detail,
        Pending,
        Leaf,
        TileRow,
        CheckpointRow,
        Publication,
        Refusal,
        ReviewRow,
        SavedSearchRow,
        HoldRow,
        Minimum,
        Retention,
    ],
)
