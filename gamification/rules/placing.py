"""When an award asks for its units: the order in which budgets serve everybody."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from engagement.values import Activity
from gamification.rules.earnings import Award, AwardKey

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

PLAIN: Final = 3
"""How many numbers are the moment of what earned something."""

AFTERWARDS: Final = 0xFFFF
"""The place of what one award sets free: after all awards of the same activity."""

Moment: TypeAlias = tuple[int, ...]
"""Microseconds since 1970, the activity's id as a number, and the place among its awards: the order of all awards.

What comes with a common quest asks once that is reached: its moment is that of the last contribution, ``AFTERWARDS`` as
place, and behind it the award's own moment.
"""


def placed(by_id: Mapping[UUID, Activity], awards: Iterable[Award]) -> Iterator[tuple[Moment, Award]]:
    """Yield one person's awards, which come in order, with the moments of what earned them."""
    activity, place = None, 0
    for award in awards:
        place = place + 1 if award.activity == activity else 0
        activity = award.activity
        yield ((by_id[activity].occurred_at - EPOCH) // MICROSECOND, activity.int, place), award


def moments(
    by_id: Mapping[UUID, Activity], stages: Iterable[tuple[Moment | None, Iterable[Award]]]
) -> dict[AwardKey, Moment]:
    """Return when one person's awards ask for their units; each at the earliest moment at which it is earned.

    ``stages`` are what the person earns before any common quest was reached (None), and from each moment on at which
    one was: the bonus stands at an earlier activity, and so may what it leads to, yet nobody could ask for it then.
    """
    found: dict[AwardKey, Moment] = {}
    for since, awards in stages:
        for own, award in placed(by_id, awards):
            at = own if since is None or own[:2] > since[:2] else (*since[:2], AFTERWARDS, *own)
            found[award.key] = min(at, found.get(award.key, at))
    return found
