"""Pictures of badges: the same for ever, readable by who can't see them, and carrying exactly one credential."""

import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.credentials import art, baking
from gamification.rules.credentials.baking import PictureError
from gamification.rules.credentials.documents import plain

SVG = "{http://www.w3.org/2000/svg}"
words = st.text(max_size=60).map(plain).filter(bool)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_pair_of_colours_can_be_told_apart() -> None:
    for dark, light in (*art.PAIRS, (art.INK, "#ffffff")):
        assert (luminance(light) + 0.05) / (luminance(dark) + 0.05) >= 4.5, (dark, light)


def test_a_key_has_the_same_picture_for_ever_and_another_key_another() -> None:
    assert art.svg("top-mark", "Top mark", "Best.") == art.svg("top-mark", "Top mark", "Best.")
    assert art.png("top-mark", "Top mark", "Best.") == art.png("top-mark", "Top mark", "Best.")
    designs = {art.design(f"badge-{number}") for number in range(200)}
    assert len(designs) > 190
    for made in designs:
        assert {(row, 4 - column) for row, column in made.cells} == made.cells
        assert made.cells


def test_what_xml_cannot_hold_does_not_come_into_a_picture() -> None:
    assert plain("a\ufffe\x00b\uffff") == "a b"
    with pytest.raises(ET.ParseError):
        ET.fromstring(art.svg("a", "\uffff", "d"))  # noqa: S314 - our own
    assert ET.fromstring(art.svg("a", plain("x\uffffy"), "d")) is not None  # noqa: S314 - our own


@given(words, words)
def test_an_svg_says_its_name_and_description_and_fetches_nothing(name: str, description: str) -> None:
    root = ET.fromstring(art.svg("top-mark", name, description))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "badge-name badge-description"
    assert "".join(root.find(f"{SVG}title").itertext()) == name  # type: ignore[union-attr] # it must be there
    assert "".join(root.find(f"{SVG}desc").itertext()) == description  # type: ignore[union-attr] # it must be there
    assert not {each.tag for each in root.iter()} & {f"{SVG}script", f"{SVG}image", f"{SVG}use", f"{SVG}style"}


def test_a_png_is_a_png() -> None:
    picture = art.png("top-mark", "Top mark", "Best.")
    chunks = list(baking._chunks(picture))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"iTXt", b"iTXt", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    width, height, depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    pixels = zlib.decompress(chunks[5][1])
    assert (width, height, depth, kind) == (art.SIDE, art.SIDE, 8, 3)
    assert len(pixels) == height * (width + 1)
    assert set(pixels) == {0, 1, 2}


@pytest.mark.parametrize("credential", ["abc.def.ghi", '{"name": "<a href=\'x\'>]]> & \\"more\\"", "ü": 1}'])
def test_what_is_baked_into_a_picture_comes_out_again(credential: str) -> None:
    svg, png = art.svg("a", 'Quotes " & <angles>', "d"), art.png("a", "n", "d")
    for baked in (baking.bake_svg(svg, credential).encode(), baking.bake_png(png, credential)):
        assert baking.credential_in(baked) == credential
    twice = baking.bake_png(baking.bake_png(png, "x.y.z"), credential)
    assert twice == baking.bake_png(png, credential), "baking again replaces"
    for bare in (svg.encode(), png, b"<svg", b"", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(PictureError):
            baking.credential_in(bare)


def test_pictures_are_baked_where_the_standard_says() -> None:
    baked = baking.bake_svg(art.svg("a", "n", "d"), "abc.def.ghi")
    first = next(iter(ET.fromstring(baked)))  # noqa: S314 - our own
    assert first.tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    assert (first.get("verify"), first.text) == ("abc.def.ghi", None)
    document = next(iter(ET.fromstring(baking.bake_svg(art.svg("a", "n", "d"), '{"a": 1}'))))  # noqa: S314 - our own
    assert (document.get("verify"), document.text) == (None, '{"a": 1}')
    chunks = list(baking._chunks(baking.bake_png(art.png("a", "n", "d"), "abc.def.ghi")))
    assert chunks[1] == (b"iTXt", b"openbadgecredential\x00\x00\x00\x00\x00abc.def.ghi")
    with pytest.raises(PictureError):
        baking.bake_svg("<html>", "abc.def.ghi")
