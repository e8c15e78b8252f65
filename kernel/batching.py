"""Merging what arrives at the same time: one durable commit, or one round trip, for many who wait.

A flush waits for a few turns of the event loop, which take microseconds when nothing happens and collect company when
much does; whatever arrives while it is under way goes with the next one. So batches grow by themselves under load.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

TURNS: Final = 3
"""For how many turns of the event loop a flush waits for company: measured, more bring nothing."""


class Batcher(Generic[In, Out]):
    """Answers each ``submit`` with its own result of a flush that served many."""

    def __init__(
        self,
        flush: Callable[[Sequence[In]], Awaitable[Sequence[Out | BaseException]]],
        *,
        most: int,
    ) -> None:
        """Take ``flush``, which answers a list with as many results, in order; an exception answers that one alone.

        ``most`` weighs one flush; one is under way at a time.
        """
        self._flush = flush
        self._most = most
        self._free = True
        self._waiting: list[tuple[In, asyncio.Future[Out], int]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: In, *, weight: int = 1) -> Out:
        """Return the result for ``item``; an item heavier than ``most`` flies alone.

        Raises:
            whatever the flush raised, for everyone who was in it: nobody hangs.

        """
        answer: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer, weight))
        if self._free:
            self._free = False
            # A context of its own: the flush serves many, and must not inherit one caller's open transaction.
            task = asyncio.get_running_loop().create_task(self._drain(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                await self._fly(self._take())
        finally:
            self._free = True

    def _take(self) -> list[tuple[In, asyncio.Future[Out], int]]:
        count, weight = 0, 0
        for _, _, each in self._waiting:
            if count and weight + each > self._most:
                break
            count, weight = count + 1, weight + each
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _fly(self, batch: list[tuple[In, asyncio.Future[Out], int]]) -> None:
        results: Sequence[Out | BaseException]
        try:
            results = await self._flush([item for item, _, _ in batch])
            if len(results) != len(batch):
                message = f"A flush of {len(batch)} answered {len(results)}."
                raise RuntimeError(message)  # noqa: TRY301 - answered to everyone below, so that nobody hangs
        except BaseException as error:  # everyone who waits must hear of it, also of a cancellation
            results = [error] * len(batch)
            if not isinstance(error, Exception):
                self._answer(batch, results)
                raise
        self._answer(batch, results)

    @staticmethod
    def _answer(batch: list[tuple[In, asyncio.Future[Out], int]], results: Sequence[Out | BaseException]) -> None:
        for (_, answer, _), result in zip(batch, results, strict=True):
            if answer.done():  # the client went away; its effect is committed and a repeat will tell
                continue
            if isinstance(result, BaseException):
                answer.set_exception(result)
            else:
                answer.set_result(result)
