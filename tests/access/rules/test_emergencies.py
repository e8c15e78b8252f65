"""What an emergency lends: what is on the list, until it is over, and nothing that agrees to anything."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from access.authority_errors import InvalidEmergencyError
from access.policy import IN_EMERGENCY, ROLE_PERMISSIONS
from access.rules.decision import decide
from access.rules.emergencies import check, reviewers, under
from access.values import Opened
from access.vocabulary import Permission, Role
from tests.access.builders import caller

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GLASS = UUID(int=7)
AGREEING = ("decide", "approve", "ask", "manage", "export", "review", "open")
ROLES = [Role.MARKETER, Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER, Role.DATA_PROTECTION_OFFICER]


def opened(permission: Permission | None = None, market: str | None = None) -> Opened:
    return Opened(id=GLASS, permission=permission, market=market, ends_at=NOON + timedelta(hours=1))


def test_nothing_on_the_list_agrees_to_anything_gives_anything_or_takes_it_out_of_the_house() -> None:
    verbs = {permission.value.rpartition(":")[2] for permission in IN_EMERGENCY}
    assert verbs & set(AGREEING) == {"manage", "decide"}
    assert {each for each in IN_EMERGENCY if each.value.endswith((":manage", ":decide"))} == {
        Permission.LEGAL_HOLD_MANAGE,
        Permission.LICENCE_DECIDE,
    }
    assert not any(permission.value.startswith("own-") for permission in IN_EMERGENCY)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_lent_if_it_is_on_the_list_and_no_other_comes_with_it(
    role: Role, permission: Permission
) -> None:
    for asked in Permission:
        lent = under(caller(role, "GB"), opened(permission), asked, NOON)
        expected = asked in ROLE_PERMISSIONS[role] or (asked is permission and asked in IN_EMERGENCY)
        assert decide(lent, asked, "GB").allowed == expected
        assert not decide(lent, asked, "FR").allowed
        assert lent.break_glass == GLASS


@pytest.mark.parametrize("permission", Permission)
def test_a_market_is_lent_for_what_is_on_the_list(permission: Permission) -> None:
    lent = under(caller(Role.ADMINISTRATOR, "GB"), opened(market="FR"), permission, NOON)
    held = permission in ROLE_PERMISSIONS[Role.ADMINISTRATOR]
    assert decide(lent, permission, "FR").allowed == (held and permission in IN_EMERGENCY)
    assert decide(lent, permission, "GB").allowed == held
    assert not decide(lent, permission, "ES").allowed


def test_it_ends_at_its_instant() -> None:
    before = caller(Role.MARKETER, "GB")
    ends = NOON + timedelta(hours=1)
    assert under(before, opened(market="FR"), Permission.CONTENT_READ, ends) is before
    last = under(before, opened(market="FR"), Permission.CONTENT_READ, ends - timedelta(microseconds=1))
    assert last.markets == {"GB", "FR"}
    assert under(before, None, Permission.CONTENT_READ, NOON) is before


def test_an_hcp_is_lent_nothing() -> None:
    for glass in (opened(market="FR"), opened(Permission.HCP_READ)):
        before = caller(Role.HCP, "GB")
        assert under(before, glass, Permission.HCP_READ, NOON) is before
        assert under(caller(Role.MARKETER, "GB"), glass, Permission.HCP_READ, NOON).break_glass == GLASS


@pytest.mark.parametrize(
    ("permission", "market", "field"),
    [
        (None, None, "permission"),
        (Permission.HCP_READ, "FR", "permission"),
        (Permission.ROLE_DECIDE, None, "permission"),
        (Permission.APPROVAL_DECIDE, None, "permission"),
        (Permission.CAMPAIGN_READ, None, "permission"),
        (None, "GB", "market"),
        (None, "UK", "market"),
        (None, "*", "market"),
    ],
)
def test_what_an_emergency_does_not_lend_or_one_has_already_is_refused(
    permission: Permission | None, market: str | None, field: str
) -> None:
    with pytest.raises(InvalidEmergencyError) as raised:
        check(caller(Role.MARKETER, "GB"), permission, market)
    assert raised.value.facts["field"] == field
    check(caller(Role.MARKETER, "GB"), Permission.HCP_READ, None)
    check(caller(Role.MARKETER, "GB"), None, "FR")


def test_two_roles_oversee_it() -> None:
    assert reviewers() == [Role.COMPLIANCE_OFFICER, Role.DATA_PROTECTION_OFFICER]
