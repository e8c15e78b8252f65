"""Invariant 14, first part: every table column is classified, and none has an invisible default."""

import ast
import importlib
import re

from piccolo.columns import UUID, Text
from piccolo.table import Table

from tests.architecture.tree import LINE, ROOT, Module, modules

CLASSES = {"personal", "pseudonymous", "open"}


def tables_of(room: str) -> list[type[Table]]:
    """The tables that a room registers, whichever of its modules they stand in."""
    return list(importlib.import_module(f"{room}.piccolo_app").APP_CONFIG.table_classes)


def class_faults(room: str, table: type[Table]) -> list[str]:
    """Columns whose help_text does not start with a data class, or that say `personal` outside the vault."""
    faults = []
    for column in table._meta.columns:
        name = f"{room}.{table.__name__}.{column._meta.name}"
        word = (column._meta.help_text or "").partition(":")[0].strip()
        if word not in CLASSES:
            faults.append(f"{name}: help_text starts with none of {', '.join(sorted(CLASSES))}")
        elif word == "personal" and room != "people":
            faults.append(f"{name}: only people/ may hold what identifies a person")
    return faults


IDENTIFYING = re.compile(
    r"(^|_)(e?mail|phone|mobile|fax|surname|forename|(first|last|full|given|family|birth|middle)_?name|birth|born|gender"
    r"|street|postcode|zip|city|passport|iban|licen[cs]e|npi|rpps|latitude|longitude|photo|portrait)(_|$)"
)
"""Words in the name of a column that holds what identifies a person."""


def name_faults(room: str, table: type[Table]) -> list[str]:
    """Columns outside the vault that by their name hold what identifies a person, whatever they say of themselves."""
    names = [str(column._meta.name) for column in table._meta.columns] if room != "people" else []
    return [f"{room}.{table.__name__}.{name}" for name in names if IDENTIFYING.search(name)]


def default_faults(module: Module) -> list[str]:
    """Column declarations that leave `default` or `null` to Piccolo, which would store '', 0 or a random UUID."""
    faults = []
    for table in (node for node in module.syntax.body if isinstance(node, ast.ClassDef)):
        if not any(isinstance(base, ast.Name) and base.id == "Table" for base in table.bases):
            continue
        for column in (
            node for node in table.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        ):
            said = {word.arg: ast.unparse(word.value) for word in column.value.keywords if word.arg}  # type: ignore[attr-defined] # a Call, see the line above
            where = f"{module}:{column.lineno}"
            if "default" not in said:  # a word is for a column that came to a table that had rows
                faults.append(f"{where}: no default")
            if "null" not in said and said.get("primary_key") != "True":
                faults.append(f"{where}: neither null=False nor null=True")
    return faults


def rooms_with_tables() -> list[str]:
    return [room for room in LINE if (ROOT / room / "tables.py").exists() or (ROOT / room / "tables").is_dir()]


def table_modules() -> list[Module]:
    return [
        module
        for module in modules(*LINE)
        if module.path.stem.endswith("tables") or module.path.parent.name == "tables"
    ]


def test_every_table_column_is_classified_and_only_the_vault_holds_personal_ones() -> None:
    assert [
        fault for room in rooms_with_tables() for table in tables_of(room) for fault in class_faults(room, table)
    ] == []


def test_no_column_outside_the_vault_is_named_like_what_identifies_a_person() -> None:
    faults = [fault for room in rooms_with_tables() for table in tables_of(room) for fault in name_faults(room, table)]
    assert faults == []
    vault = [str(column._meta.name) for table in tables_of("people") for column in table._meta.columns]
    assert {"email", "email_index", "phone"} <= {name for name in vault if IDENTIFYING.search(name)}


def test_every_room_that_has_tables_shows_them_to_this_test() -> None:
    assert {room: len(tables_of(room)) for room in rooms_with_tables() if not tables_of(room)} == {}
    assert {"audit", "people", "access", "consent", "content", "engagement", "gamification"} <= set(rooms_with_tables())


def test_every_declared_table_is_registered_with_piccolo() -> None:
    declared = {
        f"{module.room}.{node.name}"
        for module in table_modules()
        for node in module.syntax.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Table" for base in node.bases)
    }
    assert declared == {f"{room}.{table.__name__}" for room in rooms_with_tables() for table in tables_of(room)}


def test_every_table_column_states_its_default_and_whether_it_may_be_null() -> None:
    assert [fault for module in table_modules() for fault in default_faults(module)] == []


class Guest(Table, tablename="guest"):
    """Made to be refused."""

    id = UUID(primary_key=True, default=None, help_text="open")
    name = Text(default=None, null=False, help_text="personal: how one is called")
    mood = Text(help_text="sunny")


def test_an_unclassified_column_is_a_fault_anywhere_and_a_personal_one_outside_the_vault() -> None:
    assert [fault.partition(":")[0] for fault in class_faults("people", Guest)] == ["people.Guest.mood"]
    assert [fault.partition(":")[0] for fault in class_faults("audit", Guest)] == [
        "audit.Guest.name",
        "audit.Guest.mood",
    ]


def test_every_table_that_stands_somewhere_is_registered() -> None:
    written = {
        f"{module.room}.{node.name}"
        for module in table_modules()
        for node in module.syntax.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(each, ast.Name) and each.id == "Table" for each in node.bases)
    }
    registered = {f"{room}.{table.__name__}" for room in rooms_with_tables() for table in tables_of(room)}
    assert written - registered <= {"kernel.Table"}
    assert registered <= written


def test_an_invisible_default_is_a_fault() -> None:
    text = (
        "class Guest(Table):\n"
        "    name = Text(null=False)\n"
        "    mood = Text(default=None)\n"
        "    id = UUID(primary_key=True, default=None)"
    )
    assert default_faults(Module("people/tables.py", text)) == [
        "people/tables.py:2: no default",
        "people/tables.py:3: neither null=False nor null=True",
    ]
