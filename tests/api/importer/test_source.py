"""Reading the sample, and what is said about a folder that is not the dataset."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from api.importer import ImportStoppedError, Presentation
from api.importer.source import read_course

SAMPLE = Path(__file__).parents[3] / "samples" / "oulad"
AAA = Presentation("AAA", "2013J")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "oulad")


def replace(file: Path, column: str, values: list[float | None]) -> None:
    table = pq.ParquetFile(file).read()
    changed = pa.array([*values, *table[column].to_pylist()[len(values) :]], pa.float64())
    pq.write_table(table.set_column(table.column_names.index(column), column, changed), file)


def test_the_sample_is_the_first_forty_learners_of_aaa_2013j() -> None:
    course = read_course(SAMPLE, AAA)
    assert (len(course.learners), len(course.items), len(course.assessments)) == (40, 211, 6)
    assert course.learners == sorted(course.learners)
    assert course.row_count == 18_724 + 183
    assert sum(len(course.rows(learner)) for learner in course.learners) == course.row_count


def test_the_sample_is_smaller_than_two_megabytes_and_says_where_it_comes_from() -> None:
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) < 2_000_000
    attribution = (SAMPLE / "ATTRIBUTION.md").read_text()
    assert "CC BY 4.0" in attribution
    assert "10.1038/sdata.2017.171" in attribution


def test_a_learners_rows_are_in_file_order() -> None:
    file = SAMPLE / "studentVle_ds/code_module=AAA/code_presentation=2013J/part-0.parquet"
    course = read_course(SAMPLE, AAA)
    learner = course.learners[3]
    expected = [
        (row["id_site"], row["date"], row["sum_click"])
        for row in pq.ParquetFile(file).read().to_pylist()
        if row["id_student"] == learner
    ]
    read = course.rows(learner)
    assert list(zip(read.view_sites, read.view_days, read.view_clicks, strict=True)) == expected
    assert len(expected) > 100


def test_a_missing_score_is_none_whether_it_is_null_or_not_a_number(folder: Path) -> None:
    replace(folder / "studentAssessment.parquet", "score", [None, float("nan"), 55.0])
    course = read_course(folder, AAA)
    scores = [score for learner in course.learners for score in course.rows(learner).submission_scores]
    untouched = read_course(SAMPLE, AAA)
    before = [score for learner in untouched.learners for score in untouched.rows(learner).submission_scores]
    assert scores.count(None) == before.count(None) + 2
    assert all(score == score for score in scores), "no not-a-number is left"  # noqa: PLR0124 - only NaN differs from itself


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportStoppedError, match=r"there is no folder .*nowhere: give the one that holds studentInfo"):
        read_course(tmp_path / "nowhere", AAA)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "vle.parquet").unlink()
    with pytest.raises(ImportStoppedError, match=r"there is no file .*vle\.parquet"):
        read_course(folder, AAA)


def test_a_presentation_that_nobody_took_is_refused() -> None:
    with pytest.raises(ImportStoppedError, match="no learner of ZZZ/2013J"):
        read_course(SAMPLE, Presentation("ZZZ", "2013J"))


def test_a_presentation_whose_log_is_missing_is_refused_with_those_that_are_there(folder: Path) -> None:
    (folder / "studentVle_ds/code_module=AAA").rename(folder / "studentVle_ds/code_module=BBB")
    with pytest.raises(ImportStoppedError, match="has no AAA/2013J; it has BBB/2013J"):
        read_course(folder, AAA)


@pytest.mark.parametrize("content", [b"", b"PAR1 but then nothing like it", b"id_student,score\n1,2\n"])
def test_a_file_that_is_no_parquet_is_refused(folder: Path, content: bytes) -> None:
    (folder / "studentInfo.parquet").write_bytes(content)
    with pytest.raises(ImportStoppedError, match=r"studentInfo\.parquet cannot be read") as stopped:
        read_course(folder, AAA)
    assert "\n" not in str(stopped.value)


def test_a_file_without_a_needed_column_is_refused(folder: Path) -> None:
    file = folder / "studentAssessment.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["score"]), file)
    with pytest.raises(ImportStoppedError, match="score"):
        read_course(folder, AAA)


@pytest.mark.parametrize("value", [None, 1.5, float("nan")])
def test_a_number_that_is_not_whole_is_refused(folder: Path, value: float | None) -> None:
    replace(folder / "studentAssessment.parquet", "date_submitted", [value])
    with pytest.raises(ImportStoppedError, match=r"studentAssessment\.parquet"):
        read_course(folder, AAA)


def test_a_log_about_an_unknown_item_or_learner_is_refused_so_that_no_row_is_dropped(folder: Path) -> None:
    log = folder / "studentVle_ds/code_module=AAA/code_presentation=2013J/part-0.parquet"
    replace(log, "id_site", [1.0])
    with pytest.raises(ImportStoppedError, match="the log names id_site 1,"):
        read_course(folder, AAA)
    shutil.copyfile(SAMPLE / log.relative_to(folder), log)
    replace(log, "id_student", [1.0])
    with pytest.raises(ImportStoppedError, match="the log names id_student 1,"):
        read_course(folder, AAA)
