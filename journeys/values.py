"""What crosses the boundary of this room."""

import msgspec

from content.values import OfferedContent


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """An item that the person has not used yet, and why it is suggested.

    ``because`` holds the item's tags that the person has used, the most used first, or ``new`` alone if there is none.
    """

    content: OfferedContent
    because: tuple[str, ...]
