"""Reads the register of purposes: one dated YAML file, checked strictly, since every request rests on it."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import msgspec
import yaml

from consent.vocabulary import Basis, Channel, Purpose

SHIPPED: Final = Path(__file__).with_name("register.yaml")
EVERYWHERE: Final = "everywhere"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A purpose as the file spells it: markets are codes, or names of groups of codes."""

    sentence: str
    dpv: str | None
    fides: str
    data: list[str]
    bases: dict[Basis, list[str] | Literal["everywhere"]]
    kept: str
    channels: list[Channel] = []
    double_opt_in: list[str] = []
    lasts_days: int | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    valid_from: date
    groups: dict[str, list[str]]
    purposes: dict[Purpose, _Line]


class PurposeEntry(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One line of the register.

    ``basis`` is the legal ground wherever there is one, ``exceptions`` where it is another; ``markets`` None is
    everywhere. ``dpv`` is a W3C Data Privacy Vocabulary term (where one fits), ``fides`` a data use of its taxonomy and
    ``data`` its data categories. A grant that does not say how long it is good for ends after ``lasts_days``.
    """

    basis: Basis
    sentence: str
    dpv: str | None
    fides: str
    data: tuple[str, ...]
    kept: str
    markets: Mapping[str, Basis] | None = None
    channels: tuple[Channel, ...] = ()
    double_opt_in: frozenset[str] = frozenset()
    lasts_days: int | None = None

    def basis_in(self, market: str | None) -> Basis | None:
        """Return the legal ground in a market, or None where there is none; without a market, the usual one."""
        if self.markets is None or market is None:
            return self.basis
        return self.markets.get(market)

    def markets_on(self, basis: Basis) -> frozenset[str] | None:
        """Return the markets in which the purpose rests on ``basis``; None is everywhere."""
        if self.markets is None:
            return None if self.basis is basis else frozenset()
        return frozenset(market for market, own in self.markets.items() if own is basis)

    @cached_property
    def answerable(self) -> bool:
        """Whether a person's yes or no decides anything, in any market."""
        return not {self.basis, *(self.markets or {}).values()}.isdisjoint(ANSWERABLE)


class Register(msgspec.Struct, frozen=True):
    """The register as it is in force; ``valid_from`` dates it."""

    version: int
    valid_from: date
    purposes: Mapping[str, PurposeEntry]

    def interests(self) -> dict[str, frozenset[str] | None]:
        """Return the purposes that rest on a legitimate interest, each with its markets; None is everywhere."""
        found = {name: entry.markets_on(Basis.LEGITIMATE_INTEREST) for name, entry in self.purposes.items()}
        return {name: markets for name, markets in found.items() if markets is None or markets}


ANSWERABLE: Final = frozenset({Basis.CONSENT, Basis.LEGITIMATE_INTEREST})
"""Grounds on which a person has a say: by agreeing, or by objecting (GDPR Article 21)."""


def load(text: str) -> Register:
    """Return the register that ``text`` (YAML) spells.

    Raises:
        ValueError: what is wrong: an unknown word, a purpose that is missing, a market that stands under two grounds.

    """
    try:
        file = msgspec.convert(yaml.safe_load(text), _File)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(f"The register of purposes can't be read: {error}") from error
    missing = set(Purpose) - set(file.purposes)
    if missing:
        raise ValueError(f"The register of purposes leaves out {', '.join(sorted(missing))}.")
    entries: dict[str, PurposeEntry] = {
        purpose: _entry(purpose, file.purposes[purpose], file.groups) for purpose in Purpose
    }
    return Register(file.version, file.valid_from, MappingProxyType(entries))


def _entry(purpose: Purpose, line: _Line, groups: Mapping[str, list[str]]) -> PurposeEntry:
    markets: dict[str, Basis] | None = {}
    for basis, where in line.bases.items():
        if where == EVERYWHERE:
            if len(line.bases) > 1:
                raise ValueError(f"{purpose}: a basis that holds everywhere leaves no room for another.")
            markets = None
            break
        for market in _spread(where, groups):
            if markets is None or market in markets:
                raise ValueError(f"{purpose}: {market} stands under two bases.")
            markets[market] = basis
    if not line.bases:
        raise ValueError(f"{purpose}: there is no basis.")
    return PurposeEntry(
        basis=next(iter(line.bases)),
        sentence=line.sentence,
        dpv=line.dpv,
        fides=line.fides,
        data=tuple(line.data),
        kept=line.kept,
        markets=None if markets is None else MappingProxyType(markets),
        channels=tuple(line.channels),
        double_opt_in=frozenset(_spread(line.double_opt_in, groups)),
        lasts_days=line.lasts_days,
    )


def _spread(names: list[str], groups: Mapping[str, list[str]]) -> list[str]:
    return [market for name in names for market in groups.get(name, [name])]


REGISTER: Final = load(SHIPPED.read_text(encoding="utf-8"))
"""The register that is in force; a change of it takes a restart."""
