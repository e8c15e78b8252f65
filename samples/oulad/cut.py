# ruff: noqa: INP001 - a script beside its data, not a package
"""Cuts one presentation of the Open University dataset down to its first learners, in the dataset's own layout.

    python samples/oulad/cut.py SOURCE TARGET [--presentation AAA/2013J] [--learners 40]

Rows are left out, and nothing else happens to them: columns, types, order and compression stay as they were.
"""

from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BY_PRESENTATION = ("assessments", "courses", "vle")
BY_LEARNER = ("studentInfo", "studentRegistration")


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--presentation", default="AAA/2013J", show_default=True)
@click.option("--learners", type=click.IntRange(min=1), default=40, show_default=True)
def cut(source: Path, target: Path, presentation: str, learners: int) -> None:
    """Write the first LEARNERS learners (by id) of PRESENTATION from SOURCE into TARGET."""
    module, _, run = presentation.partition("/")
    tables = {
        name: _of_presentation(pq.read_table(source / f"{name}.parquet"), module, run)
        for name in (*BY_PRESENTATION, *BY_LEARNER)
    }
    by_id = tables["studentInfo"].sort_by("id_student")
    chosen = by_id["id_student"].slice(0, learners)
    for name in BY_LEARNER:
        tables[name] = _among(tables[name], "id_student", chosen)
    submissions = _among(pq.read_table(source / "studentAssessment.parquet"), "id_student", chosen)
    tables["studentAssessment"] = _among(submissions, "id_assessment", tables["assessments"]["id_assessment"])
    part = Path("studentVle_ds", f"code_module={module}", f"code_presentation={run}", "part-0")
    tables[str(part)] = _among(pq.ParquetFile(source / f"{part}.parquet").read(), "id_student", chosen)
    for name, table in tables.items():
        _write(table, target / f"{name}.parquet")


def _of_presentation(table: pa.Table, module: str, run: str) -> pa.Table:
    return table.filter(
        pc.and_(pc.equal(table["code_module"], pa.scalar(module)), pc.equal(table["code_presentation"], pa.scalar(run)))
    )


def _among(table: pa.Table, column: str, values: "pa.ChunkedArray[Any]") -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=values.combine_chunks()))


def _write(table: pa.Table, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file, compression="zstd", compression_level=19)
    click.echo(f"{file}: {table.num_rows} rows, {file.stat().st_size} bytes")


if __name__ == "__main__":
    cut()
