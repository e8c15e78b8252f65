"""Late activities: however they arrive, the books end as if they had come in order."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engagement.values import Activity
from gamification.rules import EMPTY, RuleSet, Step, candidates, corrections, fold, is_late, late_effects
from gamification.rules.grammar import Streak, Threshold
from gamification.rules.words import Period, Rhythm
from gamification.values import AwardKey, Effects, State
from gamification.vocabulary import AwardKind
from tests.gamification.rules.examples import MONDAY, VIEWED, activity, badge, cap, days, rule, ruleset
from tests.gamification.rules.running import running
from tests.gamification.rules.strategies import CREDITS, activities, unhurried


class Books:
    """One person's history, awards and state, kept the way the service keeps them in the database."""

    def __init__(self) -> None:
        self.history: list[Step] = []
        self.awards: dict[AwardKey, int] = {}
        self.state: State = EMPTY
        self.answers: list[Effects] = []

    def deliver(self, steps: Sequence[Step]) -> None:
        known = {activity.id for _, activity in self.history}
        fresh = [step for step in steps if step[1].id not in known]
        self.history += fresh
        if any(is_late(self.state, activity) for _, activity in fresh):
            self.replay()
        else:
            existing = candidates(self.state, fresh) & self.awards.keys()
            folded = fold(self.state, fresh, existing)
            self.awards |= {award.key: award.points for award in folded.awards}
            self.state = folded.state
            self.answers += folded.effects

    def replay(self) -> None:
        replayed = fold(EMPTY, self.history)
        changed = corrections(self.awards, {award.key: award.points for award in replayed.awards})
        self.answers.append(late_effects(self.history[-1][0], self.state, replayed, changed))
        for key in changed.to_reverse:
            del self.awards[key]
        self.awards |= changed.to_award | {key: after for key, (_, after) in changed.to_change.items()}
        self.state = replayed.state


@unhurried
@given(st.lists(running(), min_size=1, max_size=2), activities(), st.sets(st.integers(1, 24)))
def test_any_order_of_arrival_ends_with_the_books_of_the_right_order(
    versions: list[RuleSet], history: list[Activity], cuts: set[int]
) -> None:
    steps = [(versions[each.id.int % len(versions)], each) for each in sorted(history, key=lambda each: each.id)]
    books, begin = Books(), 0
    for end in sorted({*(cut for cut in cuts if cut < len(steps)), len(steps)}):
        books.deliver(steps[begin:end])
        books.deliver(steps[max(0, begin - 2) : end])
        begin = end
    expected = fold(EMPTY, steps)
    assert books.state == expected.state
    assert books.awards == {award.key: award.points for award in expected.awards}
    told = [effect for answer in books.answers for effect in answer.points if effect.rule not in CREDITS]
    finished = [effect for answer in books.answers for effect in answer.quests]
    paid = sum(effect.points for effect in told) + sum(effect.points for effect in finished)
    assert paid == expected.state.points
    assert {effect.rule for effect in told if effect.points > 0} >= {
        award.key.rule
        for award in expected.awards
        if award.points and award.kind is AwardKind.POINTS and award.terms.currency == "recognition"
    }


def test_only_an_activity_before_the_last_one_is_late() -> None:
    first, second, third = (activity(number) for number in (1, 2, 3))
    state = fold(EMPTY, [(ruleset(), second)]).state
    assert is_late(state, first)
    assert is_late(state, second)
    assert not is_late(state, third)
    assert not is_late(EMPTY, first)


def test_activities_of_the_same_moment_are_ordered_by_their_id() -> None:
    low, high = activity(1), activity(2, occurred_at=activity(1).occurred_at)
    assert not is_late(fold(EMPTY, [(ruleset(), low)]).state, high)
    assert is_late(fold(EMPTY, [(ruleset(), high)]).state, low)


def test_corrections_award_reverse_and_change_and_leave_the_rest() -> None:
    same, gone, new, moved = (AwardKey(name, "1", "ever") for name in ("same", "gone", "new", "moved"))
    changed = corrections({same: 1, gone: 2, moved: 3}, {same: 1, new: 4, moved: 5})
    assert changed.to_award == {new: 4}
    assert changed.to_reverse == {gone: 2}
    assert changed.to_change == {moved: (3, 5)}


def test_a_late_activity_that_takes_the_place_of_another_under_a_cap_moves_its_points() -> None:
    rules = ruleset([rule(caps=cap(Period.DAY, 1))])
    books = Books()
    books.deliver([(rules, activity(10, content=10))])
    books.deliver([(rules, activity(5, content=5))])
    assert {key.subject[-2:] for key in books.awards} == {"05"}
    assert sorted(effect.points for effect in books.answers[-1].points) == [-2, 2]
    assert books.state.points == 2


def test_a_late_activity_that_joins_two_streaks_earns_the_badge_and_says_so() -> None:
    rules = ruleset(
        [], [Streak("daily", "Daily", VIEWED, Rhythm.DAY)], [badge(threshold=Threshold(activities=VIEWED, at_least=3))]
    )
    monday, tuesday, wednesday = (activity(number, day) for number, day in enumerate(days(3)))
    books = Books()
    books.deliver([(rules, monday), (rules, wednesday)])
    assert books.state.streaks["daily"].current == 1
    books.deliver([(rules, tuesday)])
    answer = books.answers[-1]
    assert [(streak.current, streak.longest) for streak in answer.streaks] == [(3, 3)]
    assert [each.key for each in answer.badges] == ["star"]


def test_a_badge_that_the_history_no_longer_supports_is_reversed() -> None:
    """Under a cap of one, the late activity takes the place of the award that the badge counted."""
    first = rule("first", points=10, recurs=Period.EVER, caps=cap(Period.EVER, 1))
    before = ruleset([first], [], [badge(threshold=Threshold(points=10))])
    after = ruleset([rule("first", points=1, recurs=Period.EVER, caps=cap(Period.EVER, 1))], [], before.badges)
    books = Books()
    books.deliver([(before, activity(10, content=10))])
    assert AwardKey("star", "", "ever") in books.awards
    books.deliver([(after, activity(5, content=5))])
    assert books.state.badges == ()
    assert AwardKey("star", "", "ever") not in books.awards
    assert books.state.points == 1


def test_an_award_that_a_late_activity_earns_under_another_version_changes_by_the_difference() -> None:
    old, new = (ruleset([rule(points=points)]) for points in (2, 5))
    books = Books()
    books.deliver([(new, activity(10))])
    books.deliver([(old, activity(5))])
    assert [effect.points for effect in books.answers[-1].points] == [-3]
    assert books.state.points == 2


def test_a_late_activity_tells_of_a_new_level_and_not_of_one_reached_before() -> None:
    rules = ruleset([rule(points=8)])
    books = Books()
    books.deliver([(rules, activity(10, content=1)), (rules, activity(20, content=2))])
    books.deliver([(rules, activity(5, content=3))])
    assert [[level.level for level in answer.levels] for answer in books.answers] == [[], [2], [3]]


def test_an_earlier_start_of_the_same_day_changes_nothing_but_the_activity_that_earned_it() -> None:
    rules = ruleset([rule()])
    books = Books()
    books.deliver([(rules, activity(10))])
    books.deliver([(rules, activity(5, occurred_at=activity(10).occurred_at - timedelta(hours=1)))])
    assert books.answers[-1] == Effects()
    assert books.awards == {AwardKey("read", str(activity(5).content), MONDAY.isoformat()): 2}
