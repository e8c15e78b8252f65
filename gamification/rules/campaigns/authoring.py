"""From the text of a campaign's rules (YAML or JSON) to the rules, or to everything that is wrong with it.

A campaign's text holds what it adds to the programme and nothing else: key, markets, lane and times are its terms, and
levels belong to the programme.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from content.vocabulary import ContentClass
from gamification.errors import Problem, RuleSetError
from gamification.rules.campaigns.lanes import lane_faults
from gamification.rules.checking import check
from gamification.rules.grammar import Parts, RuleSet
from gamification.rules.loading import load_tree
from gamification.rules.meaning import Fault, Place, faults, spelled
from gamification.rules.source import Fields, Tree, line_of, read
from gamification.rules.succession import refuse_succession

WHOLE: Final = frozenset({"levels", "past"})
"""Fields that only a whole programme has."""

_STEP: Final = re.compile(r"([a-z_]+)|\[([0-9]+)\]")


def load_campaign(text: str, beside: RuleSet | None, lane: ContentClass | None = None) -> Parts:
    """Read a campaign's rules, which may refer to the keys of the programme they stand ``beside`` and never take them.

    With ``lane``, a rule that counts content of another lane is a problem too (reference rules C13 and C15).

    Raises:
        RuleSetError: names every problem with its line, field and remedy.

    """
    problems: list[Problem] = []
    return _loaded(read(text, problems), problems, beside, lane)


def _loaded(tree: Tree, problems: list[Problem], beside: RuleSet | None, lane: ContentClass | None) -> Parts:
    plain = check(tree, Parts, problems)
    found = list(faults(plain, msgspec.to_builtins(beside) if beside is not None else None))
    if isinstance(plain, dict):
        found += lane_faults(plain, lane) if lane is not None else ()
        found += _nothing(plain)
    problems += [Problem(line_of(tree, place), spelled(place) or "the rules", *said) for place, *said in found]
    if problems:
        raise RuleSetError(problems)
    return msgspec.convert(plain, Parts)


def text_problems(text: str, beside: RuleSet | None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a text; one that has levels is read as a whole programme.

    A campaign's rules may refer to the keys of the programme they stand ``beside``.
    """
    try:
        problems: list[Problem] = []
        tree = read(text, problems)
        if isinstance(tree, Fields) and WHOLE & set(tree.fields):
            load_tree(tree, problems)
        else:
            _loaded(tree, problems, beside, None)
    except RuleSetError as error:
        return error.problems
    return ()


def problems_at(text: str, found: Iterable[Fault]) -> list[Problem]:
    """Return problems of a readable ``text`` with the lines of their places."""
    tree = read(text, [])
    return [Problem(line_of(tree, place), spelled(place), fault, remedy) for place, fault, remedy in found]


def changed_meanings(text: str, previous: Parts, following: Parts) -> list[Problem]:
    """Return where ``following``, read from ``text``, gives a key of ``previous`` another meaning."""
    try:
        refuse_succession(as_programme(previous), as_programme(following))
    except RuleSetError as error:
        return problems_at(text, ((_place(each.field), each.fault, each.remedy) for each in error.problems))
    return []


def as_programme(rules: Parts) -> RuleSet:
    """Return ``rules`` alone as a programme with one level, for checks that look at a whole one."""
    level = {"level": 1, "name": "-", "at": 0}
    whole = {"key": "campaign", "name": "-", "past": "new_only", "levels": [level], **msgspec.to_builtins(rules)}
    return msgspec.convert(whole, RuleSet)


def _nothing(plain: dict[str, object]) -> Iterator[Fault]:
    if not any(plain.get(field) for field in Parts.__struct_fields__):
        yield (), "holds nothing to earn", f"give at least one of {', '.join(Parts.__struct_fields__)}"


def _place(field: str) -> Place:
    """Return the place that ``spelled`` wrote as ``field``."""
    return tuple(name or int(index) for name, index in _STEP.findall(field))
