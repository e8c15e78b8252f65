"""The log as other programs read it (c2sp.org/tlog-tiles): its checkpoint, its tiles, its entries, byte for byte."""

from audit import store
from audit.errors import LogDamagedError, ResourceNotFoundError
from audit.rules.resources import is_in, parse_path, write_bundle
from audit.rules.tree import HASH_BYTES
from audit.vocabulary import Action
from kernel.unit_of_work import UnitOfWork


async def served_checkpoint(uow: UnitOfWork) -> str:
    """Return the published checkpoint (c2sp.org/tlog-checkpoint).

    Raises:
        ResourceNotFoundError: nothing is signed yet.

    """
    published = await store.checkpoint_over(uow, 0)
    if published is None:
        raise ResourceNotFoundError("The log has no checkpoint yet.")
    uow.record(Action.CHECKPOINT_READ, count=published[0])
    return published[1]


async def served_resource(uow: UnitOfWork, path: str) -> bytes:
    """Return the tile or the bundle of entries that stands at ``path`` below ``tile/``.

    Nothing is served that no checkpoint covers: what was not signed is nobody's word yet.

    Raises:
        ResourceNotFoundError: the path names none.
        LogDamagedError: what was signed is not there.

    """
    newest = await store.newest_checkpoint(uow)
    try:
        wanted = parse_path(path)
    except ValueError as error:
        raise ResourceNotFoundError(str(error)) from None
    if newest is None or not is_in(wanted, newest[0]):
        raise ResourceNotFoundError("No checkpoint covers this yet.")
    if wanted.level is None:
        indexes = range(wanted.first, wanted.first + wanted.width)
        bodies = await store.bodies(uow, indexes)
        if len(bodies) != wanted.width:
            raise LogDamagedError("Entries of the log are missing.")
        data = write_bundle([bodies[index] for index in indexes])
    else:
        data = (await store.tiles(uow, [wanted.tile])).get(wanted.tile, b"")[: wanted.width * HASH_BYTES]
        if len(data) != wanted.width * HASH_BYTES:
            raise LogDamagedError("Tiles of the log are missing.")
    uow.record(Action.TILE_READ, resource=f"tile:{path}")
    return data
