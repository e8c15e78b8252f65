"""The gate: may data be used for this purpose, and what does the answer rest on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from consent.rules.standing import state_at
from consent.values import PURPOSES, Decision, Record
from consent.vocabulary import Basis, Outcome, Reason, State

_OTHER_BASES: Final[Mapping[Basis, Decision]] = {
    Basis.CONTRACT: Decision(allowed=True, outcome=Outcome.ALLOWED, reason=Reason.BASIS_CONTRACT),
    Basis.LEGAL_OBLIGATION: Decision(allowed=True, outcome=Outcome.ALLOWED, reason=Reason.BASIS_LEGAL_OBLIGATION),
    Basis.NO_PERSONAL_DATA: Decision(allowed=True, outcome=Outcome.ALLOWED, reason=Reason.BASIS_NO_PERSONAL_DATA),
}

_REASONS: Final[Mapping[State, Reason]] = {
    State.GRANTED: Reason.CONSENT_GRANTED,
    State.DENIED: Reason.CONSENT_DENIED,
    State.WITHDRAWN: Reason.CONSENT_WITHDRAWN,
    State.EXPIRED: Reason.CONSENT_EXPIRED,
    State.ABSENT: Reason.CONSENT_ABSENT,
}

_UNCONFIGURED: Final = Decision(allowed=False, outcome=Outcome.UNCONFIGURED, reason=Reason.PURPOSE_UNCONFIGURED)


def decide(purpose: str, record: Record | None, now: datetime) -> Decision:
    """Return whether data may be used for ``purpose`` at ``now``, given how the person stands towards it.

    Only a grant in force is a yes, and not while the person has processing restricted. A purpose that rests on another
    basis is allowed with that basis as the reason;
    a purpose that the register does not know is refused, and the outcome says that the gap is ours.
    """
    entry = PURPOSES.get(purpose)
    if entry is None:
        return _UNCONFIGURED
    if entry.basis is not Basis.CONSENT:
        return _OTHER_BASES[entry.basis]
    state = state_at(record, now)
    restricted = record is not None and record.restricted
    allowed = state is State.GRANTED and not restricted
    return Decision(
        allowed=allowed,
        outcome=Outcome.ALLOWED if allowed else Outcome.REFUSED,
        reason=Reason.PROCESSING_RESTRICTED if restricted else _REASONS[state],
        event=None if record is None else record.event,
        notice_version=None if record is None else record.notice_version,
    )
