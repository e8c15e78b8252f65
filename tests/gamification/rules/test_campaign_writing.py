"""What a campaign may say: terms, rules of one lane, reasons, and keys that are nobody else's."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

import people
from content.vocabulary import ContentClass
from gamification.errors import CampaignTermsError, RuleSetError
from gamification.rules import load
from gamification.rules.barring import backfilled
from gamification.rules.campaigns import (
    Terms,
    changed_meanings,
    check_key,
    check_reason,
    check_terms,
    load_campaign,
    problems_at,
    text_problems,
)
from gamification.rules.composing import base_of, broken, clashes, compose, narrowed, part_of
from gamification.rules.grammar import Bar, CampaignPart, Earlier, RuleSet
from gamification.rules.law import Law
from gamification.rules.policy import Packs

LAW = Law(Packs(), date(2026, 3, 2))
BASE = """key: base
name: Base
past: new_only
levels: [{level: 1, name: One, at: 0}]
badges:
  - {key: pioneer, name: Pioneer, description: First., when: {verbs: [attended]}}
"""
RULES = """points:
  - key: spring-webinar
    name: Spring webinar
    when: {verbs: [attended], kinds: [webinar]}
    points: 50
    recurs: week
badges:
  - key: spring-badge
    name: Spring
    description: Three webinars.
    threshold: {awards_of: spring-webinar, at_least: 3}
"""
OPENS = datetime(2026, 4, 1, tzinfo=UTC)


def terms(**changed: Any) -> Terms:
    said: dict[str, Any] = {"name": "Spring", "lane": ContentClass.MEDICAL, "markets": ("GB",)}
    return Terms(**(said | changed))


def part(key: str = "spring", text: str = RULES, revision: int = 1, **changed: Any) -> CampaignPart:
    return part_of(key, revision, terms(**changed), load_campaign(text, None))


def base() -> RuleSet:
    return load(BASE)


def faults(text: str, lane: ContentClass = ContentClass.MEDICAL) -> list[tuple[int, str]]:
    with pytest.raises(RuleSetError) as refused:
        load_campaign(text, base(), lane)
    assert all(each.fault and each.remedy for each in refused.value.problems)
    return [(each.line, each.field) for each in refused.value.problems]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"markets": ()}, "markets"),
        ({"markets": ("Gb",)}, "markets"),
        ({"markets": ("GB", "*")}, "markets"),
        ({"budget": 0}, "budget"),
        ({"budget": 10**13}, "budget"),
        ({"opens_at": OPENS, "closes_at": OPENS}, "closes_at"),
        ({"opens_at": OPENS.replace(tzinfo=None)}, "opens_at"),
        ({"closes_at": datetime(9999, 12, 31, tzinfo=UTC)}, "closes_at"),
        ({"visible_from": OPENS, "visible_until": OPENS - timedelta(days=1)}, "visible_until"),
        ({"visible_from": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "visible_from"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_the_name_of_the_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(CampaignTermsError) as refused:
        check_terms(terms(**changed), people.is_market)
    assert refused.value.facts["field"] == field
    check_terms(terms(budget=1, opens_at=OPENS, closes_at=OPENS + timedelta(1)), people.is_market)


def test_terms_are_kept_in_one_form_whatever_the_order_and_the_offset() -> None:
    elsewhere = OPENS.astimezone(timezone(timedelta(hours=5)))
    kept = check_terms(terms(markets=("GB", "FR", "GB"), opens_at=elsewhere), people.is_market)
    assert kept == terms(markets=("FR", "GB"), opens_at=OPENS)
    assert kept.opens_at is not None
    assert kept.opens_at.tzinfo is UTC
    assert check_terms(terms(markets=("*",)), people.is_market).markets == ("*",)


@pytest.mark.parametrize("key", ["", "Spring", "1st", "a b", "-a", "x" * 65, "é", "sales-drive", "rx-spring"])
def test_a_key_is_plain_and_names_nothing_forbidden(key: str) -> None:
    with pytest.raises(CampaignTermsError):
        check_key(key)
    check_key("spring-2026")


@pytest.mark.parametrize("reason", ["", "  ", "a\0b", "two\nlines", "x" * 501])
def test_a_reason_can_be_read_later(reason: str) -> None:
    with pytest.raises(CampaignTermsError):
        check_reason(reason)
    check_reason("Because it is spring (finally).")


def test_yaml_and_json_say_the_same() -> None:
    read = load_campaign(RULES, base(), ContentClass.MEDICAL)
    assert read.points[0].points == 50
    as_json = msgspec.json.encode(read).decode()
    assert load_campaign(as_json, base(), ContentClass.MEDICAL) == read


def test_every_fault_of_a_text_is_named_with_its_line_and_field() -> None:
    broken_text = RULES.replace("points: 50", "points: 0").replace("[attended]", "[bought]")
    assert faults(broken_text) == [(4, "points[0].when.verbs[0]"), (5, "points[0].points")]
    assert faults(RULES + "levels: []\n") == [(12, "levels")]
    assert faults("streaks: []") == [(1, "the rules")]
    assert faults("- a") == [(1, "the rule set")]


def test_a_campaign_counts_content_of_its_own_lane_alone() -> None:
    mixed = RULES.replace(
        "kinds: [webinar]", "classes: [medical, promotional], tags: {any: [accredited], none: [promotional]}"
    )
    assert faults(mixed) == [(4, "points[0].when.classes[1]"), (4, "points[0].when.tags.any[0]")]
    own = RULES.replace("kinds: [webinar]", "classes: [medical], tags: {none: [promotional]}")
    assert load_campaign(own, base(), ContentClass.MEDICAL).points


def test_a_campaign_refers_to_the_keys_of_the_programme_and_takes_none() -> None:
    wants = RULES.replace("    recurs: week", "    recurs: week\n    needs: [[{is: badge, key: pioneer}]]")
    assert load_campaign(wants, base(), ContentClass.MEDICAL).points
    with pytest.raises(RuleSetError):
        load_campaign(wants, None, ContentClass.MEDICAL)
    assert faults(RULES.replace("key: spring-badge", "key: pioneer")) == [(8, "badges[0].key")]


def test_a_key_of_another_campaign_is_named_with_its_line_and_owner() -> None:
    rules = load_campaign(RULES, base())
    (found,) = problems_at(RULES, clashes(rules, {"spring-badge": "the campaign autumn", "other": "the campaign x"}))
    assert (found.line, found.field) == (8, "badges[0].key")
    assert "the campaign autumn" in found.fault
    assert list(clashes(rules, {})) == []


def test_a_key_never_changes_its_meaning_between_revisions() -> None:
    before = load_campaign(RULES, base())
    text = RULES.replace("recurs: week", "recurs: day").replace("name: Spring\n", "name: Summer\n")
    (found,) = changed_meanings(text, before, load_campaign(text, base()))
    assert (found.line, found.field) == (2, "points[0]")
    dearer = RULES.replace("points: 50", "points: 60")
    assert changed_meanings(dearer, before, load_campaign(dearer, base())) == []


def test_what_a_file_is_told_by_its_levels() -> None:
    assert text_problems(BASE, None) == ()
    assert text_problems(RULES, None) == ()
    assert [each.field for each in text_problems(BASE.replace("at: 0", "at: 5"), None)] == ["levels[0].at"]
    assert [each.field for each in text_problems(RULES.replace("points: 50", "points: x"), None)] == [
        "points[0].points"
    ]
    assert [each.line for each in text_problems("a: [", None)] == [1]


def test_the_same_campaigns_make_the_same_programme_in_any_order() -> None:
    other = part("autumn", RULES.replace("spring", "autumn"))
    programme = compose(base(), [part(), other])
    assert programme == compose(compose(base(), [part()]), [other, part()])
    assert [each.key for each in programme.campaigns] == ["autumn", "spring"]
    assert base_of(programme) == base()
    assert compose(base(), []) == base()


def test_whoever_sees_no_campaign_is_not_told_what_policy_packs_say_of_its_rules() -> None:
    theirs = part("autumn", RULES.replace("spring", "autumn"))
    before = load_campaign(RULES.replace("spring", "winter"), None)
    ours = msgspec.structs.replace(part(revision=2), earlier=(Earlier(1, before),))
    bars = tuple(
        Bar(f"{season}-webinar", ContentClass.PROMOTIONAL, ("value-bearing-off",))
        for season in ("spring", "winter", "autumn")
    )
    programme = msgspec.structs.replace(compose(base(), [ours, theirs]), bars=bars)
    seen = narrowed(programme, [ours])
    assert ([each.key for each in seen.campaigns], seen.bars) == (["spring"], bars[:2])
    assert "autumn" not in msgspec.json.encode(seen).decode()
    assert narrowed(programme, [ours, theirs]) == programme


def test_a_part_holds_to_whom_and_when_its_rules_apply() -> None:
    made = part(markets=("FR", "GB"), opens_at=OPENS)
    assert (made.markets, made.opens, made.closes, made.lane) == (("FR", "GB"), OPENS, None, ContentClass.MEDICAL)
    assert part(markets=("*",)).markets is None


def test_a_backfill_adds_rules_and_leaves_those_that_an_earlier_revision_has_as_they_were() -> None:
    first, dearer = part(), part(text=RULES.replace("points: 50", "points: 60"), revision=2)
    assert backfilled(base(), first, LAW) == compose(base(), [first])
    assert backfilled(compose(base(), [first]), first, LAW) is None
    assert backfilled(compose(base(), [first]), dearer, LAW) is None
    wider = part(text=RULES + "streaks: [{key: spring-days, name: D, when: {verbs: [viewed]}, every: day}]", revision=2)
    added = backfilled(compose(base(), [first]), wider, LAW)
    assert added is not None
    assert [(each.revision, len(each.rules.points), len(each.rules.streaks)) for each in added.campaigns] == [
        (1, 1, 0),
        (2, 0, 1),
    ]


def test_base_rules_that_would_break_a_campaign_are_named() -> None:
    wants = RULES.replace("    recurs: week", "    recurs: week\n    needs: [[{is: badge, key: pioneer}]]")
    needing = part_of("spring", 1, terms(), load_campaign(wants, base()))
    (found,) = broken(load(BASE.replace("pioneer", "settler")), [needing])
    assert "of the campaign spring" in found.field
    assert list(broken(base(), [needing])) == []
