"""Publishing: about once a second the newest checkpoint gets its further signatures and is what the log serves.

The sequencer never waits for this. A checkpoint that too few witnesses have signed is published as well, and an alarm
says so until enough of them do: a log that stood still for its witnesses could be stopped by one of them.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Final

import asyncpg
import structlog

from audit.rules.checkpoints import parse_checkpoint
from audit.rules.cosignatures import ML_DSA_44, Cosigner
from audit.rules.notes import MOST_SIGNATURES, LogKey, parse_note
from audit.rules.policies import Policy
from audit.rules.proofs import consistency_ranges, proof_from, tiles_of
from audit.rules.tiles import Tile
from audit.session import STANDBY_SECONDS, connected, wait
from audit.witnesses import Witnesses
from kernel.clock import Clock

PUBLISHER_LOCK: Final = 0x4C41_5552_0006
NAME: Final = "laurel publisher"
DOMAIN: Final = b"laurel audit ml-dsa-44 key v1"
OWN_SIGNATURES: Final = 2
"""The log's own, of either kind; of witnesses as many as fit into a note beside them."""
ROUND_SECONDS: Final = 1.0
IDLE_SECONDS: Final = 60.0
"""After so long without a new entry the checkpoint is signed again, so that whoever reads it knows that it is fresh."""

ALARM_SECONDS: Final = 60.0
LONGEST_PAUSE_SECONDS: Final = 10.0

_NEWEST = (
    "select c.size, c.note, p.size as published_size, p.published_at, p.unmet_since from audit.checkpoint c"
    " left join audit.publication p on true order by c.size desc limit 1"
)
_TILES = "select place, hashes from audit.tile where place = any($1::bigint[])"

_log = structlog.get_logger()


def log_cosigner(key: LogKey) -> Cosigner:
    """Return the log's second key, which holds against quantum computers: derived from the first, of another kind."""
    return Cosigner(key.origin, key.seed(DOMAIN), ML_DSA_44)


class Publisher:
    """Runs for as long as the program does; one process at a time publishes."""

    def __init__(self, dsn: str, key: LogKey, clock: Clock, policy: Policy | None = None) -> None:
        """Take where PostgreSQL is, the log's private key, the clock, and which witnesses must sign."""
        self._dsn = dsn
        self._cosigner = log_cosigner(key)
        self._clock = clock
        self._policy = policy
        self._alarmed_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until ``stop`` is set or the task is cancelled; whatever else happens, try again."""
        pause = ROUND_SECONDS
        while not stop.is_set():
            try:
                async with connected(self._dsn, NAME) as connection:
                    await self._lead(connection, stop)
                pause = ROUND_SECONDS
            except Exception as error:  # noqa: BLE001 - checkpoints must go on after whatever it was
                _log.warning("audit_publisher_interrupted", error=type(error).__name__)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            await wait(stop, pause)

    async def _lead(self, connection: "asyncpg.Connection[asyncpg.Record]", stop: asyncio.Event) -> None:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", PUBLISHER_LOCK):
            await wait(stop, STANDBY_SECONDS)
            if stop.is_set():
                return
        witnesses = None if self._policy is None else Witnesses(self._policy)
        try:
            while not stop.is_set():
                await self.publish(connection, witnesses)
                await wait(stop, ROUND_SECONDS)
        finally:
            if witnesses is not None:
                await witnesses.close()

    async def publish(
        self, connection: "asyncpg.Connection[asyncpg.Record]", witnesses: Witnesses | None = None
    ) -> bool:
        """Publish the newest checkpoint if it is new, or if the last was published too long ago; say whether."""
        newest = await connection.fetchrow(_NEWEST)
        now = self._clock.now()
        if newest is None or (
            newest["size"] == newest["published_size"]
            and now - newest["published_at"] < timedelta(seconds=IDLE_SECONDS)
            and newest["unmet_since"] is None
        ):
            return False
        note, text = newest["note"], parse_note(newest["note"]).text
        cosigned: dict[str, str] = {}
        if witnesses is not None:
            every = await witnesses.cosign(parse_checkpoint(text), note, _Prover(connection).proof)
            cosigned = dict(islice(every.items(), MOST_SIGNATURES - OWN_SIGNATURES))
        met = self._is_met(cosigned, newest["size"])
        signatures = self._cosigner.line(text, int(now.timestamp())) + "".join(cosigned.values())
        await connection.fetchval(
            "select audit.publish($1, $2, $3, $4)", newest["size"], note + signatures, self._clock.now(), met
        )
        if met and newest["unmet_since"] is not None:
            _log.info("audit_witness_policy_met", size=newest["size"])
        return True

    def _is_met(self, cosigned: dict[str, str], size: int) -> bool:
        """Tell whether enough witnesses signed, and raise the alarm, once a minute, if not."""
        if self._policy is None or self._policy.is_met(cosigned):
            self._alarmed_at = float("-inf")
            return True
        now = asyncio.get_running_loop().time()
        if now - self._alarmed_at >= ALARM_SECONDS:
            self._alarmed_at = now
            missing = sorted(self._policy.witnesses.keys() - cosigned.keys())
            _log.error("audit_witness_policy_unmet", size=size, missing=missing)
        return False


class _Prover:
    """Makes consistency proofs from the stored tiles."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    async def proof(self, old: int, new: int) -> Sequence[bytes]:
        """Return the proof that the log of ``new`` entries continues the one of ``old`` (RFC 6962 section 2.1.2)."""
        ranges = consistency_ranges(old, new)
        async with self._one_at_a_time:
            rows = await self._connection.fetch(_TILES, [tile.place for tile in tiles_of(ranges)])
        return proof_from(ranges, {Tile.at(row["place"]): row["hashes"] for row in rows})
