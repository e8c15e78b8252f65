"""Idempotency-Key on every request that creates: the same request again is answered the same, and creates nothing.

The claim is a row whose primary key is made from caller, route and key: a second request with the same key waits on
the unique index until the first one committed, and then finds its answer (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import hmac
import re
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response

from api.passage import Passage
from kernel import answers
from kernel.errors import InvalidError, UnprocessableError
from kernel.unit_of_work import UnitOfWork

HEADER: Final = "idempotency-key"
KEY: Final = re.compile(r"[!-~]{1,255}")
JSON: Final = "application/json"
PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sending the same request again with the same key answers the same and creates nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


class KeyReusedError(UnprocessableError):
    """The key came before with another body."""

    code = "idempotency-key-reused"
    remedy = "Use a new key for a new request."


class Claim(msgspec.Struct):
    """A claimed key; ``answer`` is there when the request was answered before."""

    id: UUID
    answer: Response[bytes] | None = None


async def claim(uow: UnitOfWork, passage: Passage, request: Request[Any, Any, Any]) -> Claim | None:
    """Claim the request's key, or return the answer that it had; None when the request carries no key.

    Raises:
        InvalidError: the key is empty, too long, or no plain word.
        KeyReusedError: the key came before with another body.

    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not KEY.fullmatch(key):
        message = "The Idempotency-Key must have 1 to 255 characters, printable ASCII without spaces."
        raise InvalidError(message, field="Idempotency-Key")
    actor = passage.caller.account if passage.caller else "anonymous"
    name = UUID(bytes=hashlib.sha256(f"{actor}\n{passage.route}\n{request.url.path}\n{key}".encode()).digest()[:16])
    # The key itself is stored nowhere: a plain hash of a body with a password in it could be tried against guesses.
    digest = hmac.digest(key.encode(), await request.body(), "sha256")
    before = await answers.claim(uow, name, digest, passage.caller.person if passage.caller else None)
    if before is None:
        return Claim(name)
    if before.request_hash != digest:
        message = "This Idempotency-Key was used before with another body."
        raise KeyReusedError(message, field="Idempotency-Key")
    headers = {"Idempotent-Replayed": "true"}
    return Claim(name, Response(before.body, status_code=before.status, media_type=JSON, headers=headers))


async def keep(uow: UnitOfWork, claimed: Claim, result: Any, status: int = 201) -> Response[bytes]:
    """Keep ``result`` as the answer of ``claimed`` and return it as a response."""
    body = msgspec.json.encode(result)
    await answers.keep(uow, claimed.id, status, body)
    return Response(body, status_code=status, media_type=JSON)
