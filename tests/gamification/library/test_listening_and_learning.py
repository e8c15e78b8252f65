"""The example rules about podcasts, modules and what people come back for."""

from datetime import time, timedelta

import pytest

from content.vocabulary import ContentClass
from engagement.vocabulary import Channel, Verb
from tests.gamification.library.story import (
    MODULE,
    PODCAST,
    WEBINAR,
    Deed,
    Story,
    attended,
    completed,
    did,
    ends_as_told,
    failed,
    heard,
    moment,
    passed,
    read,
    registered,
)

SERIES = "series:heart-to-heart"
ACCREDITED = {"lane": ContentClass.ACCREDITED}


def finished(episode: str, day: int, *tags: str) -> Deed:
    return did(Verb.COMPLETED, PODCAST, episode, day, *tags)


def rated(item: str, day: int, score: float | None = None) -> Deed:
    return did(Verb.RATED, WEBINAR, item, day, score=score)


STORIES = [
    Story("module-by-its-date", "the last moment is on time, and a week before it is early",
          [completed("a", 7, due_at=moment(7) + timedelta(seconds=1)), completed("b", 0, due_at=moment(7, time(13)))],
          {"module-on-time": 30, "module-week-early": 10}),
    Story("module-by-its-date", "a second late, and without a date, pays nothing",
          [completed("a", 7, due_at=moment(7)), completed("b", 7)]),
    Story("module-by-its-date", "who was late and does it again in time of a later date is paid once",
          [completed("a", 7, due_at=moment(7)), passed("a", 8, due_at=moment(9)), passed("a", 9, due_at=moment(10))],
          {"module-on-time": 15}),
    Story("feedback-given", "one star pays as much as five, five items a month",
          [rated("a", 0, 0.2), rated("b", 0, 1.0), rated("a", 1), *(rated(str(item), 2) for item in range(9))],
          {"feedback-given": 25}),
    Story("feedback-given", "attending without a word pays nothing", [attended("a")]),
    Story("podcast-heard", "one episode a day",
          [heard("a", 0, progress=0.8), heard("b", 0, progress=1.0), heard("b", 1, progress=1.0)],
          {"podcast-heard": 16}),
    Story("podcast-heard", "half an episode pays nothing", [heard("a", 0, progress=0.5), heard("b", 0)]),
    Story("podcast-series", "six different episodes in any order are the series",
          [finished(episode, day, SERIES) for day, episode in enumerate("fbbcade")], badges=["heart-to-heart"]),
    Story("podcast-series", "five episodes, one of them twice, and another series aren't",
          [*(finished(episode, 0, SERIES) for episode in "abcdee"), finished("x", 1, "series:other")]),
    Story("listening-hour", "four quarters of an hour in one month, and again in the next",
          [*(heard(str(day), day, minutes=15) for day in (0, 9, 20, 29)), heard("long", 30, minutes=60)],
          {"listening-hour": 40}),
    Story("listening-hour", "an hour over the end of the month is none",
          [heard("a", 29, minutes=30), heard("b", 30, minutes=30)]),
    Story("module-first-attempt", "passed at once pays, and doesn't pay again",
          [passed("a"), passed("a", 1), passed("b", 2)], {"module-first-attempt": 40}),
    Story("module-first-attempt", "failing one module doesn't spoil the other",
          [failed("a"), passed("b"), passed("a", 1)], {"module-first-attempt": 20}),
    Story("module-first-attempt", "a module failed first pays nothing, however often it is passed",
          [failed("a"), passed("a", 1), passed("a", 2)]),
    Story("module-with-distinction", "90 percent pay at the second attempt too",
          [passed("a", 0, score=0.7), passed("a", 1, score=0.9)], {"module-with-distinction": 15}),
    Story("module-with-distinction", "89 percent, and no score, pay nothing",
          [passed("a", 0, score=0.89), passed("b")]),
    Story("five-cardiology-items", "five different items in one quarter",
          [passed("a", 0, "cardiology"), *(completed(item, 2, "cardiology") for item in "bcde")],
          {"five-cardiology-items": 60}),
    Story("five-cardiology-items", "four items, five over two quarters, and other topics aren't",
          [*(completed(item, 29, "cardiology") for item in "aabc"), completed("d", 30, "cardiology"),
           *(completed(item, 3) for item in "vwxyz")]),
    Story("accredited-education", "accredited modules pay in their own lane",
          [completed("a", 0, content_class=ContentClass.ACCREDITED)], {"accredited-education": 40},
          campaign=ACCREDITED),
    Story("accredited-education", "promotional and medical modules never do",
          [completed("a", 0, content_class=ContentClass.PROMOTIONAL), completed("b", 0)], campaign=ACCREDITED),
    Story("accredited-education", "the rule itself names its class: in a promotional campaign it pays nothing",
          [completed("a", 0, content_class=ContentClass.PROMOTIONAL)],
          campaign={"lane": ContentClass.PROMOTIONAL}),
    Story("guideline-reread", "again in each quarter, once in each",
          [read("a", 0, "guideline"), read("a", 20, "guideline"), read("a", 30, "guideline-update")],
          {"guideline-reread": 12}),
    Story("guideline-reread", "other modules pay nothing", [read("a"), completed("b")]),
    Story("returning-reader", "three days out of seven, once a week",
          [read("a", 0), read("a", 3), read("b", 6), read("c", 6)], {"returning-reader": 12}),
    Story("returning-reader", "the window is the last seven days, not the calendar's week",
          [read("a", 4), read("b", 6), read("c", 8)], {"returning-reader": 12}),
    Story("returning-reader", "three items on two days, and a third day too late, pay nothing",
          [read("a", 0), read("b", 0), read("c", 1), read("d", 7)]),
    Story("three-formats", "a webinar, a podcast and a module in a month",
          [attended("a", 0), heard("b", 9), completed("c", 29)], {"three-formats": 25}),
    Story("three-formats", "two formats, and the third in another month, pay nothing",
          [attended("a", 0), heard("b", 9), completed("c", 30)]),
    Story("your-way", "three modules", [completed(item, 3) for item in "abc"], badges=["your-way"]),
    Story("your-way", "or two webinars", [attended(item, 3) for item in "ab"], badges=["your-way"]),
    Story("your-way", "two modules and a webinar are neither",
          [completed("a"), completed("b"), attended("c"), registered("d")]),
    Story("learning-on-the-go", "once a day, whatever it was",
          [did(Verb.LISTENED, PODCAST, "a", 0, channel=Channel.MOBILE), passed("b", 0, channel=Channel.MOBILE),
           did(Verb.COMPLETED, MODULE, "c", 1, channel=Channel.MOBILE)], {"learning-on-the-go": 8}),
    Story("learning-on-the-go", "at the desk it pays nothing", [heard("a"), passed("b")]),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_the_story_ends_as_told(story: Story) -> None:
    assert ends_as_told(story)
