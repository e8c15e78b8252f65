"""Notices: stage, publish, activate, and show them so that a grant can point at what was shown."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from consent.errors import NoticeImmutableError, NoticeNotFoundError
from consent.rules.notices import active_in, best_translation, check_notice, check_succession
from consent.store import notices as store
from consent.values import NewNotice, Notice, Shown
from consent.vocabulary import Action, NoticeStatus, Purpose, Surface
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def stage_notice(uow: UnitOfWork, new: NewNotice) -> Notice:
    """Keep a draft of a notice that nobody sees yet; staging it again replaces its text.

    Raises:
        InvalidNoticeError: names the field; a version MUST follow the one before it.
        NoticeImmutableError: this version was published already, or replaced by a newer one.

    """
    stored = await _kept(uow, new, NoticeStatus.STAGED)
    if stored.status is not NoticeStatus.STAGED:
        raise NoticeImmutableError("This version was published.", purpose=new.purpose)
    _record(uow, Action.NOTICE_STAGED, stored)
    return stored


async def activate_notice(uow: UnitOfWork, purpose: Purpose, version: int) -> None:
    """Make a staged version active in all its languages; what it replaces is retired with the same COMMIT.

    Doing it again is harmless.

    Raises:
        NoticeNotFoundError: nobody staged this version.
        NoticeImmutableError: it was replaced by a newer one.

    """
    await store.lock(uow, purpose)
    own = [each for each in await store.references(uow, [purpose]) if each.version == version]
    if not own:
        raise NoticeNotFoundError("There is no such version of this notice.")
    if all(each.status is NoticeStatus.RETIRED for each in own):
        raise NoticeImmutableError("A newer version of this notice exists.", purpose=purpose)
    await store.retire(uow, purpose, own[0].market, version)
    count = await store.activate(uow, purpose, version)
    uow.record(Action.NOTICE_ACTIVATED, resource=f"notice:{own[0].id}", count=count, purpose=purpose, version=version)


async def activate_notice_by_id(uow: UnitOfWork, notice: UUID) -> Notice:
    """Make the version that ``notice`` belongs to active in all its languages; see ``activate_notice``."""
    found = (await store.by_ids(uow, [notice])).get(notice)
    if found is None:
        raise NoticeNotFoundError("There is no such notice.")
    await activate_notice(uow, found.purpose, found.version)
    return (await store.by_ids(uow, [notice]))[notice]


async def publish_notice(uow: UnitOfWork, new: NewNotice) -> Notice:
    """Publish a version of a notice, or a translation of an active one; the same text again is harmless.

    Raises:
        InvalidNoticeError: names the field; a version MUST follow the one before it.
        NoticeImmutableError: published with another text, or replaced by a newer version.

    """
    stored = await _kept(uow, new, NoticeStatus.ACTIVE)
    if stored.text != new.text or stored.market != new.market:
        raise NoticeImmutableError("This version was published with another text.", purpose=new.purpose)
    if stored.status is NoticeStatus.STAGED:
        await activate_notice(uow, new.purpose, new.version)
        stored = await store.get(uow, new.purpose, new.version, new.locale) or stored
    _record(uow, Action.NOTICE_PUBLISHED, stored)
    return stored


async def _kept(uow: UnitOfWork, new: NewNotice, status: NoticeStatus) -> Notice:
    """Insert ``new`` or replace its draft, and return what is stored under its version and language then."""
    check_notice(new)
    await store.lock(uow, new.purpose)
    digest = sha256(new.text.encode()).digest()
    if await store.get(uow, new.purpose, new.version, new.locale) is None:
        check_succession(new, await store.references(uow, [new.purpose]))
        if status is NoticeStatus.ACTIVE:
            await store.retire(uow, new.purpose, new.market, new.version)
        notice = Notice(
            id=uow.new_id(),
            purpose=new.purpose,
            version=new.version,
            locale=new.locale,
            market=new.market,
            status=status,
            text=new.text,
            sha256=digest,
            published_at=uow.now,
        )
        await store.insert(uow, notice)
        return notice
    await store.redraft(uow, new, digest)
    stored = await store.get(uow, new.purpose, new.version, new.locale)
    assert stored is not None  # noqa: S101 - it was there a moment ago, under this lock
    return stored


def _record(uow: UnitOfWork, action: Action, notice: Notice) -> None:
    uow.record(
        action,
        resource=f"notice:{notice.id}",
        purpose=notice.purpose,
        version=notice.version,
        locale=notice.locale,
        sha256=notice.sha256.hex(),
    )


async def active_notices(uow: UnitOfWork, locale: str, market: str | None = None) -> list[Notice]:
    """Return the active notice of each purpose in a market, in the translation that a reader understands best."""
    found = await _active(uow, locale, market)
    uow.record(Action.NOTICES_READ, count=len(found), locale=locale)
    return found


async def show_notices(
    uow: UnitOfWork, person: PersonId, locale: str, market: str, surface: Surface
) -> list[tuple[Notice, Shown]]:
    """Return what ``active_notices`` does, having written down that ``person`` is shown it on ``surface``."""
    found = await _active(uow, locale, market)
    showings = shown_to(uow, person, found, surface)
    await store.insert_shown(uow, showings)
    uow.record(Action.NOTICES_SHOWN, subject=person, count=len(found), locale=locale, surface=surface)
    return list(zip(found, showings, strict=True))


def shown_to(uow: UnitOfWork, person: PersonId, notices: Sequence[Notice], surface: Surface) -> list[Shown]:
    """Return that each of ``notices`` is put before ``person`` now."""
    return [
        Shown(id=uow.new_id(), person=person, notice=notice.id, surface=surface, shown_at=uow.now) for notice in notices
    ]


async def _active(uow: UnitOfWork, locale: str, market: str | None) -> list[Notice]:
    by_purpose = defaultdict[Purpose, list[Notice]](list)
    for notice in await store.active(uow):
        by_purpose[notice.purpose].append(notice)
    offered = [active_in(by_purpose[purpose], market) for purpose in Purpose]
    return [best_translation(translations, locale) for translations in offered if translations]
