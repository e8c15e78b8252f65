"""Texts of rules are read beside the event loop, and one after the other."""

import asyncio
import threading

import pytest

from gamification.errors import RuleSetError
from gamification.rules.campaigns import text_problems
from gamification.service.checking import problems_of, read_campaign

LONGEST = "a: [" + "1," * 49_900 + "]"


async def turns(reading: asyncio.Task[object]) -> int:
    """Return how often the loop came round while something was read."""
    found = 0
    while not reading.done():
        await asyncio.sleep(0)
        found += 1
    return found


async def test_the_loop_goes_on_while_the_longest_text_is_read_and_the_answer_is_the_same() -> None:
    reading = asyncio.ensure_future(problems_of(LONGEST, None))
    assert await turns(reading) > 100, "a reader on the loop lets it come round once or twice"
    assert reading.result() == text_problems(LONGEST, None) != ()


async def test_however_many_texts_are_sent_at_once_one_thread_reads_them() -> None:
    await asyncio.gather(*(problems_of(LONGEST, None) for _ in range(3)))
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("rules")]) == 1


async def test_what_is_wrong_comes_back_as_the_error_that_it_is() -> None:
    with pytest.raises(RuleSetError, match="has more than 100000 characters"):
        await read_campaign("a" * 100_001, None, None)
    good = "points: [{key: a-b, name: A, when: {verbs: [viewed]}, points: 1, recurs: ever}]"
    assert (await read_campaign(good, None, None)).points[0].key == "a-b"


def test_a_rule_set_of_two_hundred_rules_fits_well_below_the_limit() -> None:
    rule = (
        "  - key: rule-{0}\n    name: Rule number {0} with a name of some length\n"
        "    when: {{verbs: [viewed, completed], kinds: [webinar], tags: {{any: [topic-{0}, heart]}}}}\n"
        "    points: {0}\n    recurs: week\n    caps: [{{per: day, limit: 3}}]\n"
    )
    text = "points:\n" + "".join(rule.format(number) for number in range(1, 201))
    assert text_problems(text, None) == ()
    assert len(text) < 50_000
