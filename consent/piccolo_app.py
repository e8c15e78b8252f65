"""Registers the tables of consent with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from consent.request_tables import (
    ErasureRow,
    LegalHoldRow,
    PackageChunk,
    PackageRow,
    PrivacyRequestRow,
    RequestStep,
    RestrictionRow,
)
from consent.tables import CurrentState, Event, NoticeVersion

APP_CONFIG = AppConfig(
    app_name="consent",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "consent"),
    table_classes=[
        NoticeVersion,
        Event,
        CurrentState,
        PrivacyRequestRow,
        RequestStep,
        RestrictionRow,
        PackageRow,
        PackageChunk,
        ErasureRow,
        LegalHoldRow,
    ],
)
