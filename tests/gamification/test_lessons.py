"""Ten lessons that trackers of other engines teach, and the tests that hold each of them here."""

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import pytest

from api.merging import Merging
from content.vocabulary import ContentId
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import Campaigns, at
from tests.gamification.shop import claimed, notice, shelf, spendable, values
from tests.gamification.shop import somebody as shopper
from tests.gamification.test_campaign_past import WEBINAR, attended, spring
from tests.gamification.test_claims import all_at_once
from tests.gamification.test_recording import deliver, items, somebody

__all__ = ["items"]

ROOT: Final = Path(__file__).parents[2]
HERE: Final = "tests/gamification"


class Lesson(NamedTuple):
    """What goes wrong elsewhere, said as what holds here, and the tests of it: file and name."""

    said: str
    tests: tuple[str, ...]


LESSONS: Final[Mapping[int, Lesson]] = MappingProxyType(
    {
        1: Lesson(
            "Award-once is a unique index, not a check.",
            (
                f"{HERE}/test_recording.py::test_an_award_exists_once_per_person_rule_subject_and_period",
                f"{HERE}/test_recording.py::test_workers_that_record_the_same_at_the_same_time_award_it_once",
                f"{HERE}/test_budgets.py::test_64_deliveries_at_the_same_time_never_exceed_a_cap",
            ),
        ),
        2: Lesson(
            "No absolute balance is ever written; undoing is a new entry.",
            (
                f"{HERE}/test_lessons.py::test_twenty_claims_at_once_spend_a_balance_once",
                f"{HERE}/test_claims.py::test_200_parallel_claims_on_the_last_10_give_exactly_10",
                f"{HERE}/test_recording.py::test_the_ledger_is_append_only",
                "tests/api/test_order.py::test_something_late_takes_back_what_it_makes_untrue_and_nothing_is_erased",
            ),
        ),
        3: Lesson(
            "Schedulers run twice.",
            (
                f"{HERE}/test_campaigns.py::test_the_clock_starts_and_ends_a_campaign_once_however_many_workers",
                f"{HERE}/test_lots.py::test_two_workers_that_expire_at_once_expire_everything_once",
                (
                    f"{HERE}/test_board_periods.py"
                    "::test_a_period_that_ends_under_load_loses_nothing_and_two_workers_close_it_once"
                ),
            ),
        ),
        4: Lesson(
            "A day is a calendar date in a stored zone, not 86,400 seconds.",
            (
                "tests/api/test_order.py::test_a_day_is_a_calendar_date_in_the_persons_zone",
                "tests/api/test_order.py::test_a_day_of_25_hours_is_one_day",
                f"{HERE}/rules/test_folding.py::test_a_date_never_runs_backwards_so_changing_zones_opens_no_day_anew",
                f"{HERE}/rules/test_opportunities.py::test_a_full_cap_opens_at_the_very_moment_that_is_told",
                "tests/api/test_profiles.py::test_people_move_to_another_zone_once_in_thirty_days",
            ),
        ),
        5: Lesson(
            "A pause is not uniqueness: what counts is a different subject.",
            (
                f"{HERE}/test_lessons.py::test_doing_the_same_thing_again_and_again_pays_once",
                f"{HERE}/rules/test_needs.py::test_a_count_is_of_activities_items_or_days",
                f"{HERE}/rules/test_folding.py::test_a_subject_pays_once_in_each_period",
                "tests/api/test_retracting.py::test_a_place_under_a_cap_that_an_activity_held_goes_to_the_next_one",
            ),
        ),
        6: Lesson(
            "What happens to the past is decided at publishing, in words, and nothing earned is stripped by an edit.",
            (
                f"{HERE}/test_publishing.py::test_rules_are_immutable_versions",
                f"{HERE}/test_campaign_past.py::test_new_only_counts_what_is_recorded_from_the_start_on",
                (
                    f"{HERE}/test_campaign_past.py"
                    "::test_a_silent_backfill_scores_what_happened_in_the_window_and_tells_nobody"
                ),
                (
                    f"{HERE}/test_campaign_past.py"
                    "::test_who_had_begun_keeps_being_judged_by_the_revision_under_which_that_was"
                ),
                (
                    f"{HERE}/test_campaign_past.py"
                    "::test_an_edit_strips_nothing_and_who_earned_under_a_revision_keeps_it_with_its_meaning"
                ),
            ),
        ),
        7: Lesson(
            "A reversal follows the original, gives back what it took, and what was revoked can return.",
            (
                f"{HERE}/rules/test_correcting.py::test_a_badge_that_the_history_no_longer_supports_is_reversed",
                (
                    "tests/api/test_retracting.py"
                    "::test_what_is_taken_back_is_as_if_it_had_never_happened_and_nothing_is_erased"
                ),
                f"{HERE}/test_budgets.py::test_a_correction_that_a_new_budget_pays_is_counted_and_can_be_taken_back",
                f"{HERE}/test_board_periods.py::test_points_that_are_taken_back_come_off_every_period_that_is_open",
                f"{HERE}/test_claims.py::test_cancelling_gives_back_stock_points_slot_and_cap_and_only_once",
                "tests/api/test_revoking.py::test_a_revoked_badge_is_not_held_not_earned_again_and_can_be_reinstated",
            ),
        ),
        8: Lesson(
            "Ties have a rule and caches a truth to be compared with.",
            (
                (
                    f"{HERE}/test_board_order.py"
                    "::test_equal_points_are_ranked_as_the_board_says_while_it_runs_and_after_it_closed"
                ),
                f"{HERE}/test_board_order.py::test_every_page_of_a_board_numbers_its_lines_as_the_whole_board_does",
                (
                    f"{HERE}/test_board_periods.py"
                    "::test_a_copy_that_is_lost_is_made_again_as_it_was_and_as_the_database_counts"
                ),
            ),
        ),
        9: Lesson(
            "Expiry is by lot, and an entry.",
            (
                f"{HERE}/test_lots.py::test_lots_agree_with_a_naive_purse_whatever_happens_in_whatever_order",
                f"{HERE}/test_lots.py::test_points_that_come_back_after_their_time_live_on_as_long_as_they_had_left",
                "tests/api/test_rewards.py::test_what_expired_is_an_entry_and_lifetime_points_stay",
            ),
        ),
        10: Lesson(
            "The proof is kept, and nothing is not zero.",
            (
                "tests/api/test_reading.py::test_a_proof_tells_each_condition_and_where_the_audit_log_has_it",
                f"{HERE}/rules/test_tracing.py::test_whatever_the_fold_awards_the_trace_finds_in_order",
                f"{HERE}/test_claims.py::test_stock_has_three_states_unlimited_out_and_some_left",
            ),
        ),
    }
)


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@pytest.mark.parametrize("number", range(1, 11))
def test_every_lesson_has_tests_and_each_of_them_exists(number: int) -> None:
    lesson = LESSONS[number]
    assert lesson.said.endswith(".")
    assert lesson.tests
    missing = [test for test in lesson.tests if test.split("::")[1] not in names_in(test.split("::")[0])]
    assert missing == []


def test_a_test_that_is_not_there_would_be_noticed() -> None:
    assert "test_nothing_of_the_kind" not in names_in(f"{HERE}/test_lessons.py")
    assert len(LESSONS) == 10


async def test_twenty_claims_at_once_spend_a_balance_once(work: Work, origin: Origin) -> None:
    """A hundred points buy ten things of ten, and the account ends at nothing: not below, and not at what one read."""
    await notice(work, origin)
    reward = await shelf(work, origin, cost=10)
    person = await shopper(work, origin, {"recognition": 100})
    ended = await all_at_once(claimed(work, origin, person, reward) for _ in range(20))
    assert ended == {"claimed": 10, "PointsMissingError": 10}
    assert await spendable(work, origin, person) == 0
    spent = "select count(*), sum(amount) from gamification.ledger_entry where kind = 'spend' and person = $1"
    assert await values(work, origin, spent, person) == [(10, 100)]


async def test_doing_the_same_thing_again_and_again_pays_once(
    work: Work, origin: Origin, items: Sequence[ContentId], clock: MovableClock
) -> None:
    """Thirty times in thirty days, under new ids, in and out of order; another item pays again."""
    campaigns, merging, person = Campaigns(work, origin), Merging(work, None), await somebody(work, origin, "keen")
    clock.move(at(31) - clock.now())
    await campaigns.running(await campaigns.create())
    days = [*range(15, 31), *range(1, 15)]
    for day in days:
        await deliver(merging, origin, person, [attended(items[WEBINAR], at(day))])
    assert await spring(work, origin, person) == [("spring-webinar", 50)]
    await deliver(merging, origin, person, [attended(items[3], at(30, 12))])
    assert await spring(work, origin, person) == [("spring-webinar", 50)] * 2
