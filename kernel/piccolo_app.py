"""Registers the kernel's tables with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from kernel.tables import Answer, Outbox

APP_CONFIG = AppConfig(
    app_name="kernel",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "kernel"),
    table_classes=[Outbox, Answer],
)
