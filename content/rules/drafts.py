"""What an item must look like to be kept as a draft."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from content.errors import InvalidContentError
from content.rules.tags import forbidden_word
from content.values import NewContent
from content.vocabulary import EVERYWHERE, ContentKind
from kernel.texts import is_locale, is_readable

TITLE_MOST: Final = 300
SUMMARY_MOST: Final = 5_000
TAGS_MOST: Final = 50
TAG_MOST: Final = 100
DURATION_MOST: Final = 30 * 24 * 3600
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Times outside of these are mistakes, and overflow where an offset is added to them."""


def check(new: NewContent, is_market: Callable[[str], bool]) -> None:
    """Accept only an item that can be offered, found and scored; ``is_market`` knows the countries.

    Raises:
        InvalidContentError: names the field.

    """
    if not is_readable(new.title, TITLE_MOST):
        raise InvalidContentError(f"A title has 1 to {TITLE_MOST} printable characters.", field="title")
    if new.summary and not is_readable(new.summary, SUMMARY_MOST, lines=True):
        raise InvalidContentError(f"A summary has at most {SUMMARY_MOST} printable characters.", field="summary")
    if not is_locale(new.locale):
        raise InvalidContentError("A locale is a language, or a language and a country.", field="locale")
    if new.duration_seconds is not None and not 1 <= new.duration_seconds <= DURATION_MOST:
        raise InvalidContentError("A duration is 1 second to 30 days.", field="duration_seconds")
    _check_markets(new.markets, is_market)
    _check_tags(new.tags)
    _check_times(new)


def _check_markets(markets: tuple[str, ...], is_market: Callable[[str], bool]) -> None:
    if not markets:
        raise InvalidContentError("An item has at least one market.", field="markets")
    if markets != (EVERYWHERE,) and not all(is_market(market) for market in markets):
        raise InvalidContentError("Markets are ISO 3166-1 alpha-2 codes, or * alone.", field="markets")


def _check_tags(tags: tuple[str, ...]) -> None:
    if len(tags) > TAGS_MOST:
        raise InvalidContentError(f"An item has at most {TAGS_MOST} tags.", field="tags")
    for tag in tags:
        if not is_readable(tag, TAG_MOST) or tag != tag.strip() or tag != tag.lower():
            raise InvalidContentError(f"A tag has 1 to {TAG_MOST} lower-case characters.", field="tags")
        word = forbidden_word(tag)
        if word is not None:
            raise InvalidContentError(f"Prescribing, sales, samples and formularies are no tags: {word}.", field="tags")


def _check_times(new: NewContent) -> None:
    opens, closes, due = new.visible_from, new.visible_until, new.due_at
    for field, at in (
        ("visible_from", opens),
        ("visible_until", closes),
        ("due_at", due),
        ("starts_at", new.starts_at),
    ):
        if at is None:
            continue
        if at.utcoffset() is None:
            raise InvalidContentError("A time has an offset from UTC.", field=field)
        if not EARLIEST <= at <= LATEST:
            raise InvalidContentError("A time is between the years 1900 and 9000.", field=field)
    if opens is not None and closes is not None and closes <= opens:
        raise InvalidContentError("An item closes after it opens.", field="visible_until")
    if opens is not None and due is not None and due < opens:
        raise InvalidContentError("An item isn't due before it opens: nobody could be on time.", field="due_at")
    if new.starts_at is not None and (new.kind is not ContentKind.WEBINAR or new.duration_seconds is None):
        raise InvalidContentError("Only a webinar that says how long it takes is live.", field="starts_at")
