"""Next best content: rank what a person has not used by the subjects of what the person has used.

Each used item adds its weight to each of its tags. The weight is 1, or 2 once the person has finished the item, and
halves with every 30 days since the last use; only the weights' ratio matters, so an interest of long ago still
ranks when it is all there is. An unused item is worth the sum over its tags.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from math import exp2, fsum
from typing import Final

from content.values import OfferedContent
from engagement.values import Use
from journeys.values import Recommendation
from journeys.vocabulary import NEW

HALF_LIFE: Final = timedelta(days=30)
FINISHED_WEIGHT: Final = 2.0
"""Against 1 for an item that was begun, or merely opened."""


def next_best(uses: Collection[Use], offered: Iterable[OfferedContent], now: datetime) -> list[Recommendation]:
    """Return the items of ``offered`` that are in none of ``uses``, best first; at ``now`` (UTC).

    Items of equal worth stand newest first, decided by their ids, which grow with time: the same input has one order.
    """
    used = {use.content for use in uses}
    interests = interests_of(uses, now)
    unused = [item for item in offered if item.id not in used]
    unused.sort(key=lambda item: (affinity(interests, item.tags), item.id), reverse=True)
    return [Recommendation(content=item, because=reasons(interests, item.tags)) for item in unused]


def interests_of(uses: Iterable[Use], now: datetime) -> dict[str, float]:
    """Return how much each tag has been used; the order of ``uses`` changes nothing."""
    weights: defaultdict[str, list[float]] = defaultdict(list)
    for use in uses:
        for tag in use.tags:
            weights[tag].append(_weight(use, now))
    return {tag: fsum(parts) for tag, parts in weights.items()}


def affinity(interests: Mapping[str, float], tags: Collection[str]) -> float:
    """Return what an item with these tags is worth; 0 when none of them was used."""
    return fsum(interests.get(tag, 0.0) for tag in set(tags))


def reasons(interests: Mapping[str, float], tags: Collection[str]) -> tuple[str, ...]:
    """Return the tags that were used, the most used first, in alphabetical order among equals."""
    matched = sorted(set(tags) & interests.keys(), key=lambda tag: (-interests[tag], tag))
    return tuple(matched) or (NEW,)


def _weight(use: Use, now: datetime) -> float:
    age = max(now - use.last_at, timedelta(0))
    return (FINISHED_WEIGHT if use.finished else 1.0) * exp2(-(age / HALF_LIFE))
