"""Who is offered an item, and whether doing something with it counts."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from content.vocabulary import EVERYWHERE, STAFF_TRAINING, ContentState


class Placed(Protocol):
    """What visibility depends on; both ``ContentItem`` and ``ScoringView`` have it."""

    @property
    def state(self) -> ContentState:
        """Where the item stands in approval."""

    @property
    def markets(self) -> Collection[str]:
        """The markets it is offered in."""

    @property
    def tags(self) -> Collection[str]:
        """What it is about, and for whom."""

    @property
    def visible_from(self) -> datetime | None:
        """When it opens (inclusive)."""

    @property
    def visible_until(self) -> datetime | None:
        """When it closes (exclusive)."""


def scores(item: Placed, market: str, occurred_at: datetime) -> bool:
    """Tell whether an activity at ``occurred_at`` by someone in ``market`` counts.

    The item must be approved now, be offered in the market, and have been open at that time. Language does not
    matter: whoever reads a second language has attended all the same. What staff have to learn never counts.
    """
    return item.state is ContentState.APPROVED and _offered_in(item, market) and _open_at(item, occurred_at)


def visible(item: Placed, item_locale: str, market: str, locale: str, now: datetime) -> bool:
    """Tell whether someone in ``market`` who reads ``locale`` is offered the item at ``now``."""
    return scores(item, market, now) and language(item_locale) == language(locale)


def language(locale: str) -> str:
    """Return the language of a locale: ``fr`` for ``fr-CH``."""
    return locale.partition("-")[0].lower()


def _offered_in(item: Placed, market: str) -> bool:
    """No HCP is offered what staff have to learn, in whichever market."""
    return STAFF_TRAINING not in item.tags and (EVERYWHERE in item.markets or market in item.markets)


def _open_at(item: Placed, at: datetime) -> bool:
    opened = item.visible_from is None or item.visible_from <= at
    closed = item.visible_until is not None and item.visible_until <= at
    return opened and not closed
