"""Previews of one reader side by side: each window that was seen cuts the people whom the next one counts.

Two previews of different windows differ by those who did something in the one alone. So the next one is refused while
that would be fewer than ten people, as with any two of those that were seen.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import engagement
from gamification.service.replaying import agreeing, counted
from kernel.disclosure import may_be_told
from kernel.telling import TooCloseError
from kernel.unit_of_work import UnitOfWork

BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""The window of everything begins here."""

_AT_ONCE: Final = 2_000


async def check_window(
    uow: UnitOfWork, since: datetime | None, seen: Collection[datetime | None], markets: frozenset[str] | None
) -> None:
    """Accept a preview from ``since`` on beside those that its reader has ``seen``; None is from the beginning.

    Raises:
        TooCloseError: it counts fewer than ten people more, or fewer, than what follows from those.

    """
    asked = since or BEGINNING
    told = {each or BEGINNING for each in seen}
    if not told - {asked}:
        return
    edges = sorted(told | {asked})
    crowds = await _crowds(uow, edges, markets)
    groups = {edge: range(place, len(edges)) for place, edge in enumerate(edges)}
    if not may_be_told(groups[asked], [groups[each] for each in told], crowds, most=len(edges) + 1):
        message = "Fewer than ten people lie between this window and one that you were shown."
        raise TooCloseError(message, field="since")


async def _crowds(uow: UnitOfWork, edges: list[datetime], markets: frozenset[str] | None) -> Mapping[int, int]:
    """Return how many people a preview counts whose latest activity lies from one edge to before the next, by edge."""
    crowds: Counter[int] = Counter()
    waiting = iter((await engagement.latest_activities(uow, edges[0])).items())
    while some := dict(islice(waiting, _AT_ONCE)):
        for person in await agreeing(uow, await counted(uow, list(some), markets)):
            crowds[bisect_right(edges, some[person]) - 1] += 1
    return crowds
