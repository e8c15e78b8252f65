"""What a grammatical rule set must also make sense of: references, orders, caps, and what no rule may read.

It looks at the checked plain value rather than at a ``RuleSet``, because one faulty field mustn't hide the faults of
the others: a field that the checker found faulty is None here, and None is passed over.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, TypeAlias

from gamification.rules.checking import Plain
from gamification.rules.forbidden import forbidden_word

Place: TypeAlias = tuple[str | int, ...]
"""The way to a field from the top of the rule set: names of fields and positions in lists."""

Fault: TypeAlias = tuple[Place, str, str]
"""Where, what is wrong, and the remedy."""

Part: TypeAlias = dict[str, Any]

LISTS: Final = ("points", "streaks", "badges", "quests", "multipliers", "community_quests")

Known: TypeAlias = Mapping[str, set[str]]
"""The keys that can be referred to, by the list they are in."""


def faults(plain: Plain, beside: Part | None = None) -> Iterator[Fault]:
    """Yield everything that doesn't make sense in a checked value, however much of it is faulty.

    ``beside`` is the rule set that a campaign's rules will stand beside: they may refer to its keys, not take them.
    """
    if not isinstance(plain, dict):
        return
    beside = beside or {}
    known = {field: _keys_of(plain, field) | _keys_of(beside, field) for field in LISTS}
    levels = {level.get("level") for each in (plain, beside) for _, level in _parts(each, "levels")}
    yield from _keys(plain, beside)
    yield from _levels(plain)
    if plain.get("downgrade") not in {None, "never"} and plain.get("levels_by") != "active":
        yield ("downgrade",), "needs levels_by: active", "lifetime points never expire: add it, or leave this out"
    for field, writer in (("campaigns", "running campaigns"), ("bars", "policy packs")):
        if plain.get(field):
            yield (field,), f"is written by {writer}", "leave it out"
    for place, rule in _parts(plain, "points"):
        yield from _caps(place, rule)
        yield from _worth(place, rule)
    for place, badge in _parts(plain, "badges"):
        yield from _badge(place, badge, known)
    for place, multiplier in _parts(plain, "multipliers"):
        yield from _multiplier(place, multiplier, known)
    for place, need in _needs(plain):
        yield from _need(place, need, known, levels)
    for place, when in _conditions(plain):
        yield from _when(place, when)


def _parts(plain: Part, field: str) -> list[tuple[Place, Part]]:
    items = plain.get(field) or []
    return [((field, index), item) for index, item in enumerate(items) if isinstance(item, dict)]


def _keys_of(plain: Part, field: str) -> set[str]:
    return {part["key"] for _, part in _parts(plain, field) if part.get("key")}


def _keys(plain: Part, beside: Part) -> Iterator[Fault]:
    yield from _forbidden(("key",), plain.get("key"))
    seen = {key: f"one of the {field} beside it" for field in LISTS for key in _keys_of(beside, field)}
    for field in LISTS:
        for place, part in _parts(plain, field):
            key = part.get("key")
            yield from _forbidden((*place, "key"), key)
            if key in seen:
                fault = f"{key} is the key of {seen[key]} already"
                yield (*place, "key"), fault, "give each rule, streak, badge, quest and multiplier its own key"
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
    seen: set[tuple[str, str | None]] = set()
    for (_, index), cap in _parts(rule, "caps"):
        at, per = (*place, "caps", index, "per"), cap.get("per")
        if (per, cap.get("of")) in seen:
            yield at, f"{per} has a cap already", "keep the lower limit"
        if per:
            seen.add((per, cap.get("of")))


def _badge(place: Place, badge: Part, known: Known) -> Iterator[Fault]:
    yield from _exactly_one(place, badge, ("when", "threshold", "streak", "needs"))
    if ("family" in badge) != ("level" in badge):
        yield place, "has only one of family and level", "give both, or neither"
    threshold, streak = badge.get("threshold"), badge.get("streak")
    if threshold is not None:
        yield from _threshold((*place, "threshold"), threshold, known)
    if streak is not None and streak.get("key") and streak["key"] not in known["streaks"]:
        yield (*place, "streak", "key"), f"{streak['key']} isn't a streak", "name the key of a streak of this rule set"


def _threshold(place: Place, threshold: Part, known: Known) -> Iterator[Fault]:
    yield from _exactly_one(place, threshold, ("points", "awards_of", "activities"))
    if "points" in threshold and "at_least" in threshold:
        yield (*place, "at_least"), "doesn't belong to points", "leave it out; points is the number itself"
    if "points" not in threshold and "at_least" not in threshold:
        yield (*place, "at_least"), "is missing", "say how many are needed"
    rule = threshold.get("awards_of")
    if rule and rule not in known["points"]:
        yield (*place, "awards_of"), f"{rule} isn't a points rule", "name the key of a points rule of this rule set"


def _exactly_one(place: Place, part: Part, names: tuple[str, ...]) -> Iterator[Fault]:
    given = [name for name in names if name in part]
    if len(given) != 1:
        yield place, f"has {len(given)} of {', '.join(names[:-1])} and {names[-1]}", "give exactly one"


def _worth(place: Place, rule: Part) -> Iterator[Fault]:
    budget, points = rule.get("budget"), rule.get("points")
    if budget is not None and points is not None and budget < points:
        yield (*place, "budget"), f"is below the {points} points of one award", "give at least as many"


def _multiplier(place: Place, multiplier: Part, known: Known) -> Iterator[Fault]:
    opens, closes = multiplier.get("opens"), multiplier.get("closes")
    if opens and closes and datetime.fromisoformat(closes) <= datetime.fromisoformat(opens):
        yield (*place, "closes"), "isn't after opens", "let it close after it opens"
    for index, key in enumerate(multiplier.get("rules") or ()):
        if key and key not in known["points"]:
            yield (*place, "rules", index), f"{key} isn't a points rule", "name the key of a points rule"


def _needs(plain: Part) -> Iterator[tuple[Place, Part]]:
    for field in ("points", "badges"):
        for place, part in _parts(plain, field):
            for at, group in enumerate(part.get("needs") or ()):
                for index, need in enumerate(group or ()):
                    if isinstance(need, dict):
                        yield (*place, "needs", at, index), need


DIFFERENT: Final = frozenset({"items", "days"})
MOST_DIFFERENT: Final = 500
"""Names that a condition must remember for each person at the most."""

REFERENCES: Final = {
    "awards": ("rule", "points", "a points rule"),
    "streak": ("key", "streaks", "a streak"),
    "badge": ("key", "badges", "a badge"),
}
"""For each condition that names something: its field, the list that must have that key, and what to call it."""


def _need(place: Place, need: Part, known: Known, levels: set[int | None]) -> Iterator[Fault]:
    word = need.get("is")
    if word in REFERENCES:
        field, where, what = REFERENCES[str(word)]
        key = need.get(field)
        if key and key not in known[where]:
            yield (*place, field), f"{key} isn't {what}", f"name the key of {what} of this rule set"
    if need.get("of") in DIFFERENT and (need.get("at_least") or 0) > MOST_DIFFERENT:
        yield (*place, "at_least"), f"is more than {MOST_DIFFERENT} different {need['of']}", "ask for fewer"
    if need.get("within") is not None:
        yield from _exactly_one((*place, "within"), need["within"], ("per", "days"))
    if word == "level" and levels and need.get("level") not in {None, *levels}:
        yield (*place, "level"), f"{need['level']} isn't a level", "name the number of a level of this rule set"


def _conditions(plain: Part) -> Iterator[tuple[Place, Part]]:
    for field in ("points", "streaks", "badges", "community_quests"):
        for place, part in _parts(plain, field):
            if part.get("when") is not None:
                yield (*place, "when"), part["when"]
            threshold = part.get("threshold")
            if threshold is not None and threshold.get("activities") is not None:
                yield (*place, "threshold", "activities"), threshold["activities"]
    for place, quest in _parts(plain, "quests"):
        yield from _steps(place, quest)
    for place, need in _needs(plain):
        if need.get("when") is not None:
            yield (*place, "when"), need["when"]
        yield from _steps(place, need)


def _steps(place: Place, part: Part) -> Iterator[tuple[Place, Part]]:
    """Yield the selectors of the steps of a quest, or of a sequence, where a step is the selector itself."""
    for index, step in enumerate(part.get("steps") or ()):
        if isinstance(step, dict):
            when = step.get("when") if "when" in step else (step if "verbs" in step else None)
            if when is not None:
                yield (*place, "steps", index, *(("when",) if "when" in step else ())), when


def _when(place: Place, when: Part) -> Iterator[Fault]:
    for name in ("score", "progress", "duration_seconds"):
        if when.get(name) is not None:
            yield from _range((*place, name), when[name])
    if when.get("on_time") is False and when.get("days_early") is not None:
        yield (*place, "days_early"), "contradicts on_time: false", "nothing is late and early: leave one out"
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
