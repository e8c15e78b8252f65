"""What engagement holds about people: everything they did."""

from typing import Final

import msgspec

from kernel.holdings import Holding, Keeps

HOLDINGS: Final = (
    Holding(
        table="engagement.activity",
        title="What you did",
        provided=True,
        withheld={"recorded_by": "the account of the program that told us"},
        holdable=True,
    ),
)


def kept_for(holding: Holding, days: int | None) -> Holding:
    """Return ``holding`` with the time for which the operator keeps activities; None is until erasure.

    What no points rest on goes. What some do rest on is reduced to what these are worked out from: the rules fold a
    person's whole history again whenever something arrives late or is corrected.
    """
    if days is None or holding.table != "engagement.activity":
        return holding
    return msgspec.structs.replace(
        holding,
        keeps=Keeps(days, "occurred_at", "to show a person what they used", only="rules_version is null"),
        reduces=Keeps(
            days,
            "occurred_at",
            "to work out the points that rest on it",
            only="rules_version is not null",
            columns=("extensions",),
        ),
    )
