"""What crosses the boundary of this room about currencies."""

from datetime import datetime
from uuid import UUID

import msgspec

from gamification.vocabulary import CurrencyState


class NewCurrency(msgspec.Struct, frozen=True, kw_only=True):
    """A currency to define: ``unit_value`` hundredths of ``money`` (ISO 4217) are the fair market value of one unit."""

    key: str
    name: str
    unit_value: int
    money: str


class CurrencyView(NewCurrency, frozen=True, kw_only=True):
    """A currency as staff see it; accounts are ids, times are UTC."""

    state: CurrencyState
    defined_by: UUID
    defined_at: datetime
    approved_by: UUID | None = None
    approved_at: datetime | None = None
