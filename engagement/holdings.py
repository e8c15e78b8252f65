"""What engagement holds about people: everything they did."""

from typing import Final

from kernel.holdings import Holding

HOLDINGS: Final = (
    Holding(
        table="engagement.activity",
        title="What you did",
        provided=True,
        withheld={"recorded_by": "the account of the program that told us"},
        holdable=True,
    ),
)
