"""What a grammatical rule set must also make sense of: references, orders, caps, and what no rule may read.

It looks at the checked plain value rather than at a ``RuleSet``, because one faulty field mustn't hide the faults of
the others: a field that the checker found faulty is None here, and None is passed over.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from gamification.rules.checking import Plain
from gamification.rules.forbidden import forbidden_word
from gamification.rules.periods import WITHIN
from gamification.vocabulary import Period

Place: TypeAlias = tuple[str | int, ...]
"""The way to a field from the top of the rule set: names of fields and positions in lists."""

Fault: TypeAlias = tuple[Place, str, str]
"""Where, what is wrong, and the remedy."""

Part: TypeAlias = dict[str, Any]


def faults(plain: Plain) -> Iterator[Fault]:
    """Yield everything that doesn't make sense in a checked value, however much of it is faulty."""
    if not isinstance(plain, dict):
        return
    yield from _keys(plain)
    yield from _levels(plain)
    for place, rule in _parts(plain, "points"):
        yield from _caps(place, rule)
    for place, badge in _parts(plain, "badges"):
        yield from _badge(place, badge, plain)
    for place, when in _conditions(plain):
        yield from _when(place, when)


def _parts(plain: Part, field: str) -> list[tuple[Place, Part]]:
    items = plain.get(field) or []
    return [((field, index), item) for index, item in enumerate(items) if isinstance(item, dict)]


def _keys_of(plain: Part, field: str) -> set[str]:
    return {part["key"] for _, part in _parts(plain, field) if part.get("key")}


def _keys(plain: Part) -> Iterator[Fault]:
    yield from _forbidden(("key",), plain.get("key"))
    seen: dict[str, str] = {}
    for field in ("points", "streaks", "badges"):
        for place, part in _parts(plain, field):
            key = part.get("key")
            yield from _forbidden((*place, "key"), key)
            if key in seen:
                fault = f"{key} is the key of {seen[key]} already"
                yield (*place, "key"), fault, "give each rule, streak and badge its own key"
            elif key:
                seen[key] = spelled(place)


def _levels(plain: Part) -> Iterator[Fault]:
    levels = _parts(plain, "levels")
    if levels and levels[0][0] == ("levels", 0) and (levels[0][1].get("at") or 0) != 0:
        yield ("levels", 0, "at"), "must be 0", "everyone begins at the first level, so let it begin at 0"
    for (_, lower), (place, higher) in pairwise(levels):
        for field, what in (("at", "points"), ("level", "numbers")):
            before, after = lower.get(field), higher.get(field)
            if before is not None and after is not None and after <= before:
                yield (*place, field), f"must be above {before}", f"let the {what} rise from level to level"


def _caps(place: Place, rule: Part) -> Iterator[Fault]:
    recurs = rule.get("recurs")
    seen: set[str] = set()
    for (_, index), cap in _parts(rule, "caps"):
        at, per = (*place, "caps", index, "per"), cap.get("per")
        if per and recurs and recurs not in WITHIN[Period(per)]:
            remedy = f"use a period that lies within one {recurs}, or let the rule recur less often"
            yield at, f"{per} doesn't lie within {recurs}, so one subject could count twice", remedy
        if per in seen:
            yield at, f"{per} has a cap already", "keep the lower limit"
        if per:
            seen.add(per)


def _badge(place: Place, badge: Part, plain: Part) -> Iterator[Fault]:
    yield from _exactly_one(place, badge, ("when", "threshold", "streak"))
    threshold, streak = badge.get("threshold"), badge.get("streak")
    if threshold is not None:
        yield from _threshold((*place, "threshold"), threshold, plain)
    if streak is not None and streak.get("key") and streak["key"] not in _keys_of(plain, "streaks"):
        yield (*place, "streak", "key"), f"{streak['key']} isn't a streak", "name the key of a streak of this rule set"


def _threshold(place: Place, threshold: Part, plain: Part) -> Iterator[Fault]:
    yield from _exactly_one(place, threshold, ("points", "awards_of", "activities"))
    if "points" in threshold and "at_least" in threshold:
        yield (*place, "at_least"), "doesn't belong to points", "leave it out; points is the number itself"
    if "points" not in threshold and "at_least" not in threshold:
        yield (*place, "at_least"), "is missing", "say how many are needed"
    rule = threshold.get("awards_of")
    if rule and rule not in _keys_of(plain, "points"):
        yield (*place, "awards_of"), f"{rule} isn't a points rule", "name the key of a points rule of this rule set"


def _exactly_one(place: Place, part: Part, names: tuple[str, str, str]) -> Iterator[Fault]:
    given = [name for name in names if name in part]
    if len(given) != 1:
        yield place, f"has {len(given)} of {', '.join(names[:-1])} and {names[-1]}", "give exactly one"


def _conditions(plain: Part) -> Iterator[tuple[Place, Part]]:
    for field in ("points", "streaks", "badges"):
        for place, part in _parts(plain, field):
            if part.get("when") is not None:
                yield (*place, "when"), part["when"]
            threshold = part.get("threshold")
            if threshold is not None and threshold.get("activities") is not None:
                yield (*place, "threshold", "activities"), threshold["activities"]


def _when(place: Place, when: Part) -> Iterator[Fault]:
    for name in ("score", "progress", "duration_seconds"):
        if when.get(name) is not None:
            yield from _range((*place, name), when[name])
    if when.get("tags") is not None:
        yield from _tags((*place, "tags"), when["tags"])


def _tags(place: Place, tags: Part) -> Iterator[Fault]:
    if not tags:
        yield place, "names no tag", "name at least one tag under any, all or none"
    excluded = set(tags.get("none") or ())
    for name, names in tags.items():
        for index, tag in enumerate(names or ()):
            yield from _forbidden((*place, name, index), tag)
            if name != "none" and tag is not None and tag in excluded:
                yield (*place, name, index), f"{tag} is wanted and excluded", "keep it in one of the lists"


def _range(place: Place, limits: Part) -> Iterator[Fault]:
    lowest, bound = limits.get("at_least"), limits.get("below")
    if not limits:
        yield place, "has no limit", "give at_least, below or both"
    if bound is not None and bound <= (lowest or 0):
        yield (*place, "below"), f"must be above {lowest or 0}", "give a range that a value can be in"


def _forbidden(place: Place, text: str | None) -> Iterator[Fault]:
    word = forbidden_word(text) if text else None
    if word is not None:
        remedy = "no rule may read prescribing, sales, samples, formulary data or consent: take it out"
        yield place, f"holds the word {word}", remedy


def spelled(place: Place) -> str:
    """Spell a place the way authors write it: ``points[3].caps[0].limit``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")
