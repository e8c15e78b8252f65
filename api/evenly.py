"""Answers that take the same time, whatever the reason: what a clock could tell, it tells nobody."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

STEP_SECONDS: Final = 0.2
"""More than a refusal takes on a machine that is not overloaded, Argon2 included."""


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """End a block, however it ends, at a whole multiple of ``STEP_SECONDS`` after it began."""
    begun = asyncio.get_running_loop().time()
    try:
        yield
    finally:
        await _wait(begun)


@asynccontextmanager
async def evenly_when_refused() -> AsyncIterator[None]:
    """The same for blocks that end with an error; who is let in need not wait."""
    begun = asyncio.get_running_loop().time()
    try:
        yield
    except Exception:
        await _wait(begun)
        raise


async def _wait(begun: float) -> None:
    spent = asyncio.get_running_loop().time() - begun
    await asyncio.sleep(math.ceil(spent / STEP_SECONDS) * STEP_SECONDS - spent)
