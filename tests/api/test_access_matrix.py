"""The whole matrix: every cell decided as requests are, and questions to it answered by looking."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from access import MACHINES, Permission, Reach, Role, reach
from access.policy import EVERYWHERE, OWN
from access.vocabulary import WHOLE
from api.cli import laurel
from api.cli.documents import offline_app
from api.matrix import Factor, allowed, cells, digest, who_can
from api.routes import route_lines
from consent.vocabulary import Purpose, State
from tests.api import expectations
from tests.api.cases import CASES
from tests.api.test_every_route import policies

ROUTES = route_lines(offline_app())
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "access-matrix.md"
WITHOUT_A_MARKET = {
    expectations.OWN: Reach.OWN,
    expectations.COMMON: Reach.EVERYWHERE,
    expectations.OVERSEEN: Reach.EVERYWHERE,
}


def asked(*words: str) -> set[tuple[str, str]]:
    result = CliRunner().invoke(laurel, ["access", "matrix", *words, "--json"])
    assert result.exit_code == 0, result.output
    return {(each["role"], each["route"]) for each in json.loads(result.output)}


def test_more_than_a_hundred_thousand_cells_are_those_of_the_page_that_is_reviewed() -> None:
    count, hashed = digest(ROUTES)
    assert count > 100_000
    assert f"{count:,} cells, SHA-256 `{hashed}`" in PAGE.read_text(), "run `make docs`, and read what changed"


def test_how_far_a_permission_reaches_is_what_every_route_was_tested_for() -> None:
    for route, case in CASES.items():
        permission = policies()[route].permission
        assert permission is not None
        if permission is Permission.SESSION_END:
            continue  # another's session is not found because it is another's
        assert reach(permission) is WITHOUT_A_MARKET.get(str(case.elsewhere), Reach.MARKET), route
    assert not OWN & EVERYWHERE


def test_without_consent_nobody_uses_what_rests_on_it_and_with_it_some_do() -> None:
    resting = [route for route in ROUTES if route.permission and CASES[said(route)].consent]
    for route in resting:
        for state in State:
            roles = {cell.role for cell in who_can([route], {"state": state, "purpose": Purpose(str(route.purpose))})}
            assert (Role.HCP in roles) == (state is State.GRANTED), (route, state)
    assert len(resting) > 10


def test_outside_the_own_markets_nothing_of_a_market_is_open() -> None:
    for cell in cells(ROUTES):
        if allowed(cell):
            assert cell.route.permission is not None
            assert cell.market or reach(cell.route.permission) is not Reach.MARKET


def test_outside_the_own_brands_nothing_of_a_brand_is_open_to_whom_brands_bound() -> None:
    bounded = [cell for cell in cells(ROUTES) if not cell.brand]
    assert {cell.role for cell in bounded} == set(Role) - WHOLE - {Role.HCP}
    assert not any(map(allowed, bounded))
    within = {(cell.role, cell.route.path) for cell in cells(ROUTES) if cell.brand and allowed(cell)}
    assert (Role.MARKETER, "/v1/campaigns") in within


def test_staff_without_a_second_factor_can_get_one_and_nothing_else() -> None:
    staff = set(Role) - {Role.HCP, *MACHINES}
    open_ = {(cell.role, cell.route.path) for cell in who_can(ROUTES, {"factor": Factor.MISSING})}
    assert {role for role, path in open_ if path == "/v1/me/authenticator"} >= staff
    assert not [path for role, path in open_ if role in staff and not re.match(r"/v1/(me|sessions)", path)]


def test_questions_are_answered() -> None:
    points = "GET /v1/me/points"
    assert asked("--who-can", points) == {("hcp", points)}
    assert asked("--who-can", points, "--consent", "withdrawn") == set()
    elsewhere = asked("--seeing", "email", "--market", "other")
    assert {route for _, route in elsewhere} == {"GET /v1/me", "GET /v1/me/profile", "PATCH /v1/me/profile"}
    rewards = "GET /v1/rewards/catalogue"
    everybody = {"compliance_officer", "marketer", "medical_reviewer"}
    assert asked("--who-can", rewards, "--brand", "own") == {(role, rewards) for role in everybody}
    assert asked("--who-can", rewards, "--brand", "other") == set()
    codes = "POST /v1/me/recovery-codes"
    assert asked("--who-can", codes, "--factor", "old") == set()
    assert ("marketer", codes) in asked("--who-can", codes, "--factor", "fresh")


def test_a_route_that_there_is_not_is_said_to_be_none() -> None:
    result = CliRunner().invoke(laurel, ["access", "matrix", "--who-can", "GET /nowhere"])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "There is no route GET /nowhere" in result.stderr


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_reaches_somewhere(permission: Permission) -> None:
    assert reach(permission) in Reach


def said(route: object) -> str:
    return f"{route.method} {route.path}"  # type: ignore[attr-defined]
