"""The law by which awards and campaigns are judged on one day."""

from collections.abc import Mapping
from datetime import date

import msgspec

from gamification.rules.policy import Currency, Packs
from gamification.vocabulary import RECOGNITION


class Law(msgspec.Struct, frozen=True):
    """The packs, the day (UTC), and the currencies that are approved."""

    packs: Packs
    on: date
    currencies: Mapping[str, Currency] = {}

    def currency(self, key: str) -> Currency | None:
        """Return a currency: recognition, or one that is approved; None where nobody has approved it."""
        return Currency(key=key) if key == RECOGNITION else self.currencies.get(key)
