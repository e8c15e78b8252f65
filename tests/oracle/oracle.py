"""What the demonstration rules must give every learner of an OULAD presentation, worked out in SQL alone.

It shares no code with Laurel: the numbers of the rules are stated again here, and sets stand where Laurel folds. A
mistake in the one is therefore not repeated in the other. It imports DuckDB and the standard library, nothing else.
"""

from pathlib import Path
from typing import TypedDict

import duckdb

EVENTS = """
create temp table event as
with presentation as (
    select case ends when 'B' then make_date(year, 2, 1) else make_date(year, 10, 1) end as start
    from (select cast($presentation[1:4] as integer) as year, $presentation[5:5] as ends)
),
visit as (
    select cast(visit.id_student as bigint) as learner, cast(visit.date as integer) as offset_days,
        'item ' || cast(item.id_site as bigint) as subject, item.activity_type as type, null as score,
        false as assessment, null as due
    from read_parquet($visits, hive_partitioning = true) as visit
    join read_parquet($items) as item on item.id_site = visit.id_site
    where visit.code_module = $module and visit.code_presentation = $presentation
),
submission as (
    select cast(submission.id_student as bigint), cast(submission.date_submitted as integer),
        'assessment ' || cast(assessment.id_assessment as bigint), 'quiz', submission.score, true,
        cast(assessment.date as integer)
    from read_parquet($submissions) as submission
    join read_parquet($assessments) as assessment using (id_assessment)
    where assessment.code_module = $module and assessment.code_presentation = $presentation
),
either as (select * from visit union all select * from submission)
select learner, subject, type, score, assessment, (select start from presentation) + offset_days as day,
    (select start from presentation) + due as due,
    type in ('oucollaborate', 'ouelluminate') as webinar, type in ('quiz', 'externalquiz') as quiz
from either
"""

EARNINGS = """
create temp table earning as
with paid as (
    select learner, 'read' as rule, cast(day as varchar) as period, 2 as points, 5 as most, subject from event
    where not webinar and not quiz and type not in ('homepage', 'forumng')
    union all
    select learner, 'discover', 'ever', 3, 60, subject from event where type in ('oucontent', 'resource', 'url')
    union all
    select learner, 'discuss', strftime(day, '%Y-%m'), 5, 2, subject from event where type = 'forumng'
    union all
    select learner, 'quiz', strftime(day, '%G-%V'), 4, 3, subject from event where quiz
    union all
    select learner, 'webinar', strftime(day, '%G-%V'), 15, 1, subject from event where webinar
    union all
    select learner, 'pass', 'ever', 40, 1000000, subject from event where assessment and score >= 40
    union all
    select learner, 'excel', 'ever', 20, 1000000, subject from event where assessment and score >= 80
)
select learner, rule, least(count(distinct subject), any_value(most)) as awards, awards * any_value(points) as points
from paid group by learner, rule, period
"""

STREAKS = """
create temp table streak as
with beat as (
    select distinct learner, 'daily' as rhythm, datediff('day', date '1970-01-05', day) as number from event
    union
    select distinct learner, 'weekly', datediff('day', date '1970-01-05', date_trunc('week', day)) // 7 from event
),
island as (
    select learner, rhythm, number - row_number() over (partition by learner, rhythm order by number) as start from beat
),
run as (select learner, rhythm, count(*) as length from island group by learner, rhythm, start)
select learner, max(length) filter (rhythm = 'daily') as daily, max(length) filter (rhythm = 'weekly') as weekly
from run group by learner
"""

RESULTS = """
with learner as (
    select cast(id_student as bigint) as learner from read_parquet($learners)
    where code_module = $module and code_presentation = $presentation
),
earned as (
    select learner, sum(points) as points, sum(awards) filter (rule = 'discover') as discovered
    from earning group by learner
),
done as (
    select learner, count(*) filter (type = 'forumng') as discussions, count_if(webinar) as webinars,
        max(score) filter (assessment) as best
    from event group by learner
)
select learner.learner, coalesce(points, 0), coalesce(daily, 0), coalesce(weekly, 0),
    case
        when points >= 1600 then 5 when points >= 900 then 4 when points >= 400 then 3 when points >= 100 then 2 else 1
    end,
    list_sort(list_filter([
        case when best >= 90 then 'top-mark' end,
        case when webinars >= 1 then 'first-webinar' end,
        case when points >= 1000 then 'thousand-points' end,
        case when discovered >= 25 then 'explorer' end,
        case when discussions >= 100 then 'conversationalist' end,
        case when daily >= 7 then 'seven-days' end,
        case when weekly >= 4 then 'four-weeks' end
    ], lambda badge: badge is not null))
from learner left join earned using (learner) left join done using (learner) left join streak using (learner)
"""


class Result(TypedDict):
    """What one learner must have in the end; streaks are the longest ones, in days and weeks."""

    points: int
    badges: list[str]
    longest_daily: int
    longest_weekly: int
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
        connection.execute(EARNINGS)
        connection.execute(STREAKS)
        rows = connection.execute(RESULTS, which | {"learners": str(data / "studentInfo.parquet")}).fetchall()
    return {
        learner: {
            "points": int(points),
            "badges": badges,
            "longest_daily": daily,
            "longest_weekly": weekly,
            "level": level,
        }
        for learner, points, daily, weekly, level, badges in rows
    }


def awards_by_rule(data: Path, module: str, presentation: str) -> dict[str, int]:
    """Return how many awards each points rule makes in a presentation, to see that none of them is idle."""
    with duckdb.connect() as connection:
        parameters = {
            "module": module,
            "presentation": presentation,
            "visits": str(data / "studentVle_ds" / "*" / "*" / "*.parquet"),
            "items": str(data / "vle.parquet"),
            "submissions": str(data / "studentAssessment.parquet"),
            "assessments": str(data / "assessments.parquet"),
        }
        connection.execute(EVENTS, parameters)
        connection.execute(EARNINGS)
        rows = connection.execute("select rule, cast(sum(awards) as bigint) from earning group by rule").fetchall()
    return dict(rows)
