"""What makes an answer one that can be stored."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from consent.errors import InvalidConsentError, PurposeNotConsentableError, PurposeUnconfiguredError
from consent.register import ANSWERABLE
from consent.values import CONSENT_PURPOSES, PURPOSES, Authority, ConsentChoice
from consent.vocabulary import Answer, Basis, Method, Purpose, Reason
from kernel.texts import is_locale, is_readable

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""No answer is older: a date before it is a mistake in reading a form."""

LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No grant lasts longer; later times overflow where an offset is added to them."""

EVIDENCE_MOST: Final = 200
_DIGEST_BYTES: Final = 32


_TOPIC: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DELIVERED: Final = frozenset({Method.PAPER, Method.PHONE, Method.IMPORT})
_CONFIRMED: Final = frozenset({Method.APP, Method.PHONE})
"""Methods that prove no mailbox. A signature on paper is proof of its own, and an import brings what others proved."""


def check_purpose(purpose: Purpose) -> None:
    """Accept only a purpose in which people have a say.

    Raises:
        PurposeNotConsentableError: it rests on something else, and nobody's answer would change that.

    """
    if purpose not in CONSENT_PURPOSES:
        raise PurposeNotConsentableError("This purpose does not rest on consent.", field="purpose", purpose=purpose)


def basis_of(purpose: Purpose, choice: ConsentChoice, market: str) -> Basis:
    """Return the ground on which an answer counts in ``market``; whoever says no is heard wherever they are.

    Raises:
        PurposeUnconfiguredError: a yes to something for which there is no lawful basis in this market.

    """
    basis = PURPOSES[purpose].basis_in(market)
    if basis in ANSWERABLE:
        return basis
    if choice.state is Answer.GRANTED:
        message = f"There is no lawful basis for {purpose} in this market."
        raise PurposeUnconfiguredError(message, purpose=purpose, reason=Reason.PURPOSE_UNCONFIGURED, market=market)
    return Basis.CONSENT


def check_reach(purpose: Purpose, choice: ConsentChoice) -> None:
    """Accept only a channel that the purpose uses, a topic that is a key, and an authority that covers the answer.

    Raises:
        InvalidConsentError: names the field.

    """
    channels = PURPOSES[purpose].channels
    if choice.channel is not None and choice.channel not in channels:
        known = ", ".join(channels) or "none: leave it out"
        raise InvalidConsentError(f"The channels of this purpose are {known}.", field="channel")
    check_topic(purpose, choice.topic)
    if choice.authority is not None:
        _check_authority(purpose, choice, choice.authority)


def check_topic(purpose: Purpose, topic: str | None) -> None:
    """Accept no topic, or one that is a key, of a purpose for which people are reached.

    Raises:
        InvalidConsentError: it is none.

    """
    if topic is not None and not (PURPOSES[purpose].channels and _TOPIC.fullmatch(topic)):
        message = "A topic is a key such as cardiology, of a purpose for which people are reached."
        raise InvalidConsentError(message, field="topic")


def _check_authority(purpose: Purpose, choice: ConsentChoice, authority: Authority) -> None:
    if choice.method not in _DELIVERED:
        raise InvalidConsentError("Who answers in the app answers for themselves.", field="authority")
    if not is_readable(authority.reference, EVIDENCE_MOST):
        message = f"A reference has 1 to {EVIDENCE_MOST} printable characters."
        raise InvalidConsentError(message, field="authority.reference")
    if len(authority.document_sha256) != _DIGEST_BYTES:
        raise InvalidConsentError("A SHA-256 has 32 bytes.", field="authority.document_sha256")
    if purpose not in authority.scope:
        raise InvalidConsentError("The authority is not for this purpose.", field="authority.scope")
    if authority.expires_at.utcoffset() is None:
        raise InvalidConsentError("A time has an offset from UTC.", field="authority.expires_at")
    if authority.expires_at > LATEST:
        raise InvalidConsentError("An authority ends before the year 9000.", field="authority.expires_at")
    if choice.occurred_at is None or authority.expires_at <= choice.occurred_at:
        message = "An authority is good for answers given, at a time that is said, before it ends."
        raise InvalidConsentError(message, field="authority.expires_at")


def waits_for_confirmation(purpose: Purpose, choice: ConsentChoice, market: str) -> bool:
    """Tell whether a yes counts only once the person has confirmed it from their own mailbox (double opt-in)."""
    asked = choice.state is Answer.GRANTED and choice.method in _CONFIRMED
    return asked and market in PURPOSES[purpose].double_opt_in


def runs_out(purpose: Purpose, choice: ConsentChoice, given_at: datetime) -> datetime | None:
    """Return when a grant is over: when it says so itself, otherwise after as long as the register lets it last."""
    days = PURPOSES[purpose].lasts_days
    if choice.state is not Answer.GRANTED or choice.expires_at is not None or days is None:
        return choice.expires_at
    return given_at + timedelta(days=days)


def check_choice(choice: ConsentChoice, now: datetime) -> None:
    """Accept only an answer that is complete, proven where it was not given in the app, and not from the future.

    Raises:
        InvalidConsentError: names the field.

    """
    if choice.locale is not None and not is_locale(choice.locale):
        raise InvalidConsentError("A locale is a language, or a language and a country.", field="locale")
    if choice.state is Answer.GRANTED and choice.notice_version is None and choice.shown is None:
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
