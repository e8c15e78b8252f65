"""What this room is told by whoever composes the program: what the rooms hold about people, and how they let go."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec

from consent.requests.erasure_list import ErasureList
from kernel.holdings import Holding
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Departure: TypeAlias = Callable[[UnitOfWork, PersonId], Awaitable[None]]
"""What a room does first when somebody is about to be erased: end sessions, leave boards."""


class Registry(msgspec.Struct, frozen=True):
    """What the rooms hold about people, in the order of an erasure, and what each does before it.

    Whoever composes the program makes it: rooms above this one hold data too, and imports go only downwards.
    """

    holdings: Sequence[Holding]
    departures: Sequence[Departure]
    erasures: ErasureList

    def of(self, table: str) -> Holding:
        """Return the declaration of ``table``; a name that nobody declared is a ``KeyError``."""
        return {holding.table: holding for holding in self.holdings}[table]

    def erased(self) -> list[str]:
        """Return the tables from which an erasure removes rows, in order."""
        return [holding.table for holding in self.holdings if holding.kept is None]
