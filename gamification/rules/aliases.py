"""Names for boards that say nothing about who carries them."""

from typing import Final

COLOURS: Final = (
    "Amber", "Azure", "Bronze", "Cobalt", "Copper", "Coral", "Crimson", "Cyan", "Emerald", "Golden", "Indigo", "Ivory",
    "Jade", "Lilac", "Magenta", "Maroon", "Olive", "Opal", "Pearl", "Plum", "Ruby", "Russet", "Saffron", "Sage",
    "Scarlet", "Sepia", "Silver", "Slate", "Teal", "Topaz", "Umber", "Violet",
)  # fmt: skip
BIRDS: Final = (
    "Avocet", "Bittern", "Bunting", "Chough", "Crane", "Curlew", "Dipper", "Dove", "Dunlin", "Egret", "Falcon", "Finch",
    "Gannet", "Godwit", "Goshawk", "Heron", "Hoopoe", "Ibis", "Kestrel", "Kite", "Lapwing", "Linnet", "Merlin",
    "Osprey", "Petrel", "Plover", "Quail", "Robin", "Shrike", "Stork", "Swift", "Wren",
)  # fmt: skip
NUMBERS: Final = 100_000
WAYS: Final = len(COLOURS) * len(BIRDS) * NUMBERS
"""How many aliases there are: about a hundred million."""


def alias(number: int) -> str:
    """Return alias ``number`` (any whole number; it wraps at ``WAYS``)."""
    rest, digits = divmod(number % WAYS, NUMBERS)
    colour, bird = divmod(rest, len(BIRDS))
    return f"{COLOURS[colour]} {BIRDS[bird]} {digits:05d}"
