"""The example rules about webinars."""

import pytest

from engagement.vocabulary import Channel, Verb
from tests.gamification.library.story import (
    WEBINAR,
    Deed,
    Story,
    attended,
    completed,
    did,
    ends_as_told,
    moment,
    passed,
    read,
    registered,
)


def answered(item: str = "webinar", day: int = 0, **fields: float | bool) -> Deed:
    return did(Verb.ANSWERED, WEBINAR, item, day, **fields)


def replayed(item: str, day: int, progress: float) -> Deed:
    return did(Verb.VIEWED, WEBINAR, item, day, progress=progress)


EARLY = {"opens": moment(0), "closes": moment(14)}

STORIES = [
    Story("webinar-half-hour", "exactly thirty minutes are enough", [attended(minutes=30)], {"webinar-half-hour": 25}),
    Story(
        "webinar-half-hour",
        "reconnecting pays once, another webinar pays again",
        [attended(minutes=45), attended(minutes=31), attended("another", 1, minutes=60)],
        {"webinar-half-hour": 50},
    ),
    Story("webinar-half-hour", "29 minutes, and a visit of unknown length, pay nothing",
          [attended(minutes=29), attended("another")]),
    Story("first-webinar", "the first one pays, the second doesn't",
          [attended("a"), attended("b", 1)], {"first-webinar": 50}),
    Story("first-webinar", "a registration is no webinar", [registered("a")]),
    Story("early-registration", "each congress webinar in time pays once",
          [registered("a", 1, "congress"), registered("a", 2, "congress"), registered("b", 13, "congress")],
          {"early-registration": 20}, campaign=EARLY),
    Story("early-registration", "before it opens, after it closes, and for another webinar it pays nothing",
          [registered("a", -1, "congress"), registered("b", 14, "congress"), registered("c", 3)], campaign=EARLY),
    Story("webinar-replay", "two recordings a week pay, the third one next week again",
          [replayed("a", 0, 0.9), replayed("b", 1, 1.0), replayed("c", 2, 1.0), replayed("c", 7, 1.0)],
          {"webinar-replay": 30}),
    Story("webinar-replay", "half a recording, and a webinar attended live, pay nothing",
          [replayed("a", 0, 0.5), attended("b", 1)]),
    Story("webinar-then-quiz", "the quiz pays on the seventh day",
          [attended(day=0), passed("quiz", 7, "webinar-quiz")], {"webinar-then-quiz": 30}),
    Story("webinar-then-quiz", "on the eighth day it is too late",
          [attended(day=0), passed("quiz", 8, "webinar-quiz")]),
    Story("webinar-then-quiz", "the quiz before the webinar, and one without, pay nothing",
          [passed("quiz", 0, "webinar-quiz"), attended(day=0)]),
    Story("register-and-attend", "who registers and comes is thanked once a week",
          [registered("a", 0), registered("b", 0), attended("a", 7), attended("b", 8)], {"register-and-attend": 15}),
    Story("register-and-attend", "coming without, or 31 days after, a registration pays nothing",
          [attended("a", 0), registered("b", 1), attended("b", 32)]),
    Story("poll-taken", "any answer pays, right or wrong, once per webinar",
          [answered("a", success=False), answered("a", success=True), answered("b", score=0.0)], {"poll-taken": 10}),
    Story("poll-taken", "attending without taking part pays nothing", [attended("a")]),
    Story("congress-in-person", "sessions at the event pay each",
          [attended(item, 7, "congress", channel=Channel.EVENT) for item in "ab"], {"congress-in-person": 60}),
    Story("congress-in-person", "the same sessions online, and another event, pay nothing",
          [attended("a", 7, "congress"), attended("b", 7, channel=Channel.EVENT)]),
    Story("standing-programme", "a webinar and a module pay once each, whatever comes again",
          [attended("a"), attended("a", 1), completed("m", 2), passed("m", 3)],
          {"attend-webinar": 20, "finish-module": 30}),
    Story("standing-programme", "registering and reading pay nothing", [registered("a"), read("m")]),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_the_story_ends_as_told(story: Story) -> None:
    assert ends_as_told(story)
