"""What may become of a licence to practise, and what it is worth on a day."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from people.errors import InvalidLicenceError, LicenceStepError
from people.rules.texts import is_line
from people.values import LegalStanding, Licence, LicenceDecision
from people.vocabulary import LicenceStatus

EVIDENCE_LENGTH: Final = 200
MOST_STATES: Final = 10
STATE: Final = re.compile(r"[A-Z0-9]{1,3}")
"""The second part of a code of ISO 3166-2."""

STEPS: Final[Mapping[LicenceStatus, frozenset[LicenceStatus]]] = {
    LicenceStatus.UNVERIFIED: frozenset({LicenceStatus.PENDING, LicenceStatus.VERIFIED, LicenceStatus.REJECTED}),
    LicenceStatus.PENDING: frozenset({LicenceStatus.UNVERIFIED, LicenceStatus.VERIFIED, LicenceStatus.REJECTED}),
    LicenceStatus.VERIFIED: frozenset({LicenceStatus.VERIFIED, LicenceStatus.LAPSED, LicenceStatus.REJECTED}),
    LicenceStatus.LAPSED: frozenset({LicenceStatus.PENDING, LicenceStatus.VERIFIED, LicenceStatus.REJECTED}),
    LicenceStatus.REJECTED: frozenset({LicenceStatus.PENDING}),
}
"""Where each status may go: who was rejected is looked at again before being verified."""


def status_on(licence: Licence, day: date) -> LicenceStatus:
    """Return what a licence is on ``day``: one that was verified lapses by itself after its last day."""
    ran_out = licence.expires_on is not None and day > licence.expires_on
    return LicenceStatus.LAPSED if licence.status is LicenceStatus.VERIFIED and ran_out else licence.status


def standing_on(licence: Licence | None, day: date) -> LegalStanding:
    """Return what a licence is worth on ``day``; without one a person is unverified, and of no known class."""
    if licence is None:
        return LegalStanding()
    return LegalStanding(
        status=status_on(licence, day),
        states=licence.states,
        public_employee=licence.public_employee,
        covered_recipient=licence.covered_recipient,
    )


def check_submission(known: Licence | None, evidence: str, expires_on: date | None, today: date) -> None:
    """Accept what a person says of their own licence: it waits for staff, and may be corrected while it does.

    Raises:
        InvalidLicenceError: the facts hold the ``field`` that is wrong.
        LicenceStepError: it is verified, and would not be any more.

    """
    if expires_on is not None and expires_on < today:
        raise _invalid("expires_on", "is in the past; a licence that ran out is lapsed")
    if known is not None and status_on(known, today) is LicenceStatus.PENDING:
        known = msgspec.structs.replace(known, status=LicenceStatus.UNVERIFIED)
    check_decision(known, LicenceDecision(status=LicenceStatus.PENDING, evidence=evidence), today)


def check_decision(known: Licence | None, decision: LicenceDecision, today: date) -> None:
    """Accept ``decision`` about a licence that so far is ``known``, unverified if nothing is.

    Raises:
        InvalidLicenceError: the facts hold the ``field`` that is wrong.
        LicenceStepError: the status can't follow the one before it.

    """
    if decision.evidence is not None and not is_line(decision.evidence, EVIDENCE_LENGTH):
        raise _invalid("evidence", f"must be one line of 1 to {EVIDENCE_LENGTH} characters")
    states = decision.states
    if len(states) > MOST_STATES or len(set(states)) < len(states) or not all(map(STATE.fullmatch, states)):
        raise _invalid(
            "states", f"must be up to {MOST_STATES} different codes such as CA (ISO 3166-2 without the country)"
        )
    if decision.status is LicenceStatus.VERIFIED:
        if decision.evidence is None:
            raise _invalid("evidence", "is needed where a licence is verified")
        if decision.expires_on is not None and decision.expires_on < today:
            raise _invalid("expires_on", "is in the past; a licence that ran out is lapsed")
    before = LicenceStatus.UNVERIFIED if known is None else status_on(known, today)
    if decision.status not in STEPS[before] | ({before} if known is None else set()):
        message = f"A licence that is {before.value} can't become {decision.status.value}."
        raise LicenceStepError(message, field="status")


def _invalid(field: str, sentence: str) -> InvalidLicenceError:
    return InvalidLicenceError(f"The field {field} {sentence}.", field=field)
