"""Levels that rest on active points: they fall when points expire, with activities in between and without."""

from datetime import timedelta
from uuid import UUID, uuid5

import msgspec
import pytest

import gamification
from api.merging import Merging
from content.vocabulary import ContentId
from engagement import Draft, Verb
from gamification.errors import RuleSetError
from gamification.rules import EMPTY, RuleSet, fold, load
from gamification.rules.levels import as_of, ladder_of
from gamification.rules.words import Downgrade, LevelBasis, Period
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.conftest import START
from tests.gamification.rules.examples import MONDAY, activity, rule, ruleset
from tests.gamification.test_recording import deliver, somebody
from tests.gamification.test_recording import items as furnished

__all__ = ["furnished"]

TEN_DAYS = rule(points=10, recurs=Period.EVER, expires_after_days=10)
FOLLOWING = {Downgrade.NEVER: 3, Downgrade.ONE_DOWN: 2, Downgrade.BALANCE_BASED: 1}
"""The levels that are left of the third one when all points expire on one day."""


def programme(downgrade: Downgrade = Downgrade.BALANCE_BASED, by: LevelBasis = LevelBasis.ACTIVE) -> RuleSet:
    return msgspec.structs.replace(ruleset([TEN_DAYS]), levels_by=by, downgrade=downgrade)


@pytest.mark.parametrize("downgrade", Downgrade)
def test_a_level_falls_as_the_rules_have_it_on_the_day_on_which_points_expire(downgrade: Downgrade) -> None:
    rules = programme(downgrade)
    folded = fold(EMPTY, [(rules, activity(number, content=number)) for number in (1, 2)])
    days = [MONDAY + timedelta(days=count) for count in (9, 10)]
    levels = [as_of(ladder_of(rules), folded.state, day).level for day in days]
    assert levels == [3, FOLLOWING[downgrade]]


def test_lifetime_levels_never_fall() -> None:
    rules = programme(Downgrade.NEVER, LevelBasis.LIFETIME)
    folded = fold(EMPTY, [(rules, activity(number, content=number)) for number in (1, 2)])
    assert as_of(ladder_of(rules), folded.state, MONDAY + timedelta(days=400)).level == 3


def test_one_level_goes_on_each_day_on_which_points_expire() -> None:
    rules = programme(Downgrade.ONE_DOWN)
    moments = [activity(1, content=1), activity(2, MONDAY + timedelta(days=1), content=2)]
    state = fold(EMPTY, [(rules, each) for each in moments]).state
    levels = [as_of(ladder_of(rules), state, MONDAY + timedelta(days=count)).level for count in (9, 10, 11, 400)]
    assert levels == [3, 2, 1, 1]


def test_what_is_earned_on_the_day_on_which_points_expire_comes_after_that() -> None:
    rules = programme()
    moments = [activity(1, content=1), activity(2, content=2), activity(3, MONDAY + timedelta(days=10), content=3)]
    folded = fold(EMPTY, [(rules, each) for each in moments])
    assert (folded.state.points, folded.state.expired, folded.state.level) == (30, 20, 2)
    assert [each.level for each in folded.effects[2].levels] == [2]


def test_a_downgrade_without_active_points_is_refused() -> None:
    with pytest.raises(RuleSetError, match="needs levels_by: active"):
        load(msgspec.json.encode(programme(Downgrade.ONE_DOWN, LevelBasis.LIFETIME)).decode())
    assert load(msgspec.json.encode(programme()).decode()).downgrade is Downgrade.BALANCE_BASED


@pytest.fixture
async def person(work: Work, origin: Origin, furnished: list[ContentId]) -> PersonId:
    """Somebody who has reached the third level today."""
    async with work.begin(origin) as uow:
        key = (await gamification.current_rules(uow))[1].key
        rules = msgspec.structs.replace(programme(), key=key)
        await gamification.publish_rules(uow, msgspec.json.encode(rules).decode())
    found = await somebody(work, origin, "climber")
    await record(work, origin, found, furnished[:2])
    return found


async def record(work: Work, origin: Origin, person: PersonId, some: list[ContentId], days: int = 0) -> None:
    at = START + timedelta(days=days)
    drafts = [
        Draft(id=uuid5(UUID(int=1_000 + days), str(item)), verb=Verb.VIEWED, object=item, occurred_at=at)
        for item in some
    ]
    await deliver(Merging(work, None), origin, person, drafts)


async def level(work: Work, origin: Origin, person: PersonId) -> tuple[int, int, int]:
    async with work.begin(origin) as uow:
        found = await gamification.points(uow, person)
    return found.points, found.active, found.level.level


async def lapse(work: Work, origin: Origin) -> int:
    async with work.begin(origin) as uow:
        moved = await gamification.lapse_levels(uow)
        assert uow.recorded("gamification:level:moved") == (moved > 0)
        return moved


async def test_the_worker_lets_levels_fall_once(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    assert (await level(work, origin, person), await lapse(work, origin)) == ((20, 20, 3), 0)
    clock.move(timedelta(days=10))
    assert [await lapse(work, origin) for _ in range(2)] == [1, 0]
    assert await level(work, origin, person) == (20, 0, 1)
    async with work.begin(origin) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []


async def test_points_whose_time_was_over_when_they_were_recorded_are_earned_and_expire(
    work: Work, origin: Origin, person: PersonId, furnished: list[ContentId]
) -> None:
    await record(work, origin, person, furnished[2:3], days=-20)
    assert await level(work, origin, person) == (30, 20, 3)
    async with work.begin(origin) as uow:
        assert await gamification.expire_lots(uow) == 1
    async with work.begin(origin) as uow:
        assert (await gamification.points(uow, person)).balances[0].spendable == 20
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []


async def test_what_comes_late_counts_as_if_it_had_come_in_time(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId, furnished: list[ContentId]
) -> None:
    clock.move(timedelta(days=12))
    await lapse(work, origin)
    await record(work, origin, person, furnished[2:3], days=5)
    assert await level(work, origin, person) == (30, 10, 2)
    async with work.begin(origin) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
