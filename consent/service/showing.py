"""Which showing of a notice an answer points at: the one it names, the person's own latest, or one made with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from consent.errors import NoticeNotActiveError, UnknownShowingError
from consent.rules.notices import active_in, best_translation, shown_notices
from consent.store import notices as store
from consent.values import ConsentChoice, NoticeReference, Shown
from consent.vocabulary import Answer, Method, Purpose, Surface
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_SURFACES: Final = {
    Method.APP: Surface.API,
    Method.PAPER: Surface.PAPER,
    Method.PHONE: Surface.PHONE,
    Method.IMPORT: Surface.IMPORT,
    Method.CONFIRMATION: Surface.EMAIL,
}
"""Where a notice was put before a person whose answer names no showing of it."""


class Showing(msgspec.Struct, frozen=True):
    """A notice, and that it was shown; a no needs no showing."""

    notice: NoticeReference
    shown: Shown | None


class Showings:
    """The notices that the answers of one person can be about, and what that person was shown of them."""

    def __init__(
        self,
        uow: UnitOfWork,
        person: PersonId,
        market: str,
        notices: Sequence[NoticeReference],
        named: dict[UUID, Shown],
    ) -> None:
        """Take what was read for all answers at once; ``keep`` writes the showings that are made here."""
        self._uow, self._person, self._market = uow, person, market
        self._notices, self._named = notices, named
        self._made: list[Shown] = []

    async def of(self, purpose: Purpose, choice: ConsentChoice, at: datetime) -> Showing | None:
        """Return what ``choice`` was given under, at the time ``at``; None where a no names no notice.

        Raises:
            UnknownShowingError: the showing that it names was of something else, or to somebody else.
            UnknownNoticeError: the version that it names was never published.
            NoticeNotActiveError: a grant under a notice that was replaced.

        """
        if choice.shown is not None:
            return self._by_showing(purpose, choice, self._named.get(choice.shown))
        if choice.notice_version is None:
            return None
        possible = shown_notices(self._notices, purpose, choice, self._market)
        wanted = best_translation(possible, choice.locale or "en")
        if choice.state is not Answer.GRANTED:
            return Showing(wanted, None)
        seen = {}
        if choice.method is Method.APP:
            seen = await store.last_shown(self._uow, self._person, [each.id for each in possible], at)
        if seen and (choice.locale is None or wanted.id in seen):
            last = seen.get(wanted.id) if choice.locale else max(seen.values(), key=lambda each: each.shown_at)
            assert last is not None  # noqa: S101 - it is one of those that were seen
            return Showing(next(each for each in possible if each.id == last.notice), last)
        made = Shown(
            id=self._uow.new_id(),
            person=self._person,
            notice=wanted.id,
            surface=_SURFACES[choice.method],
            shown_at=at,
        )
        self._made.append(made)
        return Showing(wanted, made)

    def _by_showing(self, purpose: Purpose, choice: ConsentChoice, shown: Shown | None) -> Showing:
        notice = next((each for each in self._notices if shown is not None and each.id == shown.notice), None)
        if shown is None or shown.person != self._person or notice is None or notice.purpose is not purpose:
            raise UnknownShowingError("No such notice was shown to this person.", field="shown_id")
        if choice.notice_version not in {None, notice.version}:
            raise UnknownShowingError("What was shown was another version.", field="shown_id")
        own = [each for each in self._notices if each.purpose is purpose]
        active = {each.version for each in active_in(own, self._market)}
        if choice.state is Answer.GRANTED and notice.version not in active:
            newest = max(active, default=None)
            raise NoticeNotActiveError("A newer notice replaced this one.", purpose=purpose, active_version=newest)
        return Showing(notice, shown)

    def texts(self) -> dict[UUID, bytes]:
        """Return the SHA-256 of each notice that an answer can be about."""
        return {notice.id: notice.sha256 for notice in self._notices}

    async def keep(self) -> None:
        """Write the showings that were made; MUST come before the answers that point at them."""
        await store.insert_shown(self._uow, self._made)
        self._made = []


async def showings(
    uow: UnitOfWork, person: PersonId, market: str, choices: Sequence[tuple[Purpose, ConsentChoice]]
) -> Showings:
    """Return what is needed to say what each of ``choices`` of ``person`` was given under."""
    notices = await store.references(uow, sorted({purpose for purpose, _ in choices}))
    named = [choice.shown for _, choice in choices if choice.shown is not None]
    return Showings(uow, person, market, notices, await store.shown(uow, named) if named else {})
