"""Points by period, counted from awards, and the standings of periods that are over.

An award counts in the period in which the activity happened that earned it, whenever it was recorded, until the period
is closed. Only awards that stand count: one that is taken back takes its points off every period that is still open.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gamification.board_values import BoardLine, LivePeriod
from gamification.vocabulary import Ties
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_WITHIN: Final = (
    "(b.dimension is null or b.value ="
    " case b.dimension when 'market' then m.market when 'language' then m.language else m.profession end)"
)
_COUNTED: Final = f"""
gamification.board_period p join gamification.board b on b.id = p.board
join gamification.board_member m on m.active and {_WITHIN} and (m.shares or b.lane <> 'accredited')
join gamification.award a on a.person = m.person and a.state = 'active' and a.points > 0
  and a.currency = 'recognition' and a.lane = b.lane
  and a.occurred_at >= p.starts_at and (p.ends_at is null or a.occurred_at < p.ends_at)
  and (b.rules is null or a.rule = any(b.rules))
"""
_SCORES: Final = f"""
select p.id as period, m.alias, sum(a.points)::bigint as points
from {_COUNTED} where p.id = any($1::uuid[]) and m.person = any($2::uuid[]) group by p.id, m.alias
"""  # noqa: S608 - constants of this file
_LIFETIME: Final = f"""
select p.id as period, m.alias, s.points - o.points as points from gamification.board_period p
join gamification.board b on b.id = p.board
join gamification.board_member m on m.active and {_WITHIN}
join gamification.standing s on s.person = m.person
cross join lateral (select coalesce(sum(a.points), 0)::bigint as points from gamification.award a
  where a.person = m.person and a.lane <> 'medical' and a.state = 'active' and a.currency = 'recognition') o
where s.points > o.points and p.id = any($1::uuid[]) and m.person = any($2::uuid[])
"""  # noqa: S608 - constants of this file
_RANKS: Final = {
    Ties.DENSE: "dense_rank() over (order by points desc)",
    Ties.STANDARD: "rank() over (order by points desc)",
    Ties.ORDINAL: 'row_number() over (order by points desc, alias collate "C")',
}


MOST_AT_ONCE: Final = 50
"""Periods that are closed in one transaction; the next ones follow a second later."""

_DUE: Final = (
    "from gamification.board_period p join gamification.board b on b.id = p.board"
    " where p.closed_at is null and p.ends_at + make_interval(mins => b.settling_minutes) <= $1"
)


def _ranking(ties: Ties) -> str:
    """Return the one query that says who is where: the definition of the board's order, which Valkey only copies."""
    return (
        f'select person, alias, points, row_number() over (order by points desc, alias collate "C") as place,'  # noqa: S608 - constants of this file
        f" {_RANKS[ties]} as rank from (select m.person, m.alias, sum(a.points)::bigint as points"
        f" from {_COUNTED} where p.id = $1 group by m.person, m.alias) counted"
    )


async def scores(
    uow: UnitOfWork, periods: Sequence[LivePeriod], persons: Sequence[PersonId]
) -> dict[LivePeriod, dict[str, int]]:
    """Return these people's points in these periods, by alias; who has none, or takes no part, is left out."""
    found: dict[UUID, dict[str, int]] = {}
    for sql, asked in (
        (_LIFETIME, [period.id for period in periods if period.lifetime]),
        (_SCORES, [period.id for period in periods if not period.lifetime]),
    ):
        if asked and persons:
            for row in await uow.fetch(sql, asked, persons):
                found.setdefault(row["period"], {})[row["alias"]] = row["points"]
    return {period: found.get(period.id, {}) for period in periods}


async def ranked(uow: UnitOfWork, period: UUID, ties: Ties) -> list[BoardLine]:
    """Return every line of a period as the database counts it now, whether it is open or closed."""
    rows = await uow.fetch(f"{_ranking(ties)} order by place", period)
    return [BoardLine(row["rank"], row["alias"], row["points"]) for row in rows]


async def close_due(uow: UnitOfWork) -> list[tuple[UUID, str, int, Ties]]:
    """Mark the periods as closed that have settled; return their ids, board keys, numbers and tie rules.

    Of two workers that do this at once, one gets a period and the other doesn't.
    """
    rows = await uow.fetch(
        "update gamification.board_period p set closed_at = $1 from gamification.board b where b.id = p.board"  # noqa: S608 - constants of this file
        f" and p.closed_at is null and p.id in (select p.id {_DUE} order by p.ends_at limit $2)"
        " returning p.id, b.key, p.number, b.ties",
        uow.now,
        MOST_AT_ONCE,
    )
    return [(row["id"], row["key"], row["number"], Ties(row["ties"])) for row in rows]


async def freeze(uow: UnitOfWork, period: UUID, ties: Ties) -> int:
    """Keep the final standings of a period; return how many lines there are."""
    return int(
        await uow.fetchval(
            "with kept as (insert into gamification.board_standing (id, period, place, rank, points, person)"  # noqa: S608 - constants of this file
            f" select gen_random_uuid(), $1, place, rank, points, person from ({_ranking(ties)}) ranked returning 1)"
            " select count(*) from kept",
            period,
        )
    )


async def lines(uow: UnitOfWork, period: UUID, start: int, size: int, own: str | None) -> list[tuple[int, BoardLine]]:
    """Return ``size`` lines of a closed period after place ``start``, each with its place."""
    rows = await uow.fetch(
        "select s.place, s.rank, s.points, m.alias from gamification.board_standing s"
        " join gamification.board_member m on m.person = s.person and m.active"
        " join gamification.board_period p on p.id = s.period join gamification.board b on b.id = p.board"
        " where s.period = $1 and s.place > $2 and (m.shares or b.lane <> 'accredited') order by s.place limit $3",
        period,
        start,
        size,
    )
    return [(row[0], BoardLine(row["rank"], row["alias"], row["points"], me=row["alias"] == own)) for row in rows]


async def erase(uow: UnitOfWork, persons: Sequence[PersonId]) -> None:
    """Remove these people's lines from every closed period: points alone would lead back to who had them."""
    await uow.execute("delete from gamification.board_standing where person = any($1::uuid[])", persons)


async def erase_accredited(uow: UnitOfWork, persons: Sequence[PersonId]) -> None:
    """Remove these people's lines from every closed period of accredited education."""
    await uow.execute(
        "delete from gamification.board_standing s using gamification.board_period p, gamification.board b"
        " where p.id = s.period and b.id = p.board and b.lane = 'accredited' and s.person = any($1::uuid[])",
        persons,
    )


async def last_rank(uow: UnitOfWork, key: str, person: PersonId, least: int) -> int | None:
    """Return a person's rank in the newest closed period of a board; None where fewer than ``least`` took part."""
    rank = await uow.fetchval(
        "select s.rank from gamification.board b join lateral (select id from gamification.board_period"
        " where board = b.id and closed_at is not null order by number desc limit 1) p on true"
        " join gamification.board_standing s on s.period = p.id and s.person = $2 where b.key = $1"
        " and (select count(*) from gamification.board_standing where period = p.id) >= $3",
        key,
        person,
        least,
    )
    return None if rank is None else int(rank)


async def due(uow: UnitOfWork) -> bool:
    """Tell whether a period has settled and waits to be closed."""
    return bool(await uow.fetchval(f"select exists (select {_DUE})", uow.now))
