"""Reading tokens in the compact form of RFC 7515, strictly: one spelling, and no key twice."""

import base64
import binascii
import json
from typing import Any, Final

SEGMENTS: Final = 3


def segments(token: str, longest: int) -> tuple[dict[str, Any], bytes, bytes]:
    """Return header, payload and signature of ``token``, none of them believed.

    Raises:
        ValueError: longer than ``longest`` characters, or of another form.

    """
    parts = token.split(".", SEGMENTS) if len(token) <= longest and token.isascii() else []
    if len(parts) != SEGMENTS:
        raise ValueError("it has not three segments")
    header, payload, signature = (octets(part) for part in parts)
    return json_object(header), payload, signature


def octets(segment: str) -> bytes:
    """Decode unpadded base64url, accepting only the one spelling that encoding would give."""
    try:
        decoded = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("it is no base64url") from None
    if text(decoded) != segment:
        raise ValueError("it is written in another way than encoding gives")
    return decoded


def text(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object in which no key comes twice: two readers could take different ones.

    Raises:
        ValueError: it is none.

    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key comes twice")
        return found

    try:
        parsed = json.loads(data, object_pairs_hook=unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(parsed, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - what was wrong is the text, not its type
    return parsed
