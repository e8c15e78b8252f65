"""The example rules about keeping at it: streaks, and what takes several steps."""

import pytest

from tests.gamification.library.story import (
    Story,
    attended,
    completed,
    ends_as_told,
    heard,
    passed,
    played,
    read,
)

WEEK = 7
QUEST = [read("a"), read("b"), read("c"), heard(day=1), attended(day=2)]
INSULIN = [passed("a", 0, "insulin"), heard("p", 10, "insulin"), attended("w", 20, "insulin")]

STORIES = [
    Story("weekly-streak", "eight weeks with one off are a streak of eight",
          [heard(str(week), week * WEEK) for week in (0, 1, 2, 4, 5, 6, 7, 8)],
          badges=["eight-weeks"], streaks={"weekly-learning": 8}),
    Story("weekly-streak", "two weeks off end it",
          [heard(str(week), week * WEEK) for week in (0, 1, 2, 3, 6, 7, 8, 9)], streaks={"weekly-learning": 4}),
    Story("weekly-streak", "looking at something is not learning", [read("a")]),
    Story("daily-streak", "a missed day takes the freeze of the start, and the seventh day brings another one",
          [read("a", day) for day in (0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15)],
          badges=["fourteen-days"], streaks={"daily-learning": 14}),
    Story("daily-streak", "a second missed day before that ends it",
          [read("a", day) for day in (0, 1, 3, 5, 6, 7, 8, 9, 10, 11)], streaks={"daily-learning": 7}),
    Story("daily-streak", "attending isn't one of its activities", [attended("a")]),
    Story("streak-bonus", "after four weeks in a row, once a month",
          [completed(str(week), week * WEEK) for week in range(5)] + [completed("x", 29), completed("y", 36)],
          {"regular-learner": 20}, streaks={"regular-learning": 6}),
    Story("streak-bonus", "three weeks, and a fourth after a gap, pay nothing",
          [completed(str(week), week * WEEK) for week in (0, 1, 2, 4)], streaks={"regular-learning": 3}),
    Story("onboarding-quest", "the steps in order", QUEST, {"find-your-way": 40}),
    Story("onboarding-quest", "it pays once in a lifetime", [*QUEST, *QUEST], {"find-your-way": 40}),
    Story("onboarding-quest", "the webinar first, and the same item three times, don't count",
          [attended(day=0), heard(day=0), read("a"), read("a"), read("a"), heard(day=1)]),
    Story("thousand-modules", "whoever contributed is paid once everybody together is done",
          [completed("a"), completed("b", 1)], {"thousand-modules": 50}, reached=["thousand-modules"]),
    Story("thousand-modules", "before that nobody is", [completed("a"), completed("b", 1)]),
    Story("thousand-modules", "looking at something contributes nothing", [read("a")], reached=["thousand-modules"]),
    Story("specialty-quest", "in any order, within thirty days",
          [*INSULIN, passed("b", 30, "insulin")], {"insulin-month": 80}),
    Story("specialty-quest", "a day too late, and with another topic, it isn't done",
          [*INSULIN, passed("c", 25, "lipids"), passed("b", 31, "insulin")]),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_the_story_ends_as_told(story: Story) -> None:
    assert ends_as_told(story)


def test_a_quest_that_ran_out_of_time_begins_anew() -> None:
    late = [passed("b", 31, "insulin"), passed("c", 40, "insulin"), heard("q", 45, "insulin")]
    unfinished = Story("specialty-quest", "three of four steps after the first try", [*INSULIN, *late])
    assert played(unfinished).pays == {}
    finished = Story("specialty-quest", "all four", [*INSULIN, *late, attended("v", 61, "insulin")])
    assert played(finished).pays == {"insulin-month": 80}
