"""Reading rules that somebody wrote: beside the event loop and one text after the other.

The longest text takes a good fraction of a second of pure computing, in which no other request would be answered. More
than one at once would take the interpreter from the loop in turns, so that it waited for all of them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from content.vocabulary import ContentClass
from gamification.errors import Problem
from gamification.rules import RuleSet
from gamification.rules.campaigns import load_campaign, text_problems
from gamification.rules.grammar import Parts

Given = ParamSpec("Given")
Found = TypeVar("Found")

_READER: Final = ThreadPoolExecutor(1, thread_name_prefix="rules")


async def beside_the_loop(function: Callable[Given, Found], *arguments: Given.args, **named: Given.kwargs) -> Found:
    """Return what a pure function over a text answers, or raise what it raises, while other requests go on."""
    return await asyncio.get_running_loop().run_in_executor(_READER, lambda: function(*arguments, **named))


async def read_campaign(text: str, beside: RuleSet | None, lane: ContentClass | None) -> Parts:
    """Read a campaign's rules; raise ``RuleSetError`` as ``load_campaign`` does."""
    return await beside_the_loop(load_campaign, text, beside, lane)


async def problems_of(text: str, beside: RuleSet | None) -> tuple[Problem, ...]:
    """Return everything that is wrong with a text, as ``text_problems`` does."""
    return await beside_the_loop(text_problems, text, beside)
