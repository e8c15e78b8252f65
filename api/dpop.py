"""Requests that show a key with their token (RFC 9449): what they prove, and that they prove it once."""

from typing import Any, Final

from litestar import Request

import access
from api.passage import Passage

HEADER: Final = "dpop"
REMEMBERED_SECONDS: Final = 120
"""Longer than a proof is good for, whichever of two clocks is ahead."""


async def shown_key(request: Request[Any, Any, Any], passage: Passage, access_token: str | None = None) -> str | None:
    """Return the thumbprint of the key that a request shows, or None where it shows none.

    While Valkey is away proofs are remembered in PostgreSQL, and those that another worker may have seen before that
    are too old; whoever finds it back asks PostgreSQL, too, for as long as a proof is good.

    Raises:
        KeyProofRefusedError: it shows two, or one that is not good for this request, or was shown before.

    """
    proofs = request.headers.getall(HEADER, [])
    if not proofs:
        return None
    if len(proofs) > 1:
        raise access.dpop.refused()
    proof = _read(request, passage, proofs[0], access_token, access.dpop.WINDOW_SECONDS)
    first = await passage.runtime.once.claim(f"dpop:{proof.name}", REMEMBERED_SECONDS)
    if first is None:
        _read(request, passage, proofs[0], access_token, access.dpop.STRICTER_SECONDS)
    if first is None or (first and passage.runtime.once.joined_within(REMEMBERED_SECONDS)):
        async with passage.runtime.work.begin(passage.origin()) as uow:
            first = await access.use_proof(uow, proof.name, REMEMBERED_SECONDS)
    if not first:
        raise access.dpop.refused()
    return proof.thumbprint


def _read(
    request: Request[Any, Any, Any], passage: Passage, proof: str, access_token: str | None, window: int
) -> access.dpop.KeyProof:
    runtime = passage.runtime
    return access.dpop.read(
        proof,
        method=request.scope["method"],
        url=runtime.settings.public_url.rstrip("/") + request.scope["path"],
        now=runtime.clock.now(),
        access_token=access_token,
        window=window,
    )
