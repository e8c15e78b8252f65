"""What everybody may know: that the process lives, that it is ready, and which keys sign tokens."""

from typing import Any

import msgspec

import access
import audit
from api.passage import Passage
from api.routing import public
from kernel.cache import AWAY
from kernel.errors import LaurelError, UnavailableError

MOST_SECONDS_BEHIND = 30


class Health(msgspec.Struct, frozen=True):
    """Whether the process, or a part of it, is in order."""

    status: str
    parts: dict[str, str] = {}


class ReceiptKeys(msgspec.Struct, frozen=True):
    """The keys that sign now, and those before; a former key of the log comes with the last size that it signed."""

    receipt: str
    log: str
    former_receipt: list[str]
    former_log: list[str]


class NotReadyError(UnavailableError):
    """A part is not ready; the detail names it."""

    code = "not-ready"


@public.get("/health/live", because="load balancers carry no token")
async def health_live() -> Health:
    """Tell that the process is up."""
    return Health("up")


@public.get("/health/ready", because="load balancers carry no token")
async def health_ready(passage: Passage) -> Health:
    """Tell whether database, cache and audit sequencer are ready."""
    parts = {
        "database": await _database(passage),
        "cache": await _cache(passage),
    }
    parts["sequencer"] = await _sequencer(passage) if parts["database"] == "ready" else "unknown"
    if any(state != "ready" for state in parts.values()):
        behind = ", ".join(name for name, state in parts.items() if state != "ready")
        message = f"Not ready: {behind}."
        raise NotReadyError(message)
    return Health("ready", parts)


@public.get("/.well-known/jwks.json", because="resource servers verify tokens with it")
async def jwks(passage: Passage) -> dict[str, Any]:
    """Return the public keys that verify access tokens (RFC 7517)."""
    async with passage.runtime.work.read(passage.origin()) as uow:
        return dict(passage.runtime.token_keys.jwks(await access.removed_keys(uow)))


@public.get("/.well-known/consent-receipt-keys.json", because="receipts are verified by whoever is shown one")
async def receipt_keys(passage: Passage) -> ReceiptKeys:
    """Return the public keys that consent receipts are verified with: the issuer's, and the audit log's."""
    runtime = passage.runtime
    issuer = runtime.receipt_issuer
    former = [f"{key.vkey} {key.last_size}" for key in runtime.former_log_keys]
    return ReceiptKeys(issuer.multikey, runtime.log_key.vkey, list(issuer.former), former)


async def _database(passage: Passage) -> str:
    try:
        async with passage.runtime.work.read(passage.origin()) as uow:
            await audit.status(uow)
    except LaurelError:
        return "away"
    return "ready"


async def _cache(passage: Passage) -> str:
    try:
        await passage.runtime.cache.client.ping()
    except AWAY:
        return "away"
    return "ready"


async def _sequencer(passage: Passage) -> str:
    async with passage.runtime.work.read(passage.origin()) as uow:
        status = await audit.status(uow)
        oldest = status.oldest_pending_at
    if oldest is not None and (passage.runtime.clock.now() - oldest).total_seconds() > MOST_SECONDS_BEHIND:
        return "behind"
    return "ready"


ROUTES = [health_live, health_ready, jwks, receipt_keys]
