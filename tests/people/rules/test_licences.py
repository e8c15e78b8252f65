"""What may become of a licence, and what it is worth on a day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from people.errors import InvalidLicenceError, LicenceStepError
from people.rules.licences import STEPS, check_decision, status_on
from people.values import Licence, LicenceDecision
from people.vocabulary import LicenceStatus

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def licence(status: LicenceStatus, expires_on: date | None = None) -> Licence:
    return Licence(market="GB", status=status, evidence="extract 17", expires_on=expires_on, changed_at=NOW)


def test_a_verified_licence_lapses_by_itself_after_its_last_day() -> None:
    verified = licence(LicenceStatus.VERIFIED, TODAY)
    assert status_on(verified, TODAY) is LicenceStatus.VERIFIED
    assert status_on(verified, TODAY + timedelta(days=1)) is LicenceStatus.LAPSED
    assert status_on(licence(LicenceStatus.VERIFIED), date.max) is LicenceStatus.VERIFIED
    assert status_on(licence(LicenceStatus.REJECTED, TODAY), date.max) is LicenceStatus.REJECTED


@pytest.mark.parametrize("before", LicenceStatus)
@pytest.mark.parametrize("after", LicenceStatus)
def test_a_licence_takes_the_steps_of_the_table_and_no_other(before: LicenceStatus, after: LicenceStatus) -> None:
    decision = LicenceDecision(status=after, evidence="extract 18")
    if after in STEPS[before]:
        check_decision(licence(before), decision, TODAY)
    else:
        with pytest.raises(LicenceStepError):
            check_decision(licence(before), decision, TODAY)


def test_a_licence_nobody_spoke_of_is_unverified_and_can_not_lapse() -> None:
    for status in (LicenceStatus.UNVERIFIED, LicenceStatus.PENDING, LicenceStatus.VERIFIED, LicenceStatus.REJECTED):
        check_decision(None, LicenceDecision(status=status, evidence="extract 18"), TODAY)
    with pytest.raises(LicenceStepError):
        check_decision(None, LicenceDecision(status=LicenceStatus.LAPSED), TODAY)


@pytest.mark.parametrize(
    ("field", "decision"),
    [
        ("evidence", LicenceDecision(status=LicenceStatus.VERIFIED)),
        ("evidence", LicenceDecision(status=LicenceStatus.PENDING, evidence="two\nlines")),
        ("expires_on", LicenceDecision(status=LicenceStatus.VERIFIED, evidence="x", expires_on=date(2026, 3, 1))),
    ],
)
def test_the_field_that_is_wrong_is_named(field: str, decision: LicenceDecision) -> None:
    with pytest.raises(InvalidLicenceError) as raised:
        check_decision(None, decision, TODAY)
    assert raised.value.facts == {"field": field}
