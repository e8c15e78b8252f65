"""Registers the tables of consent with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from consent.message_tables import MessageRow
from consent.request_tables import (
    ErasureRow,
    LegalHoldRow,
    PackageChunk,
    PackageRow,
    PrivacyRequestRow,
    RequestStep,
    RestrictionRow,
)
from consent.tables import (
    Confirmation,
    CurrentState,
    Event,
    Gap,
    Lapse,
    NoticeShown,
    NoticeVersion,
    Suppression,
)

APP_CONFIG = AppConfig(
    app_name="consent",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "consent"),
    table_classes=[
        NoticeVersion,
        NoticeShown,
        Event,
        Lapse,
        CurrentState,
        Confirmation,
        Suppression,
        Gap,
        MessageRow,
        PrivacyRequestRow,
        RequestStep,
        RestrictionRow,
        PackageRow,
        PackageChunk,
        ErasureRow,
        LegalHoldRow,
    ],
)
