"""Every file of the library is good, is told about, and reads nothing that no rule may read."""

import json
import re

import jsonschema
import pytest
import yaml

from gamification.rules import json_schema
from gamification.rules.forbidden import forbidden_word
from gamification.rules.grammar import Parts
from tests.gamification.library import (
    test_badges,
    test_limits_and_campaigns,
    test_listening_and_learning,
    test_streaks_and_quests,
    test_webinars,
)
from tests.gamification.library.story import LIBRARY, STANDING, rules_of

TELLERS = (
    test_badges,
    test_limits_and_campaigns,
    test_listening_and_learning,
    test_streaks_and_quests,
    test_webinars,
)
STORIES = [story for teller in TELLERS for story in teller.STORIES]
FILES = sorted(path.stem for path in LIBRARY.iterdir())
RETIRED = {"retired-badge"}
"""What nobody can earn any more has no story that ends well."""


def text_of(file: str) -> str:
    return (LIBRARY / f"{file}.yaml").read_text()


def test_the_published_schema_of_campaign_rules_is_the_grammar() -> None:
    assert json.loads((LIBRARY.parent / "campaign-schema.json").read_text()) == json_schema(Parts)
    jsonschema.Draft202012Validator.check_schema(json_schema(Parts))


def test_the_library_holds_at_least_25_examples() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("file", FILES)
def test_a_file_loads_fits_its_schema_and_says_what_it_is_for(file: str) -> None:
    text = text_of(file)
    schema = "schema.json" if file == STANDING else "campaign-schema.json"
    assert text.startswith(f"# yaml-language-server: $schema=../{schema}\n#\n# For: ")
    assert ["\n# Pays: " in text, "\n# The HCP sees: " in text] == [True, True]
    jsonschema.validate(yaml.safe_load(text), json.loads((LIBRARY.parent / schema).read_text()))
    rules = rules_of(file)
    assert rules.points or rules.badges or rules.quests or rules.community_quests


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_a_story_that_pays_and_one_that_does_not(file: str) -> None:
    ends = [bool(story.pays or story.badges) for story in STORIES if story.file == file]
    assert set(ends) == ({False} if file in RETIRED else {False, True})


def test_the_page_for_marketers_names_every_field_of_the_grammar_but_what_running_campaigns_write() -> None:
    page = (LIBRARY.parents[2] / "docs" / "rules.md").read_text()
    fields = {name for part in json_schema(Parts)["$defs"].values() for name in part.get("properties", {})}
    assert {name for name in fields if re.search(rf"\b{name}\b", page) is None} == set()
    assert "expires_after_days" in fields


def test_every_story_is_about_a_file() -> None:
    assert {story.file for story in STORIES} == set(FILES)


def test_no_file_holds_a_forbidden_word() -> None:
    assert {file: word for file in FILES if (word := forbidden_word(text_of(file))) is not None} == {}
    assert forbidden_word(text_of("first-webinar") + "# for each sales call") == "sales"
