"""What the vault holds: children first, since that is the order in which an erasure takes them away."""

from typing import Final

from kernel.holdings import Holding

_INDEX: Final = "a keyed fingerprint of what is shown beside it"

HOLDINGS: Final = (
    Holding(
        table="people.data_key",
        title="Your own key",
        key="person",
        withheld={"wrapped": "a key is shown to nobody; with it destroyed nothing that it sealed opens again"},
    ),
    Holding(
        table="people.identifier",
        title="What registers call you",
        provided=True,
        sealed=("value",),
        withheld={"value_index": _INDEX},
    ),
    Holding(table="people.licence", title="Your licences", sealed=("evidence",), provided=True),
    Holding(table="people.profile", title="What you do", key="person", provided=True),
    Holding(
        table="people.vault",
        title="Who you are",
        key="person",
        provided=True,
        sealed=("name", "email", "phone", "practice"),
        withheld={"email_index": _INDEX},
    ),
    Holding(table="people.person", title="Where you are", of="id = $1", provided=True),
)
"""The key goes first: from then on nothing else here can be read."""
