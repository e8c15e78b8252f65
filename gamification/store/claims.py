"""Claims, and what each person got in a calendar year."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import msgspec

from gamification.reward_values import Claim, NearCap
from gamification.rules.claiming import ALL, Caps
from gamification.rules.policy import YearSoFar
from gamification.vocabulary import ClaimState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_COLUMNS: Final = ", ".join(Claim.__struct_fields__)
_PLACES: Final = ", ".join(f"${place}" for place in range(1, len(Claim.__struct_fields__) + 1))

_IN_A_SLOT: Final = f"""
insert into gamification.claim ({_COLUMNS}) select {_PLACES.replace("$6,", "slot::int,")}
from generate_series(1, $6::int) as slot where not exists (select from gamification.claim c where c.person = $2
  and c.reward = $3 and c.period = $5 and c.slot = slot.slot and c.state <> 'cancelled')
order by slot limit 1 returning slot
"""  # noqa: S608 - field names

_RESERVE: Final = """
insert into gamification.reward_year as y (id, person, year, category, currency, reserved_value, reserved_count,
  committed_value, committed_count)
select $1, $2, $3, $4, $5, $6::bigint, 1, 0, 0
where ($7::bigint is null or $6::bigint <= $7) and ($8::int is null or 1 <= $8)
on conflict (person, year, category) do update set reserved_value = y.reserved_value + excluded.reserved_value,
  reserved_count = y.reserved_count + 1
where y.currency = excluded.currency
  and ($7::bigint is null or y.reserved_value + y.committed_value + excluded.reserved_value <= $7)
  and ($8::int is null or y.reserved_count + y.committed_count + 1 <= $8)
returning id
"""


async def insert(uow: UnitOfWork, claim: Claim, most: int | None) -> bool:
    """Keep a claim in a free slot of its period, of which there are ``most``; False when there is none left."""
    values = list(msgspec.structs.astuple(claim))
    if most is None:
        await uow.execute(f"insert into gamification.claim ({_COLUMNS}) values ({_PLACES})", *values)  # noqa: S608
        return True
    values[5] = most
    return await uow.fetchval(_IN_A_SLOT, *values) is not None


async def claim(uow: UnitOfWork, key: UUID, *, lock: bool = False) -> Claim | None:
    """Return one claim; with ``lock``, nobody else closes it until the transaction ends."""
    suffix = " for no key update" if lock else ""
    row = await uow.fetchrow(f"select {_COLUMNS} from gamification.claim where id = $1{suffix}", key)  # noqa: S608
    return msgspec.convert(dict(row), Claim) if row else None


async def close(uow: UnitOfWork, claim: Claim) -> None:
    """Write how a claim ended."""
    await uow.execute(
        "update gamification.claim set state = $2, closed_at = $3, closed_by = $4 where id = $1",
        claim.id,
        claim.state,
        claim.closed_at,
        claim.closed_by,
    )


async def of_person(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> list[Claim]:
    """Return a person's claims, newest first."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from gamification.claim where person = $1 and ($2::uuid is null or id < $2)"  # noqa: S608
        " order by id desc limit $3",
        person,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), Claim) for row in rows]


async def reserved(uow: UnitOfWork, person: PersonId) -> list[UUID]:
    """Return the ids of a person's claims that wait to be handed over, in id order."""
    rows = await uow.fetch(
        "select id from gamification.claim where person = $1 and state = $2 order by id", person, ClaimState.RESERVED
    )
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def counts(uow: UnitOfWork, person: PersonId) -> Mapping[tuple[UUID, str], int]:
    """Return how many claims of a person count, by reward and period."""
    rows = await uow.fetch(
        "select reward, period, count(*) as claims from gamification.claim where person = $1 and state <> $2"
        " group by reward, period",
        person,
        ClaimState.CANCELLED,
    )
    return {(row["reward"], row["period"]): row["claims"] for row in rows}


async def year(uow: UnitOfWork, person: PersonId, year: int) -> Mapping[str, tuple[str, int, int]]:
    """Return currency, value and count that a person got in a year, reserved included, by category and in all."""
    rows = await uow.fetch(
        "select category, currency, reserved_value + committed_value as value,"
        " reserved_count + committed_count as count from gamification.reward_year where person = $1 and year = $2",
        person,
        year,
    )
    return {row["category"]: (row["currency"], row["value"], row["count"]) for row in rows}


def so_far(found: Mapping[str, tuple[str, int, int]], category: str | None, currency: str | None) -> YearSoFar:
    """Return a year as policy looks at it; before the first claim it is in the currency that is asked for."""
    known, value, count = found.get(ALL, (currency or "", 0, 0))
    _, category_value, category_count = found.get(category or "", (known, 0, 0))
    return YearSoFar(
        currency=known,
        value=value,
        count=count,
        category_value=category_value,
        category_count=category_count,
    )


async def reserve(uow: UnitOfWork, claim: Claim, caps: Caps) -> bool:
    """Reserve a claim's value and count of the person's year, in all and of its category; False if a cap is in the way.

    The caps are held by the statement itself, so that no two claims can both be the last one.
    """
    kinds = [(ALL, caps.value, caps.count)]
    kinds += [(claim.category, caps.category_value, caps.category_count)] if claim.category else []
    for category, value, count in kinds:
        kept = await uow.fetchval(
            _RESERVE, uow.new_id(), claim.person, claim.year, category, claim.value_currency, claim.value, value, count
        )
        if kept is None:
            return False
    return True


async def settle_year(uow: UnitOfWork, claim: Claim, *, handed_over: bool) -> None:
    """Turn what a claim reserved into what was handed over, or release it."""
    await uow.execute(
        "update gamification.reward_year set reserved_value = reserved_value - $4, reserved_count = reserved_count - 1,"
        " committed_value = committed_value + $5, committed_count = committed_count + $6"
        " where person = $1 and year = $2 and category = any($3::text[])",
        claim.person,
        claim.year,
        [ALL, claim.category or ALL],
        claim.value,
        claim.value if handed_over else 0,
        1 if handed_over else 0,
    )


async def correct_year(uow: UnitOfWork, claim: Claim, more: int) -> None:
    """Add the difference between what was committed and what it really cost; a fact is kept even above a cap."""
    await uow.execute(
        "update gamification.reward_year set committed_value = committed_value + $4"
        " where person = $1 and year = $2 and category = any($3::text[])",
        claim.person,
        claim.year,
        [ALL, claim.category or ALL],
        more,
    )


async def alert(uow: UnitOfWork, claim: Claim, categories: Collection[str]) -> None:
    """Mark that most of what a person may get in a year is used up, in these categories or in all."""
    await uow.execute(
        "update gamification.reward_year set alerted_at = coalesce(alerted_at, $4)"
        " where person = $1 and year = $2 and category = any($3::text[])",
        claim.person,
        claim.year,
        list(categories),
        uow.now,
    )


async def near_caps(uow: UnitOfWork, year: int, limit: int) -> list[NearCap]:
    """Return whose year is nearly used up, the newest first."""
    rows = await uow.fetch(
        "select person, category, currency, reserved_value + committed_value as value,"
        " reserved_count + committed_count as count, alerted_at from gamification.reward_year"
        " where year = $1 and alerted_at is not null order by alerted_at desc, person limit $2",
        year,
        limit,
    )
    return [msgspec.convert(dict(row), NearCap) for row in rows]
