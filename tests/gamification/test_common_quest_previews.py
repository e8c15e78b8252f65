"""A preview pays the bonus of common quests to whom it is then paid, also where a budget lasts for some only."""

import pytest

from gamification.rules.reporting import budget_lines
from gamification.vocabulary import AwardKind, Blocked
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.interlocked import together
from tests.gamification.test_previewing import Crowd, crowd, predicted, record, run_live, what_happened

__all__ = ["crowd"]

WORTH = {"ninety-items": 8, "spring-together": 5}


@pytest.mark.slow
@pytest.mark.parametrize(("units", "paid"), [(100_000, 16), (460, 12), (380, 1)])
async def test_a_preview_pays_the_bonus_of_common_quests_as_it_is_then_paid(
    work: Work, origin: Origin, database_url: str, crowd: Crowd, units: int, paid: int
) -> None:
    await record(work, origin, crowd)
    before, rounds = await predicted(database_url, work, origin, together(), {"spring": units})
    await run_live(work, origin, crowd, together(), {"spring": units})
    after = await what_happened(work, origin)
    for field in ("people", "activities", "earners", "points", "levels", "rules", "countries"):
        assert getattr(before, field) == getattr(after, field), field
    refused = {name: cell for name, cell in before.held.items() if name[1] is Blocked.BUDGET}
    assert refused == after.held
    bonuses = {rule: cell for (rule, kind), cell in before.rules.items() if kind is AwardKind.COMMUNITY}
    assert bonuses["spring-together"].people == paid, "of sixteen who contributed"
    assert {rule: cell.units / cell.awards for rule, cell in bonuses.items()} == WORTH
    assert bonuses["spring-together"].people == paid, "of sixteen who contributed"
    assert {rule: cell.units / cell.awards for rule, cell in bonuses.items()} == {
        "ninety-items": 8,
        "spring-together": 5,
    }
    assert before.rules["too-much", AwardKind.CONTRIBUTION].awards > 90
    # A badge for points that a bonus helped to reach has the day on which it was seen, after the bonus.
    days = [{name: cell for name, cell in each.days.items() if name[0] != "ninety"} for each in (before, after)]
    assert days[0] == days[1]
    async with work.read(origin) as uow:
        spent = await uow.fetchval("select used from gamification.campaign_budget where key = 'spring'")
    given = {rule: cell.units for (rule, kind), cell in before.rules.items() if kind is not AwardKind.CONTRIBUTION}
    assert spent == sum(units for rule, units in given.items() if rule.startswith("spring-"))
    lines = {line.campaign or line.rule: line.used for line in budget_lines(before, rounds.budgets[0], rounds.cuts[0])}
    assert lines["ninety-items"] == 90
    assert paid < 16 or lines["spring"] == spent
    assert rounds.reached[0].keys() == WORTH.keys()
