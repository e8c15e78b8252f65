"""Which brand a thing may belong to: one where it promotes, none where it teaches."""

from access.vocabulary import is_brand
from content.vocabulary import ContentClass


def brand_fault(lane: ContentClass, brand: str | None, *, narrowed: bool) -> str | None:
    """Return what is wrong with the brand of something new in a lane; None is nothing.

    ``narrowed``: whoever makes it works for some brands and not for all. Whether it is one of theirs is not said here.
    """
    if brand is None:
        missing = lane is ContentClass.PROMOTIONAL and narrowed
        return "The field brand must name one of your brands." if missing else None
    if not is_brand(brand):
        return "A brand is a key of 1 to 64 small letters a to z, digits and hyphens, beginning with a letter."
    if lane is not ContentClass.PROMOTIONAL:
        return f"What is {lane} belongs to no brand; only what is promotional does."
    return None
