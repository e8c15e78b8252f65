"""What people ask about their own data: asking, looking how it stands, taking the package."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

import consent
from access import Caller, Permission
from api.passage import Passage
from api.routing import Response, command, issuing, query
from api.v1.wire import Body, Limit, Listing
from consent import NewRequest, RequestType, RequestView
from consent.vocabulary import Action, Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people import Box, PersonId

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
ZIP: Final = "application/zip"
PIECE_TIME: Final = timedelta(seconds=30)
"""How long one piece of a package may take to leave: a slow connection is no reason to cut a download off."""


class Asked(Body, frozen=True, kw_only=True):
    """What a person asks for. ``purposes`` belong to an objection or a withdrawal; ``words`` are kept sealed.

    With an objection or an erasure, ``never_contact`` has the caller's addresses remembered, as keyed fingerprints, so
    that nobody ever writes to them again.
    """

    type: RequestType
    words: Text | None = None
    purposes: Annotated[list[Purpose], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=list)
    never_contact: bool = False


@command.post(
    "/me/privacy-requests",
    permission=Permission.OWN_PRIVACY_REQUEST_MAKE,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUEST_RECEIVED,
    creates=True,
)
async def ask(uow: UnitOfWork, caller: Caller, passage: Passage, data: Asked) -> RequestView:
    """Ask for something about one's own data; objections, withdrawals and restrictions are in force at once."""
    purposes = tuple(dict.fromkeys(data.purposes))
    new = NewRequest(type=data.type, words=data.words, purposes=purposes, never_contact=data.never_contact)
    return await consent.ask(uow, passage.runtime.registry, _person(caller), new)


@query.get(
    "/me/privacy-requests",
    permission=Permission.OWN_PRIVACY_REQUESTS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUESTS_READ,
)
async def own_requests(
    uow: UnitOfWork, caller: Caller, passage: Passage, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[RequestView]:
    """Return what the caller asked for and how it stands, newest first."""
    before = cursors.read_id(cursor)
    found = await consent.own_requests(uow, passage.runtime.registry, _person(caller), before, limit)
    return Listing(found.items, found.next)


@query.get(
    "/me/privacy-requests/{request_id:uuid}",
    permission=Permission.OWN_PRIVACY_REQUESTS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUESTS_READ,
)
async def own_request(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID]) -> RequestView:
    """Return one of the caller's requests."""
    return await consent.own_request(uow, passage.runtime.registry, _person(caller), request_id)


@issuing.get(
    "/me/privacy-requests/{request_id:uuid}/package",
    permission=Permission.OWN_PRIVACY_REQUESTS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.PACKAGE_TAKEN,
    media_types=(ZIP,),
)
async def own_package(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID]) -> Response[bytes]:
    """Return the package that answers a request, as a ZIP file: once."""
    taken = await consent.take_package(uow, _person(caller), request_id)
    if taken is None:
        message = "There is no package to take."
        raise consent.PackageNotFoundError(message)
    package, box = taken
    headers = {
        "Content-Length": str(package.size),
        "Content-Disposition": f'attachment; filename="laurel-{request_id}.zip"',
    }
    pieces = _pieces(passage, box, request_id, package.chunks)
    return Stream(pieces, media_type=ZIP, headers=headers)  # type: ignore[return-value] # a Response of a stream of bytes


async def _pieces(passage: Passage, box: Box, request_id: UUID, chunks: int) -> AsyncIterator[bytes]:
    """Give the pieces of a package, one at a time: no more than one is in memory, and no transaction stays open."""
    for number in range(chunks):
        passage.more_time(PIECE_TIME)
        async with passage.runtime.work.read(passage.origin()) as uow:
            piece = await consent.opened_chunk(uow, box, request_id, number)
        if piece is None:
            return
        yield piece


def _person(caller: Caller) -> PersonId:
    assert caller.person is not None  # noqa: S101 - only HCPs hold these permissions, and each is a person
    return caller.person


ROUTES = [ask, own_requests, own_request, own_package]
