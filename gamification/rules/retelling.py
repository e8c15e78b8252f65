"""Previews of one reader side by side: a figure that few people would change is told as it was told before, or not.

Each figure comes with sketches of who is behind its numbers. One that differs from an earlier one of the same sort by
people who may be fewer than ten is answered as that one was, so that no two that are told differ by a few people. Of
two rules of one preview that differ so, the second is left out. What would then follow from a sum is left out, too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from gamification.rules.printing import Prints, bar_of
from gamification.rules.reports import BudgetLine, BurnLine, Comparison, Effort, Line, Preview, RuleLine, TransferLine
from gamification.vocabulary import AwardKind
from kernel.sketches import Sketch, is_close

Figure = TypeVar("Figure", bound=Line)
Budgets: TypeAlias = Mapping[str, Collection[str]]
"""The rules whose awards take from each budget, by its rule or campaign."""

CROWD: Final = ("people", "earners")
SPREAD: Final = ("quantiles", "histogram", "levels")
RULE: Final = ("people", "awards", "units")
SUMS: Final = ("points", "earners")
COMPARED: Final = ("more", "same", "fewer")
POINTLESS: Final = frozenset({AwardKind.BADGE.value, AwardKind.CONTRIBUTION.value})
OMITTED: Final = "omitted"
"""Sort of what was not told because of another rule in the same preview; it is remembered, for sums hold it."""


class Told(msgspec.Struct, frozen=True):
    """What a reader was told: a sort of figures, who was behind each number, and the numbers (as plain values)."""

    sort: str
    sketches: dict[str, Sketch]
    numbers: dict[str, Any]


class _Rules(msgspec.Struct):
    """Lines of rules as they may be told, what they are told beside, and which rules say less or repeat.

    ``repeats``: a line that gives points does, or is left out and is not what was left out before.
    """

    lines: list[RuleLine]
    beside: list[Told]
    silent: set[str]
    repeats: bool = False

    def adds_up(self, currencies: Collection[str]) -> bool:
        """Tell whether a sum gives no single line away: none is hidden, or several of the same currency."""
        hidden = sum(line.people is None and line.kind not in POINTLESS for line in self.lines)
        return not self.repeats and (hidden == 0 or (hidden > 1 and len(currencies) <= 1))


def retold(
    found: Preview, prints: Sequence[Prints], budgets: Budgets, told: Sequence[Told]
) -> tuple[Preview, list[Told]]:
    """Return a preview as it may be told to whoever was ``told`` the others, and what is new to that reader in it.

    ``prints`` are of the programme, and of the one in force where ``found`` compares the two.
    """
    return _Retelling(found, prints, told).done(budgets)


class _Retelling:
    """One preview on its way to one reader."""

    def __init__(self, found: Preview, prints: Sequence[Prints], told: Sequence[Told]) -> None:
        self._found, self._prints, self._told = found, prints, told
        self._new: list[Told] = []
        self._repeated: list[str] = []

    def done(self, budgets: Budgets) -> tuple[Preview, list[Told]]:
        """Return the preview, and what is new in it."""
        found, own = self._found, self._prints[0]
        running = {(line.rule, line.kind) for line in (found.comparison.rules if found.comparison else ())}
        # What is new is what the reader asks about, so it is the other of two that is left out.
        newest = sorted(found.rules, key=lambda line: (line.rule, line.kind) in running)
        rules = self._rules(own, newest, [])
        currencies = {line.currency for line in found.transfers}
        adds_up, whole = rules.adds_up(currencies), self._whole(rules.beside)
        points = self._say_sum("points", own.of("points"), {"points": found.points}, parts_are_told=adds_up)
        preview = msgspec.structs.replace(
            found,
            points=points["points"],
            rules=sorted(rules.lines, key=lambda line: (line.rule, line.kind)),
            burn=self._burn(rules.silent),
            budgets=[_budget(each, budgets, rules.silent) for each in found.budgets],
            held=[self._line(each, "held", each.rule, each.reason) for each in found.held],
            blocked=[self._line(each, "blocked", each.reason) for each in found.blocked],
            transfers=self._transfers() if adds_up else [_unsaid(each) for each in found.transfers],
            comparison=self._comparison(found.comparison, rules, currencies, whole["people"]),
            effort=self._effort(found.effort),
            **whole,
        )
        preview = msgspec.structs.replace(preview, repeated=sorted(set(self._repeated)))
        return msgspec.convert(msgspec.to_builtins(preview), Preview), self._new

    def _whole(self, beside: Sequence[Told]) -> dict[str, Any]:
        """Return how many people there are and how they spread, unless nearly all of them, or of earners, have a rule.

        How they spread adds up to how many there are, so it is told with that alone.
        """
        found, prints = self._found, self._prints[0]
        nothing: dict[str, Any] = dict.fromkeys(CROWD) | {name: [] for name in SPREAD}
        sketches = prints.of("crowd")
        crowds = [Told("rule", {"people": sketches.get(name, {})}, {}) for name in CROWD]
        if any(_are_close(each, crowd) for each in beside for crowd in crowds):
            return nothing
        crowd = self._say("crowd", "people", sketches, {name: getattr(found, name) for name in CROWD})
        hidden = {" ".join(bar_of(bar.at_least)) for bar in found.histogram if bar.people is None}
        hidden |= {f"level {line.level}" for line in found.levels if line.people is None}
        shown = {name: sketch for name, sketch in prints.of("spread").items() if name not in hidden}
        numbers = {name: getattr(found, name) for name in SPREAD}
        spread = self._say_sum("spread", shown, numbers, parts_are_told=self._is_exact(crowd["people"]))
        return nothing | crowd | {name: lines or [] for name, lines in spread.items()}

    def _is_exact(self, people: int | None) -> bool:
        """Tell whether it is told how many people there are, and not how many there were in an earlier preview."""
        return people is not None and "people" not in self._repeated

    def _effort(self, effort: Effort) -> Effort:
        told = self._say("effort", "effort", self._prints[0].of("effort"), {"activities": effort.activities})
        rate = told["activities"] / effort.seconds / effort.workers
        return msgspec.structs.replace(effort, rate_per_core=rate, **told)

    def _say(self, sort: str, name: str, sketches: dict[str, Sketch], numbers: dict[str, Any]) -> dict[str, Any]:
        """Return the numbers of a figure, those of an earlier one that few would change, or nothing.

        Nothing where some of them are those of an earlier figure to a few people, and others are not.
        """
        said = Told(sort, sketches, msgspec.to_builtins(numbers))
        close = self._closest(said)
        if close is None:
            self._new.append(said)
            return numbers
        if close.sketches == said.sketches:
            return numbers
        if not _are_alike(close, said):
            return dict.fromkeys(numbers)
        self._repeated.append(name)
        return dict(close.numbers)

    def _say_sum(
        self, sort: str, sketches: dict[str, Sketch], numbers: dict[str, Any], *, parts_are_told: bool
    ) -> dict[str, Any]:
        """Return what other numbers add up to: where they are not told, only what was told before."""
        close = self._closest(Told(sort, sketches, {}))
        if parts_are_told or (close is not None and _are_alike(close, Told(sort, sketches, {}))):
            return self._say(sort, sort, sketches, numbers)
        return dict.fromkeys(numbers)

    def _closest(self, said: Told) -> Told | None:
        """Return an earlier figure of the same people, or one that few would make the same, or one too close to it."""
        told = [each for each in self._told if each.sort == said.sort]
        same = (each for each in told if each.sketches == said.sketches)
        close = [each for each in told if _are_close(each, said)]
        alike = (each for each in close if _are_alike(each, said))
        return next(same, None) or next(alike, None) or next(iter(close), None)

    def _line(self, line: Figure, *name: str) -> Figure:
        """Return a line that stands alone, as it may be told; ``name`` is its table, and what it is about."""
        numbers = {column: getattr(line, column) for column in RULE[:2] if hasattr(line, column)}
        if numbers["people"] is None:
            return line
        said = self._say(name[0], " ".join(name), self._prints[0].of(*name), numbers)
        return msgspec.structs.replace(line, **said)

    def _rules(self, prints: Prints, lines: Sequence[RuleLine], others: Sequence[Told]) -> _Rules:
        """Return lines of rules as they may be told, each beside the others."""
        done = _Rules([], list(others), set())
        for line in lines:
            sketches = {
                column if column == "people" else f"{column} {line.kind}": sketch
                for column, sketch in prints.of("rule", line.rule, line.kind).items()
            }
            said, name = Told("rule", sketches, {}), f"rule {line.rule} {line.kind}"
            numbers: dict[str, Any] = dict.fromkeys(RULE)
            if line.people is not None and not any(_are_close(each, said) for each in done.beside):
                numbers = self._say("rule", name, sketches, {column: getattr(line, column) for column in RULE})
            if numbers["people"] is None:
                done.silent |= {line.rule} if line.people is not None else set()
                if line.kind not in POINTLESS:
                    done.repeats = not self._omit(Told(OMITTED, said.sketches, {})) or done.repeats
            else:
                done.beside.append(said)
                if name in self._repeated:
                    done.silent.add(line.rule)
                    done.repeats = done.repeats or line.kind not in POINTLESS
            done.lines.append(msgspec.structs.replace(line, **numbers))
        return done

    def _omit(self, omitted: Told) -> bool:
        """Remember what was left out; False where it differs by few from what was left out before: sums would tell."""
        close = self._closest(omitted)
        if close is None and omitted not in self._new:
            self._new.append(omitted)
        return close is None or close.sketches == omitted.sketches

    def _burn(self, silent: set[str]) -> list[BurnLine]:
        """Return what each rule gives by day; nothing of a rule whose line says less, for it would add up to it."""
        found = []
        for rule in sorted({line.rule for line in self._found.burn}):
            days = {line.day.isoformat(): line.units for line in self._found.burn if line.rule == rule}
            if rule in silent:
                days = dict.fromkeys(days)
            else:
                days = self._say("burn", f"burn {rule}", _shown(self._prints[0].of("burn", rule), days), days)
            found += [BurnLine(rule=rule, day=date.fromisoformat(day), units=units) for day, units in days.items()]
        return found

    def _transfers(self) -> list[TransferLine]:
        """Return the forecast of value, by currency."""
        found = []
        for currency in sorted({line.currency for line in self._found.transfers}):
            lines = {line.country: line for line in self._found.transfers if line.currency == currency}
            told = {country: [line.people, line.units, line.hundredths] for country, line in lines.items()}
            units = {country: line.units for country, line in lines.items()}
            sketches = _shown(self._prints[0].of("transfers", currency), units)
            told = self._say("transfers", f"transfers {currency}", sketches, told)
            for country, line in lines.items():
                people, units_, hundredths = told.get(country) or [None] * 3
                found.append(msgspec.structs.replace(line, people=people, units=units_, hundredths=hundredths))
        return found

    def _comparison(
        self, found: Comparison | None, own: _Rules, currencies: Collection[str], people: int | None
    ) -> Comparison | None:
        """Return the other programme's numbers; how many people get more, as much and less adds up to ``people``."""
        if found is None:
            return None
        compared = {name: getattr(found, name) for name in COMPARED}
        sketches, is_exact = self._prints[0].of("compared"), self._is_exact(people)
        compared = self._say_sum("compared", sketches, compared, parts_are_told=is_exact)
        rules = self._rules(self._prints[1], found.rules, own.beside)
        sums = {name: getattr(found, name) for name in SUMS}
        if None in sums.values() or not (own.adds_up(currencies) and rules.adds_up(currencies)):
            sums = dict.fromkeys(SUMS)
        else:
            theirs = self._prints[1]
            sketches = theirs.of("points") | {"earners": theirs.of("crowd").get("earners", {})}
            sums = self._say("sums", "comparison", sketches, sums)
        return Comparison(rules=rules.lines, **sums, **compared)


def _shown(sketches: Mapping[str, Sketch], numbers: Mapping[str, object]) -> dict[str, Sketch]:
    """Return the sketches of those rows of a table that have a number."""
    return {name: sketch for name, sketch in sketches.items() if numbers.get(name.split()[0]) is not None}


def _pairs(one: Told, other: Told) -> Iterator[tuple[Sketch, Sketch]]:
    """Yield the numbers that two figures have in common; who is in none of a table's rows is nobody."""
    names = one.sketches.keys() | other.sketches.keys()
    if {one.sort, other.sort} <= {"rule", OMITTED}:
        names = one.sketches.keys() & other.sketches.keys()
    return ((one.sketches.get(name, {}), other.sketches.get(name, {})) for name in names)


def _are_close(one: Told, other: Told) -> bool:
    """Tell whether any number of both differs by people who may be few."""
    return any(is_close(*pair) for pair in _pairs(one, other))


def _are_alike(one: Told, other: Told) -> bool:
    """Tell whether few people would make each number of one that of the other."""
    return all(is_close(*pair) or pair[0] == pair[1] for pair in _pairs(one, other))


def _unsaid(line: TransferLine) -> TransferLine:
    return msgspec.structs.replace(line, people=None, units=None, hundredths=None)


def _budget(line: BudgetLine, budgets: Budgets, silent: set[str]) -> BudgetLine:
    """Return a budget's line; how much of it was used, and when that was all, follows from its rules."""
    if silent.isdisjoint(budgets.get(line.rule or line.campaign or "", ())):
        return line
    return msgspec.structs.replace(line, used=None, short_from=None)
