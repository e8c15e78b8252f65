"""What the rules of ``samples/rules/oulad-programme.yaml`` must give every learner, worked out in SQL alone.

It shares no code with Laurel: the numbers of the rules are stated again here, and sets stand where Laurel folds. Only
where a rule is a matter of order (freezes, a quest that begins anew) does it walk, one step a row. Within a day the
activities of a learner are in the order of the MD5 of their subject, as ``history.py`` lays them.
"""

from pathlib import Path
from typing import TypedDict

import duckdb

from tests.oracle.oracle import EVENTS

DEEDS = """
create temp table deed as
select *, row_number() over (partition by learner order by day, md5(subject)[1:8]) as place,
    not assessment and not webinar as viewed, coalesce(assessment and score >= 40, false) as passed,
    coalesce(type = 'forumng', false) as forum, coalesce(type = 'oucontent', false) as part,
    coalesce(type = 'resource', false) as resource, coalesce(type = 'url', false) as url
from event
"""

DAYS = """
create temp table daily as
select learner, day, count(*) as deeds, count(distinct subject) as items from deed where viewed group by all;
create temp table score as
select learner, day, sum(score) as score from deed where assessment and score is not null group by all;
create temp table beat as
select learner, 'daily-grace' as streak, datediff('day', date '1970-01-05', day) as number, min(place) as place
from deed group by all
union all
select learner, 'weekly-freezes', datediff('day', date '1970-01-05', date_trunc('week', day)) // 7, min(place)
from deed where part or resource group by all
union all
select learner, 'daily-both', datediff('day', date '1970-01-05', day), min(place) from deed where viewed group by all;
"""

STREAKS = """
create temp table walk as
with recursive kind(streak, grace, start, every, most) as (
    values ('daily-grace', 1, 0, null, 0), ('weekly-freezes', 0, 1, 4, 2), ('daily-both', 1, 0, 5, 3)
),
row as (
    select *, row_number() over (partition by learner, streak order by number) as turn,
        number - lag(number) over (partition by learner, streak order by number) - 1 - grace as gap
    from beat join kind using (streak)
),
step as (
    select learner, streak, turn, place, 1 as current, start as freezes from row where turn = 1
    union all
    select row.learner, row.streak, row.turn, row.place,
        case when gap > freezes then 1 else current + 1 end as kept,
        case when gap <= freezes and (current + 1) % every = 0 then least(most, freezes - greatest(gap, 0) + 1)
            when gap <= freezes then freezes - greatest(gap, 0) else freezes end
    from row join step on row.learner = step.learner and row.streak = step.streak and row.turn = step.turn + 1
)
select * from step
"""

POINTS = """
create temp table earning as
select learner, 'first-discussion' as rule, 10 as points from deed where forum group by learner
union all
select learner, 'five-sources', 20 from deed where resource or url
group by learner, date_trunc('quarter', day) having count(distinct subject) >= 5
union all
select learner, 'five-days', 6 from (
    select learner, day, count(*) over week as days from daily
    window week as (partition by learner order by day range between interval 6 days preceding and current row)
) where days >= 5 group by learner, date_trunc('week', day)
union all
select learner, 'busy-days', 8 from (
    select learner, day, sum(deeds) over (
        partition by learner order by day range between interval 2 days preceding and current row
    ) as lately from daily
) where lately >= 60 group by learner, date_trunc('month', day)
union all
select learner, 'quarter-score', 25 from score group by learner, date_trunc('quarter', day) having sum(score) >= 150
union all
select learner, 'weekly-parts', 2 * least(count(distinct subject), 6) from deed where part or type = 'subpage'
group by learner, date_trunc('week', day)
union all
select learner, 'monthly-sources', 3 * least(count(distinct subject), 6) from deed where resource or url
group by learner, date_trunc('month', day)
union all
select learner, 'weekly-visit', 1 from deed where type = 'homepage' group by learner, date_trunc('week', day)
union all
select distinct learner, 'discussed-then-passed ' || subject, 15 from deed as pass where passed and exists (
    from deed as talk where forum and talk.learner = pass.learner and talk.place < pass.place
        and talk.day >= pass.day - 3
)
union all
select learner, 'on-time', 7 * count(distinct subject) from deed where assessment and day <= due group by learner
union all
select learner, 'early', 3 * count(distinct subject) from deed where assessment and day <= due - 2 group by learner
union all
select learner, 'first-opening', count(distinct subject) from deed where part group by learner
union all
select learner, 'regular-reader', 5 from deed join (
    select learner, min(place) as since from walk where streak = 'weekly-freezes' and current >= 4 group by learner
) using (learner)
where viewed and place >= since group by learner, date_trunc('month', day)
union all
select learner, 'daily-discussion', case
    when day between date '2014-01-01' and date '2014-01-03' then 11
    when day between date '2013-12-16' and date '2014-01-12' then 6
    when day between date '2013-04-15' and date '2013-04-21' then 12 else 4 end
from deed where forum group by learner, day
"""

QUESTS = """
create temp table quest as
with third as (
    select learner, list_sort(list(first))[3] as place
    from (select learner, min(place) as first from deed where resource group by learner, subject)
    group by learner having count(*) >= 3
),
talk as (
    select learner, min(deed.place) as place from deed join third using (learner)
    where forum and deed.place > third.place group by learner
)
select distinct learner, 'three-steps' as rule, 30 as points from deed join talk using (learner)
where passed and deed.place > talk.place
union all
select distinct learner, 'full-week', 50 from (
    with recursive moved as (
        select learner, day, min(day) over (
            partition by learner order by day range between interval 8 days following and unbounded following
        ) as next from (select distinct learner, day from deed where part or url or assessment)
    ),
    begun as (
        select learner, min(day) as day from moved group by learner
        union all
        select learner, moved.next from begun join moved using (learner, day) where moved.next is not null
    )
    select learner, begun.day from begun join deed using (learner) where deed.day between begun.day and begun.day + 7
    group by learner, begun.day
    having count(distinct case when part then subject end) >= 5 and count(distinct case when url then subject end) >= 2
        and bool_or(assessment)
)
"""

BADGES = """
create temp table badge as
select learner, 'twenty-days' as badge from walk where streak = 'daily-grace' and current >= 20
union
select learner, 'twelve-weeks' from walk where streak = 'weekly-freezes' and current >= 12
union
select learner, 'forty-days' from walk where streak = 'daily-both' and current >= 40
union
select learner, 'fortnight' from (select distinct learner, day from deed where part or resource) as last
join (select distinct learner, day as seen, subject from deed where part or resource) using (learner)
where seen between last.day - 13 and last.day group by learner, last.day having count(distinct subject) >= 25
union
select learner, 'sixty-days' from (
    select learner, sum(score) over (
        partition by learner order by day range between interval 59 days preceding and current row
    ) as lately from score
) where lately >= 160
union
select learner, 'either-way' from deed where webinar group by learner having count(distinct subject) >= 2
union
select learner, 'either-way' from score group by learner having sum(score) >= 400
union
select learner, 'full-month' from deed where viewed group by learner, date_trunc('month', day)
having count(distinct day) >= 15 and count_if(forum) >= 60
union
select done.learner, 'the-path' from deed as source
join deed as talk on talk.learner = source.learner and talk.place > source.place and talk.day <= source.day + 2
join deed as done on done.learner = talk.learner and done.place > talk.place and done.day <= talk.day + 2
where source.resource and talk.forum and done.assessment
union
select learner, 'never-late' from deed where assessment and day <= due group by learner
having count(distinct subject) >= 5
union
select learner, 'better-late' from deed where assessment and day > due
union
select learner, badge from deed join (values
    ('on-time-1', 1, date '2013-10-20'), ('on-time-2', 2, date '2013-11-24'), ('on-time-3', 3, date '2014-01-26')
) as due(badge, least, closes) on day <= closes
where assessment group by learner, badge having count(distinct subject) >= any_value(due.least)
"""

RESULTS = """
with learner as (
    select cast(id_student as bigint) as learner from read_parquet($learners)
    where code_module = $module and code_presentation = $presentation
),
rule as (
    select learner, split_part(rule, ' ', 1) as rule, cast(sum(points) as bigint) as points
    from (from earning union all from quest) group by all
),
paid as (select learner, map(list(rule), list(points)) as points, sum(points) as total from rule group by learner),
longest as (select learner, streak, max(current) as length from walk group by all),
kept as (select learner, map(list(streak), list(length)) as streaks from longest group by learner),
held as (select learner, list_sort(list(badge)) as badges from badge group by learner)
select learner.learner, coalesce(points, map {}), coalesce(badges, []), coalesce(streaks, map {}),
    case when total >= 800 then 4 when total >= 400 then 3 when total >= 150 then 2 else 1 end
from learner left join paid using (learner) left join held using (learner) left join kept using (learner)
"""


class Result(TypedDict):
    """What one learner must have in the end: points by rule or quest, badges, longest streaks, and the level."""

    points: dict[str, int]
    badges: list[str]
    streaks: dict[str, int]
    level: int


def compute(data: Path, module: str, presentation: str) -> dict[int, Result]:
    """Return the result of each learner of a presentation, such as ``AAA`` and ``2013J``, by the learner's id."""
    which = {"module": module, "presentation": presentation}
    files = {
        "visits": str(data / "studentVle_ds" / "*" / "*" / "*.parquet"),
        "items": str(data / "vle.parquet"),
        "submissions": str(data / "studentAssessment.parquet"),
        "assessments": str(data / "assessments.parquet"),
    }
    with duckdb.connect() as connection:
        connection.execute(EVENTS, which | files)
        for statement in (DEEDS, DAYS, STREAKS, POINTS, QUESTS, BADGES):
            connection.execute(statement)
        rows = connection.execute(RESULTS, which | {"learners": str(data / "studentInfo.parquet")}).fetchall()
    return {
        learner: {"points": points, "badges": badges, "streaks": streaks, "level": level}
        for learner, points, badges, streaks, level in rows
    }
