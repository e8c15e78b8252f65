"""The words of disputes about transfers of value."""

from enum import StrEnum


class DisputeGround(StrEnum):
    """What a recipient says is wrong with a record: words, not free text, which could name somebody."""

    AMOUNT = "amount"
    DATE = "date"
    NATURE = "nature"
    NOT_RECEIVED = "not-received"
    PRODUCT = "product"
    OTHER = "other"


class DisputeState(StrEnum):
    """Where a dispute stands; whatever is not ``open`` is resolved: the record was corrected, or it stands."""

    OPEN = "open"
    CORRECTED = "corrected"
    STANDS = "stands"
