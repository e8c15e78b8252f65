"""The words of activities that are taken back."""

from enum import StrEnum


class Retraction(StrEnum):
    """Why an activity counts no more: words, not free text, which could hold a name."""

    CORRECTED = "corrected"
    RECORDED_IN_ERROR = "recorded-in-error"
    SOMEBODY_ELSE = "somebody-else"
    UNDONE = "undone"
