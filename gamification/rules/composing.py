"""One programme out of the base rules and the running campaigns, and what must not meet in it.

The same running campaigns always make the same programme, byte for byte: that is what makes composing idempotent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from content.vocabulary import EVERYWHERE
from gamification.errors import Problem
from gamification.rules.campaigns.terms import Terms
from gamification.rules.grammar import CampaignPart, Parts, RuleSet
from gamification.rules.meaning import Fault, Place, faults, spelled

KINDS = Parts.__struct_fields__
"""The kinds of rules that have keys, which are their identity over all campaigns and all time."""


def part_of(key: str, revision: int, terms: Terms, rules: Parts) -> CampaignPart:
    """Return what a running revision adds to the programme."""
    everywhere = terms.markets == (EVERYWHERE,)
    return CampaignPart(
        key=key,
        revision=revision,
        rules=rules,
        lane=terms.lane,
        markets=None if everywhere else terms.markets,
        professions=terms.professions or None,
        opens=terms.opens_at,
        closes=terms.closes_at,
    )


def compose(base: RuleSet, running: Sequence[CampaignPart]) -> RuleSet:
    """Return the programme of ``base`` and the running campaigns, whatever campaigns ``base`` has had before."""
    parts = sorted(running, key=lambda part: (part.key, part.revision))
    return msgspec.structs.replace(base, campaigns=tuple(parts))


def narrowed(programme: RuleSet, seen: Sequence[CampaignPart]) -> RuleSet:
    """Return a programme with these of its campaigns alone, and with what policy packs say of the rules left."""
    kept: list[Parts | RuleSet] = [base_of(programme)]
    for part in seen:
        kept += [part.rules, *(each.rules for each in part.earlier)]
    keys = {key for rules in kept for key, _ in keys_of(rules)}
    bars = tuple(bar for bar in programme.bars if bar.rule in keys)
    return msgspec.structs.replace(compose(programme, seen), bars=bars)


def base_of(programme: RuleSet) -> RuleSet:
    """Return a programme without its campaigns, and without what policy packs said of them and of it."""
    return msgspec.structs.replace(programme, campaigns=(), bars=())


def keys_of(rules: Parts | RuleSet) -> Iterator[tuple[str, Place]]:
    """Yield the key of every rule with its place."""
    for kind in KINDS:
        for index, rule in enumerate(getattr(rules, kind)):
            yield rule.key, (kind, index, "key")


def broken(base: RuleSet, parts: Iterable[CampaignPart]) -> Iterator[Problem]:
    """Yield what campaigns that may run refer to, or own, and ``base`` would take away from them."""
    beside = msgspec.to_builtins(base)
    for part in parts:
        for place, fault, _ in faults(msgspec.to_builtins(part.rules), beside):
            field = f"{spelled(place)} of the campaign {part.key}"
            yield Problem(1, field, fault, "keep the keys that the campaign uses, or end it first")


def clashes(rules: Parts | RuleSet, taken: Mapping[str, str]) -> Iterator[Fault]:
    """Yield every key that belongs to somebody else; ``taken`` says to whom."""
    for key, place in keys_of(rules):
        if key in taken:
            fault = f"{key} is a key of {taken[key]}, whose awards it would be taken for"
            yield place, fault, "give the rule a key of its own, such as one that begins with the campaign's"
