"""Which markets an account may work in."""

from collections.abc import Sequence

from access.errors import InvalidAccountError
from access.vocabulary import ALL_MARKETS, Role
from people.vocabulary import is_market


def scope(role: Role, markets: Sequence[str], own_market: str | None) -> list[str]:
    """Return the market scope of an account, sorted and without repetition.

    An HCP's scope is ``own_market`` and nothing else. Everybody else names markets, or all of them by ``*``.

    Raises:
        InvalidAccountError: no market is named, or one does not exist; the facts hold ``field``.

    """
    if role is Role.HCP:
        markets = [] if own_market is None else [own_market]
    elif ALL_MARKETS in markets:
        return [ALL_MARKETS]
    if not markets:
        raise InvalidAccountError("The field markets must name a market, or * for all of them.", field="markets")
    if not all(is_market(market) for market in markets):
        raise InvalidAccountError(
            "The field markets must hold ISO 3166-1 alpha-2 codes such as GB, or only *.", field="markets"
        )
    return sorted(set(markets))
