"""Reading the body of a request: JSON, strictly, and what is wrong with it by the name of the field."""

from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import ClientException

from api.text import NESTED, too_deep, unstorable
from kernel.decoding import located
from kernel.errors import InvalidError

JSON: Final = "application/json"
KINDS: Final = frozenset({"", JSON, "application/scim+json"})
UNSUPPORTED: Final = 415

Shape = TypeVar("Shape")


async def json_bytes(request: Request[Any, Any, Any]) -> bytes:
    """Return the body's bytes; a request that doesn't say what they are is taken to mean JSON.

    Raises:
        ClientException: status 415, the body is something else.

    """
    media, _ = request.content_type
    if media not in KINDS:
        raise ClientException("The body is not JSON.", status_code=UNSUPPORTED)
    return await request.body()


def decoded(decoder: "msgspec.json.Decoder[Shape]", body: bytes) -> Shape:
    """Return what ``body`` says. A number in quotes is no number: two readers must not disagree about a body.

    Raises:
        InvalidError: it is no JSON, not of this shape, or holds text that can't be stored; the facts hold ``field``.

    """
    found = ("body", NESTED) if too_deep(body) else unstorable(body)
    if found is None:
        try:
            return decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            found = located(error, decoder.type)
    field, detail = found
    raise InvalidError(f"{field}: {detail}.", field=field)
