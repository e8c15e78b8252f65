"""The example rules about how much is paid, on which terms, when and where."""

import pytest

from gamification.rules import EMPTY, fold
from gamification.values import AwardKey
from tests.gamification.library.story import (
    Story,
    activities,
    attended,
    completed,
    ends_as_told,
    heard,
    played,
    read,
    registered,
    ruleset_of,
)

LIPIDS = "campaign:lipids"
GERMAN = {"markets": ("DE", "AT")}
WEBINARS = [attended(str(number), number, "expert-exchange") for number in range(16)]

STORIES = [
    Story("capped-reading", "ten items a month, and ten more in the next",
          [read(str(item), day) for day in (0, 15, 30) for item in range(12)], {"capped-reading": 40}),
    Story("capped-reading", "the same item pays once a month", [read("a", day) for day in range(30)],
          {"capped-reading": 2}),
    Story("capped-reading", "hearing is not reading", [heard("a")]),
    Story("quarterly-points-cap", "45 points a quarter",
          [completed(str(item), 0) for item in range(5)] + [completed("new", 30)], {"module-completed": 60}),
    Story("quarterly-points-cap", "a module that was only opened pays nothing", [read("a")]),
    Story("budgeted-launch", "the first episode pays", [heard("a", 0, "launch"), heard("b", 1, "launch")],
          {"budgeted-launch": 10}),
    Story("budgeted-launch", "another podcast pays nothing", [heard("a")]),
    Story("expiring-points", "each webinar", [attended("a"), attended("b")], {"expiring-points": 40}),
    Story("expiring-points", "registering pays nothing", [registered("a")]),
    Story("congress-week", "twice as much in the week, on its first and on its last day",
          [read("a", 6, "congress"), read("b", 7, "congress"), read("c", 13, "congress"), read("d", 14, "congress")],
          {"congress-item": 60}),
    Story("congress-week", "other items pay nothing, whatever the week", [read("a", 8)]),
    Story("level-gate", "from level 3 on",
          WEBINARS, {"expert-exchange": 35}),
    Story("level-gate", "at level 2 the same activity pays nothing", WEBINARS[:15]),
    Story("market-invitation", "the first item, in the markets of the campaign",
          [read("a", 0, LIPIDS, market="AT"), read("b", 1, LIPIDS, market="AT")], {"market-invitation": 10},
          campaign=GERMAN),
    Story("market-invitation", "in another market, and for another item, it pays nothing",
          [read("a", 0, LIPIDS, market="FR"), read("b", 1)], campaign=GERMAN),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_the_story_ends_as_told(story: Story) -> None:
    assert ends_as_told(story)


def test_an_award_says_which_budget_pays_it() -> None:
    [award] = played(Story("budgeted-launch", "one episode", [heard("a", 0, "launch")])).awards
    assert (award.terms.campaign, award.terms.budget, award.points) == ("campaign-budgeted-launch", 5000, 10)
    [free] = played(Story("podcast-heard", "one episode", [heard("a", 0, progress=1.0)])).awards
    assert free.terms.budget is None


def test_a_budget_that_is_used_up_leaves_everything_else_as_it_was() -> None:
    story = Story("budgeted-launch", "too late", [heard("a", 0, "launch"), attended("w", 1)])
    steps = [(ruleset_of(story), activity) for activity in activities(story.deeds)]
    refused = fold(EMPTY, steps, denied={AwardKey("budgeted-launch", "", "ever")})
    assert [award.key.rule for award in refused.awards] == ["attend-webinar"]
    granted = fold(EMPTY, steps)
    assert [award.key.rule for award in granted.awards] == ["budgeted-launch", "attend-webinar"]


def test_points_wait_and_expire_as_the_rule_says() -> None:
    [award] = played(Story("expiring-points", "one webinar", [attended("a")])).awards
    assert (award.terms.pending_days, award.terms.expires_after_days) == (14, 180)
    [lasting] = played(Story("first-webinar", "one webinar", [attended("a")])).awards
    assert (lasting.terms.pending_days, lasting.terms.expires_after_days) == (None, None)
