"""Reads one presentation from the dataset's Parquet files.

Whole numbers are stored as doubles and become integers here; what is missing may be null or not-a-number. One
presentation is held as compact integer columns (16 bytes a row); everything larger is made one learner at a time.
"""

from itertools import accumulate
from pathlib import Path
from typing import Final, cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from api.importer.errors import ImportStoppedError
from api.importer.presentation import Presentation

_WHOLE: Final = pa.int32()
_MAY_BE_MISSING: Final = pa.float64()
"""The type of the columns that have gaps: null or not-a-number."""


class Item(msgspec.Struct, frozen=True):
    """A learning item: a row of ``vle``."""

    site: int
    activity_type: str


class Assessment(msgspec.Struct, frozen=True):
    """A row of ``assessments``; ``due_day`` counts from the presentation's start, None where none is given."""

    number: int
    assessment_type: str
    due_day: int | None


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """One learner's rows of both logs as columns, in file order. Days count from the presentation's start."""

    learner: int
    view_sites: list[int]
    view_days: list[int]
    view_clicks: list[int]
    submission_assessments: list[int]
    submission_days: list[int]
    submission_scores: list[float | None]

    def __len__(self) -> int:
        """Count the rows of both logs."""
        return len(self.view_sites) + len(self.submission_assessments)


class Course:
    """One presentation as the files hold it."""

    def __init__(
        self,
        learners: list[int],
        items: list[Item],
        assessments: list[Assessment],
        views: pa.Table,
        submissions: pa.Table,
    ) -> None:
        """Group both logs by learner."""
        self.learners = learners
        self.items = items
        self.assessments = assessments
        self.row_count = views.num_rows + submissions.num_rows
        self._views = _ByLearner(views)
        self._submissions = _ByLearner(submissions)

    def rows(self, learner: int) -> Rows:
        """Give a learner's rows."""
        views = self._views.of(learner)
        submissions = self._submissions.of(learner)
        return Rows(
            learner=learner,
            view_sites=_numbers(views, "id_site"),
            view_days=_numbers(views, "date"),
            view_clicks=_numbers(views, "sum_click"),
            submission_assessments=_numbers(submissions, "id_assessment"),
            submission_days=_numbers(submissions, "date_submitted"),
            submission_scores=submissions["score"].to_pylist(),
        )


class _ByLearner:
    """A log sorted by learner; the sort is stable, so each learner's rows stay in file order."""

    def __init__(self, log: pa.Table) -> None:
        self._log = log.take(pc.sort_indices(log, sort_keys=[("id_student", "ascending")])).combine_chunks()
        counts = pc.value_counts(self._log["id_student"])
        lengths = cast("list[int]", counts.field("counts").to_pylist())
        learners = cast("list[int]", counts.field("values").to_pylist())
        starts = accumulate(lengths, initial=0)
        self._spans = {
            learner: (start, length) for learner, start, length in zip(learners, starts, lengths, strict=False)
        }

    def of(self, learner: int) -> pa.Table:
        return self._log.slice(*self._spans.get(learner, (0, 0)))


def read_course(folder: Path, presentation: Presentation, limit: int | None = None) -> Course:
    """Read a presentation, or its first ``limit`` learners by id.

    Raises ``ImportStoppedError`` when a file is missing or unreadable or the presentation is not in it.
    """
    if not folder.is_dir():
        raise ImportStoppedError(
            f"there is no folder {folder}: give the one that holds studentInfo.parquet and studentVle_ds"
        )
    registered = _of_presentation(folder / "studentInfo.parquet", presentation, {"id_student": _WHOLE})
    learners = sorted(_numbers(registered, "id_student"))[:limit]
    if not learners:
        raise ImportStoppedError(
            f"{folder / 'studentInfo.parquet'} has no learner of {presentation.name}: choose another presentation"
        )
    vle = _of_presentation(folder / "vle.parquet", presentation, {"id_site": _WHOLE, "activity_type": pa.string()})
    assessments = _of_presentation(
        folder / "assessments.parquet",
        presentation,
        {"id_assessment": _WHOLE, "assessment_type": pa.string(), "date": _MAY_BE_MISSING},
    )
    due = _known(assessments["date"]).cast(_WHOLE)
    chosen = pa.array(learners, _WHOLE)
    views = _views(folder, presentation)
    _check_known(views, "id_site", vle, folder / "vle.parquet")
    _check_known(views, "id_student", registered, folder / "studentInfo.parquet")
    submissions = _submissions(folder)
    set_here = pc.is_in(submissions["id_assessment"], value_set=assessments["id_assessment"].combine_chunks())
    return Course(
        learners,
        [Item(row["id_site"], row["activity_type"]) for row in vle.to_pylist()],
        [
            Assessment(row["id_assessment"], row["assessment_type"], day)
            for row, day in zip(assessments.to_pylist(), due.to_pylist(), strict=True)
        ],
        views.filter(pc.is_in(views["id_student"], value_set=chosen)),
        submissions.filter(pc.and_(set_here, pc.is_in(submissions["id_student"], value_set=chosen))),
    )


def _numbers(table: pa.Table, column: str) -> list[int]:
    """Give a column that was read as whole numbers without gaps."""
    return cast("list[int]", table[column].to_pylist())


def _check_known(log: pa.Table, column: str, known: pa.Table, file: Path) -> None:
    """Refuse a log that names what ``file`` does not hold: its rows could not all be posted."""
    named = pc.is_in(log[column], value_set=known[column].combine_chunks())
    strangers = log.filter(pc.invert(named))
    if strangers.num_rows:
        first = strangers[column][0].as_py()
        raise ImportStoppedError(f"the log names {column} {first}, which {file} has not: take both from one release")


def _views(folder: Path, presentation: Presentation) -> pa.Table:
    log = folder / "studentVle_ds"
    part = log / f"code_module={presentation.module}" / f"code_presentation={presentation.run}" / "part-0.parquet"
    if log.is_dir() and not part.exists():
        here = sorted(
            f"{path.parent.name[-3:]}/{path.name[-5:]}" for path in log.glob("code_module=*/code_presentation=*")
        )
        raise ImportStoppedError(f"{log} has no {presentation.name}; it has {', '.join(here)}")
    return _columns(part, {"id_student": _WHOLE, "id_site": _WHOLE, "date": _WHOLE, "sum_click": _WHOLE})


def _submissions(folder: Path) -> pa.Table:
    read = _columns(
        folder / "studentAssessment.parquet",
        {"id_assessment": _WHOLE, "id_student": _WHOLE, "date_submitted": _WHOLE, "score": _MAY_BE_MISSING},
    )
    return read.set_column(read.column_names.index("score"), "score", _known(read["score"]))


def _known(column: "pa.ChunkedArray[pa.DoubleScalar]") -> "pa.ChunkedArray[pa.DoubleScalar]":
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, _MAY_BE_MISSING), column)
    return cast("pa.ChunkedArray[pa.DoubleScalar]", known)


def _of_presentation(path: Path, presentation: Presentation, types: dict[str, pa.DataType]) -> pa.Table:
    """Read the rows of a table that belong to one presentation."""
    read = _columns(path, {"code_module": pa.string(), "code_presentation": pa.string(), **types})
    return read.filter(
        pc.and_(
            pc.equal(read["code_module"], pa.scalar(presentation.module)),
            pc.equal(read["code_presentation"], pa.scalar(presentation.run)),
        )
    ).select(list(types))


def _columns(path: Path, types: dict[str, pa.DataType]) -> pa.Table:
    """Read some columns of a file as the types they mean; a fraction where a whole number belongs is refused."""
    if not path.is_file():
        raise ImportStoppedError(f"there is no file {path}: take the dataset's folder as it was published")
    try:
        with pq.ParquetFile(path) as file:
            read = file.read(columns=list(types))
        table = pa.table({name: read[name].cast(kind) for name, kind in types.items()})
    except (pa.ArrowException, OSError, KeyError) as error:
        message = f"{path} cannot be read as the dataset's file ({error}): take it as it was published"
        raise ImportStoppedError(" ".join(message.split())) from error
    for name, kind in types.items():
        if kind is not _MAY_BE_MISSING and table[name].null_count:
            raise ImportStoppedError(f"{path} has rows without {name}: take the file as it was published")
    return table
