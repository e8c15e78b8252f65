"""Verifies a log in its database, trusting nothing but the stored bytes and the log's public key.

Everything is read in one snapshot, so that a log can be verified while it grows, and range by range, so that its length
does not matter. A range in which all agrees is decided by a few comparisons of long byte strings, on all cores; only
another one is looked at entry by entry.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from audit.ranges import sound_ranges
from audit.rules.checkpoints import Checkpoint
from audit.rules.columns import differing, says_it_is
from audit.rules.details import MARK, claims
from audit.rules.details import differing as differing_details
from audit.rules.findings import Findings, compare_tile, name_stray_tile
from audit.rules.keyring import FormerKey, KeyRing
from audit.rules.ranges import RANGE, Sealing, Sound
from audit.rules.removals import Removed
from audit.rules.tiles import TILE_HASHES, Tile, compact_range, edge, split, tile_counts
from audit.rules.tree import leaf_hash
from audit.rules.verification import Chunk, Verification
from audit.snapshot import Connection, Leaf, Snapshot, signed, size, snapshot
from audit.store.verifying import connect
from audit.values import Finding, Progress, Report
from audit.vocabulary import FindingKind

GRACE_SECONDS: Final = 3.0
"""How long a live sequencer is waited for to sign what already has an index: several of its rounds."""

POLL_SECONDS: Final = 0.1


async def verify(
    dsn: str,
    vkey: str,
    progress: Progress | None = None,
    against: str | None = None,
    former: Sequence[FormerKey] = (),
) -> Report:
    """Verify the whole log in the database at ``dsn`` against the public key ``vkey`` (c2sp.org/signed-note).

    ``former`` are the keys that signed before it. ``against`` is a signed checkpoint kept elsewhere: it alone shows
    that a log was set back to an earlier state.

    Raises:
        NoteError: a key is malformed, or ``against`` is not signed by the key that its size asks for.
        OSError, asyncpg.PostgresError: the database is away.

    """
    keys = KeyRing(vkey, former)
    kept = None if against is None else keys.open(against)
    deadline = asyncio.get_running_loop().time() + GRACE_SECONDS
    connection = await connect(dsn)
    try:
        indexed = await _wait_for_signature(connection, deadline)
        while True:
            async with snapshot(connection) as log:
                # A removal that is not signed counts for nothing: somebody would only have to say what they took.
                if _is_over(deadline) or not await log.has_unsigned_removals():
                    return await _Run(log, dsn, keys).report(indexed, kept, progress)
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()


def _is_over(deadline: float) -> bool:
    return asyncio.get_running_loop().time() >= deadline


async def _wait_for_signature(connection: Connection, deadline: float) -> int:
    """Give a live sequencer the time to sign what has an index now; return how much that is."""
    indexed = await size(connection)
    while not _is_over(deadline):
        if indexed <= await signed(connection):
            break
        await asyncio.sleep(POLL_SECONDS)
    return indexed


class _Run:
    """One verification, within one snapshot."""

    def __init__(self, log: Snapshot, dsn: str, keys: KeyRing) -> None:
        self._log = log
        self._dsn = dsn
        self._findings = Findings()
        self._verification = Verification(keys, self._findings)
        self._origin = keys.origin
        self._found = 0
        self._details = 0
        self._checkpoints = 0

    async def report(self, indexed: int, kept: Checkpoint | None, progress: Progress | None) -> Report:
        for name in await self._log.replaced():
            self._findings.add(0, FindingKind.TABLE_REPLACED, f"audit.{name} is no plain table.")
        total = await self._log.size()
        self._verification.removed = Removed(await self._log.removals(), total)
        await self._check_ranges(total, progress)
        await self._check_tiles(last=True)
        await self._check_checkpoints_beyond()
        self._verification.finish()
        for tile in await self._log.stray_tiles(tile_counts(self._verification.size)):
            name_stray_tile(self._findings, tile)
        pending = await self._check_entries()
        await self._check_stray_details()
        await self._check_ends(indexed, kept)
        newest = self._verification.newest
        return Report(
            ok=self._findings.total == 0,
            origin=self._origin,
            entries=self._found,
            removed=self._verification.removed_count,
            pending=pending,
            checkpoints=self._checkpoints,
            size=newest.size if newest else 0,
            root=newest.root.hex() if newest else "",
            findings_total=self._findings.total,
            findings=await self._sorted_findings(),
        )

    async def _check_ranges(self, total: int, progress: Progress | None) -> None:
        async with sound_ranges(self._log, self._dsn, total) as ranges:
            first = 0
            async for found in ranges:
                end = min(first + RANGE, total)
                if found is not None:
                    await self._accept(found)
                elif not await self._check_closely(first, end):
                    detail = f"This index and those after it are not there, up to {total - 1} at most."
                    self._findings.add(first, FindingKind.LEAF_MISSING, detail)
                    return
                if end % (TILE_HASHES * TILE_HASHES) == 0:
                    await self._check_tiles()
                if progress is not None:
                    progress(end, total)
                first = end

    async def _accept(self, tiles: Sequence[Sound]) -> None:
        for tile in tiles:
            self._found += tile.count
            self._checkpoints += len(tile.checkpoints)
            self._verification.accept(tile)
            if self._verification.removed.any(tile.first, tile.first + tile.count):
                for index in range(tile.first, tile.first + tile.count):
                    self._verification.deny_removal(index)
            await self._check_details(tile.sealing)

    async def _check_closely(self, first: int, end: int) -> bool:
        """Check a range row by row, and name what is missing, repeated or says otherwise; False if none is there."""
        leaves = await self._log.leaves(first, end)
        if not leaves and not self._verification.removed.any(first, end):
            return False
        by_entry, repeated = await self._log.bodies(first, end)
        checkpoints = await self._log.checkpoints(first, end)
        tiles = await self._log.tiles([Tile(0, start // TILE_HASHES) for start in range(first, end, TILE_HASHES)])
        self._found += len(by_entry)
        self._checkpoints += len(checkpoints)
        found: list[bytes | None] = [None] * (end - first)
        leaf_hashes: list[bytes | None] = [None] * (end - first)
        for leaf in leaves:
            place = leaf.index - first
            if leaf_hashes[place] is not None:
                self._findings.add(leaf.index, FindingKind.LEAF_REPEATED, "The index is there more than once.")
                continue
            if leaf.entry in repeated:
                self._findings.add(leaf.index, FindingKind.ENTRY_REPEATED, "The entry is stored more than once.")
            body = by_entry.get(leaf.entry)
            leaf_hashes[place], found[place] = leaf.leaf_hash, body
            if body is not None and leaf_hash(body) == leaf.leaf_hash:
                self._compare_columns(leaf, body)
        stored = {tile.number: data for tile, data in tiles.items()}
        self._verification.check(Chunk(first, found, leaf_hashes, stored, checkpoints))
        await self._check_details(
            [
                Sealing(leaf.index, leaf.entry, claims(body))
                for leaf in leaves
                if (body := by_entry.get(leaf.entry)) is not None and MARK in body
            ]
        )
        return True

    async def _check_details(self, sealing: Sequence[Sealing]) -> None:
        if not sealing:
            return
        stored = await self._log.details([each.entry for each in sealing])
        for each in sealing:
            parts = stored.get(each.entry, {})
            self._details += len(parts)
            for sentence in differing_details(each.claims, parts):
                self._findings.add(each.index, FindingKind.DETAIL_CHANGED, sentence)

    async def _check_stray_details(self) -> None:
        stray = await self._log.count_details() - self._details
        if stray:
            detail = f"{stray} sealed details belong to no entry that speaks of one."
            self._findings.add(self._verification.size, FindingKind.DETAIL_CHANGED, detail)

    def _compare_columns(self, leaf: Leaf, body: bytes) -> None:
        names = differing(leaf.entry, body, leaf)
        if names:
            detail = f"The entry says something else than {', '.join(names)}."
            self._findings.add(leaf.index, FindingKind.COLUMN_CHANGED, detail)
        if not says_it_is(leaf.entry, body):
            self._findings.add(leaf.index, FindingKind.ENTRY_MISPLACED, "The entry says that it is another one.")

    async def _check_tiles(self, *, last: bool = False) -> None:
        expected = self._verification.tiles_above(last=last)
        stored = await self._log.tiles([*expected])
        for tile, data in expected.items():
            compare_tile(self._findings, self._verification.is_suspect, tile, split(data), split(stored.get(tile, b"")))

    async def _check_checkpoints_beyond(self) -> None:
        beyond = self._verification.size
        while checkpoints := await self._log.checkpoints(beyond):
            self._checkpoints += len(checkpoints)
            self._verification.check_beyond(checkpoints)
            beyond = checkpoints[-1].size

    async def _check_entries(self) -> int:
        """Compare what there is with what has an index or waits for one; return how many wait."""
        waiting = await self._log.waiting()
        beyond = self._verification.size
        if waiting.pending != waiting.there:
            detail = f"{waiting.pending - waiting.there} entries wait for an index and are not there."
            self._findings.add(beyond, FindingKind.ENTRY_MISSING, detail)
        if waiting.placed:
            detail = f"{waiting.placed} entries wait for an index and have one."
            self._findings.add(beyond, FindingKind.ENTRY_UNSEQUENCED, detail)
        if waiting.astray:
            detail = f"{waiting.astray} rows of the index are before its beginning, or have no index."
            self._findings.add(0, FindingKind.LEAF_ASTRAY, detail)
        # Asked whatever the numbers say: one that was hidden and one that was put in twice cancel out.
        for identifier, body in await self._log.orphans():
            if leaf_hash(body) not in self._verification.lost:
                detail = f"Entry {identifier} has no index and does not wait for one."
                self._findings.add(beyond, FindingKind.ENTRY_UNSEQUENCED, detail)
        if not self._findings.total and waiting.entries != self._found + waiting.there:
            detail = f"There are {waiting.entries} entries, and {self._found + waiting.there} have an index or wait."
            self._findings.add(beyond, FindingKind.ENTRY_REPEATED, detail)
        await self._check_minimum()
        return waiting.pending

    async def _check_minimum(self) -> None:
        """Entries below the minimum index may be absent from exports and mirrors, so it must not be beyond them."""
        minimum, most = await self._log.minimum(), self._verification.removed.end
        if minimum > most:
            detail = f"The minimum index is {minimum}; what was removed ends at {most}."
            self._findings.add(most, FindingKind.MINIMUM_CHANGED, detail)

    async def _check_ends(self, indexed: int, kept: Checkpoint | None) -> None:
        there = self._verification.size
        covered = self._verification.newest.size if self._verification.newest else 0
        if there == 0:
            self._findings.add(0, FindingKind.LOG_EMPTY, "There is nothing to verify.")
        if covered < min(indexed, there):
            detail = f"No checkpoint covers the entries from {covered} on, and nobody signs one."
            self._findings.add(covered, FindingKind.TAIL_UNSIGNED, detail)
        if kept is None:
            return
        if kept.size > there:
            detail = f"The checkpoint that was kept covers {kept.size} entries; {there} are there."
            self._findings.add(there, FindingKind.TAIL_CUT, detail)
        elif await self._root_at(kept.size) != kept.root:
            detail = f"The checkpoint that was kept is over {kept.size} other entries."
            self._findings.add(kept.size - 1, FindingKind.CHECKPOINT_CONTRADICTED, detail)

    async def _root_at(self, size: int) -> bytes | None:
        try:
            return compact_range(size, await self._log.tiles([*edge(size)])).root
        except (KeyError, ValueError):
            return None

    async def _sorted_findings(self) -> list[Finding]:
        return self._findings.sorted(await self._log.first_bad(self._findings.invalidating()))
