"""What every learner really has, read from the database of a house, in the words of the oracle."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import duckdb
import msgspec

from gamification.values import State
from tests.oracle.oracle import Result, compute
from tests.system.guests import Answer
from tests.system.house import House, until

NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://doi.org/10.1038/sdata.2017.171")
"""As ``docs/importing-oulad.md`` states it; the importer's own constant is not used."""

TABLES: Final = ("studentVle", "studentAssessment")
NOTHING: Final = Result(points=0, badges=[], longest_daily=0, longest_weekly=0, level=1)

EARNED: Final = """
select a.id as first, s.points, s.level, s.state,
    (select coalesce(array_agg(w.rule order by w.rule), '{}') from gamification.award w
        where w.person = s.person and w.kind = 'badge' and w.state = 'active') as badges,
    (select coalesce(sum(case when e.credit = e.person then e.amount else -e.amount end), 0)
        from gamification.ledger_entry e where e.person = s.person) as ledger
from engagement.activity a join gamification.standing s on s.person = a.person where a.id = any($1::uuid[])
"""
UNBALANCED: Final = """
select count(*) from gamification.standing s left join (
    select person, sum(case when credit = person then amount else -amount end) as moved
    from gamification.ledger_entry group by person
) as e on e.person = s.person where s.points is distinct from coalesce(e.moved, 0)
"""
ROWS: Final = """
select (select count(*) from read_parquet($visits, hive_partitioning = true)
        where code_module = $module and code_presentation = $presentation)
    + (select count(*) from read_parquet($submissions) join read_parquet($assessments) using (id_assessment)
        where code_module = $module and code_presentation = $presentation)
"""
REQUESTS: Final = "select distinct convert_from(body, 'UTF8')::jsonb ->> 'request' as request from audit.entry"
COUNTED: Final = """
select (select coalesce(sum(refused), 0) from audit.refusal) + (
    select coalesce(sum((body ->> 'count')::bigint), 0)
    from (select convert_from(body, 'UTF8')::jsonb as body from audit.entry) as e where body ->> 'reason' = 'flood'
)
"""
LOST: Final = """
select count(*) from audit.entry e full join audit.leaf l on l.entry = e.id full join audit.pending p on p.entry = e.id
where e.id is null or (l.entry is null) = (p.entry is null)
"""
"""Entries that neither have an index nor wait for one, or both, and indexes of no entry: the worker writes on."""
PRINTS: Final = {
    "activities": "select id::text, person::text, content::text, occurred_at::text from engagement.activity",
    "awards": "select id::text, person::text, rule, subject, period, state, points from gamification.award",
    "ledger": "select id::text, person::text, award::text, kind, amount from gamification.ledger_entry",
    "standings": "select person::text, points, level, encode(state, 'hex') from gamification.standing",
    "people": "select id::text from people.person",
    "content": "select id::text from content.item",
    "consents": "select event::text, person::text, purpose, state from consent.current_state",
}


def earned(house: House, module: str, presentation: str, learners: set[int]) -> dict[int, Result]:
    """Return what each learner has. Whose row is whose follows from the documented id of a learner's first row."""
    firsts = {
        uuid5(NAMESPACE, f"{module}/{presentation}/{table}/{learner}/1"): learner
        for learner in learners
        for table in TABLES
    }
    found = dict.fromkeys(learners, NOTHING)
    for row in house.fetch(EARNED, list(firsts)):
        assert row["points"] == row["ledger"], f"the balance of learner {firsts[row['first']]} is not its entries"
        streaks = msgspec.json.decode(row["state"], type=State).streaks
        found[firsts[row["first"]]] = Result(
            points=row["points"],
            badges=row["badges"],
            longest_daily=streaks["daily-learning"].longest if streaks else 0,
            longest_weekly=streaks["weekly-learning"].longest if streaks else 0,
            level=max(row["level"], 1),
        )
    return found


def assert_agrees_with_the_oracle(house: House, data: Path, module: str, presentation: str) -> dict[int, Result]:
    """Every learner has exactly what SQL over the source files says, and every balance equals its entries."""
    expected = compute(data, module, presentation)
    found = earned(house, module, presentation, set(expected))
    wrong = {learner: (found[learner], want) for learner, want in expected.items() if found[learner] != want}
    assert wrong == {}, f"{len(wrong)} of {len(expected)} learners differ"
    assert house.value(UNBALANCED) == 0
    return expected


def counted(house: House) -> int:
    """How many refusals of strangers were counted and not each given an entry: floods, folded by now or not yet."""
    return int(house.value(COUNTED))


def assert_kept_and_audited(
    house: House, answers: Sequence[Answer], acknowledged: Collection[str], counted_before: int = 0
) -> None:
    """No activity that was answered is lost, and no answer that arrived lacks its audit entry.

    Only a bare 503 has none: it is what says that the entry could not be made durable. The refusals of a flood of
    strangers have one together, with their count; ``counted_before`` is what was ``counted`` before any of ``answers``.
    """
    stored = {row["id"] for row in house.fetch("select id::text from engagement.activity")}
    assert set(acknowledged) - stored == set()
    assert acknowledged
    audited = {row["request"] for row in house.fetch(REQUESTS)}
    unaudited = [answer for answer in answers if not answer.is_bare and answer.request not in audited]
    told_apart = Counter(f"{answer.route}: {answer.status} {answer.code}" for answer in unaudited)
    assert all(answer.is_strangers for answer in unaudited), told_apart
    assert len(unaudited) <= counted(house) - counted_before, told_apart
    assert house.value(LOST) == 0


def settle(house: House) -> None:
    """Wait until every entry has its index; somebody must be serving."""
    until(lambda: house.value("select count(*) = 0 from audit.pending"), 60, "the sequencer is stuck")


def rows_of(data: Path, module: str, presentation: str) -> int:
    """How many rows of both logs a presentation has."""
    which = {"module": module, "presentation": presentation}
    files = {
        "visits": str(data / "studentVle_ds" / "*" / "*" / "*.parquet"),
        "submissions": str(data / "studentAssessment.parquet"),
        "assessments": str(data / "assessments.parquet"),
    }
    with duckdb.connect() as connection:
        (counted,) = connection.execute(ROWS, which | files).fetchall()
    return int(counted[0])


def prints(house: House) -> dict[str, tuple[int, str]]:
    """How many rows each table of results has, and one digest over all of them."""
    digest = "select count(*), md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from ({}) as t"
    return {name: tuple(house.fetch(digest.format(sql))[0]) for name, sql in PRINTS.items()}
