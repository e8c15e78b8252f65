"""The gate says yes only to a grant in force, or to a purpose that needs none."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.rules.gate import decide, judge
from consent.values import CONSENT_PURPOSES, PURPOSES, Record
from consent.vocabulary import Answer, Basis, Outcome, Purpose, Reason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENT = UUID(int=1)

records = st.builds(
    Record,
    state=st.sampled_from(Answer),
    notice_version=st.integers(1, 9),
    event=st.just(EVENT),
    decided_at=st.just(NOW - timedelta(days=9)),
    received_at=st.just(NOW - timedelta(days=9)),
    expires_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


def record(state: Answer, expires_at: datetime | None = None) -> Record:
    return Record(state=state, notice_version=3, event=EVENT, decided_at=NOW, received_at=NOW, expires_at=expires_at)


@given(st.sampled_from(CONSENT_PURPOSES), st.none() | records)
def test_only_a_grant_in_force_is_a_yes(purpose: Purpose, standing: Record | None) -> None:
    in_force = (
        standing is not None
        and standing.state is Answer.GRANTED
        and (standing.expires_at is None or standing.expires_at > NOW)
    )
    decision = decide(purpose, standing, NOW, "FR")
    assert decision.allowed is in_force
    assert decision.outcome is (Outcome.ALLOWED if in_force else Outcome.REFUSED)
    assert (decision.reason is Reason.CONSENT_GRANTED) is in_force


@pytest.mark.parametrize("purpose", CONSENT_PURPOSES)
@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, Reason.CONSENT_ABSENT),
        (record(Answer.DENIED), Reason.CONSENT_DENIED),
        (record(Answer.WITHDRAWN), Reason.CONSENT_WITHDRAWN),
        (record(Answer.GRANTED, expires_at=NOW), Reason.CONSENT_EXPIRED),
        (record(Answer.GRANTED), Reason.CONSENT_GRANTED),
    ],
)
def test_a_decision_says_why(purpose: Purpose, standing: Record | None, reason: Reason) -> None:
    assert decide(purpose, standing, NOW, "FR").reason is reason


def test_a_decision_names_its_event_and_the_notice_that_was_shown() -> None:
    decision = decide(Purpose.ENGAGEMENT, record(Answer.GRANTED), NOW, "FR")
    assert (decision.event, decision.notice_version) == (EVENT, 3)
    refusal = decide(Purpose.ENGAGEMENT, record(Answer.WITHDRAWN), NOW, "FR")
    assert (refusal.event, refusal.notice_version) == (EVENT, 3)
    assert decide(Purpose.ENGAGEMENT, None, NOW, "FR").event is None


@pytest.mark.parametrize("standing", [None, record(Answer.WITHDRAWN), record(Answer.GRANTED)])
def test_a_purpose_on_another_basis_is_allowed_whatever_was_answered(standing: Record | None) -> None:
    others = {purpose: decide(purpose, standing, NOW, "FR") for purpose in Purpose if purpose not in CONSENT_PURPOSES}
    assert {purpose: (each.allowed, each.reason) for purpose, each in others.items()} == {
        Purpose.SERVICE: (True, Reason.BASIS_CONTRACT),
        Purpose.COMPLIANCE: (True, Reason.BASIS_LEGAL_OBLIGATION),
        Purpose.CONTENT_OPERATIONS: (True, Reason.BASIS_NO_PERSONAL_DATA),
    }


def test_a_purpose_outside_the_register_is_refused_as_a_gap_of_ours() -> None:
    decision = decide("profiling", record(Answer.GRANTED), NOW, "FR")
    assert (decision.allowed, decision.outcome) == (False, Outcome.UNCONFIGURED)
    assert decision.reason is Reason.PURPOSE_UNCONFIGURED
    assert decide("engagement", record(Answer.GRANTED), NOW, "FR").allowed


def test_every_purpose_is_in_the_register_and_nine_rest_on_consent() -> None:
    assert set(PURPOSES) == set(Purpose)
    assert all(entry.sentence.endswith(".") for entry in PURPOSES.values())
    assert set(CONSENT_PURPOSES) == {purpose for purpose, entry in PURPOSES.items() if entry.basis is Basis.CONSENT}
    assert len(CONSENT_PURPOSES) == 9


def test_a_purpose_without_a_ground_in_a_market_is_refused_as_a_gap_of_ours() -> None:
    decision = decide(Purpose.ENGAGEMENT, record(Answer.GRANTED), NOW, "JP")
    assert (decision.outcome, decision.reason) == (Outcome.UNCONFIGURED, Reason.PURPOSE_UNCONFIGURED)
    assert decide(Purpose.ENGAGEMENT, record(Answer.GRANTED), NOW, "IE").allowed
    assert decide(Purpose.COMPLIANCE, None, NOW, "JP").allowed


@given(st.none() | records)
def test_on_a_legitimate_interest_only_an_objection_is_a_no(standing: Record | None) -> None:
    objected = standing is not None and standing.state in {Answer.DENIED, Answer.WITHDRAWN}
    decision = judge(Basis.LEGITIMATE_INTEREST, standing, NOW)
    assert decision.allowed is not objected
    assert (decision.reason is Reason.OBJECTED) is objected
    assert decision.basis is Basis.LEGITIMATE_INTEREST
