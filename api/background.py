"""What a process does besides answering: one loop for each kind of work, which any number of processes may share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog

import access
import audit
import consent
import gamification
import people
from api.runtime import REQUESTS_ORIGIN, Runtime
from consent.vocabulary import BOARD_TOPIC, Basis, Purpose
from gamification import Boards
from kernel.facts import Origin
from kernel.http_client import NoAnswerError
from kernel.relay import hold_back, relay
from kernel.unit_of_work import UnitOfWork

BOARD_PAUSE_SECONDS = 1.0
CONSENT_PAUSE_SECONDS = 10.0
FLOOD_PAUSE_SECONDS = 10.0
LETTER_PAUSE_SECONDS = 1.0
LOTS_PAUSE_SECONDS = 30.0
REGISTER_PAUSE_SECONDS = 10.0
REQUESTS_PAUSE_SECONDS = 1.0
RETENTION_PAUSE_SECONDS = 3_600.0
SCHEDULE_PAUSE_SECONDS = 1.0
BOARD_ORIGIN = Origin(request=UUID(int=0), actor="system:board", role="system", route="worker board")
CONSENT_ORIGIN = Origin(request=UUID(int=0), actor="system:consent", role="system", route="worker consent")
LETTER_ORIGIN = Origin(request=UUID(int=0), actor="system:letters", role="system", route="worker letters")
LOTS_ORIGIN = Origin(request=UUID(int=0), actor="system:ledger", role="system", route="worker ledger")
REGISTER_ORIGIN = Origin(
    request=UUID(int=0),
    actor="system:registers",
    role="system",
    route="worker registers",
    purpose=Purpose.COMPLIANCE,
    basis=Basis.LEGAL_OBLIGATION,
)
TRAIL_ORIGIN = Origin(request=UUID(int=0), actor="system:trail", role="system", route="worker trail")
SCHEDULE_ORIGIN = Origin(request=UUID(int=0), actor="system:schedule", role="system", route="worker schedule")

_log = structlog.get_logger()


class Background:
    """The rounds of every loop."""

    def __init__(self, runtime: Runtime) -> None:
        """Work with the parts of ``runtime``."""
        self._runtime = runtime

    def loops(self) -> list[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]:
        """Return the loops of the worker, each of which goes on after whatever went wrong."""
        runtime = self._runtime
        sequencer = audit.Sequencer(runtime.database_url, runtime.log_key, runtime.clock, runtime.former_log_keys)
        publisher = audit.Publisher(runtime.database_url, runtime.log_key, runtime.clock, runtime.witness_policy)
        return [
            sequencer.run,
            publisher.run,
            partial(_repeat, runtime.floods.fold, FLOOD_PAUSE_SECONDS, "floods_wait"),
            self._deliver,
            partial(_repeat, self._keep_board, BOARD_PAUSE_SECONDS, "board_waits"),
            partial(_repeat, self._keep_schedule, SCHEDULE_PAUSE_SECONDS, "schedule_waits"),
            partial(_repeat, self._expire_lots, LOTS_PAUSE_SECONDS, "lots_wait"),
            partial(_repeat, self._send_letters, LETTER_PAUSE_SECONDS, "letters_wait"),
            partial(_repeat, self._send_messages, LETTER_PAUSE_SECONDS, "messages_wait"),
            partial(_repeat, self._sweep_consents, CONSENT_PAUSE_SECONDS, "consents_wait"),
            partial(_repeat, self._answer_requests, REQUESTS_PAUSE_SECONDS, "requests_wait"),
            partial(_repeat, self._ask_registers, REGISTER_PAUSE_SECONDS, "registers_wait"),
            partial(_repeat, self._retain_trail, RETENTION_PAUSE_SECONDS, "trail_retention_waits"),
            partial(_repeat, self._retain, RETENTION_PAUSE_SECONDS, "retention_waits"),
        ]

    async def _deliver(self, stop: asyncio.Event) -> None:
        """Hand on what units of work have published."""
        refresh = partial(_refresh, self._runtime.boards)
        await relay(self._runtime.work, {BOARD_TOPIC: refresh}, stop)

    async def _keep_board(self) -> bool:
        """Begin and close periods in time, send away whose consent ran out, make lost copies again."""
        async with self._runtime.work.read(BOARD_ORIGIN) as uow:
            waiting = await gamification.boards_wait(uow, self._runtime.boards)
        if waiting:
            async with self._runtime.work.begin(BOARD_ORIGIN) as uow:
                await hold_back(uow)
                lost = await gamification.keep_boards(uow, self._runtime.boards)
            async with self._runtime.work.begin(BOARD_ORIGIN) as uow:
                await hold_back(uow)
                await gamification.copy_boards(uow, self._runtime.boards, lost=lost)
        return False

    async def _keep_schedule(self) -> bool:
        """Start and end campaigns by the clock, score the past of those that ask for it, pay for what all reached."""
        async with self._runtime.work.begin(SCHEDULE_ORIGIN) as uow:
            await gamification.keep_schedule(uow)
        async with self._runtime.work.begin(SCHEDULE_ORIGIN) as uow:
            more = await gamification.backfill(uow)
        async with self._runtime.work.begin(SCHEDULE_ORIGIN) as uow:
            return await gamification.pay_contributors(uow) or more

    async def _expire_lots(self) -> bool:
        """Let points expire whose time is over, and levels follow; any number of workers may do it at once."""
        async with self._runtime.work.begin(LOTS_ORIGIN) as uow:
            expired = await gamification.expire_lots(uow)
        async with self._runtime.work.begin(LOTS_ORIGIN) as uow:
            return await gamification.lapse_levels(uow) + expired > 0

    async def _send_letters(self) -> bool:
        """Send what rooms wrote to people; any number of workers may do it at once."""
        async with self._runtime.work.begin(LETTER_ORIGIN) as uow:
            return await access.send_letters(uow, self._runtime.mailbox, _may_write)

    async def _send_messages(self) -> bool:
        """Ask for one second yes that is outstanding, and send one message or stop it."""
        asked = False
        if self._runtime.settings.confirmation_letters == "sent":
            async with self._runtime.work.begin(LETTER_ORIGIN) as uow:
                asked = await consent.write_confirmations(uow, self._confirmation_page)
        async with self._runtime.work.begin(LETTER_ORIGIN) as uow:
            return await consent.transmit(uow, self._runtime.mailbox) or asked

    def _confirmation_page(self, token: str) -> str:
        return f"{self._runtime.settings.public_url.rstrip('/')}/v1/consent/confirmations/{token}"

    async def _sweep_consents(self) -> bool:
        """Write down grants that ran out; the gate has refused them ever since."""
        async with self._runtime.work.begin(CONSENT_ORIGIN) as uow:
            return await consent.record_lapses(uow)

    async def _answer_requests(self) -> bool:
        """Do one step of one request; workers beside each other take different requests."""
        async with self._runtime.work.begin(REQUESTS_ORIGIN) as uow:
            return await consent.work_once(uow, self._runtime.registry)

    async def _ask_registers(self) -> bool:
        """Ask one register about one licence, in no transaction: it may take its time."""
        runtime = self._runtime
        if not runtime.registers.sources:
            return False
        async with runtime.work.begin(REGISTER_ORIGIN) as uow:
            inquiry = await people.claim_inquiry(uow, runtime.registers.sources)
        if inquiry is None:
            return False
        async with runtime.work.read(REGISTER_ORIGIN) as uow:
            identifier = await people.identifier_of(uow, inquiry)
        entry, answered = None, True
        try:
            entry = await runtime.registers.entry(inquiry.register, identifier)
        except NoAnswerError:
            answered = False
        async with runtime.work.begin(REGISTER_ORIGIN) as uow:
            await people.settle_inquiry(uow, inquiry, identifier, entry, answered=answered)
        return True

    async def _retain_trail(self) -> bool:
        """Let the content of audit entries go whose kind's time is over."""
        async with self._runtime.work.begin(TRAIL_ORIGIN) as uow:
            return await audit.remove_expired(uow) > 0

    async def _retain(self) -> bool:
        """Let go what has been kept for long enough, and who registered and never came."""
        async with self._runtime.work.begin(REQUESTS_ORIGIN) as uow:
            for person in await access.lapse_registrations(uow):
                await consent.forget(uow, self._runtime.registry, person)
        async with self._runtime.work.begin(REQUESTS_ORIGIN) as uow:
            return any(line.rows for line in await consent.retain(uow, self._runtime.registry))


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


async def _may_write(uow: UnitOfWork, person: people.PersonId, address: str | None) -> bool:
    """Tell whether a letter about somebody's own account may leave: a code that was asked for, or word of a danger.

    It goes to ``address``, or without one to the person's own.
    """
    ask = partial(consent.may_contact, uow, person, consent.Channel.EMAIL, Purpose.SERVICE, solicited=True)
    try:
        return (await ask(address=address)).allowed
    except consent.InvalidAddressError:  # whether it is suppressed can't be known, and no other letter waits for it
        return False


async def _refresh(boards: Boards, uow: UnitOfWork, keys: Sequence[UUID]) -> None:
    await gamification.refresh(uow, boards, keys)
