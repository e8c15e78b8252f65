"""What of C1 to C22 no check of this package can decide: where it is kept instead, and why.

The rest of each of these rules is decided here, but for C22, of which nothing is left to decide.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec


class Elsewhere(msgspec.Struct, frozen=True):
    """A part of a rule, where it is kept, and why it can't be decided here."""

    part: str
    where: str
    why: str


OUTSIDE: Final[Mapping[str, Elsewhere]] = MappingProxyType(
    {
        "C1": Elsewhere(
            "nothing about prescriptions or sales comes in",
            "the tags of content, where an item is created, and the loader of rule sets",
            "what was never taken in can't be read by anything",
        ),
        "C5": Elsewhere(
            "the report is handed in on time",
            "the company's people; the pack shows the day",
            "no program of Laurel hands anything in to an authority",
        ),
        "C11": Elsewhere(
            "an agreement about more than the limits is declared or authorised beforehand",
            "the company's people; the pack shows how long before",
            "nothing above the limits can be claimed here, agreement or not",
        ),
        "C13": Elsewhere(
            "no advertisement and no sponsor's mark stands on a page of accredited education",
            "the apps that show the pages",
            "Laurel delivers content and no pages around it",
        ),
        "C14": Elsewhere(
            "identities stay in the vault",
            "the room people, which alone holds what identifies, and the declared purpose of every route",
            "who may read a name is decided for all data alike",
        ),
        "C15": Elsewhere(
            "nobody of the company plans, delivers or evaluates accredited education",
            "the company's people",
            "who spoke at a planning meeting leaves no trace here",
        ),
        "C22": Elsewhere(
            "what stays after an erasure, and for how many years",
            "what each room declares of its tables, and the company's retention schedule",
            "an erasure goes through the declarations; no confirmed period was found, so none is given",
        ),
    }
)
