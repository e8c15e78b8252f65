"""`python -m benchmarks [--seconds N] [--json FILE]`: prints the table and writes JSON."""

import os
import platform
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import previews, rows, searching, verify
from benchmarks.board import board_page
from benchmarks.scene import Scene, scene
from kernel.settings import CHECKOUT

PORT = 8097
OF_THE_LOG: dict[str, Callable[..., rows.Row]] = {
    "verify": verify.verification,
    "verify-mirror": verify.mirroring,
    "sequence": verify.sequencing,
    "prove": verify.proving,
    "export": verify.exporting,
    "search": searching.searching,
}
FIGURES: dict[str, Callable[[Scene, float], rows.Row]] = {
    "single": rows.single_activities,
    "batches": rows.batches,
    "reads": rows.reads,
    "audited-writes": rows.audited_writes,
    "audited-batches": rows.audited_batches,
    "audited-reads": rows.audited_reads,
    "board": board_page,
    **{name: partial(figure, entries=verify.ENTRIES) for name, figure in OF_THE_LOG.items()},
    "preview": previews.previewing,
    "rules": previews.many_rules,
}


@click.command()
@click.option("--seconds", default=15.0, show_default=True, help="How long each load lasts.")
@click.option("--only", type=click.Choice(sorted(FIGURES)), help="Measure one figure.")
@click.option(
    "--activities",
    default=1_000_000,
    show_default=True,
    help="How many a preview reads; ten million take a while.",
)
@click.option(
    "--entries", default=verify.ENTRIES, show_default=True, help="How long the audit log is; a million take minutes."
)
@click.option(
    "--json", "file", type=click.Path(path_type=Path), default=CHECKOUT / "benchmarks" / "results" / "latest.json",
    help="Where to write the results.",
)  # fmt: skip
def main(seconds: float, only: str | None, activities: int, entries: int, file: Path) -> None:
    """Measure the figures of the design on this machine, side by side."""
    console = Console()
    found: list[rows.Row] = []
    figures = FIGURES | {"preview": partial(previews.previewing, activities=activities)}
    figures |= {name: partial(figure, entries=entries) for name, figure in OF_THE_LOG.items()}
    with tempfile.TemporaryDirectory(prefix="laurel-bench-") as folder:
        Path(folder).chmod(0o755)
        with scene(Path(folder) / "home", PORT) as measured:
            for name, figure in figures.items():
                if only in {None, name}:
                    console.print(f"measuring {name} ...")
                    found.append(figure(measured, seconds))
    console.print(_table(found))
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    file.write_bytes(msgspec.json.format(msgspec.json.encode({"machine": machine, "rows": found}), indent=2))
    console.print(f"Written to {file}.")


def _table(found: list[rows.Row]) -> Table:
    table = Table(
        "what", "measured", "against", "ratio", "floor", "goal", "holds", "note", title=f"{os.cpu_count()} cores"
    )
    for row in found:
        table.add_row(
            row.name,
            f"{row.measured:,.0f} {row.unit}",
            f"{row.against:,.0f} ({row.against_name})",
            f"{row.ratio:.2f}",
            f"{row.floor:.2f}",
            f"{row.goal:.2f}",
            "goal" if row.ratio >= row.goal else "floor" if row.ratio >= row.floor else "NO",
            row.note,
        )
    return table


if __name__ == "__main__":
    main()
