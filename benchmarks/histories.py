"""Histories of many people, made inside PostgreSQL: a preview reads what is stored, however it came there."""

from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

START: Final = datetime(2025, 1, 6, tzinfo=UTC)
DAYS: Final = 365
FEWEST: Final = 100
MOST: Final = 1_000
PURPOSES: Final = ("engagement", "gamification")

_NOTICES: Final = """
insert into consent.notice_version (id, purpose, version, locale, text, sha256, published_at)
select gen_random_uuid(), purpose, 1, 'en', 'May we?', sha256(convert_to('May we?', 'UTF8')), $2
from unnest($1::text[]) as purpose
"""
# Every tenth person never agreed. The others did to both purposes.
_PEOPLE: Final = """
insert into people.person (id, market, zone, locale, status, created_at)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  (array['GB', 'DE', 'FR', 'US', 'IT'])[1 + n % 5], 'Europe/London', 'en', 'active', $2
from generate_series($3::int, $1::int) as n
"""
_ANSWERS: Final = """
with shown as (
  insert into consent.notice_shown (id, person, notice, surface, shown_at)
  select gen_random_uuid(), p.id, v.id, 'api', $2 from people.person p cross join consent.notice_version v
  where v.purpose = any($1::text[]) and right(p.id::text, 1) <> 'f'
  returning id, person, notice
)
insert into consent.event (id, person, purpose, state, notice, notice_version, shown, method, occurred_at, received_at)
select gen_random_uuid(), s.person, v.purpose, 'granted', v.id, 1, s.id, 'app', $2, $2
from shown s join consent.notice_version v on v.id = s.notice
"""
_STANDING: Final = """
insert into consent.current_state (event, person, purpose, state, notice_version, decided_at, received_at)
select id, person, purpose, state, 1, occurred_at, received_at from consent.event
"""
# The further back somebody is in the row of people, the more that person does: from a fifth of the average to nine
# fifths. Times and ids run together, as those of version 7 do; the rows lie in order of time, as a live table's.
_ACTIVITIES: Final = """
insert into engagement.activity (id, person, verb, content, kind, tags, occurred_at, local_date, channel, market,
  content_class, score, success, recorded_at, recorded_by, rules_version)
select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
  ('00000000-0000-7000-8000-' || lpad(to_hex(person), 12, '0'))::uuid,
  case when item % 10 = 0 then 'attended' when item % 7 = 1 then 'passed' else 'viewed' end,
  ('00000000-0000-7000-9000-' || lpad(to_hex(item), 12, '0'))::uuid,
  case when item % 10 = 0 then 'webinar' else 'education_module' end,
  case item % 4 when 0 then array['activity:oucontent'] when 1 then array['assessment', 'quiz']
    when 2 then array['activity:resource', 'cardiology'] else array['activity:forumng'] end,
  at, at::date, 'web', (array['GB', 'DE', 'FR', 'US', 'IT'])[1 + person % 5],
  case when item % 9 = 0 then 'promotional' else 'medical' end,
  case when item % 7 = 1 then (n % 100) / 100.0 end, case when item % 7 = 1 then true end,
  at, '00000000-0000-0000-0000-000000000001', 1
from (
  select n, 1 + (hashint8(n) & 2147483647) % 400 as item,
    least($4::int, 1 + floor($4::int
      * (sqrt(0.0324 + 3.28 * ((hashint8(n * 7 + 1) & 2147483647) / 2147483648.0)) - 0.18) / 1.64)::int) as person,
    $1::timestamptz + n * ($2::interval / $3::int) as at
  from generate_series($5::int, $6::int) as n
) as made
"""


async def fill(url: str, activities: int) -> int:
    """Fill an empty, migrated database with ``activities``; return how many people they are of.

    The people have about 100 to 1,000 activities each, in the course of a year.
    """
    connection = await asyncpg.connect(url, command_timeout=3_600)
    people = max(1, activities * 2 // (FEWEST + MOST))
    try:
        await connection.execute("set synchronous_commit = off")
        await connection.execute(_NOTICES, PURPOSES, START)
        await connection.execute(_PEOPLE, people, START, 1)
        await connection.execute(_ANSWERS, PURPOSES, START)
        await connection.execute(_STANDING)
        for first in range(1, activities + 1, 1_000_000):
            last = min(activities, first + 999_999)
            await connection.execute(_ACTIVITIES, START, timedelta(days=DAYS), activities, people, first, last)
        await connection.execute("vacuum (analyze) engagement.activity")
        await connection.execute("analyze people.person, consent.current_state")
    finally:
        await connection.close()
    return people
