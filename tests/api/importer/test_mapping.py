"""What a row of the dataset means, held against the files themselves."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import get_args
from uuid import uuid5
from zoneinfo import ZoneInfo

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importer import ImportStoppedError, Presentation, wire
from api.importer.mapping import (
    NAMESPACE,
    Catalogue,
    assessment_content,
    consents,
    idempotency_key,
    item_content,
    professional,
    statements,
)
from api.importer.presentation import DAY_BEGINS, DAY_LASTS, instant
from api.importer.source import Assessment, Course, Item, Rows, read_course
from consent.vocabulary import Answer, Method, Purpose
from content.vocabulary import ContentKind
from engagement.vocabulary import Channel, Verb

SAMPLE = Path(__file__).parents[3] / "samples" / "oulad"
AAA = Presentation("AAA", "2013J")
LONDON = ZoneInfo("Europe/London")


def catalogue_of(course: Course) -> Catalogue:
    catalogue = Catalogue()
    for item in course.items:
        catalogue.add_item(item, f"item {item.site}")
    for assessment in course.assessments:
        catalogue.add_assessment(assessment, f"assessment {assessment.number}")
    return catalogue


def everything(course: Course) -> list[wire.Statement]:
    catalogue = catalogue_of(course)
    return [
        statement
        for learner in course.learners
        for statement in statements(AAA, f"hcp {learner}", course.rows(learner), catalogue)
    ]


def rows(
    *, views: list[tuple[int, int, int]] | None = None, submissions: list[tuple[int, int, float | None]] | None = None
) -> Rows:
    views, submissions = views or [], submissions or []
    return Rows(
        learner=28400,
        view_sites=[site for site, _, _ in views],
        view_days=[day for _, day, _ in views],
        view_clicks=[clicks for _, _, clicks in views],
        submission_assessments=[number for number, _, _ in submissions],
        submission_days=[day for _, day, _ in submissions],
        submission_scores=[score for _, _, score in submissions],
    )


def map_rows(learner: Rows) -> list[wire.Statement]:
    catalogue = Catalogue()
    catalogue.add_item(Item(1, "forumng"), "forum")
    catalogue.add_item(Item(2, "oucollaborate"), "webinar")
    catalogue.add_assessment(Assessment(7, "TMA", 19), "essay")
    return statements(AAA, "hcp", learner, catalogue)


def local(statement: wire.Statement) -> datetime:
    return datetime.fromisoformat(statement.occurred_at).astimezone(LONDON)


@pytest.fixture(scope="module")
def course() -> Course:
    return read_course(SAMPLE, AAA)


def test_every_row_of_both_tables_becomes_exactly_one_activity(course: Course) -> None:
    log = pq.ParquetFile(SAMPLE / "studentVle_ds/code_module=AAA/code_presentation=2013J/part-0.parquet").read()
    submissions = pq.read_table(SAMPLE / "studentAssessment.parquet")
    expected = Counter(
        (f"hcp {row['id_student']:.0f}", f"item {row['id_site']:.0f}", row["date"], row["sum_click"])
        for row in log.to_pylist()
    )
    expected.update(
        (f"hcp {row['id_student']:.0f}", f"assessment {row['id_assessment']:.0f}", row["date_submitted"], None)
        for row in submissions.to_pylist()
    )
    start = date(2013, 10, 1)
    mapped = Counter(
        (
            statement.actor,
            statement.object,
            (local(statement).date() - start).days,
            statement.context.extensions.get("clicks"),
        )
        for statement in everything(course)
    )
    assert mapped == expected
    assert max(expected.values()) > 1, "the sample must hold rows that repeat another in every column"


def test_ids_are_unique_over_a_presentation_and_the_same_in_every_run(course: Course) -> None:
    ids = [statement.id for statement in everything(course)]
    assert len(set(ids)) == len(ids) == course.row_count
    assert ids == [statement.id for statement in everything(read_course(SAMPLE, AAA))]


def test_an_id_is_version_5_of_presentation_table_learner_and_row() -> None:
    mapped = {
        statement.object: statement.id for statement in map_rows(rows(views=[(1, 0, 3)], submissions=[(7, 5, 80)]))
    }
    assert mapped["forum"] == str(uuid5(NAMESPACE, "AAA/2013J/studentVle/28400/1"))
    assert mapped["essay"] == str(uuid5(NAMESPACE, "AAA/2013J/studentAssessment/28400/1"))


def test_a_cut_to_fewer_learners_gives_the_same_activities(course: Course) -> None:
    few = read_course(SAMPLE, AAA, limit=5)
    assert few.learners == course.learners[:5]
    assert everything(few) == everything(course)[: few.row_count]


def test_a_learners_rows_come_in_order_of_occurrence_and_both_tables_are_merged(course: Course) -> None:
    for learner in course.learners:
        mapped = statements(AAA, "hcp", course.rows(learner), catalogue_of(course))
        assert mapped == sorted(mapped, key=lambda statement: (statement.occurred_at, statement.id))
    merged = [s.object for s in map_rows(rows(views=[(1, 9, 1), (1, -3, 1)], submissions=[(7, 4, 50)]))]
    assert merged == ["forum", "essay", "forum"]


def test_rows_that_repeat_an_earlier_one_in_every_column_keep_ids_of_their_own() -> None:
    mapped = map_rows(rows(views=[(1, 0, 3), (1, 0, 3), (1, 0, 3)]))
    assert len({statement.id for statement in mapped}) == 3
    assert {(statement.object, statement.context.extensions["clicks"]) for statement in mapped} == {("forum", 3)}


@given(
    run=st.sampled_from(["2013B", "2013J", "2014B", "2014J"]),
    day=st.integers(-200, 700),
    second=st.integers(DAY_BEGINS, DAY_BEGINS + DAY_LASTS - 1),
)
def test_an_instant_has_the_local_date_and_the_local_time_it_was_made_from(run: str, day: int, second: int) -> None:
    presentation = Presentation("BBB", run)
    there = datetime.fromisoformat(instant(presentation, day, second))
    start = {
        "2013B": date(2013, 2, 1),
        "2013J": date(2013, 10, 1),
        "2014B": date(2014, 2, 1),
        "2014J": date(2014, 10, 1),
    }
    assert there.utcoffset() == timedelta(0)
    assert there.astimezone(LONDON).date() == start[run] + timedelta(days=day)
    assert there.astimezone(LONDON).time() == (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).time()


def test_the_two_days_of_the_clock_change_are_exact() -> None:
    assert instant(AAA, 25, 10 * 3600) == "2013-10-26T09:00:00Z", "still summer time"
    assert instant(AAA, 26, 10 * 3600) == "2013-10-27T10:00:00Z", "the clocks went back at 01:00 UTC"
    assert instant(AAA, 179, 10 * 3600) == "2014-03-29T10:00:00Z", "still winter time"
    assert instant(AAA, 180, 10 * 3600) == "2014-03-30T09:00:00Z", "the clocks went forward at 01:00 UTC"


def test_times_of_day_lie_between_8_and_20_and_spread_over_all_of_it(course: Course) -> None:
    times = [local(statement) for statement in everything(course)]
    hours = Counter(time.hour for time in times)
    assert set(hours) == set(range(8, 20))
    assert max(hours.values()) < 1.2 * min(hours.values())


def test_a_webinar_is_attended_and_anything_else_is_viewed() -> None:
    mapped = map_rows(rows(views=[(2, 0, 4), (1, 1, 9)]))
    assert [(s.object, s.verb, s.context.extensions, s.result) for s in mapped] == [
        ("webinar", "attended", {"clicks": 4}, None),
        ("forum", "viewed", {"clicks": 9}, None),
    ]


@pytest.mark.parametrize(
    ("score", "verb", "result"),
    [
        (40.0, "passed", wire.Result(score=0.4, success=True)),
        (100.0, "passed", wire.Result(score=1.0, success=True)),
        (39.0, "failed", wire.Result(score=0.39, success=False)),
        (0.0, "failed", wire.Result(score=0.0, success=False)),
        (None, "completed", None),
    ],
)
def test_a_score_of_40_passes_39_fails_and_none_only_completes(
    score: float | None, verb: str, result: wire.Result | None
) -> None:
    (mapped,) = map_rows(rows(submissions=[(7, 3, score)]))
    assert (mapped.verb, mapped.result) == (verb, result)


def test_items_and_assessments_become_content_with_their_tags() -> None:
    seen = {
        kind: item_content(AAA, Item(5, kind))
        for kind in ("ouelluminate", "oucollaborate", "quiz", "externalquiz", "url")
    }
    assert {kind: (content.kind, content.tags) for kind, content in seen.items()} == {
        "ouelluminate": ("webinar", ["activity:ouelluminate"]),
        "oucollaborate": ("webinar", ["activity:oucollaborate"]),
        "quiz": ("education_module", ["activity:quiz", "quiz"]),
        "externalquiz": ("education_module", ["activity:externalquiz", "quiz"]),
        "url": ("education_module", ["activity:url"]),
    }
    exam = assessment_content(AAA, Assessment(9, "Exam", None))
    assert (exam.kind, exam.tags, exam.markets) == (
        "education_module",
        ["quiz", "assessment", "assessment:exam"],
        ["GB"],
    )


def test_an_assessment_is_due_until_the_end_of_its_day_where_the_course_is() -> None:
    summer, winter, unknown = (assessment_content(AAA, Assessment(9, "TMA", day)) for day in (19, 54, None))
    assert (summer.due_at, winter.due_at) == ("2013-10-20T22:59:59Z", "2013-11-24T23:59:59Z")
    assert unknown.due_at is None


def test_the_sample_has_a_date_for_each_assessment_but_the_exam(course: Course) -> None:
    assert {each.assessment_type: each.due_day is not None for each in course.assessments} == {
        "TMA": True,
        "Exam": False,
    }


def test_a_learner_becomes_a_visibly_invented_professional() -> None:
    assert msgspec.to_builtins(professional(AAA, 28400)) == {
        "name": "Learner 28400",
        "email": "learner-28400.aaa-2013j@oulad.example",
        "market": "GB",
        "zone": "Europe/London",
        "locale": "en-GB",
    }


def test_consents_on_paper_come_before_the_first_activity_with_evidence() -> None:
    versions = dict.fromkeys(get_args(wire.Purpose), 3)
    given = consents(AAA, rows(views=[(1, 12, 1), (1, -10, 1)], submissions=[(7, 20, 50)]), versions).consents
    assert {consent.purpose for consent in given} == set(versions)
    assert {consent.occurred_at for consent in given} == {"2013-09-20T07:00:00Z"}, "day -11"
    evidence = given[0].evidence
    assert re.fullmatch("OULAD registration AAA/2013J form [0-9a-f]{8}", evidence.reference)
    assert "28400" not in evidence.reference, "evidence outlives the person's erasure"
    assert evidence.sha256 == sha256(evidence.reference.encode()).hexdigest()
    assert given[0].notice_version == 3


def test_a_learner_without_any_row_consents_on_the_day_before_the_start() -> None:
    versions = dict.fromkeys(get_args(wire.Purpose), 1)
    assert consents(AAA, rows(), versions).consents[0].occurred_at == "2013-09-30T07:00:00Z"


def test_an_idempotency_key_names_the_path_and_the_body() -> None:
    assert idempotency_key("/v1/hcps", b"{}") == idempotency_key("/v1/hcps", b"{}")
    assert idempotency_key("/v1/hcps", b"{}") != idempotency_key("/v1/content", b"{}")
    assert idempotency_key("/v1/hcps", b"{}") != idempotency_key("/v1/hcps", b'{"name":"x"}')


@pytest.mark.parametrize("name", ["AAA", "AAA-2013J", "aaa/2013J", "AAA/2013K", "AAA/2013J/x", ""])
def test_a_name_that_is_no_presentation_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ImportStoppedError, match="for example AAA/2013J"):
        Presentation.parse(name)


def test_a_presentations_name_is_read_and_written_alike() -> None:
    assert Presentation.parse("CCC/2014B").name == "CCC/2014B"
    assert Presentation.parse("CCC/2014B").start == date(2014, 2, 1)


def test_every_word_the_importer_sends_is_a_word_of_the_rooms() -> None:
    assert set(get_args(wire.Verb)) <= set(Verb)
    assert set(get_args(wire.Kind)) <= set(ContentKind)
    assert set(get_args(wire.Purpose)) <= set(Purpose)
    assert {"web"} <= set(Channel)
    assert {"paper"} <= set(Method)
    assert {"granted"} <= set(Answer)
