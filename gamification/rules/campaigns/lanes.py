"""Lanes are never mixed: a campaign of one lane counts content of that lane alone (reference rules C13 and C15)."""

from collections.abc import Iterator
from typing import Any

from content.vocabulary import ContentClass
from gamification.rules.meaning import Fault, Place

WANTED = ("any", "all")
"""Where a rule names the tags that it wants; what stands under ``none`` keeps another lane out."""


def lane_faults(plain: object, lane: ContentClass, place: Place = ()) -> Iterator[Fault]:
    """Yield every class and every tag in a checked value that names another lane than ``lane``."""
    if isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from lane_faults(item, lane, (*place, index))
    if isinstance(plain, dict):
        yield from _classes(plain, lane, place)
        yield from _tags(plain, lane, place)
        for name, value in plain.items():
            yield from lane_faults(value, lane, (*place, name))


def _classes(part: dict[str, Any], lane: ContentClass, place: Place) -> Iterator[Fault]:
    for index, named in enumerate(part.get("classes") or ()):
        if named is not None and named != lane:
            fault = f"{named} content doesn't belong to a campaign of the lane {lane}"
            yield (*place, "classes", index), fault, f"leave it out, or make a campaign of the lane {named} for it"


def _tags(part: dict[str, Any], lane: ContentClass, place: Place) -> Iterator[Fault]:
    tags: dict[str, Any] = part.get("tags") or {}
    for name in WANTED:
        for index, tag in enumerate(tags.get(name) or ()):
            if tag in set(ContentClass) - {lane}:
                fault = f"the tag {tag} names another lane than {lane}"
                yield (*place, "tags", name, index), fault, f"leave it out, or make a campaign of the lane {tag} for it"
