"""The book of transfers of value: rows are only ever added."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import msgspec

from gamification.reward_values import Claim, Transfer, TransferTotal
from gamification.rules.policy import Person
from gamification.vocabulary import TransferState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

NATURE: Final = "Education"
"""The nature of every transfer that a reward can be; the word is that of 42 CFR 403.904(e)(2)."""

NOBODY_KNOWS: Final = Person()

_TRANSFERS: Final = """
select claim, person, payer, product, nature, category, market, currency,
  max(amount) filter (where state = 'estimated') as estimated,
  max(amount) filter (where state = 'committed') as committed,
  max(amount) filter (where state = 'actual') as actual,
  max(amount) filter (where state = 'corrected') as corrected,
  max(profession) as profession, bool_or(public_employee) as public_employee,
  bool_or(covered_recipient) as covered_recipient,
  coalesce(string_to_array(nullif(max(array_to_string(states, ',')), ''), ','), '{{}}') as states,
  bool_or(state = 'released') as released,
  coalesce(max(amount) filter (where state = 'corrected'), max(amount) filter (where state = 'actual'),
    max(amount) filter (where state = 'committed')) as amount,
  exists (select from gamification.transfer_dispute d where d.claim = transfer_of_value.claim and d.state = 'open')
    as disputed,
  coalesce(min(at) filter (where state = 'committed'), min(at)) as at
from gamification.transfer_of_value
where {}
group by claim, person, payer, product, nature, category, market, currency
"""
_CLAIMS: Final = _TRANSFERS.format("year = $1 and ('*' = any($2::text[]) or market = any($2::text[]))")


async def add(
    uow: UnitOfWork, claim: Claim, state: TransferState, amount: int, recipient: Person = NOBODY_KNOWS
) -> bool:
    """Add a row about a claim; False if there is one of this state already, which is then left as it is.

    ``recipient`` is the class of the person, kept with the first row of a claim as it was then (C19).
    """
    added = await uow.fetchval(
        "insert into gamification.transfer_of_value (id, claim, person, state, amount, currency, payer, product,"
        " nature, category, market, year, at, profession, states, public_employee, covered_recipient)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " on conflict (claim, state) do nothing returning id",
        uow.new_id(),
        claim.id,
        claim.person,
        state,
        amount,
        claim.value_currency,
        claim.payer,
        claim.product,
        NATURE,
        claim.category,
        claim.market,
        claim.year,
        uow.now,
        recipient.profession,
        sorted(recipient.regions or ()),
        recipient.public_employee,
        recipient.covered_recipient,
    )
    return added is not None


async def recorded(uow: UnitOfWork, claim: UUID) -> bool:
    """Tell whether a claim is in the book."""
    return bool(
        await uow.fetchval("select exists (select from gamification.transfer_of_value where claim = $1)", claim)
    )


async def of_claim(uow: UnitOfWork, claim: UUID) -> Transfer | None:
    """Return the transfer of a claim as it stands."""
    row = await uow.fetchrow(_TRANSFERS.format("claim = $1"), claim)
    return msgspec.convert(dict(row), Transfer) if row else None


async def of_person(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> list[Transfer]:
    """Return what one person was, or is to be, handed over, the newest claim first."""
    where = "person = $1 and ($2::uuid is null or claim < $2)"
    rows = await uow.fetch(f"{_TRANSFERS.format(where)} order by claim desc limit $3", person, before, limit)
    return [msgspec.convert(dict(row), Transfer) for row in rows]


async def page(
    uow: UnitOfWork, year: int, markets: Collection[str], after: UUID | None, limit: int, *, done: bool = False
) -> list[Transfer]:
    """Return the transfers of a year in ``markets``, oldest claim first; with ``done`` those handed over alone."""
    rows = await uow.fetch(
        f"select * from ({_CLAIMS}) as t where ($3::uuid is null or claim > $3)"  # noqa: S608 - our own text
        " and (not $5 or amount is not null) order by claim limit $4",
        year,
        list(markets),
        after,
        limit,
        done,
    )
    return [msgspec.convert(dict(row), Transfer) for row in rows]


async def people_page(
    uow: UnitOfWork, year: int, markets: Collection[str], after: UUID | None, limit: int
) -> list[Transfer]:
    """Return all that the next ``limit`` people after ``after`` were handed over in a year, person by person."""
    rows = await uow.fetch(
        f"with t as ({_CLAIMS}), p as (select distinct person from t where amount is not null"  # noqa: S608 - our own text
        " and ($3::uuid is null or person > $3) order by person limit $4)"
        " select t.* from t join p using (person) where t.amount is not null order by t.person, t.claim",
        year,
        list(markets),
        after,
        limit,
    )
    return [msgspec.convert(dict(row), Transfer) for row in rows]


async def totals(uow: UnitOfWork, year: int, markets: Collection[str]) -> list[TransferTotal]:
    """Return what was handed over in a year by market, legal entity and category."""
    rows = await uow.fetch(
        "select market, payer, category, currency, count(distinct person) as recipients, count(*) as transfers,"  # noqa: S608 - our own text
        f" sum(amount)::bigint as amount from ({_CLAIMS}) as t where amount is not null"
        " group by market, payer, category, currency order by market, payer, category, currency",
        year,
        list(markets),
    )
    return [msgspec.convert(dict(row), TransferTotal) for row in rows]
