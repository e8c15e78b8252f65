"""The gate: may data be used for this purpose, and what does the answer rest on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from consent.rules.standing import state_at
from consent.values import PURPOSES, Decision, Record
from consent.vocabulary import Basis, Outcome, Reason, State

_FIXED: Final[Mapping[Basis, Reason]] = {
    Basis.CONTRACT: Reason.BASIS_CONTRACT,
    Basis.LEGAL_OBLIGATION: Reason.BASIS_LEGAL_OBLIGATION,
    Basis.NO_PERSONAL_DATA: Reason.BASIS_NO_PERSONAL_DATA,
}

_ANSWERED: Final[Mapping[State, Reason]] = {
    State.GRANTED: Reason.CONSENT_GRANTED,
    State.DENIED: Reason.CONSENT_DENIED,
    State.WITHDRAWN: Reason.CONSENT_WITHDRAWN,
    State.EXPIRED: Reason.CONSENT_EXPIRED,
    State.ABSENT: Reason.CONSENT_ABSENT,
}

_OBJECTIONS: Final = frozenset({State.DENIED, State.WITHDRAWN})

UNCONFIGURED: Final = Decision(allowed=False, outcome=Outcome.UNCONFIGURED, reason=Reason.PURPOSE_UNCONFIGURED)


def decide(purpose: str, record: Record | None, now: datetime, market: str | None) -> Decision:
    """Return whether data may be used for ``purpose`` at ``now``, given how a person in ``market`` stands towards it.

    Where the purpose rests on consent, only a grant in force is a yes; where it rests on a legitimate interest, only an
    objection is a no, and both are no while the person has processing restricted. Any other ground is a yes, with that
    ground as the reason. A purpose that the register does not
    know, or has no ground for in this market, is refused, and the outcome says that the gap is ours. ``market`` is None
    for a person who is gone: then the purpose's usual ground is asked.
    """
    entry = PURPOSES.get(purpose)
    basis = None if entry is None else entry.basis_in(market)
    return UNCONFIGURED if basis is None else judge(basis, record, now)


def judge(basis: Basis, record: Record | None, now: datetime) -> Decision:
    """Return what a ground and a person's answer make together."""
    if basis in _FIXED:
        return Decision(allowed=True, outcome=Outcome.ALLOWED, reason=_FIXED[basis], basis=basis)
    state = state_at(record, now)
    if record is not None and record.restricted:
        allowed, reason = False, Reason.PROCESSING_RESTRICTED
    elif basis is Basis.CONSENT:
        allowed, reason = state is State.GRANTED, _ANSWERED[state]
    else:
        allowed = state not in _OBJECTIONS
        reason = Reason.BASIS_LEGITIMATE_INTEREST if allowed else Reason.OBJECTED
    return Decision(
        allowed=allowed,
        outcome=Outcome.ALLOWED if allowed else Outcome.REFUSED,
        reason=reason,
        event=None if record is None else record.event,
        notice_version=None if record is None else record.notice_version,
        basis=basis,
    )
