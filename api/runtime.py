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
import consent
import gamification
import people
from api.floods import Floods, Pressure
from api.four_eyes import Guarded
from api.holdings import registry
from api.merging import Merging
from api.standings import Standings
from consent import Controller, ReceiptIssuer
from consent.vocabulary import BOARD_TOPIC, Basis, Purpose
from gamification import BadgeIssuer, BadgeKeys, Boards
from kernel import epochs
from kernel.batching import Batcher
from kernel.cache import Cache
from kernel.clock import Clock, SystemClock
from kernel.database import DB
from kernel.facts import Fact, Origin
from kernel.keys import Keys, keyring
from kernel.limits import Limits
from kernel.mail import mailbox
from kernel.relay import hold_back, relay
from kernel.settings import Settings, SettingsError
from kernel.telling import Telling
from kernel.unit_of_work import UnitOfWork, Work

AUDIENCE = "laurel"
POOL_SIZE = 10
BOARD_PAUSE_SECONDS = 1.0
FLOOD_PAUSE_SECONDS = 10.0
LOTS_PAUSE_SECONDS = 30.0
CONSENT_PAUSE_SECONDS = 10.0
LOTS_ORIGIN = Origin(request=UUID(int=0), actor="system:ledger", role="system", route="worker ledger")
SCHEDULE_PAUSE_SECONDS = 1.0
LETTER_PAUSE_SECONDS = 1.0
LETTER_ORIGIN = Origin(request=UUID(int=0), actor="system:letters", role="system", route="worker letters")
REQUESTS_PAUSE_SECONDS = 1.0
RETENTION_PAUSE_SECONDS = 3_600.0
BOARD_ORIGIN = Origin(request=UUID(int=0), actor="system:board", role="system", route="worker board")
CONSENT_ORIGIN = Origin(request=UUID(int=0), actor="system:consent", role="system", route="worker consent")
REQUESTS_ORIGIN = Origin(
    request=UUID(int=0),
    actor="system:privacy",
    role="system",
    route="worker privacy",
    purpose=Purpose.COMPLIANCE,
    basis=Basis.LEGAL_OBLIGATION,
)
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
        self.token_keys = access.TokenKeys(keys.token_key, access.former_keys(keys.token_former_keys))
        self.former_log_keys = former_log_keys(settings)
        self.witness_policy = witness_policy(settings, self.log_key)
        self.authority = access.Authority(self.token_keys, settings.public_url, AUDIENCE)
        self.verifier = access.TokenVerifier(self.authority, self.clock)
        self.boards = Boards(self.cache)
        self.badge_issuer = badge_issuer(settings, keys)
        self.registry = registry(settings, self.boards)
        self.limits = Limits(self.cache, self.clock)
        self.telling = Telling(self.cache, self.clock)
        self.standings = Standings(self.work, self.cache, self.epochs, self.clock, settings.requests_per_minute)
        self.mailbox = mailbox(settings)
        self.merging = Merging(self.work, settings.activity_retention_days)
        self.trail: Batcher[Sequence[tuple[Origin, Fact]], None] = Batcher(self._append, most=1_000)
        self.settling: Batcher[None, bool] = Batcher(self._settle, most=1_000)
        self.receipt_issuer = receipt_issuer(settings, keys)
        self._suppression_key = keys.suppression_key
        self.floods = Floods(self.work, self.clock)
        self.pressure = Pressure(self.work)
        self.guarded: list[Guarded] = []
        self._vault = people.VaultKeys(keyring(settings, keys), keys.email_index_key, keys.identifier_index_key)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Runtime"]:
        """Open the database's pools and hand the rooms their keys; close everything at the end."""
        people.configure(self._vault)
        consent.configure(self._suppression_key)
        access.configure(self.authority)
        epochs.use(self.epochs)
        await DB.open(self.database_url, size=POOL_SIZE)
        try:
            yield self
        finally:
            await DB.close()
            await self.cache.close()

    async def require_replayed(self) -> None:
        """See that nobody who was erased is back: a database that was restored must not be served before that.

        Raises:
            ErasuresMissingError: it is older than erasures on the list.

        """
        async with self.work.read(REQUESTS_ORIGIN) as uow:
            await consent.require_replayed(uow, self.registry)

    async def _append(self, many: Sequence[Sequence[tuple[Origin, Fact]]]) -> Sequence[BaseException | None]:
        """Make the entries of many queries and denials durable with one commit."""
        await self.work.append([entry for entries in many for entry in entries])
        return [None] * len(many)

    async def _settle(self, many: Sequence[None]) -> Sequence[bool]:
        """Wait once for everybody who wants to read the log now."""
        return [await audit.settle(self.work)] * len(many)

    def background(self) -> list[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]:
        """Return the loops of the worker, each of which goes on after whatever went wrong."""
        refresh = partial(_refresh, self.boards)
        sequencer = audit.Sequencer(self.database_url, self.log_key, self.clock, self.former_log_keys)
        publisher = audit.Publisher(self.database_url, self.log_key, self.clock, self.witness_policy)
        return [
            sequencer.run,
            publisher.run,
            partial(_repeat, self.floods.fold, FLOOD_PAUSE_SECONDS, "floods_wait"),
            lambda stop: relay(self.work, {BOARD_TOPIC: refresh}, stop),
            partial(_repeat, self._keep_board, BOARD_PAUSE_SECONDS, "board_waits"),
            partial(_repeat, self._keep_schedule, SCHEDULE_PAUSE_SECONDS, "schedule_waits"),
            partial(_repeat, self._expire_lots, LOTS_PAUSE_SECONDS, "lots_wait"),
            partial(_repeat, self._send_letters, LETTER_PAUSE_SECONDS, "letters_wait"),
            partial(_repeat, self._sweep_consents, CONSENT_PAUSE_SECONDS, "consents_wait"),
            partial(_repeat, self._answer_requests, REQUESTS_PAUSE_SECONDS, "requests_wait"),
            partial(_repeat, self._retain, RETENTION_PAUSE_SECONDS, "retention_waits"),
        ]

    async def _keep_board(self) -> bool:
        """Begin and close periods in time, send away whose consent ran out, make lost copies again."""
        async with self.work.read(BOARD_ORIGIN) as uow:
            waiting = await gamification.boards_wait(uow, self.boards)
        if waiting:
            async with self.work.begin(BOARD_ORIGIN) as uow:
                await hold_back(uow)
                lost = await gamification.keep_boards(uow, self.boards)
            async with self.work.begin(BOARD_ORIGIN) as uow:
                await hold_back(uow)
                await gamification.copy_boards(uow, self.boards, lost=lost)
        return False

    async def _keep_schedule(self) -> bool:
        """Start and end campaigns by the clock, score the past of those that ask for it, pay for what all reached."""
        async with self.work.begin(SCHEDULE_ORIGIN) as uow:
            await gamification.keep_schedule(uow)
        async with self.work.begin(SCHEDULE_ORIGIN) as uow:
            more = await gamification.backfill(uow)
        async with self.work.begin(SCHEDULE_ORIGIN) as uow:
            return await gamification.pay_contributors(uow) or more

    async def _expire_lots(self) -> bool:
        """Let points expire whose time is over, and levels follow; any number of workers may do it at once."""
        async with self.work.begin(LOTS_ORIGIN) as uow:
            expired = await gamification.expire_lots(uow)
        async with self.work.begin(LOTS_ORIGIN) as uow:
            return await gamification.lapse_levels(uow) + expired > 0

    async def _send_letters(self) -> bool:
        """Send what rooms wrote to people; any number of workers may do it at once."""
        async with self.work.begin(LETTER_ORIGIN) as uow:
            return await access.send_letters(uow, self.mailbox)

    async def _sweep_consents(self) -> bool:
        """Write down grants that ran out; the gate has refused them ever since."""
        async with self.work.begin(CONSENT_ORIGIN) as uow:
            return await consent.record_lapses(uow)

    async def _answer_requests(self) -> bool:
        """Do one step of one request; workers beside each other take different requests."""
        async with self.work.begin(REQUESTS_ORIGIN) as uow:
            return await consent.work_once(uow, self.registry)

    async def _retain(self) -> bool:
        """Let go what has been kept for long enough."""
        async with self.work.begin(REQUESTS_ORIGIN) as uow:
            return any(line.rows for line in await consent.retain(uow, self.registry))


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


def former_log_keys(settings: Settings) -> list[audit.FormerKey]:
    """Return the keys that signed the log's checkpoints before the one in use.

    Raises:
        SettingsError: a line of LAUREL_AUDIT_FORMER_KEYS is none.

    """
    try:
        return audit.read_former_keys(settings.audit_former_keys)
    except audit.NoteError as error:
        raise SettingsError(f"LAUREL_AUDIT_FORMER_KEYS: {error}", field="audit_former_keys") from None


def witness_policy(settings: Settings, log_key: audit.LogKey) -> audit.Policy | None:
    """Return which witnesses must sign the log's checkpoints (c2sp.org/tlog-policy), or None.

    Raises:
        SettingsError: the file can't be read, or is malformed, or names other logs only.

    """
    if settings.witness_policy is None:
        return None
    try:
        policy = audit.parse_policy(settings.witness_policy.read_bytes())
    except (OSError, audit.PolicyError) as error:
        raise SettingsError(f"LAUREL_WITNESS_POLICY: {error}", field="witness_policy") from None
    if policy.logs and log_key.vkey not in policy.logs:
        raise SettingsError("LAUREL_WITNESS_POLICY: it names logs, and this one is not among them.")
    return policy


def receipt_issuer(settings: Settings, keys: Keys) -> ReceiptIssuer:
    """Return who gives consent receipts: the controller, as the operator names it."""
    controller = Controller(settings.controller, settings.controller_contact, settings.data_location)
    return ReceiptIssuer(controller, keys.receipt_key)


def log_origin(settings: Settings) -> str:
    """Return the audit log's name in its checkpoints: the public address without its scheme."""
    return settings.public_url.split("://", 1)[1].rstrip("/").replace("+", "-") + "/audit"
