"""What a route asks of factors, in every combination; and how far each permission reaches."""

import hashlib
from datetime import timedelta
from itertools import product

import msgspec
import pytest

from access.errors import InvalidAccountError
from access.policy import EVERYONE, EVERYWHERE, GETTING_SECOND_FACTOR, OWN, WITHOUT_SECOND_FACTOR, reach
from access.rules.decision import decide, decide_factors
from access.rules.four_eyes import digest
from access.rules.scope import Scope, scope
from access.vocabulary import Permission, Reach, Reason, Role
from tests.access.builders import caller

MOST = 900
TICK = timedelta(microseconds=1)
AGES = [None, timedelta(0), timedelta(seconds=MOST), timedelta(seconds=MOST) + TICK]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_second_factor_is_asked_of_staff_for_all_but_getting_one_where_one_is_needed(
    role: Role, permission: Permission
) -> None:
    for enrolled, needed in product([True, False], repeat=2):
        found = decide_factors(role, permission, enrolled=enrolled, needed=needed, age=None, most=None)
        missing = needed and not (enrolled or role in WITHOUT_SECOND_FACTOR or permission in GETTING_SECOND_FACTOR)
        assert found.allowed == (not missing)
        assert found.reason is (Reason.SECOND_FACTOR_MISSING if missing else Reason.ALLOWED)


@pytest.mark.parametrize("age", AGES)
def test_a_factor_may_be_as_old_as_the_route_says_and_not_a_moment_older(age: timedelta | None) -> None:
    found = decide_factors(Role.HCP, Permission.POINTS_READ, enrolled=False, needed=True, age=age, most=MOST)
    assert found.allowed == (age in {timedelta(0), timedelta(seconds=MOST)})
    assert found.reason is (Reason.ALLOWED if found.allowed else Reason.FACTOR_TOO_OLD)
    without = decide_factors(Role.HCP, Permission.POINTS_READ, enrolled=False, needed=True, age=age, most=None)
    assert without.allowed


def test_a_missing_second_factor_is_said_before_an_old_one() -> None:
    role, permission = Role.MARKETER, Permission.CONTENT_READ
    found = decide_factors(role, permission, enrolled=False, needed=True, age=None, most=MOST)
    assert found.reason is Reason.SECOND_FACTOR_MISSING


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_reaches_what_is_ones_own_or_everything_or_the_own_markets(permission: Permission) -> None:
    is_own = permission in OWN or permission.value.startswith("own-")
    expected = Reach.OWN if is_own else Reach.EVERYWHERE if permission in EVERYWHERE else Reach.MARKET
    assert reach(permission) is expected


def test_each_reach_has_its_permissions() -> None:
    assert reach(Permission.POINTS_READ) is reach(Permission.OWN_PROFILE_READ) is Reach.OWN
    assert reach(Permission.AUDIT_READ) is Reach.EVERYWHERE
    assert reach(Permission.HCP_READ) is Reach.MARKET


@pytest.mark.parametrize("permission", Permission)
def test_a_narrowed_client_does_what_is_named_and_what_everybody_may(permission: Permission) -> None:
    machine = caller(Role.LEARNING_SYSTEM, "GB")
    narrowed = msgspec.structs.replace(machine, narrowed=frozenset({Permission.ACTIVITY_DELIVER}))
    found = decide(narrowed, permission)
    wide = decide(machine, permission).allowed
    may = permission is Permission.ACTIVITY_DELIVER or permission in EVERYONE
    assert found.allowed == (wide and may)
    if wide and not may:
        assert found.reason is Reason.CLIENT_NARROWED


def test_an_hcp_without_a_market_has_no_scope_and_is_told_so() -> None:
    with pytest.raises(InvalidAccountError, match="must name a market"):
        scope(Role.HCP, ["GB"], ["*"], None)
    assert scope(Role.HCP, [], [], "GB") == Scope(frozenset({"GB"}), frozenset())


def test_what_binds_an_approval_is_the_hash_of_operation_and_body() -> None:
    plain = b'{"body":{"limit":3},"operation":"POST /x"}'
    assert digest("POST /x", {"limit": 3}) == hashlib.sha256(plain).digest()
