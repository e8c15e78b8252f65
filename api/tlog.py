"""The audit log for programs that check it (c2sp.org/tlog-tiles): checkpoint, tiles and entries, byte for byte."""

from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

import audit
from access import Permission
from api.routing import query
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork

NOTE: Final = "text/plain"
BYTES: Final = "application/octet-stream"
SECONDS: Final = {"Cache-Control": "private, max-age=1"}
FOR_EVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""What has a tile's path never changes. Only for who asked: an entry knows people, if by numbers alone."""


@query.get(
    "/audit/checkpoint",
    permission=Permission.AUDIT_LOG_FETCH,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.CHECKPOINT_READ,
    media_types=(NOTE,),
)
async def log_checkpoint(uow: UnitOfWork) -> Response[bytes]:
    """Return the newest checkpoint, a signed note (c2sp.org/tlog-checkpoint)."""
    return Response((await audit.served_checkpoint(uow)).encode(), media_type=NOTE, headers=SECONDS)


@query.get(
    "/audit/tile/{place:path}",
    permission=Permission.AUDIT_LOG_FETCH,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.TILE_READ,
    media_types=(BYTES,),
)
async def log_tile(uow: UnitOfWork, place: FromPath[str]) -> Response[bytes]:
    """Return ``<L>/<N>[.p/<W>]``, a tile of hashes, or ``entries/<N>[.p/<W>]``, the entries under one."""
    return Response(await audit.served_resource(uow, str(place).removeprefix("/")), media_type=BYTES, headers=FOR_EVER)


ROUTES: list[Any] = [log_checkpoint, log_tile]
