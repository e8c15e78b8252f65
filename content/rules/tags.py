"""Tags that no item may have, because points could then depend on what someone prescribes, buys or is given."""

import re
import unicodedata
from typing import Final

_FORBIDDEN: Final = frozenset(
    {
        "formularies",
        "formulary",
        "prescriber",
        "prescribers",
        "prescribing",
        "prescription",
        "prescriptions",
        "sales",
        "samples",
    }
)

_FORBIDDEN_ALONE: Final = frozenset({"drug sample", "free sample", "product sample", "sample"})
"""Forbidden as a whole tag only: ``sample size`` is statistics."""

_BETWEEN: Final = re.compile(r"[\W_]+")


def forbidden_word(tag: str) -> str | None:
    """Return the first word for which ``tag`` is refused, or None where it may be used.

    Whole words decide, however they are joined: ``sales-volume`` is refused, ``rosales`` (an order of plants) is not.
    """
    words = _BETWEEN.split(unicodedata.normalize("NFKC", tag).casefold())
    whole = " ".join(word for word in words if word)
    if whole in _FORBIDDEN_ALONE:
        return whole
    return next((word for word in words if word in _FORBIDDEN), None)
