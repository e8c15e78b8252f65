"""From the text of a rule set to the rule set, or to everything that is wrong with it."""

from typing import Any, TypeVar

import msgspec

from gamification.errors import Problem, RuleSetError
from gamification.rules.checking import check
from gamification.rules.grammar import Parts, RuleSet
from gamification.rules.meaning import faults, spelled
from gamification.rules.source import Tree, line_of, read

Loaded = TypeVar("Loaded", RuleSet, Parts)


def load(text: str) -> RuleSet:
    """Read a rule set from YAML or JSON.

    Raises:
        RuleSetError: names every problem with its line, field and remedy.

    """
    problems: list[Problem] = []
    return load_tree(read(text, problems), problems)


def load_tree(tree: Tree, problems: list[Problem]) -> RuleSet:
    """Return the rule set of a text that was read; ``problems`` are those that reading it has found."""
    return _loaded(tree, problems, RuleSet, None)


def load_parts(text: str, beside: RuleSet) -> Parts:
    """Read the rules of a campaign from YAML or JSON; they may refer to the keys of the rule set they stand ``beside``.

    Raises:
        RuleSetError: names every problem with its line, field and remedy.

    """
    problems: list[Problem] = []
    return _loaded(read(text, problems), problems, Parts, msgspec.to_builtins(beside))


def _loaded(tree: Tree, problems: list[Problem], kind: type[Loaded], beside: dict[str, Any] | None) -> Loaded:
    plain = check(tree, kind, problems)
    for place, fault, remedy in faults(plain, beside):
        problems.append(Problem(line_of(tree, place), spelled(place), fault, remedy))
    if problems:
        raise RuleSetError(problems)
    return msgspec.convert(plain, kind)


def json_schema(kind: type[RuleSet | Parts] = RuleSet) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a rule set, or of a campaign's rules, for editors.

    ``load`` and ``load_parts`` check more than a schema can say.
    """
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(kind)))
    parts = schema["$defs"]
    for part in [part for part in parts.values() if "properties" in part]:
        part["properties"] = {name: _not_null(field) for name, field in part["properties"].items()}
    parts["Badge"]["oneOf"] = [{"required": [name]} for name in ("when", "threshold", "streak", "needs")]
    reasons = (["points"], ["awards_of", "at_least"], ["activities", "at_least"])
    parts["Window"]["oneOf"] = [{"required": [name]} for name in ("per", "days")]
    parts["Threshold"]["oneOf"] = [{"required": names} for names in reasons]
    title = "Laurel rule set" if kind is RuleSet else "Laurel campaign rules"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _not_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return ``field`` without null: a field may be left out, but one without a value widens a rule by accident."""
    return next((kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"), field)
