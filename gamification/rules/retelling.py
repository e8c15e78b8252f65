"""Previews of one reader side by side: a figure that few people would change is told as it was told before, or not.

Each figure comes with sketches of who is behind its numbers. One that differs from an earlier one of the same sort by
people who may be fewer than ten is answered as that one was, so that no two that are told differ by a few people. Of
two rules of one preview that differ so, the second is left out. What would then follow from a sum is left out, too.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import msgspec

from gamification.rules.printing import Name, Prints
from gamification.rules.reports import BudgetLine, BurnLine, Comparison, Effort, Line, Preview, RuleLine, TransferLine
from kernel.sketches import Sketch, is_close

Figure = TypeVar("Figure", bound=Line)
WHOLE: Final = ("people", "earners", "points", "quantiles", "histogram", "levels")
RULE: Final = ("people", "awards", "units")
SUMS: Final = ("points", "earners")
COMPARED: Final = ("more", "same", "fewer")
SILENT: Final[dict[str, Any]] = {"people": None, "earners": None, "quantiles": [], "histogram": [], "levels": []}
"""What is told of everybody: each of these follows from the others, so they are told together."""


class Told(msgspec.Struct, frozen=True):
    """What a reader was told: a sort of figures, who was behind each number, and the numbers (as plain values)."""

    sort: str
    sketches: dict[str, Sketch]
    numbers: dict[str, Any]


def retold(found: Preview, prints: Sequence[Prints], told: Sequence[Told]) -> tuple[Preview, list[Told]]:
    """Return a preview as it may be told to whoever was ``told`` the others, and what is new to that reader in it.

    ``prints`` are of the programme, and of the one in force where ``found`` compares the two.
    """
    return _Retelling(found, prints, told).done()


class _Retelling:
    """One preview on its way to one reader."""

    def __init__(self, found: Preview, prints: Sequence[Prints], told: Sequence[Told]) -> None:
        self._found, self._prints, self._told = found, prints, told
        self._new: list[Told] = []
        self._repeated: list[str] = []

    def done(self) -> tuple[Preview, list[Told]]:
        """Return the preview, and what is new in it."""
        found, own = self._found, self._prints[0]
        running = {(line.rule, line.kind) for line in (found.comparison.rules if found.comparison else ())}
        # What is new is what the reader asks about, so it is the other of two that is left out.
        newest = sorted(found.rules, key=lambda line: (line.rule, line.kind) in running)
        rules, beside, silent = self._rules(own, newest, [])
        whole = self._whole(beside, silent)
        preview = msgspec.structs.replace(
            found,
            rules=sorted(rules, key=lambda line: (line.rule, line.kind)),
            burn=self._burn(silent),
            budgets=[_budget(each, silent) for each in found.budgets],
            held=[self._line(each, "held", each.rule, each.reason) for each in found.held],
            blocked=[self._line(each, "blocked", each.reason) for each in found.blocked],
            transfers=self._transfers(silent),
            comparison=self._comparison(found.comparison, beside, silent, whole["people"]),
            effort=self._effort(found.effort),
            **whole,
        )
        preview = msgspec.structs.replace(preview, repeated=sorted(set(self._repeated)))
        return msgspec.convert(msgspec.to_builtins(preview), Preview), self._new

    def _whole(self, beside: Sequence[Told], silent: set[str]) -> dict[str, Any]:
        """Return what is told of everybody, unless nearly everybody, or whoever earns anything, has one of the rules.

        What all rules give together is told only with what each of them does.
        """
        numbers = {name: getattr(self._found, name) for name in WHOLE} | ({"points": None} if silent else {})
        for name in ("people", "earners"):
            crowd = Told("rule", {"people": self._prints[0].sketches.get(("whole", name), {})}, {})
            if any(_are_close(each, crowd) for each in beside):
                return SILENT | {"points": numbers["points"]}
        return self._say("whole", "whole", self._prints[0].of("whole"), numbers)

    def _effort(self, effort: Effort) -> Effort:
        told = self._say("effort", "effort", self._prints[0].of("effort"), {"activities": effort.activities})
        rate = told["activities"] / effort.seconds / effort.workers
        return msgspec.structs.replace(effort, rate_per_core=rate, **told)

    def _say(self, sort: str, name: str, sketches: Mapping[Name, Sketch], numbers: dict[str, Any]) -> dict[str, Any]:
        """Return the numbers of a figure, or those of an earlier one that it is too close to."""
        said = Told(sort, _named(sketches), msgspec.to_builtins(numbers))
        alike = [each for each in self._told if each.sort == sort]
        if any(each.sketches == said.sketches for each in alike):
            return numbers
        close = next((each for each in alike if _are_close(each, said)), None)
        if close is not None:
            self._repeated.append(name)
            return dict(close.numbers)
        self._new.append(said)
        return numbers

    def _line(self, line: Figure, *name: str) -> Figure:
        """Return a line that stands alone, as it may be told; ``name`` is its table, and what it is about."""
        numbers = {column: getattr(line, column) for column in RULE[:2] if hasattr(line, column)}
        if numbers["people"] is None:
            return line
        said = self._say(name[0], " ".join(name), self._prints[0].of(*name), numbers)
        return msgspec.structs.replace(line, **said)

    def _rules(
        self, prints: Prints, lines: Sequence[RuleLine], others: Sequence[Told]
    ) -> tuple[list[RuleLine], list[Told], set[str]]:
        """Return lines of rules as they may be told, each beside the others, and the rules that say less, or repeat."""
        found, beside, silent = [], list(others), set[str]()
        for line in lines:
            sketches = {
                column if column == ("people",) else (*column, line.kind): sketch
                for column, sketch in prints.of("rule", line.rule, line.kind).items()
            }
            said, name = Told("rule", _named(sketches), {}), f"rule {line.rule} {line.kind}"
            numbers = {column: getattr(line, column) for column in RULE}
            if line.people is not None and any(_are_close(each, said) for each in beside):
                numbers = dict.fromkeys(RULE)
                silent.add(line.rule)
            elif line.people is not None:
                numbers = self._say("rule", name, sketches, numbers)
                silent |= {line.rule} if name in self._repeated else set()
                beside.append(said)
            found.append(msgspec.structs.replace(line, **numbers))
        return found, beside, silent

    def _burn(self, silent: set[str]) -> list[BurnLine]:
        """Return what each rule gives by day; nothing of a rule whose line says less, for it would add up to it."""
        found = []
        for rule in sorted({line.rule for line in self._found.burn}):
            days = {line.day.isoformat(): line.units for line in self._found.burn if line.rule == rule}
            if rule in silent:
                days = dict.fromkeys(days)
            else:
                days = self._say("burn", f"burn {rule}", self._prints[0].of("burn", rule), days)
            found += [BurnLine(rule=rule, day=date.fromisoformat(day), units=units) for day, units in days.items()]
        return found

    def _transfers(self, silent: set[str]) -> list[TransferLine]:
        """Return the forecast of value; it adds up to what all rules give, so it is told with all of them alone."""
        found = []
        for currency in sorted({line.currency for line in self._found.transfers}):
            lines = [line for line in self._found.transfers if line.currency == currency]
            told = {line.country: [line.people, line.units, line.hundredths] for line in lines}
            if not silent:
                told = self._say("transfers", f"transfers {currency}", self._prints[0].of("transfers", currency), told)
            for line in lines:
                people, units, hundredths = (not silent and told.get(line.country)) or [None] * 3
                found.append(msgspec.structs.replace(line, people=people, units=units, hundredths=hundredths))
        return found

    def _comparison(
        self, found: Comparison | None, beside: Sequence[Told], silent: set[str], people: int | None
    ) -> Comparison | None:
        """Return the other programme's numbers; how many people get more, as much and less adds up to ``people``."""
        if found is None:
            return None
        compared = {name: getattr(found, name) for name in COMPARED}
        if people is None:
            compared = dict.fromkeys(COMPARED)
        else:
            compared = self._say("compared", "compared", self._prints[0].of("compared"), compared)
        rules, _, also = self._rules(self._prints[1], found.rules, beside)
        sums = {name: getattr(found, name) for name in SUMS}
        if silent | also or None in sums.values():
            sums = dict.fromkeys(SUMS)
        else:
            whole = self._prints[1].of("whole")
            sums = self._say("sums", "comparison", {(name,): whole.get((name,), {}) for name in SUMS}, sums)
        return Comparison(rules=rules, **sums, **compared)


def _named(sketches: Mapping[Name, Sketch]) -> dict[str, Sketch]:
    return {" ".join(name): sketch for name, sketch in sketches.items()}


def _are_close(one: Told, other: Told) -> bool:
    """Tell whether any number of both differs by people who may be few; who is in none of a table's rows is nobody."""
    if one.sort == "rule":
        names = one.sketches.keys() & other.sketches.keys()
    else:
        names = one.sketches.keys() | other.sketches.keys()
    return any(is_close(one.sketches.get(name, {}), other.sketches.get(name, {})) for name in names)


def _budget(line: BudgetLine, silent: set[str]) -> BudgetLine:
    """Return a budget's line; how much of it was used, and when that was all, follows from its rules."""
    follows = bool(silent) if line.rule is None else line.rule in silent
    return msgspec.structs.replace(line, used=None, short_from=None) if follows else line
