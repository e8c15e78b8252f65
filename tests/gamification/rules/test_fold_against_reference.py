"""The fold against its definition, on histories and rule sets that nobody thought of."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.values import Activity
from gamification.rules import EMPTY, RuleSet, Step, fold, load
from gamification.rules.earnings import moment_of
from gamification.values import AwardKey, BadgeDecision, Folded, GrantedFreezes, Intervention, State
from gamification.vocabulary import AwardKind
from tests.gamification.rules.happenings import START
from tests.gamification.rules.reference.story import Story
from tests.gamification.rules.running import running
from tests.gamification.rules.strategies import RHYTHMS, activities, rulesets, unhurried

versions = st.lists(running(), min_size=1, max_size=2)


def under(rulesets_: list[RuleSet], history: list[Activity]) -> list[Step]:
    """Each activity under one of the versions, chosen by its id so that both can meet the same subject."""
    return [(rulesets_[activity.id.int % len(rulesets_)], activity) for activity in history]


def in_order(steps: list[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (step[1].occurred_at, step[1].id))


def piecewise(steps: list[Step], cuts: set[int]) -> tuple[State, dict[AwardKey, int]]:
    """Fold an ordered history in pieces, with the state going through JSON in between as it does in the database."""
    state, awards, begin = EMPTY, dict[AwardKey, int](), 0
    for end in sorted({*cuts, len(steps)}):
        piece = fold(state, steps[begin:end], awards.keys())
        awards |= {award.key: award.points for award in piece.awards}
        state, begin = msgspec.json.decode(msgspec.json.encode(piece.state), type=State), end
    return state, awards


def assert_earned(folded: Folded, expected: Story) -> None:
    """The books and the state say what the story tells."""
    points = [award for award in folded.awards if award.kind is AwardKind.POINTS]
    assert [(*award.key, award.points) for award in points] == [paid[:4] for paid in expected.paid]
    assert {award.key: award.points for award in folded.awards} == expected.awards
    state = folded.state
    assert (state.points, state.level) == (expected.points, expected.level)
    assert set(state.badges) == set(expected.badges)
    assert set(state.denied) == expected.refused
    assert set(state.quests_done) == set(expected.quests)
    kept = {key: (streak.current, streak.longest, streak.freezes) for key, streak in state.streaks.items()}
    assert kept == expected.streaks


@settings(unhurried, max_examples=200)
@given(versions, activities())
def test_a_history_earns_what_the_definition_says(chosen: list[RuleSet], history: list[Activity]) -> None:
    steps = in_order(under(chosen, history))
    assert_earned(fold(EMPTY, steps), Story(steps))


@unhurried
@given(versions, activities(), st.data())
def test_what_a_budget_denied_is_never_earned(
    chosen: list[RuleSet], history: list[Activity], data: st.DataObject
) -> None:
    steps = in_order(under(chosen, history))
    earned = sorted(award.key for award in fold(EMPTY, steps).awards if award.kind is not AwardKind.QUEST)
    denied = data.draw(st.sets(st.sampled_from(earned))) if earned else set()
    assert_earned(fold(EMPTY, steps, denied=denied), Story(steps, denied))


@unhurried
@given(versions, activities(), st.data())
def test_who_contributed_to_what_everybody_reached_is_paid_once(
    chosen: list[RuleSet], history: list[Activity], data: st.DataObject
) -> None:
    steps, reached = in_order(under(chosen, history)), {"together", "together-spring"}
    given_ = sorted(award.key for award in fold(EMPTY, steps).awards if award.kind is AwardKind.CONTRIBUTION)
    denied = data.draw(st.sets(st.sampled_from(given_))) if given_ else set()
    folded = fold(EMPTY, steps, denied=denied, reached=reached)
    assert_earned(folded, Story(steps, denied, reached))
    contributed = {award.key.rule for award in folded.awards if award.kind is AwardKind.CONTRIBUTION}
    bonuses = sorted(award.key.rule for award in folded.awards if award.kind is AwardKind.COMMUNITY)
    assert bonuses == sorted(contributed)
    assert contributed >= {key.rule for key in set(given_) - denied}


gifts = st.lists(
    st.tuples(
        st.sampled_from([*RHYTHMS, *(f"{key}-spring" for key in RHYTHMS)]),
        st.integers(1, 4),
        st.integers(0, 35 * 24 * 4),
        st.integers(0, 99),
    ),
    max_size=4,
    unique_by=lambda gift: gift[2:],
)


verdicts = st.lists(
    st.tuples(
        st.sampled_from(["gold", "silver", "bronze"]), st.booleans(), st.integers(0, 35 * 24 * 4), st.integers(0, 7)
    ),
    max_size=4,
    unique_by=lambda verdict: verdict[2:],
)


def decided(some: list[tuple[str, bool, int, int]]) -> list[BadgeDecision]:
    """Badges that are taken back and given back, held or not, some at the very moment of an activity."""
    return [
        BadgeDecision(
            id=UUID(int=(1 << 101) + number if number % 2 else (1 << 21) + number),
            badge=badge,
            revoked=revoked,
            decided_at=START + timedelta(minutes=15 * quarters),
        )
        for badge, revoked, quarters, number in some
    ]


def granted(some: list[tuple[str, int, int, int]]) -> list[GrantedFreezes]:
    """Freezes for these streaks, some at the very moment of an activity, with ids before and after those of it."""
    return [
        GrantedFreezes(
            id=UUID(int=(1 << 100) + number if number % 2 else (1 << 20) + number),
            streak=streak,
            freezes=count,
            granted_at=START + timedelta(minutes=15 * quarters),
        )
        for streak, count, quarters, number in some
    ]


@unhurried
@given(versions, activities(), gifts, verdicts, st.sets(st.integers(0, 24)))
def test_what_staff_does_to_streaks_and_badges_is_what_the_definition_says_also_in_pieces(
    chosen: list[RuleSet],
    history: list[Activity],
    some: list[tuple[str, int, int, int]],
    others: list[tuple[str, bool, int, int]],
    cuts: set[int],
) -> None:
    steps = in_order(under(chosen, history))
    waiting: list[Intervention] = [*granted(some), *decided(others)]
    whole = fold(EMPTY, steps, interventions=waiting)
    assert_earned(whole, Story(steps, interventions=sorted(waiting, key=moment_of)))
    state, awarded = EMPTY, set[AwardKey]()
    for begin, end in pairwise([0, *sorted(cut for cut in cuts if 0 < cut < len(steps)), len(steps)]):
        last = None if end == len(steps) else (steps[end - 1][1].occurred_at, steps[end - 1][1].id.int)
        here = [each for each in waiting if last is None or moment_of(each) < last]
        piece = fold(state, steps[begin:end], awarded, interventions=here)
        waiting = [each for each in waiting if each not in here]
        awarded |= {award.key for award in piece.awards}
        state = piece.state
    assert state == whole.state


@unhurried
@given(versions, activities(), st.randoms(use_true_random=False))
def test_the_order_in_which_activities_are_given_changes_nothing(
    chosen: list[RuleSet], history: list[Activity], chance: object
) -> None:
    steps = under(chosen, history)
    shuffled = list(steps)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = fold(EMPTY, steps), fold(EMPTY, shuffled)
    assert (one.state, one.awards) == (other.state, other.awards)
    assert effects_by_id(steps, one) == effects_by_id(shuffled, other)


def effects_by_id(steps: list[Step], folded: Folded) -> dict[object, object]:
    return {activity.id: effects for (_, activity), effects in zip(steps, folded.effects, strict=True)}


@unhurried
@given(versions, activities(), st.sets(st.integers(0, 24)))
def test_a_history_folded_in_pieces_earns_the_same(
    chosen: list[RuleSet], history: list[Activity], cuts: set[int]
) -> None:
    steps = in_order(under(chosen, history))
    whole = fold(EMPTY, steps)
    state, awards = piecewise(steps, {cut for cut in cuts if cut < len(steps)})
    assert state == whole.state
    assert awards == {award.key: award.points for award in whole.awards}


@unhurried
@given(versions, activities())
def test_repeated_activities_change_nothing(chosen: list[RuleSet], history: list[Activity]) -> None:
    steps = under(chosen, history)
    once, twice = fold(EMPTY, steps), fold(EMPTY, [*steps, *steps])
    assert (once.state, once.awards) == (twice.state, twice.awards)
    assert twice.effects == once.effects * 2


@unhurried
@given(versions, activities())
def test_a_fold_leaves_its_inputs_as_they_are(chosen: list[RuleSet], history: list[Activity]) -> None:
    steps = in_order(under(chosen, history))
    before = fold(EMPTY, steps[: len(steps) // 2])
    awarded = {award.key for award in before.awards}
    rest = steps[len(steps) // 2 :]
    kept = (msgspec.json.encode(before.state), set(awarded), list(rest))
    again = [fold(before.state, rest, awarded) for _ in range(2)]
    assert (msgspec.json.encode(before.state), awarded, rest) == kept
    assert again[0] == again[1]


@unhurried
@given(rulesets())
def test_a_rule_set_written_out_loads_as_itself(chosen: RuleSet) -> None:
    assert load(msgspec.json.encode(chosen).decode()) == chosen
