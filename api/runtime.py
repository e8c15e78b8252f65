"""The composition root: everything that lives as long as the process, put together once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog

import access
import audit
import gamification
import people
from api.merging import Merging
from api.standings import Standings
from consent.vocabulary import BOARD_TOPIC
from gamification import BadgeIssuer, BadgeKeys, Boards
from kernel import epochs
from kernel.batching import Batcher
from kernel.cache import Cache
from kernel.clock import Clock, SystemClock
from kernel.crypto import WrappingKeys
from kernel.database import DB
from kernel.facts import Fact, Origin
from kernel.keys import Keys
from kernel.limits import Limits
from kernel.relay import hold_back, relay
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork, Work

AUDIENCE = "laurel"
POOL_SIZE = 10
BOARD_PAUSE_SECONDS = 1.0
LOTS_PAUSE_SECONDS = 30.0
LOTS_ORIGIN = Origin(request=UUID(int=0), actor="system:ledger", role="system", route="worker ledger")
SCHEDULE_PAUSE_SECONDS = 1.0
BOARD_ORIGIN = Origin(request=UUID(int=0), actor="system:board", role="system", route="worker board")
SCHEDULE_ORIGIN = Origin(request=UUID(int=0), actor="system:schedule", role="system", route="worker schedule")

_log = structlog.get_logger()


class Runtime:
    """What handlers, the worker and the command line share."""

    def __init__(self, settings: Settings, keys: Keys, clock: Clock | None = None) -> None:
        """Put everything together; nothing is opened yet. Both URLs of ``settings`` must be given."""
        if settings.database_url is None or settings.redis_url is None:
            message = "A runtime needs both URLs; start the embedded servers first."
            raise ValueError(message)
        self.settings = settings
        self.clock = clock or SystemClock()
        self.database_url = settings.database_url
        self.cache = Cache(settings.redis_url)
        self.epochs = epochs.Epochs(self.cache)
        self.work = Work(self.clock, audit.append)
        self.log_key = audit.LogKey(log_origin(settings), keys.audit_key)
        self.token_keys = access.TokenKeys(keys.token_key)
        self.authority = access.Authority(self.token_keys, settings.public_url, AUDIENCE)
        self.verifier = access.TokenVerifier(self.authority, self.clock)
        self.boards = Boards(self.cache)
        self.badge_issuer = badge_issuer(settings, keys)
        self.limits = Limits(self.cache, self.clock)
        self.standings = Standings(self.work, self.cache, self.epochs, self.clock, settings.requests_per_minute)
        self.merging = Merging(self.work, settings.activity_retention_days)
        self.trail: Batcher[Sequence[tuple[Origin, Fact]], None] = Batcher(self._append, most=1_000)
        self.settling: Batcher[None, bool] = Batcher(self._settle, most=1_000)
        self._vault = people.VaultKeys(WrappingKeys(keys.key_encryption_key), keys.blind_index_key)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Runtime"]:
        """Open the database's pools and hand the rooms their keys; close everything at the end."""
        people.configure(self._vault)
        access.configure(self.authority)
        epochs.use(self.epochs)
        await DB.open(self.database_url, size=POOL_SIZE)
        try:
            yield self
        finally:
            await DB.close()
            await self.cache.close()

    async def _append(self, many: Sequence[Sequence[tuple[Origin, Fact]]]) -> Sequence[BaseException | None]:
        """Make the entries of many queries and denials durable with one commit."""
        await self.work.append([entry for entries in many for entry in entries])
        return [None] * len(many)

    async def _settle(self, many: Sequence[None]) -> Sequence[bool]:
        """Wait once for everybody who wants to read the log now."""
        return [await audit.settle(self.work)] * len(many)

    def background(self) -> list[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]:
        """Return the loops of the worker: sequencer, outbox relay, boards, schedule of campaigns, expiry of points."""
        refresh = partial(_refresh, self.boards)
        sequencer = audit.Sequencer(self.database_url, self.log_key, self.clock)
        return [
            sequencer.run,
            lambda stop: relay(self.work, {BOARD_TOPIC: refresh}, stop),
            partial(_repeat, self._keep_board, BOARD_PAUSE_SECONDS, "board_waits"),
            partial(_repeat, self._keep_schedule, SCHEDULE_PAUSE_SECONDS, "schedule_waits"),
            partial(_repeat, self._expire_lots, LOTS_PAUSE_SECONDS, "lots_wait"),
        ]

    async def _keep_board(self) -> bool:
        """Begin and close periods in time, send away whose consent ran out, make lost copies again."""
        async with self.work.read(BOARD_ORIGIN) as uow:
            waiting = await gamification.boards_wait(uow, self.boards)
        if waiting:
            async with self.work.begin(BOARD_ORIGIN) as uow:
                await hold_back(uow)
                await gamification.keep_boards(uow, self.boards)
        return False

    async def _keep_schedule(self) -> bool:
        """Start and end campaigns by the clock, and score the past of those that ask for it."""
        async with self.work.begin(SCHEDULE_ORIGIN) as uow:
            await gamification.keep_schedule(uow)
        async with self.work.begin(SCHEDULE_ORIGIN) as uow:
            return await gamification.backfill(uow)

    async def _expire_lots(self) -> bool:
        """Let points expire whose time is over, and levels follow; any number of workers may do it at once."""
        async with self.work.begin(LOTS_ORIGIN) as uow:
            expired = await gamification.expire_lots(uow)
        async with self.work.begin(LOTS_ORIGIN) as uow:
            return await gamification.lapse_levels(uow) + expired > 0


async def _repeat(round_: Callable[[], Awaitable[bool]], pause: float, waits: str, stop: asyncio.Event) -> None:
    """Do one round after the other until ``stop``, without a ``pause`` (seconds) where one says that there is more.

    Whatever goes wrong is logged as ``waits`` and tried again: a loop that ended would stand still until a restart.
    """
    while not stop.is_set():
        more = False
        try:
            more = await round_()
        except Exception as error:  # noqa: BLE001 - see above
            _log.warning(waits, error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.0 if more else pause)


async def _refresh(boards: Boards, uow: UnitOfWork, keys: Sequence[UUID]) -> None:
    await gamification.refresh(uow, boards, keys)


def badge_issuer(settings: Settings, keys: Keys) -> BadgeIssuer:
    """Return who gives badges: the operator's name, under the public address."""
    badge_keys = BadgeKeys(keys.badge_rsa_key, keys.badge_key, settings.badge_former_keys)
    return BadgeIssuer(settings.public_url, settings.badge_issuer, badge_keys)


def log_origin(settings: Settings) -> str:
    """Return the audit log's name in its checkpoints: the public address without its scheme."""
    return settings.public_url.split("://", 1)[1].rstrip("/").replace("+", "-") + "/audit"
