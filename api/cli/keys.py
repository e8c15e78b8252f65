"""`laurel keys`: the keys that wrap people's keys, and the keys of the blind indexes."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from uuid import UUID

import click
import msgspec

import people
from api.cli.bars import bar
from api.cli.environment import command_origin, opened, servers, settings_of
from api.cli.migrating import migrated
from api.runtime import Runtime
from kernel import keys as key_files
from kernel.keys import keyring, load_keys
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork
from people import Page, PersonId
from people.vocabulary import Action

BATCH = 500
FIRST = PersonId(UUID(int=0))


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One key-encryption key: how many people's keys it wraps, and whether this program has it."""

    key: str
    people: int
    current: bool
    known: bool


class Worked(msgspec.Struct, frozen=True):
    """How many people were looked at, and for how many something changed."""

    seen: int
    changed: int


@click.group("keys")
def keys() -> None:
    """The keys that wrap people's own keys, and those of the blind indexes."""


@keys.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(*, as_json: bool) -> None:
    """Print how many people's keys each key-encryption key wraps; one that wraps none can be taken away."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        lines = asyncio.run(_status(settings))
    if as_json:
        click.echo(msgspec.json.encode(lines))
        return
    for line in lines:
        state = "current" if line.current else "opens" if line.known else "MISSING: what it wraps does not open"
        click.echo(f"{line.key}  {line.people:>12,}  {state}")


@keys.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def rotate(*, as_json: bool) -> None:
    """Make a new key-encryption key and wrap everybody's key by it; what people's keys sealed is not touched.

    For keys that Laurel keeps itself. Running processes read on; restart them, so that they wrap by the new key too.
    Where settings give the key, replace it there and run `laurel keys rewrap`.
    """
    key_files.rotate(settings_of(os.environ))
    _everybody("keys rotate", people.rewrap, "Wrapping", as_json=as_json, first=Action.KEY_ROTATED)


@keys.command("rewrap")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def rewrap(*, as_json: bool) -> None:
    """Wrap everybody's key by the current key-encryption key, in batches; it can be broken off and begun again."""
    _everybody("keys rewrap", people.rewrap, "Wrapping", as_json=as_json)


@keys.command("reindex")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def reindex(*, as_json: bool) -> None:
    """Make the blind indexes with the keys of now, after one was replaced. Nothing may serve meanwhile."""
    _everybody("keys reindex", people.reindex, "Indexing", as_json=as_json)


@keys.command("retire")
def retire() -> None:
    """Forget former key-encryption keys that Laurel keeps itself and that wrap nobody's key any more."""
    with servers() as settings:
        asyncio.run(migrated(settings))
        gone = asyncio.run(_retired(settings))
    click.echo(f"{gone} keys were forgotten.")


def _everybody(
    route: str,
    work: Callable[[UnitOfWork, PersonId, int], Awaitable[Page | None]],
    doing: str,
    *,
    as_json: bool,
    first: Action | None = None,
) -> None:
    with servers() as settings:
        asyncio.run(migrated(settings))
        if first is not None:
            asyncio.run(_noted(settings, route, first))
        worked = asyncio.run(_worked(settings, route, work, doing, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(worked))
    else:
        click.echo(f"Changed for {worked.changed:,} of {worked.seen:,} people.")


async def _noted(settings: Settings, route: str, action: Action) -> None:
    async with opened(settings) as runtime, runtime.work.begin(command_origin(route)) as uow:
        uow.record(action)


async def _worked(
    settings: Settings,
    route: str,
    work: Callable[[UnitOfWork, PersonId, int], Awaitable[Page | None]],
    doing: str,
    *,
    shown: bool,
) -> Worked:
    async with opened(settings) as runtime:
        seen = changed = 0
        after, total = FIRST, sum((await _use(runtime)).values())
        with bar(doing, shown=shown, total=total) as advance:
            while (page := await _page(runtime, route, work, after)) is not None:
                after, seen, changed = page.last, seen + page.seen, changed + page.changed
                advance(seen)
    return Worked(seen, changed)


async def _page(
    runtime: Runtime, route: str, work: Callable[[UnitOfWork, PersonId, int], Awaitable[Page | None]], after: PersonId
) -> Page | None:
    async with runtime.work.begin(command_origin(route)) as uow:
        return await work(uow, after, BATCH)


async def _use(runtime: Runtime) -> dict[bytes, int]:
    async with runtime.work.read(command_origin("keys")) as uow:
        return await people.key_use(uow)


async def _status(settings: Settings) -> list[KeyLine]:
    ring = keyring(settings, load_keys(settings))
    async with opened(settings) as runtime, runtime.work.begin(command_origin("keys status")) as uow:
        used = await people.key_use(uow)
        uow.record(Action.KEYS_READ, count=len(used))
    return [
        KeyLine(key=key.hex(), people=used.get(key, 0), current=key == ring.current, known=key in ring.ids)
        for key in sorted({*used, *ring.ids}, key=lambda key: (key != ring.current, key))
    ]


async def _retired(settings: Settings) -> int:
    async with opened(settings) as runtime, runtime.work.begin(command_origin("keys retire")) as uow:
        gone = key_files.retire(settings, {*await people.key_use(uow)})
        uow.record(Action.KEYS_RETIRED, count=gone)
    return gone
