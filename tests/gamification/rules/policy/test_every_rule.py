"""C1 to C22: each refuses by its code what it forbids, and lets the same thing pass without its fault."""

from dataclasses import replace

import msgspec
import pytest

from gamification.rules.policy import (
    OUTSIDE,
    RULES,
    Reason,
    Refusal,
    award_refusals,
    claim_refusals,
    fulfil_refusals,
    publish_refusals,
)
from tests.gamification.rules.policy.case import Case
from tests.gamification.rules.policy.cases import CASES
from tests.gamification.rules.policy.scenes import (
    AWARD,
    CAMPAIGN,
    CLAIM,
    CREDIT_AWARD,
    DE,
    DELIVERY,
    FR,
    FRENCH_CLAIM,
    GERMAN_CLAIM,
    US,
)

NAMES = [f"{number}-{case.rule}-{case.code}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_a_rule_forbids_is_refused_by_its_code_and_the_same_without_its_fault_by_nothing(case: Case) -> None:
    refused = case.check(case.pack, case.bad)
    assert (case.code, case.rule) in [(each.code, each.rule) for each in refused]
    assert case.check(case.good_pack or case.pack, case.good) == []


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_every_refusal_says_why_on_what_ground_and_by_which_rule(case: Case) -> None:
    for each in case.check(case.pack, case.bad):
        assert each.rule in RULES
        assert each.detail
        assert each.source
        assert isinstance(each.confirmed, bool)


def test_what_is_good_in_every_way_is_refused_by_nothing() -> None:
    assert publish_refusals(US, CAMPAIGN) == []
    assert award_refusals(US, AWARD) == []
    assert award_refusals(US, CREDIT_AWARD) == []
    assert claim_refusals(US, CLAIM) == []
    assert claim_refusals(DE, GERMAN_CLAIM) == []
    assert claim_refusals(FR, FRENCH_CLAIM) == []
    assert fulfil_refusals(US, DELIVERY) == []


def test_every_rule_has_a_check_and_every_code_a_case() -> None:
    assert list(RULES) == [f"C{number}" for number in range(1, 23)]
    assert {case.rule for case in CASES} == set(RULES) - {"C22"}, "what stays after an erasure is said by holdings"
    assert {case.code for case in CASES} == set(Reason)


def test_what_is_kept_elsewhere_is_only_a_part_of_a_rule_that_is_checked_here_too_but_for_erasure() -> None:
    assert set(OUTSIDE) - {case.rule for case in CASES} == {"C22"}
    assert [rule for rule, kept in OUTSIDE.items() if not (kept.part and kept.where and kept.why)] == []


def test_a_refusal_that_rests_on_what_nobody_read_says_so() -> None:
    by_name = {(case.rule, case.code): case for case in CASES}
    told = {name: first(case).confirmed for name, case in by_name.items()}
    assert told["C4", Reason.ITEM_OVER_LIMIT]
    assert not told["C4", Reason.CATEGORY_YEAR_COUNT]
    assert not told["C6", Reason.STATE_REFUSES_GIFTS]
    assert told["C6", Reason.STATE_YEAR_LIMIT]
    assert not told["C7", Reason.VALUE_OFF]
    assert told["C9", Reason.VALUE_OFF]


def test_a_case_that_nothing_refuses_would_fail() -> None:
    harmless = replace(CASES[0], bad=CASES[0].good)
    with pytest.raises(StopIteration):
        first(harmless)
    assert first(CASES[0]).code == Reason.READS_FORBIDDEN_DATA


def test_a_refusal_reads_the_same_after_it_was_sent() -> None:
    refused = [first(case) for case in CASES]
    assert msgspec.json.decode(msgspec.json.encode(refused), type=list[Refusal]) == refused


def first(case: Case) -> Refusal:
    return next(each for each in case.check(case.pack, case.bad) if (each.rule, each.code) == (case.rule, case.code))
