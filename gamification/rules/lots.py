"""Lots: points that wait, expire and are spent, earliest expiry first, then oldest first.

A purse is what one person has of one currency: its lots, and ``rest``, the points that came without a lot. They never
wait and never expire, so among what never expires they are spent first. A negative ``rest`` is a debt: points that were
taken back after they had been spent. It is paid out of what can be spent, and what can't be paid stays owed.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Lot(msgspec.Struct, frozen=True):
    """What is ``left`` of the points of one grant, available from ``available_at`` to before ``expires_at`` (UTC)."""

    id: UUID
    award: UUID
    left: int
    available_at: datetime
    expires_at: datetime | None = None
    expired: int = 0


class Purse(msgspec.Struct, frozen=True):
    """What a person has of one currency: ``rest`` came without a lot, and is negative where points are owed."""

    rest: int = 0
    lots: tuple[Lot, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """Points out of one lot, or out of the rest where ``lot`` is None."""

    lot: Lot | None
    points: int


class Lapsed(msgspec.Struct, frozen=True):
    """What became of lots whose time was over: ``settled`` paid a debt, ``expired`` is gone."""

    settled: tuple[Part, ...]
    expired: tuple[Part, ...]
    purse: Purse


class Expiring(msgspec.Struct, frozen=True):
    """The points that expire next, and when (UTC)."""

    at: datetime
    points: int


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """A person's points of one currency. ``lifetime`` never falls by spending or expiry; ``owed`` was taken back late.

    ``pending`` points can't be spent yet. Recognition has no monetary value and can't be converted or transferred.
    """

    currency: str
    lifetime: int
    pending: int
    spendable: int
    owed: int
    expires_next: Expiring | None


def lapse(purse: Purse, now: datetime) -> Lapsed:
    """Let everything expire whose time is over, earliest first; a debt is paid out of it before."""
    rest, settled, expired = purse.rest, [], []
    over = sorted((lot for lot in purse.lots if _is_over(lot, now)), key=_order)
    for lot in over:
        paid = min(lot.left, max(0, -rest))
        rest += paid
        settled += [Part(lot, paid)] if paid else []
        expired += [Part(lot, lot.left - paid)] if lot.left > paid else []
    kept = tuple(lot for lot in purse.lots if not _is_over(lot, now))
    return Lapsed(tuple(settled), tuple(expired), Purse(rest, kept))


def settle(purse: Purse, now: datetime) -> tuple[tuple[Part, ...], Purse]:
    """Pay a debt out of what can be spent; return what was taken from which lot."""
    owed = max(0, -purse.rest)
    parts = _taken_from(sorted(filter(lambda lot: _is_open(lot, now), purse.lots), key=_order), owed)
    left = {part.lot.id: part.points for part in parts if part.lot}
    lots = tuple(_less(lot, left.get(lot.id, 0)) for lot in purse.lots)
    return tuple(parts), Purse(purse.rest + sum(left.values()), lots)


def spendable(purse: Purse, now: datetime) -> int:
    """Return how many points can be spent, debts paid."""
    return max(0, _worth(lapse(purse, now).purse, now))


def take(purse: Purse, points: int, now: datetime) -> tuple[Part, ...] | None:
    """Take ``points`` out of a purse without debts, earliest expiry first, then age; None if there are not enough."""
    if _worth(purse, now) < points:
        return None
    opened = sorted(filter(lambda lot: _is_open(lot, now), purse.lots), key=_order)
    ending = [lot for lot in opened if lot.expires_at is not None]
    parts = _taken_from(ending, points)
    from_rest = min(max(0, purse.rest), points - _sum(parts))
    parts += [Part(None, from_rest)] if from_rest else []
    return (*parts, *_taken_from([lot for lot in opened if lot.expires_at is None], points - _sum(parts)))


def take_back(points: int, lots: Sequence[Lot]) -> tuple[tuple[Part, ...], tuple[Part, ...], int]:
    """Take an award of ``points`` back from its ``lots``, newest first.

    Returns what is taken of what is left, what had expired and is taken all the same, and what had been spent.
    """
    unspent, expired, missing = [], [], points
    for lot in sorted(lots, key=lambda lot: lot.id, reverse=True):
        left = min(missing, lot.left)
        gone = min(missing - left, lot.expired)
        unspent += [Part(lot, left)] if left else []
        expired += [Part(lot, gone)] if gone else []
        missing -= left + gone
    return tuple(unspent), tuple(expired), missing


def balance(currency: str, lifetime: int, purse: Purse, now: datetime) -> Balance:
    """Return what the owner of a purse is shown."""
    if not purse.lots:  # as most are, and this is what is asked for most
        worth = purse.rest
        return Balance(
            currency=currency,
            lifetime=lifetime,
            pending=0,
            spendable=max(0, worth),
            owed=max(0, -worth),
            expires_next=None,
        )
    purse = lapse(purse, now).purse
    worth = _worth(purse, now)
    first = min((lot.expires_at for lot in purse.lots if lot.left and lot.expires_at), default=None)
    return Balance(
        currency=currency,
        lifetime=lifetime,
        pending=sum(lot.left for lot in purse.lots if lot.available_at > now),
        spendable=max(0, worth),
        owed=max(0, -worth),
        expires_next=Expiring(first, sum(lot.left for lot in purse.lots if lot.expires_at == first)) if first else None,
    )


def _worth(purse: Purse, now: datetime) -> int:
    return purse.rest + sum(lot.left for lot in purse.lots if _is_open(lot, now))


def _taken_from(lots: Iterable[Lot], points: int) -> list[Part]:
    parts = []
    for lot in lots:
        taken = min(lot.left, points)
        points -= taken
        parts += [Part(lot, taken)] if taken else []
    return parts


def _is_over(lot: Lot, now: datetime) -> bool:
    return lot.expires_at is not None and lot.expires_at <= now


def _is_open(lot: Lot, now: datetime) -> bool:
    return lot.available_at <= now and not _is_over(lot, now)


def _order(lot: Lot) -> tuple[datetime, UUID]:
    return lot.expires_at or NEVER, lot.id


def _less(lot: Lot, points: int) -> Lot:
    return msgspec.structs.replace(lot, left=lot.left - points) if points else lot


def _sum(parts: Sequence[Part]) -> int:
    return sum(part.points for part in parts)
