"""Public holidays by market, as the library ``holidays`` knows them."""

from collections.abc import Container
from datetime import date
from functools import cache
from typing import cast

import holidays


@cache
def public_holidays(market: str) -> Container[date]:
    """Return the public holidays of the whole country ``market``; years are worked out as they are asked for.

    Those of single regions are left out, and a country that the library does not know has none: a deadline is then
    earlier than the law would have it, never later.
    """
    if market not in holidays.list_supported_countries(include_aliases=False):
        return frozenset()
    return cast("Container[date]", holidays.country_holidays(market))
