"""OULAD as activities in memory, mapped as the importer maps it, one learner after the other."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

import duckdb

from content.vocabulary import ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from people.vocabulary import PersonId

LONDON = ZoneInfo("Europe/London")
STARTS = {"B": (2, 1), "J": (10, 1)}
PASS_MARK = 40

ROWS = """
select cast(visit.id_student as bigint) as learner, cast(visit.date as integer), 'item',
    cast(visit.id_site as bigint), null
from read_parquet($visits, hive_partitioning = true) as visit
where code_module = $module and code_presentation = $presentation
union all
select cast(id_student as bigint), cast(date_submitted as integer), 'assessment', cast(id_assessment as bigint), score
from read_parquet($submissions) as submission join read_parquet($assessments) as assessment using (id_assessment)
where code_module = $module and code_presentation = $presentation
order by learner
"""
ITEMS = """
select 'item', cast(id_site as bigint), activity_type, null from read_parquet($items)
where code_module = $module and code_presentation = $presentation
union all
select 'assessment', cast(id_assessment as bigint), assessment_type, cast(date as integer)
from read_parquet($assessments)
where code_module = $module and code_presentation = $presentation
"""


class Item(NamedTuple):
    """A content item as the importer makes it."""

    content: ContentId
    kind: ContentKind
    tags: frozenset[str]
    due_at: datetime | None


def histories(data: Path, module: str, presentation: str) -> Iterator[tuple[int, list[Activity]]]:
    """Yield each learner's id with the activities of that learner, in no particular order."""
    which = {"module": module, "presentation": presentation}
    assessments = {"assessments": str(data / "assessments.parquet")}
    visits = str(data / "studentVle_ds" / "*" / "*" / "*.parquet")
    submissions = str(data / "studentAssessment.parquet")
    start = date(int(presentation[:4]), *STARTS[presentation[4]])
    with duckdb.connect() as connection:
        found = connection.execute(ITEMS, which | assessments | {"items": str(data / "vle.parquet")}).fetchall()
        items = {(what, number): item_of(what, number, kind, due_at(start, due)) for what, number, kind, due in found}
        rows = connection.execute(ROWS, which | assessments | {"visits": visits, "submissions": submissions})
        numbered = enumerate(iter(rows.fetchone, None))
        for learner, group in groupby(numbered, key=lambda row: row[1][0]):
            person = PersonId(uuid5(NAMESPACE_OID, f"learner {learner}"))
            yield learner, [activity_of(number, row, items[row[2], row[3]], person, start) for number, row in group]


def due_at(start: date, days: int | None) -> datetime | None:
    """The last second of the day on which an assessment was due."""
    if days is None:
        return None
    return datetime.combine(start + timedelta(days=days), time(23, 59, 59), LONDON).astimezone(UTC)


def item_of(what: str, number: int, kind: str, due: datetime | None) -> Item:
    content = ContentId(uuid5(NAMESPACE_OID, f"{what} {number}"))
    if what == "assessment":
        tags = frozenset({"quiz", "assessment", f"assessment:{kind.lower()}"})
        return Item(content, ContentKind.EDUCATION_MODULE, tags, due)
    webinar = kind in {"oucollaborate", "ouelluminate"}
    quiz = {"quiz"} if kind in {"quiz", "externalquiz"} else set()
    chosen = ContentKind.WEBINAR if webinar else ContentKind.EDUCATION_MODULE
    return Item(content, chosen, frozenset({f"activity:{kind}", *quiz}), due)


def activity_of(number: int, row: tuple[Any, ...], item: Item, person: PersonId, start: date) -> Activity:
    """Make one activity; its time of day, between 08:00 and 20:00 in London, rises with the MD5 of its subject.

    So the oracle, which knows no times, knows the order within a day.
    """
    _, days, what, subject, score = row
    day = start + timedelta(days=days)
    digest = hashlib.md5(f"{what} {subject}".encode(), usedforsecurity=False).hexdigest()
    moment = datetime.combine(day, time(8), LONDON) + int(digest[:8], 16) * timedelta(microseconds=10)
    visited = Verb.ATTENDED if item.kind is ContentKind.WEBINAR else Verb.VIEWED
    return Activity(
        id=UUID(int=number + 1),
        person=person,
        verb=submitted(score) if what == "assessment" else visited,
        content=item.content,
        kind=item.kind,
        tags=item.tags,
        occurred_at=moment.astimezone(UTC),
        local_date=day,
        channel=Channel.WEB,
        score=None if score is None else score / 100,
        success=None if score is None else score >= PASS_MARK,
        due_at=item.due_at,
    )


def submitted(score: float | None) -> Verb:
    if score is None:
        return Verb.COMPLETED
    return Verb.PASSED if score >= PASS_MARK else Verb.FAILED
