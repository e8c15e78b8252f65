"""A picture for every badge: a medal whose petals, colours and pattern follow from the badge's key.

The same key gives the same picture for ever, with nothing to upload, to license or to review. The SVG says its name
and description to whoever can't see it; the PNG, which has no letters, carries both as text. Every pair of colours has
a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
"""

import hashlib
import math
import textwrap
import zlib
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from gamification.rules.credentials.baking import PNG_START, chunk_bytes

PAIRS: Final = (
    ("#123a5c", "#f3d27a"), ("#1f4d3a", "#f6e3b4"), ("#4a1f4f", "#f5c6da"), ("#5a2a1b", "#f7dcc0"),
    ("#223047", "#a9d6f5"), ("#3b3b12", "#f2eda0"), ("#1d4a50", "#b9ebe0"), ("#47202b", "#f6c9b7"),
)  # fmt: skip
"""A dark and a light colour each."""

INK: Final = "#14202b"
SIDE: Final = 240
CENTRE: Final = SIDE / 2
FACE: Final = 84.0
PETAL_RING: Final = 88.0
PETAL: Final = 20.0
CELLS: Final = 5
CELL: Final = 20.0
LINE: Final = 24
"""Letters of a name on one line of the ribbon."""

_CLEAR, _DARK, _LIGHT = 0, 1, 2


class Design(msgspec.Struct, frozen=True):
    """What a key decides: colours, how many petals, and which cells of the pattern are filled (row, column)."""

    dark: str
    light: str
    petals: int
    cells: frozenset[tuple[int, int]]


def design(key: str) -> Design:
    """Return the design of a badge's key; the pattern is symmetrical, and never empty."""
    digest = hashlib.sha256(b"laurel badge art\x00" + key.encode()).digest()
    dark, light = PAIRS[digest[0] % len(PAIRS)]
    half = [(row, column) for row in range(CELLS) for column in range(3)]
    filled = {cell for cell, byte in zip(half, digest[2:], strict=False) if byte % 2} | {(2, 2)}
    mirrored = {(row, CELLS - 1 - column) for row, column in filled}
    return Design(dark, light, 9 + digest[1] % 8, frozenset(filled | mirrored))


def svg(key: str, name: str, description: str) -> str:
    """Return the badge as an SVG with its name on a ribbon."""
    made = design(key)
    lines = textwrap.wrap(name, LINE, max_lines=2, placeholder="…")
    top = SIDE + 26
    petals = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{PETAL:g}"/>' for x, y in _petals(made))
    cells = "".join(
        f'<rect x="{_edge(column):g}" y="{_edge(row):g}" width="{CELL:g}" height="{CELL:g}"/>'
        for row, column in sorted(made.cells)
    )
    words = "".join(
        f'<text x="{CENTRE:g}" y="{top + 22 * number}">{escape(line)}</text>' for number, line in enumerate(lines)
    )
    height = SIDE + 10 + 24 * len(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {height}" width="{SIDE}" height="{height}"'
        ' role="img" aria-labelledby="badge-name badge-description">'
        f'<title id="badge-name">{escape(name)}</title><desc id="badge-description">{escape(description)}</desc>'
        f'<g fill="{made.dark}">{petals}<circle cx="{CENTRE:g}" cy="{CENTRE:g}" r="{PETAL_RING:g}"/></g>'
        f'<circle cx="{CENTRE:g}" cy="{CENTRE:g}" r="{FACE:g}" fill="none" stroke="{made.light}" stroke-width="2"/>'
        f'<g fill="{made.light}">{cells}</g>'
        f'<rect x="2" y="{SIDE + 4}" width="{SIDE - 4}" height="{height - SIDE - 6}" rx="8" fill="#ffffff"'
        f' stroke="{made.dark}"/>'
        f'<g fill="{INK}" font-family="sans-serif" font-size="17" text-anchor="middle">{words}</g></svg>'
    )


def png(key: str, name: str, description: str) -> bytes:
    """Return the badge as a PNG of 240 pixels each way; name and description stand in it as text."""
    return (
        PNG_START
        + chunk_bytes(b"IHDR", SIDE.to_bytes(4, "big") * 2 + bytes((8, 3, 0, 0, 0)))
        + chunk_bytes(b"iTXt", b"Title\x00\x00\x00\x00\x00" + name.encode())
        + chunk_bytes(b"iTXt", b"Description\x00\x00\x00\x00\x00" + description.encode())
        + _pixels(key)
        + chunk_bytes(b"IEND", b"")
    )


@lru_cache(maxsize=256)
def _pixels(key: str) -> bytes:
    """Return palette and pixels: three colours, the first of them transparent."""
    made = design(key)
    petals = _petals(made)
    rows = b"".join(
        b"\x00" + bytes(_colour(column + 0.5, row + 0.5, made, petals) for column in range(SIDE)) for row in range(SIDE)
    )
    palette = b"\xff\xff\xff" + bytes.fromhex(made.dark[1:]) + bytes.fromhex(made.light[1:])
    return chunk_bytes(b"PLTE", palette) + chunk_bytes(b"tRNS", b"\x00") + chunk_bytes(b"IDAT", zlib.compress(rows, 9))


def _colour(x: float, y: float, made: Design, petals: list[tuple[float, float]]) -> int:
    away = math.hypot(x - CENTRE, y - CENTRE)
    if away <= PETAL_RING:
        if abs(away - FACE) <= 1:
            return _LIGHT
        start = _edge(0)
        cell = (math.floor((y - start) / CELL), math.floor((x - start) / CELL))
        return _LIGHT if cell in made.cells else _DARK
    if away > PETAL_RING + PETAL:
        return _CLEAR
    turn = math.atan2(y - CENTRE, x - CENTRE) / math.tau * made.petals
    near = petals[round(turn) % made.petals]
    return _DARK if math.hypot(x - near[0], y - near[1]) <= PETAL else _CLEAR


def _petals(made: Design) -> list[tuple[float, float]]:
    """Return the centres of the petals, the first to the right, then around."""
    angles = [math.tau * number / made.petals for number in range(made.petals)]
    return [(CENTRE + PETAL_RING * math.cos(angle), CENTRE + PETAL_RING * math.sin(angle)) for angle in angles]


def _edge(place: int) -> float:
    """Return where row or column ``place`` of the pattern begins."""
    return CENTRE + (place - CELLS / 2) * CELL
