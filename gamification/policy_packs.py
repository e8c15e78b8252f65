"""Reads policy packs: one YAML file each, checked as strictly as a rule set, every fault with file, line and remedy."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from gamification.errors import PolicyPackError, Problem, RuleSetError
from gamification.rules.checking import check
from gamification.rules.meaning import spelled
from gamification.rules.policy import Pack, Packs, namesakes, twins
from gamification.rules.policy.meaning import Fault, faults
from gamification.rules.source import line_of, read
from people import is_market

SHIPPED: Final = Path(__file__).parent / "policies"
"""The packs that come with Laurel; none of them is signed off."""


_chosen: list[Packs] = []


def use_packs(packs: Packs | None) -> None:
    """Set the process's packs (None: those that come with Laurel); called once by whoever composes the program."""
    _chosen[:] = [packs] if packs is not None else []


def packs_in_force() -> Packs:
    """Return the packs that decide in this process: the operator's, or else those that come with Laurel."""
    return _chosen[0] if _chosen else shipped_packs()


@cache
def shipped_packs() -> Packs:
    """Return the packs that come with Laurel; they are read once, and a change of theirs takes a restart."""
    return load_packs(SHIPPED)


def load_packs(folder: Path) -> Packs:
    """Read every ``*.yaml`` of a folder as a pack.

    Raises:
        PolicyPackError: it names the file, line and field of everything that is wrong, or that there is no pack.

    """
    problems: list[tuple[str, Problem]] = []
    found: dict[str, Pack] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.name] = parse_pack(path.read_bytes())
        except RuleSetError as error:
            problems += [(path.name, _of_a_pack(problem)) for problem in error.problems]
        except OSError as error:
            fault = f"can't be read ({error.strerror})"
            problems.append((path.name, Problem(1, "the file", fault, "let Laurel read it, or take it away")))
    problems += _twin_problems(found)
    if not found and not problems:
        problems.append((str(folder), Problem(1, "the folder", "holds no pack", "name a folder with *.yaml files")))
    if problems:
        raise PolicyPackError(problems)
    return Packs(tuple(found.values()))


def parse_pack(raw: bytes) -> Pack:
    """Read one pack (YAML, UTF-8).

    Raises:
        RuleSetError: it names the line and field of everything that is wrong.

    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RuleSetError([Problem(line, "the text", "isn't UTF-8", "save it as UTF-8")]) from error
    problems: list[Problem] = []
    tree = read(text, problems)
    plain = check(tree, Pack, problems)
    if problems:
        raise RuleSetError(problems)
    pack = msgspec.convert(plain, Pack)
    for place, fault, remedy in [*_country(pack), *faults(pack)]:
        problems.append(Problem(line_of(tree, place), spelled(place), fault, remedy))
    if problems:
        raise RuleSetError(problems)
    return pack


def _country(pack: Pack) -> Iterator[Fault]:
    if not is_market(pack.country):
        yield ("country",), "is no country", "use the two letters that ISO 3166 gives it, such as GB"


def _of_a_pack(problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, field="the pack") if problem.field == "the rule set" else problem


def _twin_problems(found: dict[str, Pack]) -> Iterator[tuple[str, Problem]]:
    names = {id(pack): name for name, pack in found.items()}
    for first, second in twins(found.values()):
        fault = f"{names[id(first)]} is version {first.version} of {first.country} already"
        yield names[id(second)], Problem(1, "version", fault, "give the later one a higher version")
    for first, second in namesakes(found.values()):
        fault = f"with this version, {names[id(first)]} is called {first.stamp} already"
        yield names[id(second)], Problem(1, "code", fault, "give the pack a code of its own")
