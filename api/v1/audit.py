"""The trail, for compliance officers: search, proof, signed export."""

import tempfile
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath, FromQuery

import access
import audit
import people
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.tlog import NOTE
from api.v1.wire import Body, Limit, Listing, Words
from audit import Entry, EntryFilter, InclusionProof
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.crypto import SealError
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork

ZIP: Final = "application/zip"
Filter = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

DECISIONS: Final = ("allowed", "refused")

EXPORT_FACTOR_SECONDS = 3_600
"""Who takes entries out of the house has shown who they are within the hour."""


class ExportRequest(Body, frozen=True, kw_only=True):
    """Which entries: an index range, and what they are about; everything when nothing is given."""

    first_index: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1_000
    actor: Filter | None = None
    subject: UUID | None = None
    action: Filter | None = None
    decision: Filter | None = None


@query.get(
    "/audit/entries",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRIES_SEARCHED,
    settled=True,
)
async def search_entries(  # noqa: PLR0913, PLR0917 - every filter is a parameter
    uow: UnitOfWork,
    actor: Words = None,
    subject: FromQuery[UUID | None] = None,
    action: Words = None,
    resource: Words = None,
    decision: Words = None,
    purpose: Words = None,
    request_id: FromQuery[UUID | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[Entry]:
    """Return audit entries, newest first; ``action`` may end in ``*``."""
    filters = EntryFilter(
        actor=actor,
        subject=subject,
        action=action,
        resource=resource,
        decision=decision,
        purpose=purpose,
        request=request_id,
        since=since,
        until=until,
    )
    page = await audit.search(uow, with_known_words(filters), cursors.read_number(cursor), limit)
    return Listing(page.items, cursors.written(page.next) if page.next is not None else None)


def with_known_words(filters: EntryFilter) -> EntryFilter:
    """Refuse a decision or purpose that there is not: nothing would be found, which reads like an answer.

    Raises:
        InvalidError: the facts hold ``field``.

    """
    for field, words in (("decision", DECISIONS), ("purpose", tuple(Purpose))):
        if getattr(filters, field) not in {None, *words}:
            raise InvalidError(f"A {field} is one of {', '.join(words)}.", field=field)
    return filters


@query.get(
    "/audit/entries/{index:int}",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRY_READ,
)
async def read_entry(uow: UnitOfWork, index: FromPath[int]) -> Entry:
    """Return the entry at an index."""
    return await audit.entry(uow, index)


@query.get(
    "/audit/entries/{index:int}/proof",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRY_PROVED,
)
async def prove_entry(uow: UnitOfWork, index: FromPath[int]) -> InclusionProof:
    """Return the RFC 6962 inclusion proof of an entry and the signed checkpoint that it leads to."""
    return await audit.inclusion_proof(uow, index)


@query.get(
    "/audit/entries/{index:int}/tlog-proof",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRY_PROVED,
    media_types=(NOTE,),
)
async def prove_entry_in_a_file(uow: UnitOfWork, index: FromPath[int]) -> Response[bytes]:
    """Return the proof as a file for other verifiers (c2sp.org/tlog-proof), ``verify.mjs proof`` among them."""
    headers = {"Content-Disposition": f'attachment; filename="entry-{index}.tlog-proof"'}
    return Response((await audit.tlog_proof(uow, index)).encode(), media_type=NOTE, headers=headers)


WRITTEN: Final = frozenset({"words", "answer"})
"""What people and the data protection officer write to each other in privacy requests."""


class OpenedDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What a profile or a request said before and says since, of the fields that the caller's permissions list.

    Nothing of it is there where the person was erased, or belongs to a market ``elsewhere``, or where it is not what
    the entry commits to.
    """

    subject: UUID
    state: Literal["open", "elsewhere", "erased", "damaged"]
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}


@query.get(
    "/audit/entries/{index:int}/details",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.DETAIL_READ,
)
async def read_details(uow: UnitOfWork, caller: Caller, index: FromPath[int]) -> Listing[OpenedDetail]:
    """Return what lies sealed beside an entry: somebody's profile or licence, old and new, or what was written."""
    fields = {field.value for field in access.shown_fields(caller.role, caller.lent)}
    if access.decide(caller, Permission.PRIVACY_REQUESTS_READ).allowed:
        fields |= WRITTEN
    found = await audit.sealed_details(uow, index)
    where = await people.bearings(uow, [people.PersonId(each.subject) for each in found])
    elsewhere = {person for person, at in where.items() if not access.in_scope(caller, at.market)}
    return Listing(
        [
            OpenedDetail(subject=each.subject, state="elsewhere")
            if each.subject in elsewhere
            else await _opened(uow, each, fields)
            for each in found
        ]
    )


async def _opened(uow: UnitOfWork, sealed: audit.StoredDetail, fields: AbstractSet[str]) -> OpenedDetail:
    person = people.PersonId(sealed.subject)
    try:
        if sealed.ciphertext is None:
            return OpenedDetail(subject=person, state="damaged")
        detail = await people.open_detail(uow, person, sealed.commitment, sealed.ciphertext)
    except people.PersonErasedError:
        return OpenedDetail(subject=person, state="erased")
    except SealError:
        return OpenedDetail(subject=person, state="damaged")
    old, new = ({name: detail[side][name] for name in detail[side].keys() & fields} for side in ("old", "new"))
    return OpenedDetail(subject=person, state="open", old=old, new=new)


@command.post(
    "/audit/exports",
    permission=Permission.AUDIT_EXPORT,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRIES_EXPORTED,
    creates=True,
    factor_seconds=EXPORT_FACTOR_SECONDS,
    four_eyes=True,
)
async def export_entries(uow: UnitOfWork, passage: Passage, data: ExportRequest) -> audit.Export:
    """Return entries byte for byte with a signed manifest: filters, range, count, digest and checkpoint."""
    filters = with_known_words(
        EntryFilter(actor=data.actor, subject=data.subject, action=data.action, decision=data.decision)
    )
    return await audit.export(uow, passage.runtime.log_key, filters, data.first_index, data.limit)


class ArchiveRequest(ExportRequest, frozen=True, kw_only=True):
    """The same, for an archive: up to ``limit`` indexes from ``first_index`` on."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 10_000
    resource: Filter | None = None
    purpose: Filter | None = None


@command.post(
    "/audit/archives",
    permission=Permission.AUDIT_EXPORT,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRIES_EXPORTED,
    factor_seconds=EXPORT_FACTOR_SECONDS,
    four_eyes=True,
    media_types=(ZIP,),
)
async def archive_entries(uow: UnitOfWork, passage: Passage, data: ArchiveRequest) -> Response[bytes]:
    """Return a zip of the entries as JSON Lines, CSV and HTML, with what proves them and a program that checks it."""
    names = ("actor", "subject", "action", "resource", "decision", "purpose")
    filters = with_known_words(EntryFilter(**{name: getattr(data, name) for name in names}))
    span = range(data.first_index, data.first_index + data.limit)
    with tempfile.TemporaryFile() as file:
        await audit.write_archive(uow, passage.runtime.log_key, filters, span, file)
        file.seek(0)
        content = file.read()
    headers = {"Content-Disposition": 'attachment; filename="audit-export.zip"'}
    return Response(content, media_type=ZIP, headers=headers)


ROUTES: list[Any] = [
    search_entries,
    read_entry,
    read_details,
    prove_entry,
    prove_entry_in_a_file,
    export_entries,
    archive_entries,
]
