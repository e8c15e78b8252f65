"""The board: its members in PostgreSQL, its order in Valkey, which can be lost and made again at any time.

Scores are negative points, so that the natural order of the sorted set is the board's: most points first, and equal
points by alias. A marker beside the set says that it is whole; a flushed Valkey loses both together.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from gamification.errors import BoardRebuildingError
from gamification.rules.aliases import WAYS, alias
from gamification.values import BoardLine, BoardPage
from kernel.cache import AWAY, Cache, CacheUnavailableError
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

KEY: Final = "board:{all-time}"
READY: Final = "board:{all-time}:ready"
NEXT: Final = "board:{all-time}:next"
CHUNK: Final = 5_000

PAGE_SCRIPT: Final = """
if redis.call('EXISTS', KEYS[2]) == 0 then return {0} end
local total = redis.call('ZCARD', KEYS[1])
local mine = ARGV[1] ~= '' and redis.call('ZRANK', KEYS[1], ARGV[1])
local start = tonumber(ARGV[2])
local size = tonumber(ARGV[3])
if start < 0 then start = mine and math.max(0, mine - math.floor(size / 2)) or 0 end
local lines = redis.call('ZRANGE', KEYS[1], start, start + size - 1, 'WITHSCORES')
local before = 0
if #lines > 0 then before = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. lines[2]) end
local own = {}
if mine then
  local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
  own = {redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score) + 1, score}
end
return {1, total, start, before, lines, own}
"""
"""One page in one round trip: whether the board is whole, how many there are, the lines, and the reader's own."""

SWAP_SCRIPT: Final = """
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[1]) else redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[2], '1')
"""


class Boards:
    """The board's copy in Valkey."""

    def __init__(self, cache: Cache) -> None:
        """Use ``cache``."""
        self._client = cache.client
        self._page = cache.client.register_script(PAGE_SCRIPT)
        self._swap = cache.client.register_script(SWAP_SCRIPT)

    async def page(self, own: str | None, start: int, size: int) -> BoardPage:
        """Return ``size`` lines from position ``start``, or around ``own`` when ``start`` is negative.

        Raises:
            BoardRebuildingError: the copy is not whole at the moment.
            CacheUnavailableError: Valkey is away.

        """
        try:
            found = await self._page(keys=[KEY, READY], args=[own or "", start, size])
        except AWAY as error:
            message = "Valkey does not answer."
            raise CacheUnavailableError(message) from error
        if not found[0]:
            message = "The board is being made again; it takes a moment."
            raise BoardRebuildingError(message)
        _, total, first, before, lines, mine = found
        return BoardPage(
            total=total,
            start=first,
            items=_ranked(lines, first, before, own),
            own=BoardLine(mine[0], own, -int(mine[1]), me=True) if mine and own else None,
        )

    async def set_points(self, present: Mapping[str, int], absent: Sequence[str]) -> None:
        """Give these aliases these points, and remove those; harmless when the board is not whole."""
        async with self._client.pipeline(transaction=True) as pipeline:
            if present:
                _ = pipeline.zadd(KEY, {name: -points for name, points in present.items()})
            if absent:
                _ = pipeline.zrem(KEY, *absent)
            await pipeline.execute()

    async def whole(self) -> bool:
        """Tell whether the copy is there."""
        return bool(await self._client.exists(READY))

    async def begin(self) -> None:
        """Begin a new copy beside the old one."""
        await self._client.delete(NEXT)

    async def add(self, members: Mapping[str, int]) -> None:
        """Add members with their points to the new copy."""
        if members:
            await self._client.zadd(NEXT, {name: -points for name, points in members.items()})

    async def swap(self) -> None:
        """Put the new copy in the old one's place, at once."""
        await self._swap(keys=[KEY, READY, NEXT], args=[])


def _ranked(lines: Sequence[bytes], first: int, before: int, own: str | None) -> list[BoardLine]:
    """Number the lines: equal points share a rank, the next rank counts everyone before it (1, 2, 2, 4)."""
    ranked: list[BoardLine] = []
    for offset in range(0, len(lines), 2):
        name, points = lines[offset].decode(), -int(lines[offset + 1])
        if ranked and ranked[-1].points == points:
            rank = ranked[-1].rank
        else:
            rank = first + offset // 2 + 1 if ranked else before + 1
        ranked.append(BoardLine(rank, name, points, me=name == own))
    return ranked


async def aliases(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, str]:
    """Return the aliases of those who have one."""
    rows = await uow.fetch(
        "select person, alias from gamification.board_member where person = any($1::uuid[])", persons
    )
    return {PersonId(row["person"]): row["alias"] for row in rows}


async def give_aliases(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, str]:
    """Give everyone an alias who has none; an alias that is taken is drawn again."""
    known = await aliases(uow, persons)
    while missing := [person for person in persons if person not in known]:
        await uow.execute(
            "insert into gamification.board_member (person, alias) select * from unnest($1::uuid[], $2::text[])"
            " on conflict do nothing",
            missing,
            [alias(secrets.randbelow(WAYS)) for _ in missing],
        )
        known |= await aliases(uow, missing)
    return known


async def points_of(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, int]:
    """Return the lifetime points of those who have a standing."""
    rows = await uow.fetch("select person, points from gamification.standing where person = any($1::uuid[])", persons)
    return {PersonId(row["person"]): row["points"] for row in rows}


async def chunk_after(uow: UnitOfWork, after: PersonId | None) -> dict[PersonId, int]:
    """Return the next people with a standing, in id order, and their points."""
    rows = await uow.fetch(
        "select person, points from gamification.standing where $1::uuid is null or person > $1"
        " order by person limit $2",
        after,
        CHUNK,
    )
    return {PersonId(row["person"]): row["points"] for row in rows}
