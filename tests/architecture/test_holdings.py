"""Everything that is held about people is declared: a table or column about people without a declaration fails."""

import importlib
import re

from piccolo.table import Table

from api.holdings import EVERYTHING
from kernel.holdings import Holding
from tests.architecture.test_columns import rooms_with_tables, tables_of

ABOUT_PEOPLE = {"personal", "pseudonymous"}


def name_of(table: type[Table]) -> str:
    return f"{table._meta.schema}.{table._meta.tablename}"


def about_people(table: type[Table]) -> set[str]:
    """Columns of a table that are about people."""
    columns = table._meta.columns
    return {each._meta.name for each in columns if (each._meta.help_text or "").partition(":")[0] in ABOUT_PEOPLE}


def every_table() -> dict[str, type[Table]]:
    return {name_of(table): table for room in (*rooms_with_tables(), "kernel") for table in tables_of(room)}


def apart() -> dict[str, str]:
    """Tables that no request reads by themselves, each with the reason that its room gives."""
    rooms = [importlib.import_module(f"{room}.holdings") for room in (*rooms_with_tables(), "kernel")]
    return {table: reason for room in rooms for table, reason in getattr(room, "APART", {}).items()}


def undeclared(tables: dict[str, type[Table]], declared: set[str]) -> set[str]:
    return {name for name, table in tables.items() if about_people(table)} - declared


def faults(holding: Holding, table: type[Table]) -> list[str]:
    """Columns that a declaration names and the table does not have, and sealed ones that would be shown as they are."""
    columns = {each._meta.name for each in table._meta.columns}
    personal = {each._meta.name for each in table._meta.columns if (each._meta.help_text or "").startswith("personal")}
    named = {*holding.sealed, *holding.withheld, holding.key}
    unknown = [f"{holding.table}.{column}: no such column" for column in sorted(named - columns)]
    unsealed = personal - {*holding.sealed, *holding.withheld}
    return unknown + [f"{holding.table}.{column}: personal, and neither opened nor withheld" for column in unsealed]


def test_every_table_with_columns_about_people_is_in_the_registry_or_says_why_not() -> None:
    declared = {holding.table for holding in EVERYTHING}
    assert undeclared(every_table(), declared | set(apart())) == set()
    assert declared & set(apart()) == set()
    assert declared | set(apart()) <= set(every_table())


def test_a_package_leaves_out_no_column_without_a_reason() -> None:
    tables = every_table()
    assert [fault for holding in EVERYTHING for fault in faults(holding, tables[holding.table])] == []
    reasons = [reason for holding in EVERYTHING for reason in holding.withheld.values()]
    assert all(len(reason.split()) > 1 for reason in [*reasons, *apart().values()])


def test_every_table_is_declared_once_and_what_outlives_an_erasure_names_the_law() -> None:
    names = [holding.table for holding in EVERYTHING]
    assert len(names) == len(set(names))
    grounds = [holding.kept for holding in EVERYTHING if holding.kept]
    assert all(re.search(r"Art\. |drawn at random", ground) for ground in grounds)
    assert len(grounds) < len(names)


def test_a_table_that_nobody_declared_and_a_column_that_is_not_there_are_faults() -> None:
    tables = every_table()
    assert undeclared(tables, set()) >= {"people.vault", "engagement.activity"}
    wrong = Holding(table="people.vault", title="x", key="person", sealed=("name",), withheld={"nickname": "no reason"})
    found = set(faults(wrong, tables["people.vault"]))
    assert "people.vault.nickname: no such column" in found
    assert "people.vault.email_index: personal, and neither opened nor withheld" in found
    assert not any(fault.startswith("people.vault.name:") for fault in found), "which is opened"
