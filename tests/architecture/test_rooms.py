"""Every room has the same shape, and one door: what another room may import of it."""

import ast
import importlib
import re

from kernel.errors import LaurelError
from tests.architecture.tree import LINE, ROOT, Module, modules

SHAPE = ("vocabulary", "values", "errors", "rules", "tables", "store", "service", "piccolo_app")
FURNISHED = ("gamification", "engagement", "content", "consent", "access", "people", "audit")
DOOR = {"values", "vocabulary", "errors"}
SHARED = {"kernel", "api"}
"""The kernel is shared by all; the console shows pages through the very declarations of the api."""


def imports(module: Module) -> list[tuple[int, str]]:
    """The line and dotted name of every import; `from a import b` counts as `a.b` where that is a module."""
    found = []
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.lineno, submodule(node.module, name.name)) for name in node.names]
    return found


def submodule(package: str, name: str) -> str:
    below = ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if below.with_suffix(".py").exists() or below.is_dir() else package


def door_faults(module: Module) -> list[str]:
    """Imports that go past another room's door."""
    faults = []
    for line, name in sorted(set(imports(module))):
        room, _, rest = name.partition(".")
        if room not in LINE or room in {module.room, *SHARED}:
            continue
        for_a_foreign_key = rest == "tables" and "tables" in (module.path.stem, module.path.parent.name)
        if rest and rest not in DOOR and not for_a_foreign_key:
            faults.append(f"{module}:{line}: {name}")
    return faults


def errors_of(room: str) -> list[type[LaurelError]]:
    module = importlib.import_module(f"{room}.errors")
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, LaurelError)]
    return [error for error in found if error.__module__ == module.__name__ and "code" in vars(error)]


def error_faults(error: type[LaurelError]) -> list[str]:
    """Errors without a stable kebab-case code, a sentence of their own, or a sentence on what to do about them."""
    faults = []
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", error.code):
        faults.append(f"{error.__name__}: code {error.code!r} is not kebab-case")
    if not re.fullmatch(r"[A-Z`].*\.", getattr(error, "remedy", ""), re.DOTALL):
        faults.append(f"{error.__name__}: its remedy is no sentence")
    if not error.__doc__:
        faults.append(f"{error.__name__}: no docstring")
    return faults


def stands(room: str, name: str) -> bool:
    """Whether a room has a part, as a file or, once that grew too long, as a folder of the same name."""
    return (ROOT / room / f"{name}.py").exists() or (ROOT / room / name).is_dir()


def test_every_room_has_the_same_shape() -> None:
    missing = {room: [name for name in SHAPE if not stands(room, name)] for room in FURNISHED}
    assert {room: names for room, names in missing.items() if names} == {}


def test_every_room_says_in_its_first_lines_what_it_is_for() -> None:
    silent = [
        room for room in LINE if not ast.get_docstring(Module(room, (ROOT / room / "__init__.py").read_text()).syntax)
    ]
    assert silent == []


def test_rooms_enter_each_other_only_by_the_door() -> None:
    assert [fault for module in modules(*LINE) for fault in door_faults(module)] == []


def test_every_error_has_a_stable_code_and_says_what_to_do() -> None:
    errors = [error for room in FURNISHED for error in errors_of(room)]
    assert [fault for error in errors for fault in error_faults(error)] == []
    assert len({error.code for error in errors}) == len(errors) > len(FURNISHED)


def test_an_import_past_the_door_is_a_fault_and_one_through_it_is_not() -> None:
    through = (
        "import people\nfrom people import PersonId\nfrom people.values import Person\nfrom kernel.clock import Clock"
    )
    assert door_faults(Module("consent/service.py", through)) == []
    past = "from people.service import find\nfrom people import store\nfrom people.tables import Person"
    assert door_faults(Module("consent/service.py", past)) == [
        "consent/service.py:1: people.service",
        "consent/service.py:2: people.store",
        "consent/service.py:3: people.tables",
    ]
    assert door_faults(Module("consent/tables.py", "from people.tables import Person")) == []


def test_an_error_without_a_remedy_is_a_fault() -> None:
    class Lost(LaurelError):
        code = "Lost_It"
        remedy = "look again"

    assert error_faults(Lost) == [
        "Lost: code 'Lost_It' is not kebab-case",
        "Lost: its remedy is no sentence",
        "Lost: no docstring",
    ]
