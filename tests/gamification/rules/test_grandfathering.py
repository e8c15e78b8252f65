"""Who had begun keeps the meaning of that revision: held against a model that reads the whole history for each step."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules import EMPTY, RuleSet, fold, load
from gamification.rules.folding import candidates
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    Earlier,
    Parts,
    PointsRule,
    Quest,
    QuestStep,
    Streak,
    StreakLength,
    Threshold,
    When,
)
from gamification.rules.grandfathering import Started, begun_by, judged_by, kept, selectors_of
from gamification.rules.needs import CountNeed, Window
from gamification.rules.words import Period, Rhythm
from gamification.vocabulary import CampaignPast
from people.vocabulary import PersonId
from tests.gamification.rules.happenings import unhurried

BASE = load("key: programme\nname: P\npast: new_only\nlevels: [{level: 1, name: One, at: 0}]\n")
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
VERBS = (Verb.VIEWED, Verb.ATTENDED, Verb.PASSED)


class Deed(NamedTuple):
    """What was done, how late after the first moment, and under which revision it was recorded (0: none)."""

    verb: Verb
    item: int
    hours: int
    revision: int


class Revision(NamedTuple):
    """What a revision pays for which verb, and what its start did to the past."""

    verb: Verb
    points: int
    past: CampaignPast


def activity(number: int, deed: Deed, lane: ContentClass = ContentClass.MEDICAL, market: str = "GB") -> Activity:
    at = FIRST + timedelta(hours=deed.hours)
    return Activity(
        id=UUID(int=number + 1), person=PersonId(UUID(int=1)), verb=deed.verb, content=ContentId(UUID(int=deed.item)),
        kind=ContentKind.PODCAST, tags=frozenset(), occurred_at=at, local_date=at.date(), channel=Channel.WEB,
        market=market, content_class=lane,
    )  # fmt: skip


def rules_of(revision: Revision) -> Parts:
    paid = PointsRule("spring", "Spring", When((revision.verb,)), revision.points, Period.EVER)
    return Parts(points=(paid,))


def version(revisions: list[Revision], current: int) -> RuleSet:
    """The programme while a revision runs; before the first there is no campaign in it."""
    if current == 0:
        return BASE
    started = [Started(number, each.past, rules_of(each)) for number, each in enumerate(revisions[:current], 1)]
    part = CampaignPart(
        key="campaign", revision=current, rules=started[-1].rules, lane=ContentClass.MEDICAL,
        earlier=kept(started, current),
    )  # fmt: skip
    return msgspec.structs.replace(BASE, campaigns=(part,))


def naive(revisions: list[Revision], deeds: list[Deed]) -> dict[int, int]:
    """The points of each item, by asking anew for each deed who judges it."""
    began = {deed.revision for deed in deeds if deed.revision and revisions[deed.revision - 1].verb is deed.verb}
    paid: dict[int, int] = {}
    order = sorted(range(len(deeds)), key=lambda number: (deeds[number].hours, number))
    for deed in (deeds[number] for number in order):
        if deed.revision == 0 or deed.item in paid:
            continue
        oldest = deed.revision
        while oldest > 1 and revisions[oldest - 1].past is CampaignPast.GRANDFATHER:
            oldest -= 1
        judge = next((each for each in range(oldest, deed.revision) if each in began), deed.revision)
        if revisions[judge - 1].verb is deed.verb:
            paid[deed.item] = revisions[judge - 1].points
    return paid


revisions_of_a_campaign = st.lists(
    st.builds(Revision, st.sampled_from(VERBS), st.integers(1, 9), st.sampled_from(list(CampaignPast))),
    min_size=1,
    max_size=4,
)


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Revision], list[Deed]]:
    revisions = draw(revisions_of_a_campaign)
    deeds = draw(
        st.lists(
            st.builds(
                Deed,
                st.sampled_from(VERBS),
                st.integers(1, 5),
                st.integers(0, 60),
                st.integers(0, len(revisions)),
            ),
            max_size=14,
        )
    )
    return revisions, sorted(deeds, key=lambda deed: deed.revision)


@unhurried
@given(stories())
def test_the_fold_judges_everybody_as_the_naive_model_does(story: tuple[list[Revision], list[Deed]]) -> None:
    revisions, deeds = story
    versions = [version(revisions, number) for number in range(len(revisions) + 1)]
    steps = [(versions[deed.revision], activity(number, deed)) for number, deed in enumerate(deeds)]
    folded = fold(EMPTY, steps)
    assert {UUID(award.key.subject).int: award.points for award in folded.awards} == naive(revisions, deeds)
    assert {award.key for award in folded.awards} <= candidates(EMPTY, steps)


@unhurried
@given(stories(), st.integers(0, 14))
def test_in_pieces_or_shuffled_it_is_the_same(story: tuple[list[Revision], list[Deed]], cut: int) -> None:
    """What is recorded in order of time is folded piece by piece; what comes in any order, all at once."""
    revisions, deeds = story
    deeds = [deed._replace(hours=number) for number, deed in enumerate(deeds)]
    versions = [version(revisions, number) for number in range(len(revisions) + 1)]
    steps = [(versions[deed.revision], activity(number, deed)) for number, deed in enumerate(deeds)]
    whole = fold(EMPTY, steps)
    first = fold(EMPTY, steps[:cut])
    second = fold(first.state, steps[cut:], {award.key for award in first.awards})
    assert second.state == whole.state
    assert [*first.awards, *second.awards] == list(whole.awards)
    shuffled = random.Random(cut).sample(steps, len(steps))
    assert fold(EMPTY, shuffled).awards == whole.awards


ASKED = When((Verb.ATTENDED,))


@pytest.mark.parametrize(
    "rules",
    [
        Parts(points=(PointsRule("a", "A", ASKED, 1, Period.EVER),)),
        Parts(streaks=(Streak("a", "A", ASKED, Rhythm.DAY),)),
        Parts(quests=(Quest("a", "A", "A.", (QuestStep("One", ASKED, 2),)),)),
        Parts(badges=(Badge("a", "A", "A.", when=ASKED),)),
        Parts(badges=(Badge("a", "A", "A.", threshold=Threshold(activities=ASKED, at_least=9)),)),
        Parts(badges=(Badge("a", "A", "A.", needs=((CountNeed(ASKED, 9, within=Window(per=Period.EVER)),),)),)),
    ],
)
def test_whoever_did_what_any_kind_of_rule_asks_for_has_begun(rules: Parts) -> None:
    part = CampaignPart(key="campaign", revision=1, rules=rules, lane=ContentClass.MEDICAL, markets=("GB",))
    running = msgspec.structs.replace(BASE, campaigns=(part,))
    assert ASKED in list(selectors_of(rules))

    def begun(verb: Verb, lane: ContentClass, market: str) -> dict[str, tuple[int, ...]]:
        return begun_by({}, [(running, activity(1, Deed(verb, 1, 0, 1), lane, market))])

    assert begun(Verb.ATTENDED, ContentClass.MEDICAL, "GB") == {"campaign": (1,)}
    assert begun(Verb.VIEWED, ContentClass.MEDICAL, "GB") == {}
    assert begun(Verb.ATTENDED, ContentClass.PROMOTIONAL, "GB") == {}
    assert begun(Verb.ATTENDED, ContentClass.MEDICAL, "FR") == {}


def test_whoever_earned_something_without_being_asked_has_begun_too() -> None:
    """A badge for a streak of the programme: nothing in the campaign asks for an activity."""
    habit = Streak("habit", "Habit", When((Verb.VIEWED,)), Rhythm.DAY)
    badge = Badge("spring", "Spring", "One day.", streak=StreakLength("habit", 1))
    hard = msgspec.structs.replace(badge, streak=StreakLength("habit", 9))
    base = msgspec.structs.replace(BASE, streaks=(habit,))
    extra = PointsRule("more", "More", When((Verb.VIEWED,)), 5, Period.EVER)
    first = CampaignPart(key="campaign", revision=1, rules=Parts(badges=(badge,)), lane=ContentClass.MEDICAL)
    second = CampaignPart(
        key="campaign", revision=2, rules=Parts(badges=(hard,), points=(extra,)), lane=ContentClass.MEDICAL,
        earlier=(Earlier(revision=1, rules=first.rules),),
    )  # fmt: skip
    before, after = (msgspec.structs.replace(base, campaigns=(each,)) for each in (first, second))
    deeds = [activity(number, Deed(Verb.VIEWED, number + 1, number, 1)) for number in range(2)]
    earner = fold(EMPTY, [(before, deeds[0]), (after, deeds[1])])
    newcomer = fold(EMPTY, [(after, deeds[0]), (after, deeds[1])])
    assert [award.key.rule for award in earner.awards] == ["spring"], "the second revision's points are not for them"
    assert [award.key.rule for award in newcomer.awards] == ["more", "more"]


def test_lane_markets_and_window_are_those_of_today_for_everybody() -> None:
    rules = Parts(points=(PointsRule("a", "A", ASKED, 1, Period.EVER),))
    part = CampaignPart(
        key="campaign", revision=2, rules=Parts(), lane=ContentClass.MEDICAL, markets=("GB",), opens=FIRST,
        earlier=(Earlier(revision=1, rules=rules),),
    )  # fmt: skip
    running = msgspec.structs.replace(BASE, campaigns=(part,))
    (meant,) = judged_by(running, {"campaign": (1, 2)}).campaigns
    assert (meant.rules, meant.revision, meant.markets, meant.opens) == (rules, 1, ("GB",), FIRST)
    assert judged_by(running, {"campaign": (2,)}) is running
    assert judged_by(running, {"other": (1,)}) is running
