"""How far an account reaches: the markets and the brands it may work in."""

from collections.abc import Collection
from typing import Any, Final

import msgspec

from access.errors import InvalidAccountError, OutsideScopeError
from access.vocabulary import ALL_BRANDS, ALL_MARKETS, WHOLE, Role, is_brand
from people.vocabulary import is_market

BRANDS_MOST: Final = 100


class Scope(msgspec.Struct, frozen=True):
    """The markets and brands that an account works in, or that a thing is of; ``*`` stands for all of them.

    What belongs to no brand is of all of them: it is there for everybody to see, and only whoever answers for all
    brands writes it.
    """

    markets: frozenset[str]
    brands: frozenset[str]

    @classmethod
    def of(cls, markets: Collection[str], brand: str | None) -> "Scope":
        """Return the scope of a thing that is offered in ``markets`` and belongs to ``brand``, or to none."""
        return cls(frozenset(markets), frozenset({ALL_BRANDS if brand is None else brand}))

    @property
    def narrowed(self) -> bool:
        """Tell whether these are some brands and not all."""
        return ALL_BRANDS not in self.brands

    def said(self) -> dict[str, Any]:
        """Return the scope as the trail says it."""
        return {"markets": sorted(self.markets), "brands": sorted(self.brands)}

    def covers(self, other: "Scope") -> bool:
        """Tell whether whoever works in this scope answers for all of the ``other``. An empty scope holds nothing."""
        return self.reaches(other.markets) and self.owns(other.brands)

    def touches(self, other: "Scope") -> bool:
        """Tell whether whoever works in this scope may know of the ``other``: of one of its markets and brands."""
        return _touches(self.markets, other.markets) and self.knows(other.brands)

    def reaches(self, markets: Collection[str]) -> bool:
        """Tell whether all of ``markets`` are among these."""
        return _covers(self.markets, markets)

    def owns(self, brands: Collection[str]) -> bool:
        """Tell whether all of ``brands`` are among these."""
        return _covers(self.brands, brands)

    def knows(self, brands: Collection[str]) -> bool:
        """Tell whether one of ``brands`` is among these."""
        return _touches(self.brands, brands)


EVERYTHING: Final = Scope(frozenset({ALL_MARKETS}), frozenset({ALL_BRANDS}))


def reached(role: Role, given: Scope) -> Scope:
    """Return how far a machine client of this role really reaches: a witness reads the log, which is of all markets."""
    return EVERYTHING if role is Role.WITNESS else given


def scope(role: Role, markets: Collection[str], brands: Collection[str], own_market: str | None) -> Scope:
    """Return the scope of an account.

    An HCP's scope is ``own_market`` and nothing else. Everybody else names markets and brands, or all by ``*``.

    Raises:
        InvalidAccountError: no market or brand is named, or one can't be; the facts hold ``field``.

    """
    if role is Role.HCP:
        return Scope(frozenset(_markets([] if own_market is None else [own_market])), frozenset())
    return Scope(
        frozenset({ALL_MARKETS} if ALL_MARKETS in markets else _markets(markets)), frozenset(_brands(role, brands))
    )


def require_within(own: Scope, given: Scope) -> None:
    """See that whoever works in the scope ``own`` gives away nothing beyond it.

    Raises:
        OutsideScopeError: they would; the facts hold ``field``.

    """
    for field, within in (("markets", own.reaches(given.markets)), ("brands", own.owns(given.brands))):
        if not within:
            message = f"The field {field} must lie within your own {field} (only * holds all)."
            raise OutsideScopeError(message, field=field)


def _markets(markets: Collection[str]) -> Collection[str]:
    if not markets:
        raise InvalidAccountError("The field markets must name a market, or * for all of them.", field="markets")
    if not all(is_market(market) for market in markets):
        raise InvalidAccountError(
            "The field markets must hold ISO 3166-1 alpha-2 codes such as GB, or only *.", field="markets"
        )
    return markets


def _brands(role: Role, brands: Collection[str]) -> Collection[str]:
    if ALL_BRANDS in brands:
        return [ALL_BRANDS]
    if role in WHOLE:
        raise InvalidAccountError(
            f"The field brands must be * alone: a {role} answers for every brand.", field="brands"
        )
    if not brands or len(brands) > BRANDS_MOST or not all(map(is_brand, brands)):
        message = f"The field brands must name 1 to {BRANDS_MOST} keys such as cardiovex, or * for all of them."
        raise InvalidAccountError(message, field="brands")
    return brands


def _covers(ours: Collection[str], theirs: Collection[str]) -> bool:
    return ALL_MARKETS in ours or set(theirs) <= set(ours)


def _touches(ours: Collection[str], theirs: Collection[str]) -> bool:
    return ALL_MARKETS in ours or (bool(ours) and ALL_MARKETS in theirs) or not set(ours).isdisjoint(theirs)
