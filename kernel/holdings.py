"""What a table holds about people: how to find it, show it, erase it, and for how long it stays.

Each room declares its tables beside them (``<room>/holdings.py``), since nobody above knows them better. Whoever
composes the program hands all declarations to the room that answers people's requests, and one engine there does the
work for every table. A table that has columns about people and no declaration fails a test.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

BY_PERSON: Final = "person = $1"


def by_account(column: str, *, text: bool = False) -> str:
    """Return the condition of rows whose ``column`` names the person's account, as a UUID or as ``text``."""
    accounts = f"select id{'::text' if text else ''} from access.account where person = $1"  # noqa: S608 - constants
    return f"{column} in ({accounts})"


class Keeps(msgspec.Struct, frozen=True):
    """For how long a row stays: so many ``days`` after the time in its column ``since``, and what for.

    ``only`` is a condition of the rows that this is about. With ``columns`` the row stays and these are emptied.
    """

    days: int
    since: str
    purpose: str
    only: str = "true"
    columns: tuple[str, ...] = ()


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One table's declaration.

    ``of`` is an SQL condition on the table's own columns; ``$1`` is the person's id. ``key`` is the primary key.
    ``provided``: the person gave it, so it belongs to what they may take along (GDPR Article 20). ``kept`` says on
    which ground the rows outlive an erasure; without it they go. Columns in ``sealed`` are opened with the person's key
    for a package; those in ``withheld`` are left out of it, each for the reason given. ``keeps`` says when a row goes,
    ``reduces`` when the columns do that nothing needs any more. Rows of a table with
    ``holdable`` can be held one by one: its key is a UUID, and nothing that is erased hangs on it.
    """

    table: str
    title: str
    of: str = BY_PERSON
    key: str = "id"
    provided: bool = False
    kept: str | None = None
    sealed: tuple[str, ...] = ()
    withheld: Mapping[str, str] = {}
    keeps: Keeps | None = None
    reduces: Keeps | None = None
    holdable: bool = False


HOLDINGS: Final = (
    Holding(table="kernel.outbox", title="Messages about you that wait for delivery", of="key = $1"),
    Holding(
        table="kernel.answer",
        title="Answers that are kept so that a repeated request changes nothing",
        of="subject = $1",
        withheld={"body": "a copy of what is shown elsewhere in this package"},
        keeps=Keeps(400, "answered_at", "so that a delivery that is sent again within the year creates nothing twice"),
    ),
)
"""What the kernel's own tables hold."""
