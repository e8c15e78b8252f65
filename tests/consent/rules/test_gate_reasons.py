"""What the gate says beside yes and no: the outcome, the ground, the event, and that a restriction comes first."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from consent.rules.gate import judge
from consent.values import Decision, Record
from consent.vocabulary import Answer, Basis, Outcome, Reason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = UUID(int=1)
FIXED = {
    Basis.CONTRACT: Reason.BASIS_CONTRACT,
    Basis.LEGAL_OBLIGATION: Reason.BASIS_LEGAL_OBLIGATION,
    Basis.NO_PERSONAL_DATA: Reason.BASIS_NO_PERSONAL_DATA,
}


def granted(*, restricted: bool) -> Record:
    return Record(
        state=Answer.GRANTED, notice_version=3, event=EVENT, decided_at=NOW, received_at=NOW, restricted=restricted
    )


@pytest.mark.parametrize("basis", FIXED)
def test_a_fixed_ground_is_a_yes_that_names_it_whatever_was_answered(basis: Basis) -> None:
    expected = Decision(allowed=True, outcome=Outcome.ALLOWED, reason=FIXED[basis], basis=basis)
    for record in (None, granted(restricted=False), granted(restricted=True)):
        assert judge(basis, record, NOW) == expected


@pytest.mark.parametrize("basis", [Basis.CONSENT, Basis.LEGITIMATE_INTEREST])
def test_a_restriction_is_a_no_before_any_answer_and_a_grant_without_one_is_a_yes(basis: Basis) -> None:
    refused = judge(basis, granted(restricted=True), NOW)
    assert (refused.allowed, refused.outcome) == (False, Outcome.REFUSED)
    assert (refused.reason, refused.basis) == (Reason.PROCESSING_RESTRICTED, basis)
    assert (refused.event, refused.notice_version) == (EVENT, 3)
    allowed = judge(basis, granted(restricted=False), NOW)
    assert (allowed.allowed, allowed.outcome, allowed.event) == (True, Outcome.ALLOWED, EVENT)
