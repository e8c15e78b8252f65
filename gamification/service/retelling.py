"""A preview for one reader, who remembers the others of the day."""

from uuid import UUID

import msgspec

from gamification.rules.reports import Preview, without
from gamification.rules.retelling import Told, retold
from gamification.service.previewing import PreviewWanted, printed_preview
from kernel.telling import Telling
from kernel.unit_of_work import UnitOfWork


async def told_preview(uow: UnitOfWork, url: str, wanted: PreviewWanted, telling: Telling, reader: UUID) -> Preview:
    """Preview ``wanted`` as ``preview`` does, without what tells of few people beside what ``reader`` saw today.

    Raises:
        PreviewTooLargeError: there are more activities than ``wanted.most``.
        CacheUnavailableError: nobody knows what was told before, so nothing is.

    """
    exact = await printed_preview(url, wanted, uow.origin, uow.now)
    while True:
        known = await telling.told(reader)
        found, new = retold(*exact, [msgspec.msgpack.decode(each, type=Told) for each in known])
        if await telling.tell(reader, len(known), [msgspec.msgpack.encode(each) for each in new]):
            return without(found, wanted.hidden)
