"""Who may do what: deny by default, and the table as it is meant to be."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import ROLE_PERMISSIONS, branded
from access.rules.decision import decide, in_scope
from access.vocabulary import ALL_MARKETS, WHOLE, Permission, Reason, Role
from people.vocabulary import MARKETS
from tests.access.builders import caller

MARKET = st.sampled_from(sorted(MARKETS))


@given(st.sampled_from(Role), st.sampled_from(Permission), st.frozensets(MARKET), st.none() | MARKET)
def test_a_decision_is_the_table_and_the_scope_and_nothing_else(
    role: Role, permission: Permission, markets: frozenset[str], market: str | None
) -> None:
    held = permission in ROLE_PERMISSIONS[role]
    reached = market is None or market in markets
    decision = decide(caller(role, *markets), permission, market)
    assert decision.allowed == (held and reached)
    if not held:
        assert decision.reason is Reason.ROLE_LACKS_PERMISSION
    elif not reached:
        assert decision.reason is Reason.OUTSIDE_MARKET
    else:
        assert decision.reason is Reason.ALLOWED


@given(st.sampled_from(Role), st.sampled_from(Permission), MARKET)
def test_an_empty_scope_holds_no_market(role: Role, permission: Permission, market: str) -> None:
    assert not decide(caller(role), permission, market).allowed
    assert not in_scope(caller(role), market)


@given(MARKET)
def test_all_markets_hold_every_market(market: str) -> None:
    assert in_scope(caller(Role.COMPLIANCE_OFFICER, ALL_MARKETS), market)
    assert decide(caller(Role.COMPLIANCE_OFFICER, ALL_MARKETS), Permission.AUDIT_READ, market).allowed


@pytest.mark.parametrize("market", ["", "*", "gb", "GB ", "G"])
def test_only_the_very_market_is_in_scope(market: str) -> None:
    assert in_scope(caller(Role.MARKETER, "GB"), "GB")
    assert not in_scope(caller(Role.MARKETER, "GB"), market)
    assert decide(caller(Role.MARKETER, "GB"), Permission.CONTENT_READ, "GB").allowed
    assert not decide(caller(Role.MARKETER, "GB"), Permission.CONTENT_READ, market).allowed


@pytest.mark.parametrize("role", Role)
def test_without_any_brand_only_what_no_brand_bounds_is_allowed(role: Role) -> None:
    somebody = msgspec.structs.replace(caller(role, ALL_MARKETS), brands=frozenset())
    for permission in ROLE_PERMISSIONS[role]:
        free = decide(somebody, permission, None, "cardiovex").allowed
        assert free is (role is Role.HCP or role in WHOLE or not branded(role, permission))
        assert decide(somebody, permission).allowed, "the control: where nothing has a brand"


@given(st.sampled_from(Role), st.sampled_from(Permission), st.sampled_from([("cardiovex",), ("respira",), ("*",), ()]))
def test_a_brand_bounds_those_alone_who_can_be_narrowed(
    role: Role, permission: Permission, brands: tuple[str, ...]
) -> None:
    somebody = msgspec.structs.replace(caller(role, ALL_MARKETS), brands=frozenset(brands))
    decision = decide(somebody, permission, None, "cardiovex")
    held, known = permission in ROLE_PERMISSIONS[role], not {"cardiovex", "*"}.isdisjoint(brands)
    assert decision.allowed == (held and (known or not branded(role, permission)))
    if held and not decision.allowed:
        assert decision.reason is Reason.OUTSIDE_BRAND


@pytest.mark.parametrize(
    "permission",
    [
        Permission.AUDIT_READ,
        Permission.AWARD_PROOF_READ,
        Permission.AWARD_REVOKE,
        Permission.CAMPAIGN_APPROVE,
        Permission.CAMPAIGN_FREEZE,
        Permission.FREEZES_GRANT,
        Permission.RULES_EXPLAIN,
        Permission.TRANSFERS_OF_VALUE_READ,
        Permission.TRANSFER_DISPUTE_ANSWER,
    ],
)
def test_what_goes_over_all_brands_is_for_those_who_answer_for_all(permission: Permission) -> None:
    holders = {role for role in Role if decide(caller(role, ALL_MARKETS), permission).allowed}
    assert holders - {Role.HCP}
    assert holders <= WHOLE | {Role.HCP}


def test_a_role_that_the_table_does_not_know_may_do_nothing() -> None:
    stranger = caller("root", ALL_MARKETS)  # type: ignore[arg-type] # what a row of a newer version could hold
    assert not any(decide(stranger, permission).allowed for permission in Permission)
    assert decide(caller(Role.ADMINISTRATOR, ALL_MARKETS), Permission.ACCOUNT_MANAGE).allowed


def test_every_role_is_in_the_table_and_every_permission_is_held_by_somebody() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert frozenset[Permission]().union(*ROLE_PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.ACTIVITY_RECORD, {Role.HCP}),
        (Permission.ACTIVITY_DELIVER, {Role.LEARNING_SYSTEM}),
        (Permission.POINTS_READ, {Role.HCP}),
        (Permission.CONSENT_WRITE, {Role.HCP}),
        (Permission.CONSENT_DELIVER, {Role.LEARNING_SYSTEM, Role.ADMINISTRATOR}),
        (Permission.CONTENT_CREATE, {Role.MARKETER, Role.LEARNING_SYSTEM}),
        (Permission.CONTENT_APPROVE, {Role.MEDICAL_REVIEWER}),
        (Permission.HCP_CREATE, {Role.ADMINISTRATOR, Role.LEARNING_SYSTEM}),
        (Permission.AUDIT_READ, {Role.COMPLIANCE_OFFICER}),
        (Permission.AUDIT_EXPORT, {Role.COMPLIANCE_OFFICER}),
        (Permission.AUDIT_LOG_FETCH, {Role.COMPLIANCE_OFFICER, Role.WITNESS}),
        (Permission.AWARD_PROOF_READ, {Role.HCP, Role.COMPLIANCE_OFFICER}),
        (Permission.RULES_READ, {Role.MARKETER, Role.COMPLIANCE_OFFICER}),
        (Permission.ACCOUNT_MANAGE, {Role.ADMINISTRATOR}),
        (Permission.OWN_ACCESS_LOG_READ, {Role.HCP}),
        (Permission.NOTICE_READ, set(Role)),
        (Permission.OWN_PROFILE_READ, set(Role)),
        (Permission.SESSION_END, set(Role)),
    ],
)
def test_a_permission_is_held_by_exactly_these_roles(permission: Permission, roles: set[Role]) -> None:
    assert {role for role in Role if decide(caller(role, ALL_MARKETS), permission).allowed} == roles


def test_whoever_writes_content_does_not_approve_it() -> None:
    both = {Permission.CONTENT_CREATE, Permission.CONTENT_APPROVE}
    assert [role for role in Role if both <= ROLE_PERMISSIONS[role]] == []
    assert any(Permission.CONTENT_APPROVE in held for held in ROLE_PERMISSIONS.values())


def test_the_vocabulary_is_alphabetical_and_spelled_resource_action() -> None:
    names = [permission.name for permission in Permission]
    assert names == sorted(names)
    for permission in Permission:
        resource, action = permission.value.split(":")
        assert f"{resource}_{action}".replace("-", "_").upper() == permission.name
