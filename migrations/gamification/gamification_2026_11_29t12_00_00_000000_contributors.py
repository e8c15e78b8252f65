from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-29T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "how far paying everybody has come is a moment, and no person"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    manager.drop_column(
        table_class_name="GoalRow", tablename="goal", column_name="after", db_column_name="after", schema="gamification"
    )

    manager.add_column(
        table_class_name="GoalRow",
        tablename="goal",
        column_name="after_at",
        db_column_name="after_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="gamification",
    )

    manager.add_column(
        table_class_name="GoalRow",
        tablename="goal",
        column_name="after_activity",
        db_column_name="after_activity",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="gamification",
    )

    return manager
