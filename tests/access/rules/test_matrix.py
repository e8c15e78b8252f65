"""The matrix that a compliance officer reads says exactly what decisions do."""

from access.rules.decision import decide
from access.rules.matrix import matrix
from access.values import RouteLine
from access.vocabulary import ALL_MARKETS, Permission, Role
from tests.access.builders import caller

ROUTES = [
    RouteLine("POST", "/v1/sessions", None),
    *(RouteLine("GET", f"/v1/{permission.name.lower()}", permission, "gamification") for permission in Permission),
    RouteLine("GET", "/health/live", None),
]


def test_every_route_is_a_row_and_every_role_a_column() -> None:
    rows = matrix(ROUTES)
    assert [(row.path, row.method) for row in rows] == sorted((route.path, route.method) for route in ROUTES)
    assert all(set(row.allowed) == set(Role) for row in rows)
    assert {(row.method, row.path, row.permission, row.purpose) for row in rows} == {
        (route.method, route.path, route.permission, route.purpose) for route in ROUTES
    }


def test_a_cell_is_what_is_decided() -> None:
    for row in matrix(ROUTES):
        for role, allowed in row.allowed.items():
            expected = row.permission is None or decide(caller(role, ALL_MARKETS), row.permission).allowed
            assert allowed == expected


def test_a_public_route_is_open_to_all_and_others_are_not() -> None:
    rows = {row.path: row for row in matrix(ROUTES)}
    assert all(rows["/v1/sessions"].allowed.values())
    assert rows["/v1/audit_read"].allowed[Role.COMPLIANCE_OFFICER]
    assert not rows["/v1/audit_read"].allowed[Role.HCP]
