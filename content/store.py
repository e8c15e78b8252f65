"""Every query of content; each takes the unit of work and returns values."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from access import Scope
from content.rules.visibility import language
from content.values import ContentItem, OfferedContent, ScoringView, Session
from content.vocabulary import EVERYWHERE, STAFF_TRAINING, ContentClass, ContentId, ContentKind, ContentState
from kernel.unit_of_work import UnitOfWork

Kind = TypeVar("Kind", ContentItem, OfferedContent)

SESSIONS_LOCK: Final = 4_207
_OFFERED_COLUMNS: Final = ", ".join(OfferedContent.__struct_fields__)
_COLUMNS: Final = ", ".join(ContentItem.__struct_fields__)
_TOUCHED: Final = (
    "('*' = any($1::text[]) or markets && array_append($1, '*') and $1 <> '{}')"
    " and ('*' = any($2::text[]) or coalesce(brand, '*') = any(array_append($2, '*')) and $2 <> '{}')"
)
"""``Scope.touches`` in SQL: the first argument are the markets, the second the brands."""


async def insert(uow: UnitOfWork, item: ContentItem) -> None:
    """Keep a new item."""
    values = msgspec.structs.astuple(item)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await uow.execute(f"insert into content.item ({_COLUMNS}) values ({places})", *values)  # noqa: S608 - field names


async def item(uow: UnitOfWork, content: ContentId, *, lock: bool = False) -> ContentItem | None:
    """Return one item, whatever its state; with ``lock``, nobody else decides about it until the transaction ends."""
    suffix = " for no key update" if lock else ""
    row = await uow.fetchrow(f"select {_COLUMNS} from content.item where id = $1{suffix}", content)  # noqa: S608
    return None if row is None else msgspec.convert(dict(row), ContentItem)


async def put_state(uow: UnitOfWork, item: ContentItem) -> None:
    """Write where ``item`` stands in approval; nothing else of an item ever changes."""
    await uow.execute(
        "update content.item set state = $2, approved_by = $3, approved_at = $4 where id = $1",
        item.id,
        item.state,
        item.approved_by,
        item.approved_at,
    )


async def visible(
    uow: UnitOfWork,
    *,
    market: str,
    locale: str,
    kind: ContentKind | None,
    tag: str | None,
    after: UUID | None,
    limit: int,
) -> list[OfferedContent]:
    """Return what is offered in ``market`` to readers of ``locale`` now, newest first: ``rules.visibility`` in SQL."""
    rows = await uow.fetch(
        f"select {_OFFERED_COLUMNS} from content.item where state = 'approved'"  # noqa: S608 - field names
        " and markets && $1::text[] and split_part(locale, '-', 1) = $2"
        " and (visible_from is null or visible_from <= $3) and (visible_until is null or visible_until > $3)"
        " and not tags @> array[$8] and ($4::text is null or kind = $4) and ($5::text is null or tags @> array[$5])"
        " and ($6::uuid is null or id < $6) order by id desc limit $7",
        [market, EVERYWHERE],
        language(locale),
        uow.now,
        kind,
        tag,
        after,
        limit,
        STAFF_TRAINING,
    )
    return _converted(rows, OfferedContent)


async def of_markets(
    uow: UnitOfWork,
    *,
    scope: Scope,
    state: ContentState | None,
    kind: ContentKind | None,
    tag: str | None,
    after: UUID | None,
    limit: int,
) -> list[ContentItem]:
    """Return items of any state that ``scope`` touches, newest first."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from content.item where {_TOUCHED}"  # noqa: S608 - field names and a constant
        " and ($3::text is null or state = $3) and ($4::text is null or kind = $4)"
        " and ($7::text is null or tags @> array[$7]) and ($5::uuid is null or id < $5) order by id desc limit $6",
        sorted(scope.markets),
        sorted(scope.brands),
        state,
        kind,
        after,
        limit,
        tag,
    )
    return _converted(rows, ContentItem)


async def for_scoring(uow: UnitOfWork, contents: Sequence[ContentId]) -> dict[ContentId, ScoringView]:
    """Return what decides about activities on each of ``contents``."""
    rows = await uow.fetch(
        "select id, kind, tags, content_class, state, markets, visible_from, visible_until, due_at from content.item"
        " where id = any($1::uuid[])",
        contents,
    )
    return {
        ContentId(row["id"]): ScoringView(
            kind=ContentKind(row["kind"]),
            tags=frozenset(row["tags"]),
            content_class=ContentClass(row["content_class"]),
            state=ContentState(row["state"]),
            markets=frozenset(row["markets"]),
            visible_from=row["visible_from"],
            visible_until=row["visible_until"],
            due_at=row["due_at"],
        )
        for row in rows
    }


async def lock_sessions(uow: UnitOfWork) -> None:
    """Let one transaction in at a time that puts a live session beside others."""
    await uow.execute("select pg_advisory_xact_lock($1)", SESSIONS_LOCK)


async def live_sessions(
    uow: UnitOfWork, lane: ContentClass, markets: Collection[str], since: datetime, until: datetime
) -> list[Session]:
    """Return the live sessions of a lane that are on at some moment from ``since`` to ``until``, in any of markets."""
    rows = await uow.fetch(
        "select content_class, markets, starts_at, starts_at + make_interval(secs => duration_seconds) as ends_at"
        " from content.item where state = 'approved' and content_class = $1 and starts_at <= $4"
        " and starts_at + make_interval(secs => duration_seconds) >= $3"
        " and (markets && $2::text[] or $5 = any($6::text[])) order by starts_at",
        lane,
        [*markets, EVERYWHERE],
        since,
        until,
        EVERYWHERE,
        list(markets),
    )
    return [msgspec.convert(dict(row), Session) for row in rows]


async def training_items(uow: UnitOfWork, scope: Scope) -> list[ContentItem]:
    """Return the approved items that staff of ``scope`` have to learn, newest first."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from content.item where {_TOUCHED}"  # noqa: S608 - field names and a constant
        " and state = 'approved' and tags @> array[$3] order by id desc limit 50",
        sorted(scope.markets),
        sorted(scope.brands),
        STAFF_TRAINING,
    )
    return _converted(rows, ContentItem)


def _converted(rows: Sequence[asyncpg.Record], kind: type[Kind]) -> list[Kind]:
    return [msgspec.convert(dict(row), kind) for row in rows]
