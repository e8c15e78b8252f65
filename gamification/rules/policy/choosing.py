"""Which pack holds in a country on a day; where none does, the built-in one that allows recognition alone."""

from collections.abc import Callable, Hashable, Iterable
from datetime import date

import msgspec

from gamification.rules.policy.pack import RECOGNITION_ONLY, Pack, ValueRuling
from gamification.rules.policy.texts import OWN
from gamification.rules.policy.vocabulary import ValueBearing


class Packs(msgspec.Struct, frozen=True):
    """Every version of every pack that is known."""

    packs: tuple[Pack, ...] = ()

    def countries(self) -> list[str]:
        """Return the countries that any pack is about, in alphabetical order."""
        return sorted({pack.country for pack in self.packs})


def pack_for(packs: Packs, country: str, on: date) -> Pack:
    """Return the pack with the highest version that holds in ``country`` on ``on``, or the recognition-only pack."""
    valid = [pack for pack in packs.packs if pack.country == country and pack.valid_on(on)]
    return max(valid, key=lambda pack: (pack.version, pack.valid_from), default=recognition_only(country))


def in_force(packs: Packs, on: date) -> list[Pack]:
    """Return the pack of every country that has one on ``on``, in the order of the countries."""
    chosen = (pack_for(packs, country, on) for country in packs.countries())
    return [pack for pack in chosen if pack.code != RECOGNITION_ONLY]


def twins(packs: Iterable[Pack]) -> list[tuple[Pack, Pack]]:
    """Return the pairs of packs that claim the same country and version, so that no day could choose between them."""
    return _alike(packs, lambda pack: (pack.country, pack.version))


def namesakes(packs: Iterable[Pack]) -> list[tuple[Pack, Pack]]:
    """Return the pairs of packs of two countries with one stamp: proofs and claims could not tell them apart."""
    return [(one, other) for one, other in _alike(packs, lambda pack: pack.stamp) if one.country != other.country]


def _alike(packs: Iterable[Pack], of: Callable[[Pack], Hashable]) -> list[tuple[Pack, Pack]]:
    """Return each pack that is like an earlier one, behind the first of its like."""
    first: dict[Hashable, Pack] = {}
    return [(first[key], pack) for pack in packs if first.setdefault(key := of(pack), pack) is not pack]


def recognition_only(country: str) -> Pack:
    """Return the built-in pack: nothing with a value, no promotion in quizzes or quests, no prize for a rank (C12)."""
    return Pack(
        country=country,
        code=RECOGNITION_ONLY,
        version=1,
        valid_from=date.min,
        name="Recognition only",
        notice="No pack holds here on this day: points, badges and levels only. Not legal advice.",
        sources=(OWN,),
        value_bearing=ValueRuling(state=ValueBearing.OFF, rule="C12", source=OWN, confirmed=True),
    )
