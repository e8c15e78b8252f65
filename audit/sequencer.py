"""Indexes committed entries, extends the tree and signs it (``docs/decisions/0011-checkpoints-are-linked.md``).

One process at a time does this, whichever holds an advisory lock; the others stand by. It takes what is in the queue
and never what lies beyond a cursor: ids and serial numbers are given before COMMIT and become visible in any order, so
a cursor passes over the entry of a long transaction for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from audit.errors import LogDamagedError
from audit.rules.checkpoints import FIRST_LINK, Checkpoint, note_hash, sign_link
from audit.rules.entries import file
from audit.rules.keyring import FormerKey, KeyRing
from audit.rules.notes import LogKey, NoteError
from audit.rules.tiles import Tile, compact_range, edge, grow
from audit.rules.tree import CompactRange, leaf_hash
from audit.session import HURRY, STANDBY_SECONDS, connected, wait
from kernel.clock import Clock

SEQUENCER_LOCK: Final = 0x4C41_5552_0002
NAME: Final = "laurel sequencer"
BATCH: Final = 1_000
"""How many entries get their index in one transaction: a few milliseconds of hashing without a pause."""

IDLE_SECONDS: Final = 0.1
ROUND_SECONDS: Final = 0.5
"""How long it lets entries gather when some have just come: under load about two checkpoints are signed per second."""

SHORTEST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 10.0

# An array, so that only the taken entries are looked up: a join may be planned as a walk through the whole log.
_TAKE = (
    "select id, body from audit.entry"
    " where id = any(array(select entry from audit.pending order by entry limit $1)) order by id"
)
# The application may insert and select. These two functions of the owner do the rest, and nothing but that: they take
# out of the queue what has an index, and make a tile longer by what comes after its hashes.
_DONE = "select audit.leave_queue($1::uuid[])"
_STORE_TILES = "select audit.grow_tiles($1::bigint[], $2::bytea[])"
_READ_TILES = "select place, hashes from audit.tile where place = any($1::bigint[])"
_LEAF_COLUMNS = (
    "index", "entry", "leaf_hash", "at", "actor", "subject", "action", "decision", "purpose", "resource", "request",
    "route",
)  # fmt: skip

_log = structlog.get_logger()


class Sequencer:
    """Runs for as long as the program does, through every loss of its database."""

    def __init__(self, dsn: str, key: LogKey, clock: Clock, former: Sequence[FormerKey] = ()) -> None:
        """Take where PostgreSQL is, the log's private key, the clock, and the keys before this one.

        It uses one connection of its own.

        The connection must be a session of its own: a pooler that shares sessions between transactions loses the lock.
        """
        self._dsn = dsn
        self._key = key
        self._clock = clock
        self._former = former
        self._pause = SHORTEST_PAUSE_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Sequence until ``stop`` is set or the task is cancelled; whatever else happens, try again.

        A log that contradicts its checkpoints is left as it is: nothing gets an index until somebody has looked.
        """
        while not stop.is_set():
            try:
                async with connected(self._dsn, NAME) as connection:
                    await self._lead(connection, stop)
            except LogDamagedError as error:
                _log.error("audit_log_damaged", code=error.code, reason=error.detail)
                self._pause = LONGEST_PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - the log must go on after whatever it was
                _log.warning("audit_sequencer_interrupted", error=type(error).__name__, seconds=self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            await wait(stop, self._pause)

    async def _lead(self, connection: "asyncpg.Connection[asyncpg.Record]", stop: asyncio.Event) -> None:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", SEQUENCER_LOCK):
            await wait(stop, STANDBY_SECONDS)
            if stop.is_set():
                return
        sequencing = Sequencing(connection, self._key, self._clock, self._former)
        await sequencing.load()
        self._pause = SHORTEST_PAUSE_SECONDS  # only outages in a row make the pauses longer
        _log.info("audit_sequencer_leads", size=sequencing.size)
        signed_at = self._monotonic()
        hurry = asyncio.Event()
        await connection.add_listener(HURRY, lambda *_: hurry.set())
        while not stop.is_set():
            hurry.clear()
            count = await sequencing.index_pending()
            if count == BATCH and self._monotonic() - signed_at < ROUND_SECONDS:
                continue
            await sequencing.sign()
            signed_at = self._monotonic()
            if count < BATCH:
                await wait(stop, ROUND_SECONDS if count else IDLE_SECONDS, hurry)

    @staticmethod
    def _monotonic() -> float:
        return asyncio.get_running_loop().time()


class Sequencing:
    """The sequencer's work on a connection that holds the lock: load once, then index and sign by turns."""

    def __init__(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        key: LogKey,
        clock: Clock,
        former: Sequence[FormerKey] = (),
    ) -> None:
        """Take the connection, which MUST hold ``SEQUENCER_LOCK``."""
        self._keys = KeyRing(key.vkey, former)
        self._connection = connection
        self._key = key
        self._clock = clock
        self._tree = CompactRange()
        self._tiles: dict[Tile, bytes] = {}
        self._signed = 0
        self._previous = FIRST_LINK

    @property
    def size(self) -> int:
        """How many entries have an index."""
        return self._tree.size

    async def load(self) -> None:
        """Read where the log stands, and refuse to go on from a state that contradicts the newest checkpoint.

        Raises:
            LogDamagedError: tiles are missing or cut, or the newest checkpoint is not about these tiles.

        """
        size = await self._connection.fetchval("select coalesce(max(index) + 1, 0) from audit.leaf")
        row = await self._connection.fetchrow("select size, note from audit.checkpoint order by size desc limit 1")
        self._tree, self._tiles = await self._stored_tree(size)
        if row is not None:
            await self._continue_from(row["size"], row["note"])
        await self.sign()

    async def index_pending(self, most: int = BATCH) -> int:
        """Give up to ``most`` waiting entries the next indexes, in one transaction; return how many.

        The bytes are read back from storage before they are hashed: what was written wrongly once, by a bad disk or a
        bad bit, is signed as it is and stays provable. Logs that hashed what they had in memory were lost that way.
        """
        connection = self._connection
        async with connection.transaction():
            rows = await connection.fetch(_TAKE, most)
            if not rows:
                return 0
            entries = [(row["id"], row["body"]) for row in rows]
            hashes = [leaf_hash(body) for _, body in entries]
            tree = self._tree.copy()
            tree.extend(hashes)
            changed = grow(self.size, self._tiles, hashes)
            await self._insert_leaves(entries, hashes)
            stored = await connection.fetchval(_STORE_TILES, [tile.place for tile in changed], list(changed.values()))
            if stored != len(changed):
                raise LogDamagedError("A stored tile is no beginning of the one that follows it.")
            if await connection.fetchval(_DONE, [identifier for identifier, _ in entries]) != len(entries):
                raise LogDamagedError("Somebody else takes entries out of the queue.")
        tiles = self._tiles | changed
        self._tree, self._tiles = tree, {tile: tiles[tile] for tile in edge(tree.size)}
        return len(entries)

    async def sign(self) -> None:
        """Sign a checkpoint over every entry that has an index, unless there already is one.

        Raises:
            LogDamagedError: the stored tiles lead to another root than the entries that went into them.

        """
        if self.size == self._signed:
            return
        stored, _ = await self._stored_tree(self.size)
        if stored.root != self._tree.root:
            raise LogDamagedError(f"The stored tiles of the {self.size} entries lead to another root.")
        checkpoint = Checkpoint(self._key.origin, self.size, stored.root)
        note = self._key.sign_note(checkpoint.text())
        await self._connection.execute(
            "insert into audit.checkpoint (size, root, note, link, published_at) values ($1, $2, $3, $4, $5)",
            checkpoint.size,
            checkpoint.root,
            note,
            sign_link(self._key, self._previous, note),
            self._clock.now(),
        )
        self._signed, self._previous = self.size, note_hash(note)

    async def sequence_once(self) -> int:
        """Index one batch and sign; return how many entries got an index."""
        count = await self.index_pending()
        await self.sign()
        return count

    async def _continue_from(self, size: int, note: str) -> None:
        try:
            checkpoint = self._keys.open(note)
        except NoteError as error:
            raise LogDamagedError(f"The newest checkpoint can't be used: {error}") from error
        if checkpoint.size != size or size > self.size:
            raise LogDamagedError(f"A checkpoint was signed over {checkpoint.size} entries; {self.size} are there.")
        stored, _ = await self._stored_tree(size)
        if stored.root != checkpoint.root:
            raise LogDamagedError(f"The stored tiles contradict the checkpoint over {size} entries.")
        self._signed, self._previous = size, note_hash(note)

    async def _stored_tree(self, size: int) -> tuple[CompactRange, dict[Tile, bytes]]:
        rows = await self._connection.fetch(_READ_TILES, [tile.place for tile in edge(size)])
        tiles = {Tile.at(row["place"]): row["hashes"] for row in rows}
        try:
            return compact_range(size, tiles), tiles
        except (KeyError, ValueError) as error:
            raise LogDamagedError(f"A tile of the {size} entries is missing or cut.") from error

    async def _insert_leaves(self, entries: Sequence[tuple[UUID, bytes]], hashes: Sequence[bytes]) -> None:
        records = []
        for index, ((identifier, body), digest) in enumerate(zip(entries, hashes, strict=True), self.size):
            filed = file(identifier, body)
            records.append(
                (
                    index, identifier, digest, filed.at, filed.actor, filed.subject, filed.action, filed.decision,
                    filed.purpose, filed.resource, filed.request, filed.route,
                )
            )  # fmt: skip
        await self._connection.copy_records_to_table(
            "leaf", schema_name="audit", columns=_LEAF_COLUMNS, records=records
        )


@asynccontextmanager
async def sequencing(
    dsn: str, key: LogKey, clock: Clock, former: Sequence[FormerKey] = ()
) -> AsyncIterator[Sequencing]:
    """Wait for the lock and lend the sequencer's work, loaded: for who wants to take its steps one by one."""
    async with connected(dsn, NAME) as connection:
        await connection.execute("select pg_advisory_lock($1)", SEQUENCER_LOCK)
        work = Sequencing(connection, key, clock, former)
        await work.load()
        yield work
