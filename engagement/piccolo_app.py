"""Registers the room's tables with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from engagement.tables import ActivityRow

APP_CONFIG = AppConfig(
    app_name="engagement",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "engagement"),
    table_classes=[ActivityRow],
    migration_dependencies=["content.piccolo_app"],
)
