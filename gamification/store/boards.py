"""The copy of the boards in Valkey, which can be lost and made again at any time.

Each open period has a sorted set. Scores are negative points, so that the natural order of the set is the board's: most
points first, and equal points by alias. Where ranks are dense, a second sorted set holds each score once, and a hash
how many people have it. A marker beside a set says that it is whole, and one for all of them that Valkey was not
emptied; a flushed Valkey loses everything together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gamification.board_values import BoardLine, LivePeriod, Page
from gamification.errors import BoardRebuildingError
from gamification.store.board_scripts import PAGE_SCRIPT, PUT_SCRIPT, SWAP_SCRIPT
from gamification.vocabulary import Ties
from kernel.cache import AWAY, Cache, CacheUnavailableError

READY: Final = "boards:ready:2"
"""Says that Valkey was not emptied. Its number MUST grow whenever boards count otherwise than before: copies that an
earlier version made are then made again, once.
"""
KEPT: Final = timedelta(days=7)
"""How long a copy that nobody removed outlives its period."""

Lines = Mapping[str, int | None]
"""Points by alias; None where somebody is on the board no more."""


class Boards:
    """The copy in Valkey."""

    def __init__(self, cache: Cache) -> None:
        """Use ``cache``."""
        self._client = cache.client
        self._page = cache.client.register_script(PAGE_SCRIPT)
        self._put = cache.client.register_script(PUT_SCRIPT)
        self._swap = cache.client.register_script(SWAP_SCRIPT)

    async def page(self, period: UUID, ties: Ties, own: str | None, *, start: int, size: int, minimum: int = 0) -> Page:
        """Return ``size`` lines from position ``start``, or around ``own`` when ``start`` is negative.

        With fewer members than ``minimum`` there are no lines, and the reader's points alone.

        Raises:
            BoardRebuildingError: the copy is not whole at the moment.
            CacheUnavailableError: Valkey is away.

        """
        live, counts, steps, ready = _names(period)
        try:
            found = await self._page(
                keys=[live, counts, steps, ready], args=[own or "", start, size, minimum, ties.value]
            )
        except AWAY as error:
            message = "Valkey does not answer."
            raise CacheUnavailableError(message) from error
        if not found[0]:
            message = "The board is being made again; it takes a moment."
            raise BoardRebuildingError(message)
        _, total, first, before, lines, mine = found
        points = -int(mine[1]) if mine else 0
        if total < minimum:
            return Page(points=points, few=True)
        items = _ranked(lines, first, before, own, ties)
        after = first + len(items)
        return Page(
            total=total,
            items=items,
            after=after if items and after < total else None,
            own=BoardLine(mine[0], own, points, me=True) if mine and own else None,
            points=points,
        )

    async def put(self, changes: Mapping[LivePeriod, Lines]) -> None:
        """Bring lines up to date; harmless where a copy is not whole."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for period, lines in changes.items():
                if lines:
                    await self._put(keys=_names(period.id)[:3], args=_arguments(period, lines), client=pipeline)
            await pipeline.execute()

    async def whole(self) -> bool:
        """Tell whether Valkey still has what was put there."""
        return bool(await self._client.exists(READY))

    async def missing(self, periods: Sequence[LivePeriod]) -> list[LivePeriod]:
        """Return the periods of which there is no whole copy; all of them once Valkey was emptied."""
        there = await self._client.mget([READY, *(_names(period.id)[3] for period in periods)])
        return [period for period, marker in zip(periods, there[1:], strict=True) if not (marker and there[0])]

    async def begin(self, period: LivePeriod) -> None:
        """Begin a new copy beside the old one."""
        await self._client.delete(*_next(period))

    async def add(self, period: LivePeriod, lines: Lines) -> None:
        """Add members with their points to the new copy."""
        if lines:
            await self._put(keys=_next(period), args=_arguments(period, lines))

    async def swap(self, period: LivePeriod, now: datetime) -> None:
        """Put the new copy in the old one's place, at once; it goes by itself long after the period's end."""
        kept = 0
        if period.ends_at is not None:
            left = period.ends_at + timedelta(minutes=period.settling_minutes) - now
            kept = int((max(left, timedelta(0)) + KEPT).total_seconds() * 1000)
        await self._swap(keys=[*_names(period.id), *_next(period)], args=[kept])

    async def mark(self) -> None:
        """Say that every copy is there."""
        await self._client.set(READY, "1")

    async def drop(self, period: UUID) -> None:
        """Remove a copy that nobody needs any more."""
        await self._client.delete(*_names(period))


def _names(period: UUID) -> list[str]:
    return [f"board:{{{period}}}{suffix}" for suffix in ("", ":counts", ":steps", ":ready")]


def _next(period: LivePeriod) -> list[str]:
    return [f"board:{{{period.id}}}:next{suffix}" for suffix in ("", ":counts", ":steps")]


def _arguments(period: LivePeriod, lines: Lines) -> list[str]:
    given = [str(int(period.dense))]
    for alias, points in lines.items():
        given += (alias, "" if points is None else str(-points))
    return given


def _ranked(lines: Sequence[bytes], first: int, before: int, own: str | None, ties: Ties) -> list[BoardLine]:
    """Number the lines by the tie rule; ``before`` is the number of people, or of ranks if dense, above the first."""
    ranked: list[BoardLine] = []
    for offset in range(0, len(lines), 2):
        name, points = lines[offset].decode(), -int(lines[offset + 1])
        place = first + offset // 2 + 1
        if ties is Ties.ORDINAL:
            rank = place
        elif not ranked:
            rank = before + 1
        elif ranked[-1].points == points:
            rank = ranked[-1].rank
        else:
            rank = ranked[-1].rank + 1 if ties is Ties.DENSE else place
        ranked.append(BoardLine(rank, name, points, me=name == own))
    return ranked
