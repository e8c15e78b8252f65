"""The terms of a campaign, everything but its rules: what they must be to be kept as a revision."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from content.vocabulary import EVERYWHERE, ContentClass
from engagement.vocabulary import Profession
from gamification.errors import CampaignTermsError
from gamification.rules.forbidden import forbidden_word
from kernel.texts import is_readable

NAME_MOST: Final = 120
REASON_MOST: Final = 500
MARKETS_MOST: Final = 250
BUDGET_MOST: Final = 1_000_000_000_000
KEY_MOST: Final = 64
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Times outside of these are mistakes, and overflow where an offset is added to them."""

_TIMES: Final = ("visible_from", "visible_until", "opens_at", "closes_at")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision says beside its rules; times are UTC, windows hold their beginning and not their end.

    ``professions`` are those of whom it is for, none: everybody. ``budget`` is in recognition units over all persons,
    None without a limit. In the activity window what people do counts; in the visibility window the campaign is shown.
    ``brand`` is the key of the brand that it belongs to, if it is promotional and belongs to one.
    """

    name: str
    lane: ContentClass
    markets: tuple[str, ...]
    professions: tuple[Profession, ...] = ()
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    budget: int | None = None
    brand: str | None = None


def check_terms(terms: Terms, is_market: Callable[[str], bool]) -> Terms:
    """Return ``terms`` as they are kept: markets sorted and once each, times in UTC.

    Raises:
        CampaignTermsError: names the field.

    """
    if not is_readable(terms.name, NAME_MOST):
        raise CampaignTermsError(f"A name has 1 to {NAME_MOST} printable characters.", field="name")
    _check_markets(terms.markets, is_market)
    _check_window(terms.visible_from, terms.visible_until, ("visible_from", "visible_until"))
    _check_window(terms.opens_at, terms.closes_at, ("opens_at", "closes_at"))
    if terms.budget is not None and not 1 <= terms.budget <= BUDGET_MOST:
        raise CampaignTermsError(f"A budget is a number of units from 1 to {BUDGET_MOST}.", field="budget")
    given = {field: getattr(terms, field) for field in _TIMES}
    in_utc = {field: at.astimezone(UTC) for field, at in given.items() if at is not None}
    markets, professions = tuple(sorted(set(terms.markets))), tuple(sorted(set(terms.professions)))
    return msgspec.structs.replace(terms, markets=markets, professions=professions, **in_utc)


def check_key(key: str) -> None:
    """Accept a campaign's key: small letters, digits and hyphens, beginning with a letter, and no forbidden word.

    Raises:
        CampaignTermsError: it is none.

    """
    plain = key.isascii() and key.replace("-", "").isalnum() and key == key.lower() and key[:1].isalpha()
    if not plain or len(key) > KEY_MOST:
        sentence = f"A key has 1 to {KEY_MOST} small letters a to z, digits and hyphens, beginning with a letter."
        raise CampaignTermsError(sentence, field="key")
    word = forbidden_word(key)
    if word is not None:
        raise CampaignTermsError(f"Prescribing, sales, samples and formularies are no keys: {word}.", field="key")


def check_reason(reason: str) -> None:
    """Accept a reason that somebody can read later.

    Raises:
        CampaignTermsError: it is empty, too long, or holds control characters.

    """
    if not is_readable(reason, REASON_MOST):
        sentence = f"A reason has 1 to {REASON_MOST} printable characters, without line breaks."
        raise CampaignTermsError(sentence, field="reason")


def _check_markets(markets: tuple[str, ...], is_market: Callable[[str], bool]) -> None:
    if not markets or len(markets) > MARKETS_MOST:
        raise CampaignTermsError(f"A campaign has from 1 to {MARKETS_MOST} markets.", field="markets")
    if markets != (EVERYWHERE,) and not all(is_market(market) for market in markets):
        raise CampaignTermsError("Markets are ISO 3166-1 alpha-2 codes, or * alone.", field="markets")


def _check_window(opens: datetime | None, closes: datetime | None, fields: tuple[str, str]) -> None:
    for field, at in zip(fields, (opens, closes), strict=True):
        if at is None:
            continue
        if at.utcoffset() is None:
            raise CampaignTermsError("A time has an offset from UTC.", field=field)
        if not EARLIEST <= at <= LATEST:
            raise CampaignTermsError("A time is between the years 1900 and 9000.", field=field)
    if opens is not None and closes is not None and closes <= opens:
        raise CampaignTermsError("A window ends after it begins.", field=fields[1])
