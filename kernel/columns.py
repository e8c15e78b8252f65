"""Every column of every room with the class that it declares: what the record of processing is written from."""

import importlib
from typing import Final

import msgspec

from kernel.migrate import ROOMS

OPEN: Final = "open"


class ColumnLine(msgspec.Struct, frozen=True):
    """One column: ``data_class`` is personal, pseudonymous or open, ``meaning`` what stands behind it."""

    table: str
    column: str
    data_class: str
    meaning: str


def classified_columns() -> list[ColumnLine]:
    """Return every column of every room, by table, in the order in which a table declares them."""
    lines = []
    for room in sorted(ROOMS):
        for table in importlib.import_module(f"{room}.piccolo_app").APP_CONFIG.table_classes:
            meta = table._meta  # noqa: SLF001 - Piccolo keeps what a table declares there
            for column in meta.columns:
                data_class, _, meaning = (column._meta.help_text or "").partition(":")  # noqa: SLF001 - the same
                name = column._meta.db_column_name  # noqa: SLF001 - the same
                lines.append(ColumnLine(f"{meta.schema}.{meta.tablename}", name, data_class.strip(), meaning.strip()))
    return sorted(lines, key=lambda line: line.table)
