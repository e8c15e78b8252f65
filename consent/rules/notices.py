"""Notices: which may be published, which one is active, and which translation a reader sees."""

from collections.abc import Sequence
from typing import Final, TypeVar

from consent.errors import InvalidNoticeError, NoticeNotActiveError, UnknownNoticeError
from consent.values import ConsentChoice, NewNotice, NoticeReference
from consent.vocabulary import Answer, Purpose
from kernel.texts import is_locale, is_readable

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
    if not is_readable(notice.text, TEXT_MOST, lines=True):
        raise InvalidNoticeError(f"A text has 1 to {TEXT_MOST} printable characters.", field="text")


def shown_notice(notices: Sequence[NoticeReference], purpose: Purpose, choice: ConsentChoice) -> NoticeReference | None:
    """Return the notice that was shown for ``choice``: of the version it names, in the language it names.

    Raises:
        UnknownNoticeError: no notice of the purpose has that version.
        NoticeNotActiveError: a grant under a version that a newer one replaced.

    """
    if choice.notice_version is None:
        return None
    own = [notice for notice in notices if notice.purpose is purpose]
    shown = [notice for notice in own if notice.version == choice.notice_version]
    if not shown:
        raise UnknownNoticeError("No notice of this purpose has this version.", field="notice_version", purpose=purpose)
    active = max(notice.version for notice in own)
    if choice.state is Answer.GRANTED and choice.notice_version != active:
        raise NoticeNotActiveError("A newer notice replaced this one.", purpose=purpose, active_version=active)
    return best_translation(shown, choice.locale or "en")


def best_translation(notices: Sequence[Translation], locale: str) -> Translation:
    """Return the notice a reader of ``locale`` understands best: same locale, same language, English, any."""
    language = _language(locale)

    def distance(notice: NoticeReference) -> tuple[int, str]:
        own = _language(notice.locale)
        return (notice.locale == locale, own == language, own == "en", True).index(True), notice.locale

    return min(notices, key=distance)


def _language(locale: str) -> str:
    return locale.partition("-")[0]
