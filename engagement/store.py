"""Every query of the room."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity, History, Stored, Use
from engagement.vocabulary import Channel, Verb
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId, Profession

_INSERT = """
insert into engagement.activity (id, person, verb, content, kind, tags, occurred_at, local_date, channel, market,
  content_class, score, success, completion, progress, duration_seconds, extensions, recorded_at, recorded_by,
  rules_version, due_at, profession, eligible)
select id, person, verb, content, kind, string_to_array(tags, e'\\n'), occurred_at, local_date, channel, market,
  content_class, score, success, completion, progress, duration_seconds, extensions, $15, recorded_by, rules_version,
  due_at, profession, eligible
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::date[],
  $9::text[], $10::float8[], $11::bool[], $12::bool[], $13::float8[], $14::float8[], $16::bytea[], $17::uuid[],
  $18::int[], $19::text[], $20::text[], $21::timestamptz[], $22::text[], $23::bool[])
  as t(id, person, verb, content, kind, tags, occurred_at, local_date, channel,
  score, success, completion, progress, duration_seconds, extensions, recorded_by, rules_version, market, content_class,
  due_at, profession, eligible)
on conflict (id) do nothing
"""

# The newest activities alone, straight from the index of a person's history, however long that is.
_RECENT_USE = """
select distinct on (content) content, tags, occurred_at as last_at,
  bool_or(verb = any($3::text[])) over (partition by content) as finished
from (
  select id, content, tags, occurred_at, verb from engagement.activity
  where person = $1 and retracted_at is null order by occurred_at desc, id desc limit $2
) as recent
order by content, occurred_at desc, id desc
"""
_FINISHED = [Verb.COMPLETED.value, Verb.PASSED.value]


_WINDOW = "($1::timestamptz is null or occurred_at >= $1) and ($2::timestamptz is null or occurred_at < $2)"
_AMOUNTS = f"select person, count(*) from engagement.activity where {_WINDOW} group by person order by person"  # noqa: S608 - a constant of this file
# One array per column and person costs half as much to take apart as one row per activity. What few values can be
# comes as one text, of which there are few as well.
_HISTORIES = f"""
select person, array_agg(id), array_agg(content), array_agg(occurred_at), array_agg(local_date), array_agg(sort),
  array_agg(score), array_agg(success), array_agg(completion), array_agg(progress), array_agg(duration_seconds),
  array_agg(due_at)
from (
  select person, id, content, occurred_at, local_date, score, success, completion, progress, duration_seconds, due_at,
    verb || e'\x1f' || kind || e'\x1f' || content_class || e'\x1f' || market || e'\x1f' || channel
      || e'\x1f' || coalesce(profession, '') || e'\x1f' || eligible::text
      || e'\x1f' || array_to_string(tags, e'\n') as sort
  from engagement.activity
  where person = any($3::uuid[]) and rules_version is not null and {_WINDOW}
  order by person, occurred_at, id
) as ordered
group by person
"""  # noqa: S608 - a constant of this file
_PREFETCH: Final = 2_000


class _Shared(NamedTuple):
    """What many activities have in common, made once."""

    verb: Verb
    kind: ContentKind
    content_class: ContentClass
    market: str
    channel: Channel
    profession: Profession | None
    eligible: bool
    tags: frozenset[str]


async def owners(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, PersonId]:
    """Return whose each known activity is."""
    rows = await uow.fetch("select id, person from engagement.activity where id = any($1::uuid[])", ids)
    return {row["id"]: PersonId(row["person"]) for row in rows}


async def insert(uow: UnitOfWork, rows: Sequence[Stored]) -> int:
    """Insert what is not there yet; return how many were inserted.

    In id order: two transactions that insert the same ids in different orders would wait for each other for ever.
    """
    rows = sorted(rows, key=lambda row: row.activity.id)
    acts = [row.activity for row in rows]
    tag = await uow.execute(
        _INSERT,
        [act.id for act in acts],
        [act.person for act in acts],
        [act.verb.value for act in acts],
        [act.content for act in acts],
        [act.kind.value for act in acts],
        ["\n".join(sorted(act.tags)) for act in acts],
        [act.occurred_at for act in acts],
        [act.local_date for act in acts],
        [act.channel.value for act in acts],
        [act.score for act in acts],
        [act.success for act in acts],
        [act.completion for act in acts],
        [act.progress for act in acts],
        [act.duration_seconds for act in acts],
        rows[0].recorded_at,
        [row.extensions for row in rows],
        [row.recorded_by for row in rows],
        [row.rules_version for row in rows],
        [act.market for act in acts],
        [act.content_class.value for act in acts],
        [act.due_at for act in acts],
        [act.profession.value if act.profession is not None else None for act in acts],
        [act.eligible for act in acts],
    )
    return int(tag.rsplit(" ", 1)[1])


async def history(uow: UnitOfWork, person: PersonId) -> list[Stored]:
    """Return everything that one person did and that is scored, in order of (occurred_at, id)."""
    rows = await uow.fetch(
        "select * from engagement.activity where person = $1 and rules_version is not null order by occurred_at, id",
        person,
    )
    return [_stored(row) for row in rows]


async def recent_use(uow: UnitOfWork, person: PersonId, limit: int) -> list[Use]:
    """Return what one person's latest ``limit`` activities were about, one line per item."""
    rows = await uow.fetch(_RECENT_USE, person, limit, _FINISHED)
    return [
        Use(content=ContentId(item), tags=frozenset(tags), last_at=at, finished=finished)
        for item, tags, at, finished in rows
    ]


async def amounts(
    uow: UnitOfWork, since: datetime | None, until: datetime | None
) -> AsyncIterator[tuple[PersonId, int]]:
    """Give everybody who did something in a window and how much, from a cursor on the server."""
    async for row in uow.connection.cursor(_AMOUNTS, since, until, prefetch=_PREFETCH, timeout=None):
        yield PersonId(row[0]), row[1]


async def latest_activities(uow: UnitOfWork, since: datetime) -> dict[PersonId, datetime]:
    """Return everybody of whom something since then is scored, and when the latest of it was."""
    rows = await uow.fetch(
        "select person, max(occurred_at) from engagement.activity"
        " where rules_version is not null and occurred_at >= $1 group by person",
        since,
    )
    return {PersonId(row[0]): row[1] for row in rows}


async def histories(
    uow: UnitOfWork, persons: Sequence[PersonId], since: datetime | None, until: datetime | None
) -> list[History]:
    """Return what each of these people did in a window, as far as it is scored."""
    shared: dict[str, _Shared] = {}
    found = []
    for person, *columns in await uow.fetch(_HISTORIES, since, until, persons):
        activities = []
        for each, item, at, day, sort, score, success, completion, progress, duration, due in zip(
            *columns, strict=True
        ):
            same = shared.get(sort)
            if same is None:
                same = shared[sort] = _shared(sort)
            activities.append(
                Activity(
                    id=each, person=person, verb=same.verb, content=item, kind=same.kind, tags=same.tags,
                    occurred_at=at, local_date=day, channel=same.channel, market=same.market,
                    content_class=same.content_class, score=score, success=success, completion=completion,
                    progress=progress, duration_seconds=duration, due_at=due, profession=same.profession,
                    eligible=same.eligible,
                )
            )  # fmt: skip
        found.append(History(PersonId(person), activities))
    return found


def _shared(sort: str) -> _Shared:
    verb, kind, content_class, market, channel, profession, eligible, tags = sort.split("\x1f", 7)
    named = frozenset(tags.split("\n")) if tags else frozenset[str]()
    return _Shared(
        Verb(verb),
        ContentKind(kind),
        ContentClass(content_class),
        market,
        Channel(channel),
        Profession(profession) if profession else None,
        eligible == "true",
        named,
    )


def _stored(row: asyncpg.Record) -> Stored:
    activity = Activity(
        id=row["id"],
        person=PersonId(row["person"]),
        verb=Verb(row["verb"]),
        content=ContentId(row["content"]),
        kind=ContentKind(row["kind"]),
        tags=frozenset(row["tags"]),
        occurred_at=row["occurred_at"],
        local_date=row["local_date"],
        channel=Channel(row["channel"]),
        market=row["market"],
        content_class=ContentClass(row["content_class"]),
        score=row["score"],
        success=row["success"],
        completion=row["completion"],
        progress=row["progress"],
        duration_seconds=row["duration_seconds"],
        due_at=row["due_at"],
        profession=None if row["profession"] is None else Profession(row["profession"]),
        eligible=row["eligible"],
    )
    return Stored(
        activity=activity,
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        rules_version=row["rules_version"],
        extensions=row["extensions"],
    )


async def scored_people(
    uow: UnitOfWork, after: PersonId | None, opens: datetime | None, closes: datetime | None, limit: int
) -> list[PersonId]:
    """Return people, in id order, of whom something that happened in a window is scored."""
    rows = await uow.fetch(
        "select distinct person from engagement.activity where rules_version is not null"
        " and ($1::uuid is null or person > $1) and ($2::timestamptz is null or occurred_at >= $2)"
        " and ($3::timestamptz is null or occurred_at < $3) order by person limit $4",
        after,
        opens,
        closes,
        limit,
    )
    return [PersonId(row["person"]) for row in rows]


async def versions(
    uow: UnitOfWork, persons: Sequence[PersonId], opens: datetime | None, closes: datetime | None
) -> list[int]:
    """Return the rules versions that score what these people did in a window."""
    rows = await uow.fetch(
        "select distinct rules_version from engagement.activity where person = any($1::uuid[])"
        " and rules_version is not null and ($2::timestamptz is null or occurred_at >= $2)"
        " and ($3::timestamptz is null or occurred_at < $3) order by 1",
        persons,
        opens,
        closes,
    )
    return [row["rules_version"] for row in rows]


async def told_by(uow: UnitOfWork, activity: UUID) -> tuple[PersonId, UUID] | None:
    """Return whose an activity is and the account that told us; None if there is none."""
    row = await uow.fetchrow("select person, recorded_by from engagement.activity where id = $1", activity)
    return (PersonId(row["person"]), row["recorded_by"]) if row else None


async def retract(uow: UnitOfWork, activity: UUID) -> bool:
    """Take an activity back, so that no rules score it any more; False where none did."""
    scored = await uow.fetchval(
        "with before as (select id, rules_version from engagement.activity where id = $1)"
        " update engagement.activity a set rules_version = null, retracted_at = coalesce(retracted_at, $2)"
        " from before where a.id = before.id returning before.rules_version is not null",
        activity,
        uow.now,
    )
    return bool(scored)


async def restamp(
    uow: UnitOfWork,
    persons: Sequence[PersonId],
    opens: datetime | None,
    closes: datetime | None,
    replaced: Mapping[int, int],
) -> int:
    """Let other versions score what these people did in a window; return how many activities that changed."""
    tag = await uow.execute(
        "update engagement.activity a set rules_version = t.new from unnest($4::int[], $5::int[]) as t(old, new)"
        " where a.person = any($1::uuid[]) and a.rules_version = t.old"
        " and ($2::timestamptz is null or a.occurred_at >= $2) and ($3::timestamptz is null or a.occurred_at < $3)",
        persons,
        opens,
        closes,
        list(replaced),
        list(replaced.values()),
    )
    return int(tag.rsplit(" ", 1)[1])
