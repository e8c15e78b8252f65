"""What a marketer and a compliance officer see of the policy packs, by route and on the command line."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from access import Role
from api.cli import laurel
from api.runtime import policy_packs
from gamification.policy_packs import SHIPPED
from gamification.rules.policy import RULES
from kernel.settings import SettingsError
from tests.api.house import House, problem


async def test_the_packs_of_a_day_are_shown_with_every_number_and_its_standing(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    page = await marketer.read("/v1/policies", on="2026-06-30")
    assert [view["country"] for view in page["items"]] == ["DE", "ES", "FR", "GB", "IT", "US"]
    assert [line["rule"] for line in page["rules"]] == list(RULES)
    american = page["items"][-1]
    lines = {line["field"]: line for line in american["numbers"]}
    assert (lines["disclosure.each"]["shown"], lines["disclosure.each"]["confirmed"]) == ("USD 13.82", True)
    assert lines["items[0].year_count"]["shown"] == "4 items (unconfirmed)"
    assert "items[0].year_count" in american["unconfirmed"]
    assert all(line["source"] for line in lines.values())
    assert [why["code"] for why in american["no_value_because"]] == ["pack-not-signed-off"]


async def test_a_pack_that_does_not_hold_any_more_is_not_shown(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    page = await officer.read("/v1/policies", on="2027-01-01")
    assert "US" not in {view["country"] for view in page["items"]}
    assert "GB" in {view["country"] for view in page["items"]}
    assert (await officer.read("/v1/policies/US", on="2027-01-01"))["stamp"] == "recognition-only/1"
    assert (await officer.read("/v1/policies/US", on="2026-12-31"))["stamp"] == "us-2026/1"


async def test_a_country_without_a_pack_has_recognition_alone(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    view = await officer.read("/v1/policies/JP")
    assert (view["country"], view["stamp"]) == ("JP", "recognition-only/1")
    assert [(why["code"], why["rule"]) for why in view["no_value_because"]] == [("value-bearing-off", "C12")]


@pytest.mark.parametrize(
    "asked", [("/v1/policies/gb", "2026-05-01"), ("/v1/policies/GBR", "2026-05-01"), ("/v1/policies", "May")]
)
async def test_what_is_no_country_or_day_is_refused(house: House, asked: tuple[str, str]) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    path, day = asked
    problem(await officer.get(path, on=day), 400, "invalid-request")
    assert (await officer.get("/v1/policies/GB", on="2026-05-01")).status_code == 200


def said(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(laurel, words, prog_name="laurel")
    assert result.exit_code == status, result.output
    return result.output


def test_the_command_line_shows_a_pack_in_words_and_as_json() -> None:
    words = said("policy", "show", "gb", "--on", "2026-06-30")
    assert "gb-2026/1 on 2026-06-30" in words
    assert "Not legal advice" in words
    assert "10 people (unconfirmed)" in words
    view = json.loads(said("policy", "show", "US", "--on", "2027-01-01", "--json"))
    assert view["stamp"] == "recognition-only/1"
    assert "June" in said("policy", "show", "GB", "--on", "June", status=2)
    assert "two letters of ISO 3166" in said("policy", "show", "GBR", status=2)


def test_the_command_line_reads_the_folder_of_the_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gb.yaml").write_text((SHIPPED / "gb.yaml").read_text().replace("version: 1", "version: 7", 1))
    monkeypatch.setenv("LAUREL_POLICY_PACKS", str(tmp_path))
    assert "gb-2026/7" in said("policy", "check")
    assert json.loads(said("policy", "show", "GB", "--on", "2026-06-30", "--json"))["stamp"] == "gb-2026/7"
    assert json.loads(said("policy", "show", "US", "--on", "2026-06-30", "--json"))["stamp"] == "recognition-only/1"


async def test_the_server_takes_the_packs_of_the_operator_and_names_what_is_wrong_with_them(
    house: House, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(house.runtime.settings, policy_packs=tmp_path)
    (tmp_path / "gb.yaml").write_bytes((SHIPPED / "gb.yaml").read_bytes())
    packs = policy_packs(settings)
    assert packs is not None
    assert [pack.stamp for pack in packs.packs] == ["gb-2026/1"]
    (tmp_path / "us.yaml").write_text("country: US")
    with pytest.raises(SettingsError, match=r"LAUREL_POLICY_PACKS: us\.yaml: line 1, code: is missing"):
        policy_packs(settings)


def test_the_command_line_checks_a_folder_and_names_what_is_wrong(tmp_path: Path) -> None:
    assert said("policy", "check").count("not signed off") == 6
    (tmp_path / "gb.yaml").write_text("country: gb")
    faults = said("policy", "check", str(tmp_path), status=1)
    assert "gb.yaml: line 1, code: is missing" in faults
