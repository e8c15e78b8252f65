"""Notices: which may be published, which one is active, and which translation a reader sees."""

from collections.abc import Sequence
from typing import Final, TypeVar

from consent.errors import InvalidNoticeError, NoticeImmutableError, NoticeNotActiveError, UnknownNoticeError
from consent.values import ConsentChoice, NewNotice, NoticeReference
from consent.vocabulary import Answer, NoticeStatus, Purpose
from kernel.texts import is_locale, is_readable
from people.vocabulary import is_market

TEXT_MOST: Final = 20_000
VERSION_MOST: Final = 1_000_000

Translation = TypeVar("Translation", bound=NoticeReference)


def check_notice(notice: NewNotice) -> None:
    """Accept only a notice with a text that people can read, in a locale, with a version.

    Raises:
        InvalidNoticeError: names the field.

    """
    if not 1 <= notice.version <= VERSION_MOST:
        raise InvalidNoticeError("Versions count from 1.", field="version")
    if not is_locale(notice.locale):
        raise InvalidNoticeError("A locale is a language, or a language and a country.", field="locale")
    if notice.market is not None and not is_market(notice.market):
        raise InvalidNoticeError("A market is an ISO 3166-1 alpha-2 code.", field="market")
    if not is_readable(notice.text, TEXT_MOST, lines=True):
        raise InvalidNoticeError(f"A text has 1 to {TEXT_MOST} printable characters.", field="text")


def check_succession(new: NewNotice, others: Sequence[NoticeReference]) -> None:
    """Accept a version that follows the newest, or one more translation of a version that nothing has replaced.

    Raises:
        InvalidNoticeError: a number is left out, or a translation is for another market than its version.
        NoticeImmutableError: the version was replaced.

    """
    newest = max((other.version for other in others), default=0)
    if new.version > newest + 1:
        raise InvalidNoticeError(f"The next version is {newest + 1}.", field="version")
    siblings = [other for other in others if other.version == new.version]
    if any(other.market != new.market for other in siblings):
        raise InvalidNoticeError("A version is for one market; this one is for another.", field="market")
    if new.version <= newest and all(other.status is NoticeStatus.RETIRED for other in siblings):
        raise NoticeImmutableError("A newer version of this notice exists.", purpose=new.purpose)


def active_in(notices: Sequence[Translation], market: str | None) -> list[Translation]:
    """Return the active notices of one purpose for a market: its own, otherwise those for every market."""
    active = [notice for notice in notices if notice.status is NoticeStatus.ACTIVE]
    own = [notice for notice in active if notice.market is not None and notice.market == market]
    return own or [notice for notice in active if notice.market is None]


def shown_notices(
    notices: Sequence[NoticeReference], purpose: Purpose, choice: ConsentChoice, market: str | None
) -> list[NoticeReference]:
    """Return the notices that can have been shown for ``choice``: the version it names, in all its languages.

    Raises:
        UnknownNoticeError: nobody in this market was ever shown that version of the purpose.
        NoticeNotActiveError: a grant under a version that a newer one replaced.

    """
    own = [
        notice
        for notice in notices
        if notice.purpose is purpose and notice.status is not NoticeStatus.STAGED and notice.market in {None, market}
    ]
    shown = [notice for notice in own if notice.version == choice.notice_version]
    if not shown:
        raise UnknownNoticeError("No notice of this purpose has this version.", field="notice_version", purpose=purpose)
    active = active_in(own, market)
    if choice.state is Answer.GRANTED and shown[0].version not in {notice.version for notice in active}:
        newest = max((notice.version for notice in active), default=None)
        raise NoticeNotActiveError("A newer notice replaced this one.", purpose=purpose, active_version=newest)
    return shown


def best_translation(notices: Sequence[Translation], locale: str) -> Translation:
    """Return the notice a reader of ``locale`` understands best: same locale, same language, English, any."""
    language = _language(locale)

    def distance(notice: NoticeReference) -> tuple[int, str]:
        own = _language(notice.locale)
        return (notice.locale == locale, own == language, own == "en", True).index(True), notice.locale

    return min(notices, key=distance)


def _language(locale: str) -> str:
    return locale.partition("-")[0]
