"""What can be answered, and under which notice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from consent.errors import (
    InvalidConsentError,
    InvalidNoticeError,
    NoticeNotActiveError,
    PurposeNotConsentableError,
    UnknownNoticeError,
)
from consent.rules.choices import check_choice, check_purpose
from consent.rules.notices import best_translation, check_notice, shown_notices
from consent.values import CONSENT_PURPOSES, ConsentChoice, NewNotice, NoticeReference
from consent.vocabulary import Answer, Method, NoticeStatus, Purpose

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRANT = ConsentChoice(state=Answer.GRANTED, notice_version=1)
PAPER = replace(GRANT, method=Method.PAPER, evidence="paper form 17", evidence_sha256=bytes(32))
NOTICE = NewNotice(purpose=Purpose.ENGAGEMENT, version=1, locale="en", text="We keep a record.\nYou can stop.")


def notice(version: int, locale: str, purpose: Purpose = Purpose.ENGAGEMENT) -> NoticeReference:
    newest = 5 if purpose is Purpose.ANALYTICS else 2
    status = NoticeStatus.ACTIVE if version >= newest else NoticeStatus.RETIRED
    return NoticeReference(
        id=UUID(int=version), purpose=purpose, version=version, locale=locale, sha256=b"", status=status
    )


@pytest.mark.parametrize(
    "choice",
    [
        GRANT,
        PAPER,
        ConsentChoice(state=Answer.WITHDRAWN),
        ConsentChoice(state=Answer.DENIED),
        replace(GRANT, occurred_at=NOW, expires_at=NOW + timedelta(days=1), locale="fr-CH"),
        replace(GRANT, occurred_at=datetime(2013, 10, 1, tzinfo=UTC)),
    ],
)
def test_a_complete_answer_is_accepted(choice: ConsentChoice) -> None:
    check_choice(choice, NOW)
    assert choice.state in Answer


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("notice_version", {"notice_version": None}),
        ("evidence", {"method": Method.PAPER}),
        ("evidence", {"method": Method.PHONE}),
        ("evidence", {"method": Method.IMPORT}),
        ("evidence", {"evidence": ""}),
        ("evidence", {"evidence": "form\0"}),
        ("evidence", {"evidence": "\ud800"}),
        ("evidence", {"evidence": "x" * 201}),
        ("evidence_sha256", {"evidence_sha256": bytes(31)}),
        ("locale", {"locale": "french"}),
        ("locale", {"locale": "fr\n"}),
        ("occurred_at", {"occurred_at": NOW + timedelta(microseconds=1)}),
        ("occurred_at", {"occurred_at": datetime(1999, 12, 31, tzinfo=UTC)}),
        ("occurred_at", {"occurred_at": datetime(2026, 1, 1)}),  # noqa: DTZ001 - a time without an offset
        ("expires_at", {"expires_at": NOW}),
        ("expires_at", {"expires_at": datetime.max.replace(tzinfo=UTC)}),
        ("expires_at", {"state": Answer.WITHDRAWN, "expires_at": NOW + timedelta(days=1)}),
    ],
)
def test_an_answer_that_cannot_be_stored_names_the_field(field: str, changes: dict[str, Any]) -> None:
    check_choice(GRANT, NOW)
    with pytest.raises(InvalidConsentError) as refusal:
        check_choice(replace(GRANT, **changes), NOW)
    assert refusal.value.facts["field"] == field


@pytest.mark.parametrize("purpose", Purpose)
def test_only_purposes_that_rest_on_consent_can_be_answered(purpose: Purpose) -> None:
    if purpose in CONSENT_PURPOSES:
        check_purpose(purpose)
        return
    with pytest.raises(PurposeNotConsentableError) as refusal:
        check_purpose(purpose)
    assert refusal.value.facts["field"] == "purpose"


NOTICES = [notice(1, "en"), notice(2, "en"), notice(2, "fr"), notice(5, "en", Purpose.ANALYTICS)]


def test_a_grant_is_given_under_the_active_notice_in_any_of_its_languages() -> None:
    shown = shown_notices(NOTICES, Purpose.ENGAGEMENT, replace(GRANT, notice_version=2), "FR")
    assert shown == [notice(2, "en"), notice(2, "fr")]
    with pytest.raises(NoticeNotActiveError) as refusal:
        shown_notices(NOTICES, Purpose.ENGAGEMENT, GRANT, "FR")
    assert refusal.value.facts["active_version"] == 2


def test_a_market_has_its_own_notice_or_everybody_s() -> None:
    french = replace(notice(3, "fr"), market="FR")
    grant = replace(GRANT, notice_version=3)
    assert shown_notices([*NOTICES, french], Purpose.ENGAGEMENT, grant, "FR") == [french]
    with pytest.raises(UnknownNoticeError):
        shown_notices([*NOTICES, french], Purpose.ENGAGEMENT, grant, "DE")
    with pytest.raises(NoticeNotActiveError):
        shown_notices([*NOTICES, french], Purpose.ENGAGEMENT, replace(GRANT, notice_version=2), "FR")


@pytest.mark.parametrize("state", Answer)
def test_a_version_that_was_never_published_is_refused(state: Answer) -> None:
    with pytest.raises(UnknownNoticeError) as refusal:
        shown_notices(NOTICES, Purpose.ENGAGEMENT, ConsentChoice(state=state, notice_version=5), "FR")
    assert refusal.value.facts["field"] == "notice_version"


def test_a_withdrawal_may_name_an_old_notice() -> None:
    withdrawal = ConsentChoice(state=Answer.WITHDRAWN)
    assert shown_notices(NOTICES, Purpose.ENGAGEMENT, replace(withdrawal, notice_version=1), "FR") == [notice(1, "en")]


@pytest.mark.parametrize(
    ("locale", "expected"), [("fr-CH", "fr-CH"), ("fr-BE", "fr"), ("fr", "fr"), ("de", "en"), ("en-GB", "en")]
)
def test_a_reader_sees_the_translation_they_understand_best(locale: str, expected: str) -> None:
    translations = [notice(1, each) for each in ("es", "en", "fr-CH", "fr")]
    assert best_translation(translations, locale).locale == expected


@given(st.lists(st.sampled_from(["de", "fr", "fr-CH", "en", "en-GB"]), min_size=1, unique=True), st.randoms())
def test_the_translation_does_not_depend_on_the_order_of_publication(locales: list[str], random: object) -> None:
    translations = [notice(1, locale) for locale in locales]
    shuffled = list(translations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert best_translation(shuffled, "fr-BE") == best_translation(translations, "fr-BE")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("version", {"version": 0}),
        ("version", {"version": 2**31}),
        ("locale", {"locale": "EN"}),
        ("text", {"text": " \n "}),
        ("text", {"text": "a\0b"}),
        ("text", {"text": "x" * 20_001}),
    ],
)
def test_a_notice_that_cannot_be_published_names_the_field(field: str, changes: dict[str, Any]) -> None:
    check_notice(NOTICE)
    with pytest.raises(InvalidNoticeError) as refusal:
        check_notice(replace(NOTICE, **changes))
    assert refusal.value.facts["field"] == field
