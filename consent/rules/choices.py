"""What makes an answer one that can be stored."""

from datetime import UTC, datetime
from typing import Final

from consent.errors import InvalidConsentError, PurposeNotConsentableError
from consent.values import CONSENT_PURPOSES, ConsentChoice
from consent.vocabulary import Answer, Method, Purpose
from kernel.texts import is_locale, is_readable

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""No answer is older: a date before it is a mistake in reading a form."""

LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No grant lasts longer; later times overflow where an offset is added to them."""

EVIDENCE_MOST: Final = 200
_DIGEST_BYTES: Final = 32


def check_purpose(purpose: Purpose) -> None:
    """Accept only a purpose that rests on consent.

    Raises:
        PurposeNotConsentableError: it rests on something else, and nobody's answer would change that.

    """
    if purpose not in CONSENT_PURPOSES:
        raise PurposeNotConsentableError("This purpose does not rest on consent.", field="purpose", purpose=purpose)


def check_choice(choice: ConsentChoice, now: datetime) -> None:
    """Accept only an answer that is complete, proven where it was not given in the app, and not from the future.

    Raises:
        InvalidConsentError: names the field.

    """
    if choice.locale is not None and not is_locale(choice.locale):
        raise InvalidConsentError("A locale is a language, or a language and a country.", field="locale")
    if choice.state is Answer.GRANTED and choice.notice_version is None:
        raise InvalidConsentError("A grant says which notice was shown.", field="notice_version")
    _check_evidence(choice)
    _check_times(choice, now)


def _check_evidence(choice: ConsentChoice) -> None:
    if choice.evidence is None:
        if choice.method is not Method.APP:
            raise InvalidConsentError("An answer given outside the app refers to its evidence.", field="evidence")
    elif not is_readable(choice.evidence, EVIDENCE_MOST):
        raise InvalidConsentError(f"Evidence has 1 to {EVIDENCE_MOST} printable characters.", field="evidence")
    if choice.evidence_sha256 is not None and len(choice.evidence_sha256) != _DIGEST_BYTES:
        raise InvalidConsentError("A SHA-256 has 32 bytes.", field="evidence_sha256")


def _check_times(choice: ConsentChoice, now: datetime) -> None:
    for field, at in (("occurred_at", choice.occurred_at), ("expires_at", choice.expires_at)):
        if at is not None and at.utcoffset() is None:
            raise InvalidConsentError("A time has an offset from UTC.", field=field)
    # An answer from the future would outlast every withdrawal until then.
    if choice.occurred_at is not None and not EARLIEST <= choice.occurred_at <= now:
        raise InvalidConsentError("An answer was given between the year 2000 and now.", field="occurred_at")
    if choice.expires_at is None:
        return
    if choice.state is not Answer.GRANTED:
        raise InvalidConsentError("Only a grant runs out.", field="expires_at")
    if not (choice.occurred_at or now) < choice.expires_at <= LATEST:
        raise InvalidConsentError("A grant runs out after it was given, and before the year 9000.", field="expires_at")
