"""Notices: what people read before they agree; who writes them, and that they were shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

import consent
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, issuing, query
from api.v1.wire import Body, Listing
from consent.values import NewNotice, Notice
from consent.vocabulary import Action, Purpose, Surface
from kernel.unit_of_work import UnitOfWork

Locale = Annotated[str, QueryParameter(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")]
"""A language, or a language and a country. It is written into the audit log, where no typed text may stand."""


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice; ``sha256`` (hex) is over the UTF-8 bytes of ``text``, and ``market`` null is every market."""

    id: UUID
    purpose: str
    version: int
    locale: str
    market: str | None
    status: str
    text: str
    sha256: str
    published_at: datetime


class ShownNotice(NoticeView, frozen=True, kw_only=True):
    """A notice as it was put before the caller; a grant points at ``shown_id``."""

    shown_id: UUID


class NoticeDraft(Body, frozen=True, kw_only=True):
    """A notice to stage. Versions count from 1 per purpose; each locale is a translation of its version."""

    purpose: Purpose
    version: int
    locale: str
    text: str
    market: str | None = None


@query.get("/notices", permission=Permission.NOTICE_READ, purpose=Purpose.SERVICE, records=Action.NOTICES_READ)
async def notices(uow: UnitOfWork, passage: Passage, locale: Locale = "en") -> Listing[NoticeView]:
    """Return the active notice of each purpose, in the best language there is; HCPs see those of their market."""
    market = None if passage.bearings is None else passage.bearings.market
    return Listing([_view(each) for each in await consent.active_notices(uow, locale, market)])


@issuing.get(
    "/me/notices", permission=Permission.CONSENT_READ, purpose=Purpose.COMPLIANCE, records=Action.NOTICES_SHOWN
)
async def own_notices(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    locale: Annotated[str | None, QueryParameter(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")] = None,
    surface: FromQuery[Surface] = Surface.API,
) -> Listing[ShownNotice]:
    """Return the notices for the caller, and write down that they were shown, where and when."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    where = passage.whereabouts()
    found = await consent.show_notices(uow, caller.person, locale or where.locale, where.market, surface)
    return Listing([ShownNotice(**msgspec.structs.asdict(_view(notice)), shown_id=shown.id) for notice, shown in found])


@command.post(
    "/notices",
    permission=Permission.NOTICE_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.NOTICE_STAGED,
    creates=True,
)
async def stage_notice(uow: UnitOfWork, data: NoticeDraft) -> NoticeView:
    """Stage a notice that nobody sees yet; the same version and locale again replaces its text."""
    new = NewNotice(purpose=data.purpose, version=data.version, locale=data.locale, text=data.text, market=data.market)
    return _view(await consent.stage_notice(uow, new))


@command.post(
    "/notices/{notice:uuid}/activate",
    permission=Permission.NOTICE_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.NOTICE_ACTIVATED,
    four_eyes=True,
)
async def activate_notice(uow: UnitOfWork, notice: FromPath[UUID]) -> NoticeView:
    """Make a staged version active in all its languages at once, and retire the one before it."""
    return _view(await consent.activate_notice_by_id(uow, notice))


def _view(notice: Notice) -> NoticeView:
    return NoticeView(
        id=notice.id,
        purpose=notice.purpose.value,
        version=notice.version,
        locale=notice.locale,
        market=notice.market,
        status=notice.status.value,
        text=notice.text,
        sha256=notice.sha256.hex(),
        published_at=notice.published_at,
    )


ROUTES = [notices, own_notices, stage_notice, activate_notice]
