"""Currencies beside recognition: what compliance says one unit is worth."""

from piccolo.columns import UUID, BigInt, Text, Timestamptz
from piccolo.table import Table


class CurrencyRow(Table, tablename="currency", schema="gamification"):
    """A kind of points that has a value in money. What it is worth never changes: a new value is a new currency."""

    key = Text(primary_key=True, default=None, help_text="open: the currency's name in rules, awards and rewards")
    name = Text(default=None, null=False, help_text="open")
    unit_value = BigInt(default=None, null=False, help_text="open: fair market value of one unit, in hundredths")
    money = Text(default=None, null=False, help_text="open: ISO 4217")
    state = Text(default=None, null=False, help_text="open: a CurrencyState")
    defined_by = UUID(default=None, null=False, help_text="pseudonymous: the account that defined it")
    defined_at = Timestamptz(default=None, null=False, help_text="open")
    approved_by = UUID(default=None, null=True, help_text="pseudonymous: the account that approved it, another one")
    approved_at = Timestamptz(default=None, null=True, help_text="open")
