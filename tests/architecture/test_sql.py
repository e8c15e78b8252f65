"""SQL lives in the stores: whoever reads a room's store.py has read every query of the room."""

import ast
import re

from tests.architecture.tree import LINE, Module, modules, strings

SQL = re.compile(
    r"\s*(select\s.+\sfrom\s.+|select\s+\w+\(.+|insert\s+into\s.+|update\s+\S+\s+set\s.+|delete\s+from\s.+|with\s+(recursive\s+)?\w+\s+as\s*\(.+"
    r"|copy\s+\S+\s+(from|to)\b.*|(create|alter|drop|truncate)\s+(or\s+replace\s+)?"
    r"(unique\s+index|index|table|schema|function|trigger|role|view)\b.*|lock\s+table\s.+|set\s+(local|constraints)\s.+)",
    re.IGNORECASE | re.DOTALL,
)
QUERIES = {"fetch", "fetchrow", "fetchval", "executemany"}
OUTSIDE_THE_KERNEL = {
    "batch": "Piccolo's batch() swallows every error raised in its block: page by key",
    "commit": "only a unit of work commits",
    "rollback": "only a unit of work rolls back: raise an error",
}


def may_hold_sql(module: Module) -> bool:
    """Stores, the kernel that carries them, and what makes and verifies the log, which trusts no store."""
    path = module.path
    return (
        module.room == "kernel"
        or path.name == "store.py"
        or "store" in path.parts[1:-1]
        or (module.room == "audit" and path.stem in {"publisher", "sequencer", "snapshot"})
    )


def sql_faults(module: Module) -> list[str]:
    """SQL in a string, or a query on a unit of work, in a module that is no store."""
    if may_hold_sql(module):
        return []
    texts = [f"{module}:{line}: {text.split()[0]} ..." for line, text in strings(module) if SQL.fullmatch(text)]
    calls = [f"{module}:{line}: .{name}()" for line, name in methods(module) if name in QUERIES]
    return texts + calls


def methods(module: Module) -> list[tuple[int, str]]:
    """The line and name of every method that a module calls."""
    calls = [node for node in ast.walk(module.syntax) if isinstance(node, ast.Call)]
    return [(call.lineno, call.func.attr) for call in calls if isinstance(call.func, ast.Attribute)]


def transaction_faults(module: Module) -> list[str]:
    if module.room == "kernel":
        return []
    return [
        f"{module}:{line}: .{name}(): {OUTSIDE_THE_KERNEL[name]}"
        for line, name in methods(module)
        if name in OUTSIDE_THE_KERNEL
    ]


def test_sql_stands_only_in_stores() -> None:
    assert [fault for module in modules(*LINE) for fault in sql_faults(module)] == []


def test_nobody_but_the_kernel_ends_a_transaction() -> None:
    assert [fault for module in modules(*LINE) for fault in transaction_faults(module)] == []


def test_sql_in_a_service_is_a_fault_and_in_a_store_is_not() -> None:
    text = 'rows = await uow.fetch(f"select id from {table}")\nawait transaction.commit()\nlog("select one of them")'
    assert sql_faults(Module("consent/store.py", text)) == []
    assert sql_faults(Module("consent/service.py", text)) == [
        "consent/service.py:1: select ...",
        "consent/service.py:1: .fetch()",
    ]
    assert len(transaction_faults(Module("consent/service.py", text))) == 1
