"""`laurel demo`, as the README promises it: once in an empty folder, and once more."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.disclosure import alone
from tests.oracle.oracle import Result, compute
from tests.system.guests import Guest, activity, board
from tests.system.house import House, built, until
from tests.system.loading import SAMPLE
from tests.system.results import assert_agrees_with_the_oracle, prints

ROLES = {"hcp", "marketer", "compliance_officer", "medical_reviewer", "administrator", "data_protection_officer"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with built() as made:
        yield made


@pytest.fixture(scope="module")
def first(house: House) -> Any:
    """What the first run reported."""
    return house.report("demo", "--stop-when-loaded")


@pytest.fixture(scope="module")
def expected() -> dict[int, Result]:
    return compute(SAMPLE, "AAA", "2013J")


def test_every_learner_of_the_sample_has_what_the_oracle_says(
    house: House, first: Any, expected: dict[int, Result]
) -> None:
    assert_agrees_with_the_oracle(house, SAMPLE, "AAA", "2013J")
    assert first["earned"]["points"] == sum(result["points"] for result in expected.values()) > 0
    holders = Counter(badge for result in expected.values() for badge in result["badges"])
    assert first["earned"]["badges"] == {badge: alone(count) for badge, count in holders.items()}
    assert first["earned"].keys() == {"people", "points", "badges"}, "nothing that is one single person's number"


def test_every_row_is_recorded_and_the_log_is_verified(house: House, first: Any) -> None:
    activities = house.value("select count(*) from engagement.activity")
    assert first["import"]["activities"] == {"recorded": activities, "repeated": 0, "refused": {}}
    assert first["audit"]["ok"] is True
    assert first["audit"]["entries"] > 0
    assert first["audit"]["pending"] < 20, "what was done before has its index; the worker goes on meanwhile"


def test_the_accounts_are_in_a_file_that_only_its_owner_reads(house: House, first: Any) -> None:
    assert first["import"]["learners"] == 40
    file = house.home / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert {account["role"] for account in json.loads(file.read_text())["accounts"]} == ROLES


def test_a_second_run_reports_every_row_as_repeated_and_changes_nothing(house: House, first: Any) -> None:
    before, accounts = prints(house), (house.home / "demo.json").read_text()
    again = house.report("demo", "--stop-when-loaded")
    recorded = first["import"]["activities"]["recorded"]
    assert again["import"]["activities"] == {"recorded": 0, "repeated": recorded, "refused": {}}
    assert prints(house) == before
    assert again["earned"] == first["earned"]
    assert again["audit"]["ok"] is True
    assert again["audit"]["entries"] > first["audit"]["entries"], "the repeats themselves are on record"
    assert (house.home / "demo.json").read_text() == accounts


def test_each_account_signs_in_and_the_hcp_sees_what_the_oracle_says(
    house: House, first: Any, expected: dict[int, Result]
) -> None:
    accounts = json.loads((house.home / "demo.json").read_text())["accounts"]
    assert len(accounts) == len(ROLES)
    with house.serve():
        for account in accounts:
            with Guest(house, login(account)) as guest:
                assert guest.get("/v1/me")["role"] == account["role"]
                if account["role"] != "hcp":
                    continue
                own = expected[min(expected)]
                assert guest.get("/v1/me/points")["points"] == own["points"]
                assert sorted(badge["key"] for badge in guest.get("/v1/me/badges")["items"]) == own["badges"]
                streaks = {streak["key"]: streak["longest"] for streak in guest.get("/v1/me/streaks")["items"]}
                assert streaks == {"daily-learning": own["longest_daily"], "weekly-learning": own["longest_weekly"]}
    assert first["audit"]["ok"]


def test_the_board_shows_the_points_of_everybody_and_follows_what_is_recorded(
    house: House, first: Any, expected: dict[int, Result]
) -> None:
    accounts = json.loads((house.home / "demo.json").read_text())["accounts"]
    hcp = next(account for account in accounts if account["role"] == "hcp")
    points = sorted((result["points"] for result in expected.values()), reverse=True)
    assert first["import"]["learners"] == len(points)
    with house.serve(), Guest(house, login(hcp)) as guest:
        assert [line["points"] for line in board(guest)] == points
        before = own_points(guest)
        content = guest.get("/v1/content?tag=activity:resource")["items"][0]["id"]
        (result,) = guest.post("/v1/me/activities", activity(content))["results"]
        gained = sum(line["points"] for line in result["effects"]["points"])
        assert gained > 0
        until(lambda: own_points(guest) == before + gained, 10, "the board stands still")


def own_points(guest: Guest) -> int:
    """What the board says about the one who reads it."""
    return int(next(line for line in board(guest) if line["me"])["points"])


def login(account: dict[str, str]) -> dict[str, str]:
    return {"email": account["email"], "password": account["password"]}
