"""The log as other programs read it (c2sp.org/tlog-tiles): its checkpoint, its tiles, its entries, byte for byte."""

from pathlib import Path

from audit import store
from audit.errors import LogDamagedError, ResourceNotFoundError
from audit.rules.checkpoints import parse_checkpoint
from audit.rules.notes import parse_note
from audit.rules.resources import Resource, is_below, is_in, parse_path, write_bundle
from audit.rules.tiles import TILE_HASHES, layout
from audit.rules.tree import HASH_BYTES
from audit.store.removals import keep_all, minimum_index
from audit.values import Progress
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

    Bundles below the minimum index are not served (c2sp.org/tlog-tiles, Pruning); tiles of hashes are, all of them.

    Raises:
        ResourceNotFoundError: the path names none, or it is below the minimum index.
        LogDamagedError: what was signed is not there.

    """
    newest = await store.newest_checkpoint(uow)
    try:
        wanted = parse_path(path)
    except ValueError as error:
        raise ResourceNotFoundError(str(error)) from None
    if newest is None or not is_in(wanted, newest[0]):
        raise ResourceNotFoundError("No checkpoint covers this yet.")
    minimum = await minimum_index(uow)
    if is_below(wanted, minimum):
        raise ResourceNotFoundError(f"Entries below index {minimum} are not served any more.")
    data = await _stored(uow, wanted)
    uow.record(Action.TILE_READ, resource=f"tile:{path}")
    return data


async def write_mirror(uow: UnitOfWork, folder: Path, progress: Progress | None = None) -> int:
    """Write the log to files below ``folder``, laid out as it is served; return how many entries it has.

    What is there already is left alone, since nothing with a tile's path ever changes; the checkpoint comes last.
    Bundles below the minimum index are left out. ``progress`` is told how many entries were written, of how many.

    Raises:
        ResourceNotFoundError: nothing is signed yet.
        LogDamagedError: what was signed is not there.

    """
    await keep_all(uow)
    note = await served_checkpoint(uow)
    size = parse_checkpoint(parse_note(note).text).size
    minimum = await minimum_index(uow)
    for tile, width in layout(size).items():
        kinds = (tile.level, None) if tile.level == 0 else (tile.level,)
        for resource in (Resource(level, tile.number, width) for level in kinds):
            path = folder / "tile" / resource.path
            if not path.exists() and not is_below(resource, minimum):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(path, await _stored(uow, resource))
        if progress is not None and tile.level == 0:
            progress(tile.number * TILE_HASHES + width, size)
    _write_whole(folder / "checkpoint", note.encode())
    uow.record(Action.ENTRIES_EXPORTED, count=size)
    return size


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file under another name first: a half one, left by who was interrupted, would pass for what is there."""
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


async def _stored(uow: UnitOfWork, wanted: Resource) -> bytes:
    if wanted.level is None:
        indexes = range(wanted.first, wanted.first + wanted.width)
        bodies = await store.bodies(uow, indexes)
        if len(bodies) != wanted.width:
            raise LogDamagedError("Entries of the log are missing.")
        return write_bundle([bodies[index] for index in indexes])
    data = (await store.tiles(uow, [wanted.tile])).get(wanted.tile, b"")[: wanted.width * HASH_BYTES]
    if len(data) != wanted.width * HASH_BYTES:
        raise LogDamagedError("Tiles of the log are missing.")
    return data
