"""The example rules about badges."""

import pytest

from gamification.rules import EMPTY, fold
from gamification.rules.opportunities import opportunities
from gamification.rules.standing import Here
from gamification.values import AwardKey, State
from tests.gamification.library.story import (
    MONDAY,
    Story,
    activities,
    attended,
    completed,
    ends_as_told,
    heard,
    moment,
    passed,
    played,
    read,
    registered,
    ruleset_of,
)

JUNE = 91
"""The day of a story that is the first of June."""

STORIES = [
    Story("bronze-silver-gold", "three modules are bronze", [passed(str(number)) for number in range(3)],
          badges=["learner-bronze"]),
    Story("bronze-silver-gold", "25 modules bring all three, in turn", [passed(str(number)) for number in range(25)],
          badges=["learner-bronze", "learner-silver", "learner-gold"]),
    Story("bronze-silver-gold", "the same module three times is none", [passed("a", day) for day in range(3)]),
    Story("spring-badge", "on the last of May", [passed("a", JUNE - 1)], badges=["spring-2026"]),
    Story("spring-badge", "on the first of June, and for a module only read, there is none",
          [read("a"), passed("a", JUNE)]),
    Story("limited-edition", "in the opening session", [attended("a", 0, "opening-session")], badges=["front-row"]),
    Story("limited-edition", "in another session", [attended("a")]),
    Story("hidden-badge", "five podcasts on one day", [heard(item) for item in "abcde"], badges=["radio-day"]),
    Story("hidden-badge", "five podcasts on two days", [*(heard(item) for item in "abcd"), heard("e", 1)]),
    Story("yearly-certificate", "with 80 percent", [passed("a", 0, "safety", score=0.8)],
          badges=["safety-certificate"]),
    Story("yearly-certificate", "with 79 percent, and for another module, there is none",
          [passed("a", 0, "safety", score=0.79), passed("b", 0, score=1.0)]),
    Story("prerequisite-chain", "basics first, then two advanced modules",
          [passed("a", 0, "basic"), passed("b", 1, "advanced"), passed("c", 2, "advanced")],
          {"advanced-module": 50}, badges=["basics", "advanced"]),
    Story("prerequisite-chain", "advanced modules pay only with the basics, then too if they are passed again",
          [passed("b", 0, "advanced"), passed("a", 1, "basic"), passed("b", 2, "advanced")],
          {"advanced-module": 25}, badges=["basics"]),
    Story("prerequisite-chain", "without the basics there is nothing",
          [passed("b", 0, "advanced"), passed("c", 1, "advanced")]),
    Story("hundred-points", "two modules and two webinars of the standing programme are a hundred points",
          [passed("a"), completed("b"), attended("c"), attended("d")], badges=["hundred-points"]),
    Story("hundred-points", "ninety points aren't", [passed("a"), completed("b"), completed("c")]),
    Story("loyal-audience", "five different webinars", [attended(item) for item in "abcde"],
          badges=["regular-guest"]),
    Story("loyal-audience", "four webinars, one of them twice, and a registration aren't",
          [*(attended(item) for item in "abcdd"), registered("e")]),
    Story("retired-badge", "nobody earns it any more", [attended("a")]),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_the_story_ends_as_told(story: Story) -> None:
    assert ends_as_told(story)


def test_a_limited_badge_says_how_many_can_have_it() -> None:
    [award] = played(Story("limited-edition", "one of the first", [attended("a", 0, "opening-session")])).awards
    assert award.terms.budget == 100
    [unlimited] = played(Story("spring-badge", "in March", [passed("a")])).awards
    assert unlimited.terms.budget is None


def test_who_comes_after_the_hundredth_does_not_get_the_limited_badge_later_either() -> None:
    story = Story("limited-edition", "twice in it", [attended("a", 0, "opening-session")] * 2)
    steps = [(ruleset_of(story), activity) for activity in activities(story.deeds)]
    assert fold(EMPTY, steps, denied={AwardKey("front-row", "", "ever")}).state.badges == ()
    assert fold(EMPTY, steps).state.badges == ("front-row",)


def test_a_hidden_badge_is_not_among_the_opportunities_and_an_open_one_is() -> None:
    here = Here(moment(0), MONDAY, "Europe/Berlin", "DE")
    for file, key, listed in (("hidden-badge", "radio-day", False), ("spring-badge", "spring-2026", True)):
        shown = opportunities(ruleset_of(Story(file, "nothing done yet", [])), EMPTY, here, frozenset())
        assert (key in {each.key for each in shown}) is listed


def test_a_retired_badge_stays_with_its_holders() -> None:
    story = Story("retired-badge", "somebody comes back", [attended("a")])
    steps = [(ruleset_of(story), activity) for activity in activities(story.deeds)]
    assert fold(State(badges=("pilot",)), steps).state.badges == ("pilot",)
    assert fold(EMPTY, steps).state.badges == ()
