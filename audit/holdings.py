"""What the log holds about people, and why it keeps it."""

from collections.abc import Mapping
from typing import Final

from kernel.holdings import Holding

_KEPT: Final = "the log proves what was done with data; it knows people only by ids that lead nowhere (Art. 17(3)(b))"
_OTHERS: Final = "which member of staff it was is their own data"

HOLDINGS: Final = (
    Holding(
        table="audit.leaf",
        title="Who used your data, when and what for",
        of="subject = $1",
        key="index",
        kept=_KEPT,
        withheld={"actor": _OTHERS, "resource": "it may name somebody else's record"},
    ),
)

APART: Final[Mapping[str, str]] = {
    "audit.entry": "shown line by line as audit.leaf; kept for the same reason",
    "audit.detail": "what changed in a profile, sealed: nobody can read it any more once the person's key is destroyed",
    "audit.saved_search": "a member of staff's tool: an account's id, and what it looks for",
    "audit.hold": "who held entries and let them go stays as long as the log does; an account's id alone",
    "audit.review": "whose signature it is stays as long as what it covers (EU GMP Annex 11); an account's id alone",
}
"""Tables with columns about people that no request reads by themselves, and why."""
