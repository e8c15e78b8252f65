"""Deadlines, against PostgreSQL's calendar: another program, by other people, in another language."""

from datetime import date, timedelta

import asyncpg
import pytest

from consent.request_values import Progress
from consent.requests.calendars import public_holidays
from consent.rules.deadlines import deadline, due_on, months_after, told_by

FIRST = date(2020, 1, 1)
DAYS = 10_000
MARKETS = ("GB", "FR", "DE", "ES", "IT", "US")
INDEPENDENT = """
with recursive asked as (
    select day, market, (day + make_interval(months => $3))::date as due
    from unnest($1::date[], $2::text[]) as t (day, market)
), moved as (
    select day, market, due from asked
    union all
    select day, market, due + 1 from moved m where extract(isodow from due) >= 6
        or exists (select from unnest($4::text[], $5::date[]) as h (market, holiday)
            where h.market = m.market and h.holiday = m.due)
)
select day, market, max(due) as due from moved group by day, market
"""


@pytest.mark.parametrize("months", [1, 3])
async def test_ten_thousand_dates_agree_with_postgresql(database_url: str, months: int) -> None:
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    markets = [MARKETS[number % len(MARKETS)] for number in range(DAYS)]
    every = [FIRST + timedelta(days=number) for number in range(DAYS + 200)]
    free = [(market, day) for market in MARKETS for day in every if day in public_holidays(market)]
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            INDEPENDENT, days, markets, months, [market for market, _ in free], [day for _, day in free]
        )
    finally:
        await connection.close()
    theirs = {(row["day"], row["market"]): row["due"] for row in rows}
    ours = {
        (day, market): deadline(day, months, public_holidays(market)) for day, market in zip(days, markets, strict=True)
    }
    assert ours == theirs
    assert len(ours) == DAYS


async def test_every_month_end_of_four_centuries_agrees_with_postgresql(database_url: str) -> None:
    firsts = [date(year, month, 1) for year in range(1900, 2300) for month in range(1, 13)]
    ends = [first - timedelta(days=back) for first in firsts for back in (1, 2, 3, 4)]
    connection = await asyncpg.connect(database_url)
    try:
        sql = "select day, (day + interval '1 month')::date as due from unnest($1::date[]) as t (day)"
        rows = await connection.fetch(sql, ends)
    finally:
        await connection.close()
    assert [months_after(row["day"], 1) for row in rows] == [row["due"] for row in rows]


@pytest.mark.parametrize(
    ("market", "received", "due"),
    [
        pytest.param("GB", date(2026, 1, 31), date(2026, 3, 2), id="28 February 2026 is a Saturday"),
        pytest.param("GB", date(2024, 1, 31), date(2024, 2, 29), id="a leap year"),
        pytest.param("FR", date(2026, 3, 5), date(2026, 4, 7), id="Easter Sunday and Easter Monday"),
        pytest.param("GB", date(2026, 3, 5), date(2026, 4, 6), id="Easter Monday is no holiday in Scotland"),
        pytest.param("GB", date(2026, 11, 25), date(2026, 12, 29), id="Christmas, a weekend, and its substitute"),
        pytest.param("DE", date(2026, 9, 3), date(2026, 10, 5), id="German Unity Day on a Saturday"),
        pytest.param("US", date(2026, 9, 15), date(2026, 10, 15), id="an ordinary day"),
    ],
)
def test_the_deadline_is_the_same_date_or_the_next_working_day(market: str, received: date, due: date) -> None:
    assert deadline(received, 1, public_holidays(market)) == due


def test_days_on_which_the_clock_stood_still_and_an_extension_are_added_and_unknown_countries_have_no_holidays() -> (
    None
):
    asked = Progress(received_on=date(2026, 9, 15), paused_days=0, paused_at=None, extended=False)
    paused = Progress(received_on=date(2026, 9, 15), paused_days=6, paused_at=None, extended=False)
    extended = Progress(received_on=date(2026, 9, 15), paused_days=6, paused_at=None, extended=True)
    assert due_on(asked, ()) == date(2026, 10, 15)
    assert due_on(paused, ()) == date(2026, 10, 21)
    assert due_on(extended, ()) == date(2026, 12, 21)
    assert told_by(extended, ()) == date(2026, 10, 21)
    assert date(2026, 12, 25) not in public_holidays("ZZ")
    assert date(2026, 12, 25) in public_holidays("GB")
