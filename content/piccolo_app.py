"""Registers the tables of content with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from content.tables import Item

APP_CONFIG = AppConfig(
    app_name="content",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "content"),
    table_classes=[Item],
)
