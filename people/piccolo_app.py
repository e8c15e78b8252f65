"""Registers the tables of the vault with Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from people.tables import DataKey, IdentifierRow, LicenceRow, Person, ProfileRow, Vault

APP_CONFIG = AppConfig(
    app_name="people",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations" / "people"),
    table_classes=[Person, DataKey, Vault, IdentifierRow, ProfileRow, LicenceRow],
)
