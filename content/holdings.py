"""What content holds about people: which accounts made and approved it."""

from typing import Final

from kernel.holdings import Holding, by_account

HOLDINGS: Final = (
    Holding(
        table="content.item",
        title="Content that you made or approved",
        of=f"({by_account('created_by')} or {by_account('approved_by')})",
        kept="who made and approved medical content must stay known; the account leads to nobody (Art. 17(3)(b))",
        withheld={"created_by": "an account", "approved_by": "an account"},
    ),
)
