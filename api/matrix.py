"""The whole of who may do what, cell by cell, decided by the very functions that decide requests.

A cell is a role, a route, whether the thing is in the caller's markets, whether it is of one of the caller's brands
(asked where brands bound the role), which purpose the person concerned has answered
and how, and how the caller's factors stand; every other purpose is unanswered. The installation is one that wants a
second factor of staff. Everything is enumerated, so that a question is answered by looking and not by reasoning.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import product
from typing import Final, NamedTuple
from uuid import UUID

import consent
from access import (
    AccountId,
    Caller,
    Permission,
    Reach,
    Role,
    RouteLine,
    SessionId,
    branded,
    decide,
    decide_factors,
    reach,
)
from consent.values import Record
from consent.vocabulary import Answer, Purpose, State
from people import PersonId

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
HERE, ELSEWHERE = "GB", "FR"
OURS, THEIRS = "cardiovex", "respira"
ASKED_ONE_BY_ONE: Final = frozenset({Permission.ACTIVITY_DELIVER})
"""What machines deliver about many people: each of these is asked, and the answer refuses that one activity."""


class Factor(StrEnum):
    """How the caller's factors stand."""

    FRESH = "fresh"
    OLD = "old"
    MISSING = "missing"


class Cell(NamedTuple):
    """One combination; ``market`` and ``brand`` say whether the thing concerned is of one of the caller's."""

    route: RouteLine
    role: Role
    market: bool
    brand: bool
    purpose: Purpose
    state: State
    factor: Factor


def cells(routes: Iterable[RouteLine]) -> Iterator[Cell]:
    """Return every cell of the routes that are not public, in one order."""
    for route in sorted(routes, key=lambda each: (each.path, each.method)):
        for role in Role if route.permission else ():
            brands = (True, False) if route.permission and branded(role, route.permission) else (True,)
            for each in product((True, False), brands, Purpose, State, Factor):
                yield Cell(route, role, *each)


def allowed(cell: Cell) -> bool:
    """Decide a cell as a request is decided."""
    permission = cell.route.permission
    if permission is None:
        return True
    return (
        _permitted(cell.role, permission, market=cell.market, brand=cell.brand)
        and _proven(cell.role, permission, cell.factor, cell.route.factor_seconds)
        and _agreed(cell, permission)
    )


def lines(routes: Iterable[RouteLine]) -> Iterator[str]:
    """Return the matrix as text: a line per route and role, a digit per cell, in the order of ``cells``."""
    row: tuple[str, str, str] | None = None
    digits: list[str] = []
    for cell in cells(routes):
        here = (cell.route.method, cell.route.path, cell.role.value)
        if row is not None and here != row:
            yield f"{' '.join(row)} {''.join(digits)}"
            digits = []
        row = here
        digits.append("1" if allowed(cell) else "0")
    if row is not None:
        yield f"{' '.join(row)} {''.join(digits)}"


def digest(routes: Iterable[RouteLine]) -> tuple[int, str]:
    """Return how many cells there are, and the SHA-256 of their lines."""
    count, hashed = 0, hashlib.sha256()
    for line in lines(routes):
        count += len(line.rpartition(" ")[2])
        hashed.update(line.encode() + b"\n")
    return count, hashed.hexdigest()


def who_can(routes: Iterable[RouteLine], wanted: Mapping[str, object]) -> list[Cell]:
    """Return the cells that are allowed and whose fields are those that ``wanted`` names."""
    return [
        cell
        for cell in cells(routes)
        if all(getattr(cell, name) == value for name, value in wanted.items()) and allowed(cell)
    ]


@cache  # half a million cells ask some thousand questions
def _permitted(role: Role, permission: Permission, *, market: bool, brand: bool) -> bool:
    caller = Caller(
        account=AccountId(UUID(int=1)),
        session=SessionId(UUID(int=2)),
        role=role,
        markets=frozenset({HERE if market else ELSEWHERE}),
        brands=frozenset({OURS if brand else THEIRS}),
        person=PersonId(UUID(int=3)),
    )
    return decide(caller, permission, HERE if reach(permission) is Reach.MARKET else None, OURS).allowed


@cache
def _proven(role: Role, permission: Permission, factor: Factor, most: int | None) -> bool:
    return decide_factors(
        role,
        permission,
        enrolled=factor is not Factor.MISSING,
        needed=True,
        age=timedelta(days=1) if factor is Factor.OLD else timedelta(0),
        most=most,
    ).allowed


def _agreed(cell: Cell, permission: Permission) -> bool:
    if cell.role is not Role.HCP and permission not in ASKED_ONE_BY_ONE:
        return True
    purpose = Purpose(str(cell.route.purpose))
    return _consented(purpose, cell.state if cell.purpose is purpose else State.ABSENT)


@cache
def _consented(purpose: Purpose, state: State) -> bool:
    return consent.decide(purpose, _record(state), NOW, HERE).allowed


def _record(state: State) -> Record | None:
    if state is State.ABSENT:
        return None
    given = Answer.GRANTED if state is State.EXPIRED else Answer(state.value)
    expires_at = NOW - timedelta(days=1) if state is State.EXPIRED else None
    return Record(
        state=given, notice_version=1, event=UUID(int=4), decided_at=NOW, received_at=NOW, expires_at=expires_at
    )
