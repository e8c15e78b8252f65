"""The words of the journey."""

from enum import StrEnum
from typing import Final

NEW: Final = "new"
"""Stands as the reason for an item with no subject that the person is known to have used."""


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    RECOMMENDATIONS_READ = "journeys:recommendation:read"
