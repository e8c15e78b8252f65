"""Carrying a credential inside a picture (Open Badges 3.0 section 5.3): PNG and SVG."""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"openbadgecredential"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"

_PLAIN_TEXT: Final = b"\x00\x00\x00\x00\x00"
"""After the keyword: its end, not compressed, method 0, no language, no translated keyword."""

_SVG_START: Final = re.compile(r"<svg\b[^>]*>")
_ELEMENT: Final = f"{NAMESPACE} credential"


class PictureError(ValueError):
    """A picture that holds no credential, more than one, or is damaged."""


def bake_png(picture: bytes, credential: str) -> bytes:
    """Return the PNG with the credential (a token, or JSON with its proof) in an iTXt chunk after its header."""
    header, *others = _chunks(picture)
    baked = [header, (b"iTXt", KEYWORD + _PLAIN_TEXT + credential.encode())]
    baked += [chunk for chunk in others if not _is_ours(*chunk)]
    return PNG_START + b"".join(chunk_bytes(*chunk) for chunk in baked)


def bake_svg(picture: str, credential: str) -> str:
    """Return the SVG with the credential as the first thing inside: a token in an attribute, JSON as text."""
    start = _SVG_START.search(picture)
    if start is None:
        raise PictureError("This is no SVG.")
    if credential.lstrip().startswith("{"):
        safe = credential.replace("]]>", "]]]]><![CDATA[>")
        element = f"<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>"
    else:
        element = f"<openbadges:credential verify={quoteattr(credential)}></openbadges:credential>"
    opened = start.group()[:-1] + f' xmlns:openbadges="{NAMESPACE}">'
    return picture[: start.start()] + opened + element + picture[start.end() :]


def credential_in(picture: bytes) -> str:
    """Return the one credential that a PNG or SVG carries.

    Raises:
        PictureError: there is none, there are several, or the picture is damaged.

    """
    found = _in_png(picture) if picture.startswith(PNG_START) else _in_svg(picture)
    if len(found) != 1:
        raise PictureError(f"The picture carries {len(found)} credentials instead of one.")
    return found[0]


def chunk_bytes(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk: length, kind, content, checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(PNG_START)
    while position < len(picture):
        head = picture[position : position + 8]
        if len(head) < 8:  # noqa: PLR2004 - length and kind
            raise PictureError("The PNG ends in the middle.")
        length, kind = struct.unpack(">I4s", head)
        content = picture[position + 8 : position + 8 + length]
        position += 12 + length
        if chunk_bytes(kind, content) != picture[position - 12 - length : position]:
            raise PictureError("The PNG is damaged.")
        yield kind, content


def _is_ours(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.startswith(KEYWORD + b"\x00")


def _in_png(picture: bytes) -> list[str]:
    texts = [content for kind, content in _chunks(picture) if _is_ours(kind, content)]
    start = KEYWORD + _PLAIN_TEXT
    try:
        return [text[len(start) :].decode() for text in texts if text.startswith(start)]
    except UnicodeDecodeError as error:
        raise PictureError("The PNG's text is no UTF-8.") from error


def _in_svg(picture: bytes) -> list[str]:
    found: list[list[str]] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == _ELEMENT:
            inside = True
            found.append([attributes.get("verify", "")])

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and name != _ELEMENT

    def text(content: str) -> None:
        if inside:
            found[-1].append(content)

    def refuse(*_: object) -> None:
        raise PictureError("The SVG has a document type declaration.")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = start, end, text
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(picture, True)  # noqa: FBT003 - the parser's own signature: this is all of it
    except expat.ExpatError as error:
        raise PictureError("This is neither a PNG nor an SVG.") from error
    return ["".join(parts).strip() for parts in found]
