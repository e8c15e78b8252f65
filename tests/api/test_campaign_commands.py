"""What `laurel rules` and `laurel campaign` print."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from api.cli import laurel
from api.cli.previewing import READER
from gamification.vocabulary import CampaignState
from kernel.clock import SystemClock
from kernel.disclosure import MOST_TOLD
from kernel.settings import Settings
from kernel.telling import Telling
from tests.api.campaigning import RULES, campaign_in
from tests.api.house import House

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "rules"


def said(*words: str | Path) -> Result:
    return CliRunner().invoke(laurel, [str(word) for word in words], prog_name="laurel")


def test_a_file_of_rules_that_can_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "spring.yaml"
    file.write_text(RULES.format(key="spring"))
    for each in (file, SAMPLES / "demonstration.yaml"):
        result = said("rules", "check", each)
        assert (result.exit_code, "can be used" in result.stdout) == (0, True), result.output


def test_a_file_of_rules_with_faults_is_told_line_by_line_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "spring.yaml"
    file.write_text(RULES.format(key="spring").replace("points: 50", "points: 0").replace("[attended]", "[bought]"))
    result = said("rules", "check", file)
    assert result.exit_code == 1
    assert re.findall(r"line (\d+), ([^:]+):", result.stdout) == [
        ("4", "points[0].when.verbs[0]"),
        ("5", "points[0].points"),
    ]
    as_json = said("rules", "check", file, "--json")
    assert as_json.exit_code == 1
    told = json.loads(as_json.stdout)
    assert (told["valid"], [each["line"] for each in told["problems"]]) == (False, [4, 5])
    assert all(each["remedy"] for each in told["problems"])


def test_rules_of_a_campaign_are_checked_beside_the_programme_they_refer_to(tmp_path: Path) -> None:
    file = tmp_path / "spring.yaml"
    wants = "    needs: [[{is: badge, key: first-webinar}]]\n"
    file.write_text(RULES.format(key="spring") + wants)
    assert said("rules", "check", file).exit_code == 1
    assert said("rules", "check", file, "--beside", SAMPLES / "demonstration.yaml").exit_code == 0


def test_a_file_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "spring.yaml"
    file.write_bytes(b"points: \xff")
    result = said("rules", "check", file)
    assert (result.exit_code, "UTF-8" in result.stderr) == (1, True)


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """What a command needs to find the servers of the house; it makes keys of its own, which read no campaign."""
    urls = {"LAUREL_DATABASE_URL": settings.database_url or "", "LAUREL_REDIS_URL": settings.redis_url or ""}
    return os.environ | urls | {"LAUREL_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "COLUMNS": "250"}


async def ran(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as an operator does: in a process of its own, beside the running application."""
    command = [sys.executable, "-m", "api.cli", *words]
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
async def test_an_operator_sees_only_so_many_different_previews_a_day_and_the_same_one_again(
    house: House, environment: dict[str, str]
) -> None:
    one, other = [str((await campaign_in(house, CampaignState.DRAFT)).id) for _ in range(2)]
    await house.runtime.cache.client.delete(f"told:{READER}:{SystemClock().now():%Y-%m-%d}")  # of an earlier run
    preview = ("campaign", "preview", "--workers", "1", "--alone", "--json")
    first = await ran(environment, *preview, one)
    assert first.returncode == 0, first.stderr
    telling = Telling(house.runtime.cache, SystemClock())  # the command knows no other clock
    for number in range(MOST_TOLD - 1):
        await telling.spend(READER, f"question {number}")
    refused = await ran(environment, *preview, other)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert f"told {MOST_TOLD} different numbers" in refused.stderr
    assert (await ran(environment, *preview, one)).returncode == 0


@pytest.mark.slow
async def test_an_operator_lists_campaigns_and_sees_how_one_came_where_it_is(
    house: House, environment: dict[str, str]
) -> None:
    draft, frozen = await campaign_in(house, CampaignState.DRAFT), await campaign_in(house, CampaignState.FROZEN)
    narrow = await ran(environment | {"COLUMNS": "80"}, "campaign", "list")
    assert str(draft.id) in narrow.stdout, "the id is what the next command needs"
    listed = await ran(environment, "campaign", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    states = {each["key"]: each["state"] for each in json.loads(listed.stdout)}
    assert (states[draft.key], states[frozen.key]) == ("draft", "frozen")
    table = await ran(environment, "campaign", "list", "--state", "frozen")
    assert frozen.key in table.stdout
    assert draft.key not in table.stdout
    shown = await ran(environment, "campaign", "show", str(frozen.id))
    assert shown.returncode == 0, shown.stderr
    assert f"key: {frozen.key}" in shown.stdout
    for step in ("create", "submit", "approve", "schedule", "start", "freeze"):
        assert re.search(rf"\b{step}\b", shown.stdout), step
    as_json = json.loads((await ran(environment, "campaign", "show", str(frozen.id), "--json")).stdout)
    assert (as_json["campaign"]["frozen_from"], len(as_json["transitions"])) == ("running", 6)
    nobody = await ran(environment, "campaign", "show", str(UUID(int=1)))
    assert nobody.returncode != 0
    assert "There is no such campaign." in nobody.stderr
    assert "Traceback" not in nobody.stderr
