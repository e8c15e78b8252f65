"""What this process remembers about callers, and how it knows that it may still believe it.

Per request one round trip to Valkey (merged with those of other requests) brings the marks of the caller's account and
person and counts the request. What is remembered under the same mark and the same Valkey is current; anything else is
read from PostgreSQL. With Valkey away nothing is believed, everything is read, and the limits are stricter.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Generic, TypeVar
from uuid import UUID

import msgspec

import access
import consent
import people
from access import Caller
from consent.values import Record
from consent.vocabulary import Purpose
from kernel.batching import Batcher
from kernel.cache import Cache, CacheUnavailableError
from kernel.clock import Clock
from kernel.epochs import REMEMBERED_SECONDS, Epochs
from kernel.facts import Origin
from kernel.limits import STRICTER, Limit, Quota
from kernel.unit_of_work import Work
from people import Bearings

REMEMBERED: Final = 100_000

Value = TypeVar("Value")
Mark = tuple[int, str]


class Memory(Generic[Value]):
    """The most recently used values by key, each under the mark that was read before it."""

    def __init__(self, most: int, seconds: float = math.inf) -> None:
        """Remember ``most`` values, none for longer than ``seconds`` after its reading began."""
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[UUID, tuple[Mark, float, Value]] = OrderedDict()

    def get(self, key: UUID, mark: Mark | None) -> Value | None:
        """Return the value if it was remembered under exactly this mark."""
        kept = self._kept.get(key)
        if kept is None or mark is None or kept[0] != mark or time.monotonic() - kept[1] >= self._seconds:
            return None
        self._kept.move_to_end(key)
        return kept[2]

    def put(self, key: UUID, mark: Mark | None, value: Value, begun: float) -> None:
        """Remember a value whose reading ``begun`` (monotonic seconds) after ``mark``; without a mark nothing."""
        if mark is None:
            return
        self._kept[key] = (mark, begun, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class Personal(msgspec.Struct, frozen=True):
    """What a request needs to know of the person behind it."""

    consents: dict[Purpose, Record]
    bearings: Bearings | None


class Ask(msgspec.Struct, frozen=True):
    """One request's question to Valkey."""

    account: UUID
    person: UUID | None


class Marks(msgspec.Struct, frozen=True):
    """The marks of account and person, None where nothing may be believed, and what is left of the account's minute."""

    account: Mark | None
    person: Mark | None
    quota: Quota


class Standings:
    """Answers who is still signed in, and what they agreed to."""

    def __init__(self, work: Work, cache: Cache, epochs: Epochs, clock: Clock, limit: int) -> None:
        """Allow ``limit`` requests per account and minute."""
        self._work, self._cache, self._epochs, self._clock, self._limit = work, cache, epochs, clock, limit
        self._asking: Batcher[Ask, Marks] = Batcher(self._ask, most=512)
        self._reading: Batcher[Caller, access.Standing] = Batcher(self._read, most=512)
        # A mark that Valkey lost, or that could not be moved, is outlived: who was shut out is out within a second.
        self._standing: Memory[access.Standing] = Memory(REMEMBERED, REMEMBERED_SECONDS)
        self._personal: Memory[Personal] = Memory(REMEMBERED)
        self._counted: dict[UUID, int] = {}
        self._minute = 0

    async def marks(self, caller: Caller) -> Marks:
        """Count this request and return the marks of account and person; the quota may be used up."""
        return await self._asking.submit(Ask(caller.account, caller.person))

    async def standing(self, caller: Caller, mark: Mark | None) -> access.Standing:
        """Return whether the caller's session lives, and the role and markets that the account has now."""
        known = self._standing.get(caller.session, mark)
        if known is None:
            begun = time.monotonic()
            known = await self._reading.submit(caller)
            self._standing.put(caller.session, mark, known, begun)
        return known

    async def personal(self, caller: Caller, mark: Mark | None) -> Personal:
        """Return what the person behind the caller agreed to, and where that person is."""
        if caller.person is None:
            return Personal({}, None)
        known = self._personal.get(caller.person, mark)
        if known is None:
            begun = time.monotonic()
            async with self._work.read(_system("standing")) as uow:
                records = await consent.standing(uow, [caller.person], consent.CONSENT_PURPOSES)
                bearings = await people.bearings(uow, [caller.person])
            consents = {purpose: record for (_, purpose), record in records.items()}
            known = Personal(consents, bearings.get(caller.person))
            self._personal.put(caller.person, mark, known, begun)
        return known

    async def _read(self, callers: Sequence[Caller]) -> Sequence[access.Standing]:
        async with self._work.read(_system("standing")) as uow:
            return await access.standings(uow, [(caller.session, caller.account) for caller in callers])

    async def _ask(self, asks: Sequence[Ask]) -> Sequence[Marks]:
        now = int(self._clock.now().timestamp())
        minute, resets_in = now // 60, 60 - now % 60
        keys = [ask.account for ask in asks] + [ask.person or ask.account for ask in asks]
        generation = self._cache.generation  # read before asking: a reconnection in between makes the answers stale
        try:
            marks, counts = await self._epochs.read(keys, [f"{ask.account}:{minute}" for ask in asks])
        except CacheUnavailableError:
            return [self._alone(ask.account, minute, resets_in) for ask in asks]
        found: list[Mark | None] = [None if mark is None else (generation, mark) for mark in marks]
        return [
            Marks(found[index], found[index + len(asks)], self._quota(self._limit, count, resets_in))
            for index, count in enumerate(counts)
        ]

    def _alone(self, account: UUID, minute: int, resets_in: int) -> Marks:
        """Count in this process only, and allow less: without Valkey other workers' counts are unknown."""
        if minute != self._minute:
            self._counted, self._minute = {}, minute
        count = self._counted[account] = self._counted.get(account, 0) + 1
        return Marks(None, None, self._quota(max(1, self._limit // STRICTER), count, resets_in))

    @staticmethod
    def _quota(most: int, count: int, resets_in: int) -> Quota:
        return Quota(count <= most, Limit("requests", most), max(0, most - count), resets_in)


def _system(name: str) -> Origin:
    return Origin(request=UUID(int=0), actor=f"system:{name}", role="system", route="worker standing")
