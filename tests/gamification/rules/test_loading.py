"""Reading a rule set: everything that is wrong is named, with its line, its field and what to do about it."""

import json
import re
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from content.vocabulary import ContentKind
from engagement.vocabulary import Verb
from gamification.errors import RuleSetError
from gamification.rules import RuleSet, json_schema, load
from gamification.rules.source import MOST_CHARACTERS
from gamification.rules.words import Period
from tests.gamification.rules.strategies import unhurried

SAMPLES = Path(__file__).parents[3] / "samples" / "rules"

GOOD = dedent(
    """\
    key: example
    name: Example
    past: new_only
    levels: [{level: 1, name: Newcomer, at: 0}, {level: 2, name: Reader, at: 10}]
    points:
      - key: read
        name: Read
        when: {verbs: [viewed], kinds: [webinar], tags: {none: [quiz]}, score: {at_least: 0.5}}
        points: 2
        recurs: week
        caps: [{per: day, limit: 3}]
    streaks:
      - {key: daily, name: Daily, when: {verbs: [viewed]}, every: day}
    badges:
      - {key: star, name: Star, description: Many., threshold: {awards_of: read, at_least: 5}}
      - {key: week, name: Week, description: Seven days., streak: {key: daily, length: 7}}
    """
)


def problems(text: str) -> list[str]:
    with pytest.raises(RuleSetError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> list[str]:
    """The problems of the good rule set after one change."""
    assert GOOD.count(old) == 1
    return problems(GOOD.replace(old, new))


def test_late_and_early_at_once_is_refused_and_early_alone_is_not() -> None:
    late = changed("score: {at_least: 0.5}", "on_time: false, days_early: 2")
    assert [("days_early" in each, "contradicts" in each) for each in late] == [(True, True)]
    assert load(GOOD.replace("score: {at_least: 0.5}", "on_time: true, days_early: 2")).points[0].when.days_early == 2


def test_a_good_rule_set_loads() -> None:
    loaded = load(GOOD)
    assert isinstance(loaded, RuleSet)
    assert loaded.points[0].recurs is Period.WEEK
    assert loaded.points[0].when.kinds == (ContentKind.WEBINAR,)
    assert loaded.streaks[0].when.verbs == (Verb.VIEWED,)


def test_the_demonstration_loads_and_fits_the_schema() -> None:
    text = (SAMPLES / "demonstration.yaml").read_text()
    assert load(text).key == "demonstration"
    jsonschema.validate(yaml.safe_load(text), json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_published_schema_is_the_grammar() -> None:
    assert json.loads((SAMPLES / "schema.json").read_text()) == json_schema()


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "fault"),
    [
        ("limit: 3", "limit: 0", 11, "points[0].caps[0].limit", "must be at least 1"),
        ("limit: 3", "limit: 1000001", 11, "points[0].caps[0].limit", "must be at most 1000000"),
        ("limit: 3", "limit: " + "9" * 5000, 11, "points[0].caps[0].limit", "plain whole number"),
        ("limit: 3", "limit: 0x1F", 11, "points[0].caps[0].limit", "plain whole number"),
        ("limit: 3", "limit: 1:30", 11, "points[0].caps[0].limit", "plain whole number"),
        ("limit: 3", "limit: 3.0", 11, "points[0].caps[0].limit", "must be a whole number"),
        ("limit: 3", "limit: true", 11, "points[0].caps[0].limit", "must be a whole number"),
        ("limit: 3", "limit: '3'", 11, "points[0].caps[0].limit", "must be a whole number"),
        ("limit: 3", "limit: yes", 11, "points[0].caps[0].limit", "isn't true or false"),
        ("limit: 3", "limit: ", 11, "points[0].caps[0].limit", "has no value"),
        ("limit: 3}", "limit: 3}, {per: day, limit: 2}", 11, "points[0].caps[1].per", "has a cap already"),
        ("points: 2", "points: 2\n    prize: 1", 10, "points[0].prize", "isn't a field here"),
        ("    points: 2\n", "", 6, "points[0].points", "is missing"),
        ("points: 2", "points: 2\n    points: 3", 10, "points[0].points", "is given twice (first on line 9)"),
        ("kinds: [webinar]", "kinds: [pill]", 8, "points[0].when.kinds[0]", "isn't one of the words"),
        ("kinds: [webinar]", "kinds: webinar", 8, "points[0].when.kinds", "must be a list"),
        ("kinds: [webinar]", "kinds: []", 8, "points[0].when.kinds", "is empty"),
        ("kinds: [webinar]", "kinds: [webinar, webinar]", 8, "points[0].when.kinds[1]", "is named twice"),
        ("tags: {none: [quiz]}", "tags: {}", 8, "points[0].when.tags", "names no tag"),
        ("tags: {none: [quiz]}", "tags: {all: [a], none: [a]}", 8, "points[0].when.tags.all[0]", "wanted and excluded"),
        ("tags: {none: [quiz]}", "tags: {none: [2013-10-04]}", 8, "points[0].when.tags.none[0]", "is a date"),
        ("tags: {none: [quiz]}", 'tags: {none: ["a\\0b"]}', 8, "points[0].when.tags.none[0]", "control character"),
        ("at_least: 0.5", "at_least: 1.5", 8, "points[0].when.score.at_least", "is out of range"),
        ("at_least: 0.5", "at_least: .nan", 8, "points[0].when.score.at_least", "isn't a plain number"),
        ("at_least: 0.5", "at_least: 0.5, below: 0.5", 8, "points[0].when.score.below", "must be above 0.5"),
        ("score: {at_least: 0.5}", "score: {}", 8, "points[0].when.score", "has no limit"),
        ("score: {at_least: 0.5}", "success: 1", 8, "points[0].when.success", "must be true or false"),
        ("past: new_only", "past: backfill", 3, "past", "isn't one of the words"),
        ("name: Newcomer, at: 0", "name: Newcomer, at: 1", 4, "levels[0].at", "must be 0"),
        ("name: Reader, at: 10", "name: Reader, at: 0", 4, "levels[1].at", "must be above 0"),
        ("level: 2", "level: 1", 4, "levels[1].level", "must be above 1"),
        ("key: daily, name", "key: read, name", 13, "streaks[0].key", "is the key of points[0] already"),
        ("key: star", "key: Star", 15, "badges[0].key", "isn't a key"),
        ("awards_of: read", "awards_of: daily", 15, "badges[0].threshold.awards_of", "daily isn't a points rule"),
        (", at_least: 5}", "}", 15, "badges[0].threshold.at_least", "is missing"),
        ("awards_of: read, ", "", 15, "badges[0].threshold", "has 0 of points, awards_of and activities"),
        ("awards_of: read,", "points: 7,", 15, "badges[0].threshold.at_least", "doesn't belong to points"),
        ("threshold: {awards_of: read, at_least: 5}", "threshold: 5", 15, "badges[0].threshold", "must have fields"),
        ("key: daily, length", "key: read, length", 16, "badges[1].streak.key", "read isn't a streak"),
        (", streak: {key: daily, length: 7}", "", 16, "badges[1]", "has 0 of when, threshold, streak and needs"),
    ],
)
def test_a_fault_is_named_with_its_line_and_field(old: str, new: str, line: int, field: str, fault: str) -> None:
    found = changed(old, new)
    assert [each for each in found if each.startswith(f"line {line}, {field}: ") and fault in each], found
    assert all("; " in each for each in found), "each problem says what to do"


def test_every_problem_is_named_at_once() -> None:
    text = (
        GOOD.replace("limit: 3", "limit: 0").replace("per: day", "per: hour").replace("[viewed], kinds", "[ate], kinds")
    )
    assert [problem.split(":")[0] for problem in problems(text.replace("at: 10", "at: 0"))] == [
        "line 4, levels[1].at",
        "line 8, points[0].when.verbs[0]",
        "line 11, points[0].caps[0].limit",
        "line 11, points[0].caps[0].per",
    ]


def test_a_cap_may_count_over_more_than_the_rule_recurs_by() -> None:
    assert load(GOOD.replace("per: day", "per: month")).points[0].caps[0].per is Period.MONTH


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("- 1", "must have fields"),
        ("key: [", "isn't YAML"),
        ("key: a\n---\nkey: b", "another document"),
        ("key: a\nname: \x00", "line 2, the text: holds a character that YAML doesn't allow"),
        ("key: a\nname: \ud800", "line 2, the text: holds half of a character"),
        ('key: "\\U99999999"', "invalid Unicode character escape code"),
        ("%YAML " + "9" * 5000 + ".1\n---\nkey: a", "extremely long version number"),
        ("a: &a [1]\nb: *a", "an anchor or an alias"),
        ("[" * 2000, "nested more than 20 deep"),
        ("a" * (MOST_CHARACTERS + 1), f"has more than {MOST_CHARACTERS} characters"),
        ("!!python/object/apply:os.getcwd []", "has the tag"),
        ("key: !!binary aGk=", "has the tag"),
        ("? [a]\n: b", "a field name that isn't text"),
        ("<<: {key: a}", "a field name that isn't text"),
        ('name: "\\uD800"', "invalid Unicode character escape code"),
        ("key: a\nname: é\n? [b, {c: d}]\n: e\nname: f", "line 5, name: is given twice (first on line 2)"),
    ],
)
def test_text_that_is_no_rule_set_is_refused_with_a_reason(text: str, fault: str) -> None:
    assert any(fault in problem for problem in problems(text))


@unhurried
@given(st.text(max_size=200) | st.text("[]{}:,- \n\"'&*!?|>%@#01ae.<", max_size=200))
def test_no_text_at_all_is_more_than_a_refusal(text: str) -> None:
    assert problems(text)


def test_the_error_holds_the_field_and_every_problem_for_the_answer() -> None:
    with pytest.raises(RuleSetError) as caught:
        load(GOOD.replace("limit: 3", "limit: 0"))
    assert caught.value.facts["field"] == "points[0].caps[0].limit"
    assert caught.value.facts["problems"] == [str(caught.value.problems[0])]
    assert caught.value.detail.startswith("line 11, points[0].caps[0].limit: must be at least 1; ")


def test_a_text_with_thousands_of_faults_names_the_first_hundred_and_how_many_more_there_are() -> None:
    """Naming each of them would answer 100 KB with megabytes."""
    with pytest.raises(RuleSetError) as caught:
        load("points: [" + ",".join("~" for _ in range(30_000)) + "]")
    assert len(caught.value.problems) == 101
    assert re.search(
        r"^line 1, the text: has 29\d\d\d more problems; correct those above", str(caught.value.problems[-1])
    )
    assert len(str(caught.value)) < 20_000
    with pytest.raises(RuleSetError) as few:
        load("points: [~, ~]")
    assert "more problems" not in str(few.value)


def test_a_fault_in_a_name_that_a_terminal_would_obey_is_spelled_out() -> None:
    with pytest.raises(RuleSetError) as caught:
        load('{"na\\u001b[2Jme": 1, "\\u202eyek": 2, "plain": 3}')
    told = str(caught.value)
    assert told.replace("\n", "").isprintable()
    assert "'na\\x1b[2Jme'" in told
    assert "'\\u202eyek'" in told
    assert "line 1, plain: isn't a field here" in told
    with pytest.raises(RuleSetError) as tagged:
        load("key: !<%1B%5B2J> 1")
    assert str(tagged.value).replace("\n", "").isprintable()
