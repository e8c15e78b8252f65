"""What no rule may ever depend on."""

import ast
from pathlib import Path

import msgspec
import pytest

import gamification.rules
from engagement.values import Activity
from gamification.errors import RuleSetError
from gamification.rules import RuleSet, json_schema, load
from gamification.rules.forbidden import forbidden_word
from tests.gamification.rules.test_loading import GOOD

RULES = Path(str(gamification.rules.__file__)).parent
READ_BY_NOBODY = [
    "prescribing", "Prescription", "rx_volume", "rx-new", "rx", "sales", "salesRep", "SALES", "sample_drop",
    "sample-drop", "sampleDrop", "formulary", "patient_start", "patient:start", "referral", "topic:referrals",
    "last sales call", "\uff53\uff41\uff4c\uff45\uff53", "sa\u00adles", "monthlySales",
]  # fmt: skip
READ_BY_ANYBODY = ["quiz", "activity:resource", "sampler", "wholesale", "proximal", "mesh:D000077", "examples", "forum"]


def with_tag(tag: str) -> str:
    return GOOD.replace("none: [quiz]", f"none: ['{tag}']")


@pytest.mark.parametrize("word", READ_BY_NOBODY)
def test_no_rule_reads_prescribing_sales_samples_or_formulary_data(word: str) -> None:
    with pytest.raises(RuleSetError, match=r"line 8, points\[0\]\.when\.tags\.none\[0\]: holds the word"):
        load(with_tag(word))


@pytest.mark.parametrize("word", READ_BY_ANYBODY)
def test_an_ordinary_tag_may_be_read(word: str) -> None:
    assert load(with_tag(word)).points[0].when.tags is not None


@pytest.mark.parametrize("old", ["key: example", "key: read\n", "key: daily,", "key: star", "key: week"])
def test_no_key_speaks_of_what_no_rule_may_read(old: str) -> None:
    assert load(GOOD).key == "example"
    with pytest.raises(RuleSetError, match="holds the word sales"):
        load(GOOD.replace(old, old.replace(old[5:].strip(",\n"), "more-sales")))


@pytest.mark.parametrize("word", ["consent", "consent:engagement", "consented", "has_consent", "withdrawnConsent"])
def test_no_rule_depends_on_consent(word: str) -> None:
    with pytest.raises(RuleSetError, match="holds the word consent"):
        load(with_tag(word))


def test_nothing_that_a_rule_can_see_or_say_holds_consent_or_prescribing() -> None:
    seen = {field.name for field in msgspec.structs.fields(Activity)}
    said = {name for part in json_schema()["$defs"].values() for name in part.get("properties", {})}
    assert {"verb", "tags"} <= seen
    assert {"verbs", "tags"} <= said
    assert [name for name in seen | said if forbidden_word(name)] == []
    assert RuleSet.__struct_fields__[0] == "key"


def test_the_pure_core_imports_nothing_of_consent() -> None:
    modules = [ast.parse(path.read_text()) for path in RULES.rglob("*.py")]
    imports = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    roots = {(node.module or "").split(".")[0] for node in imports}
    assert {"engagement", "content"} <= roots
    assert not {"consent", "access", "people", "audit"} & roots
