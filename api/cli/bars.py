"""How far long work is, on the terminal and never in what a program reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Advance(Protocol):
    """Told how much is done, of how much; without the latter, of as much as was said before."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Show it."""


@contextmanager
def bar(doing: str, *, shown: bool, total: int | None = None, of: str = "") -> Iterator[Advance]:
    """Show a bar on standard error while the block runs, if that is a terminal and ``shown``.

    It says ``doing`` and counts what the name ``of`` says; without a ``total`` it only moves.
    """
    console = Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(of), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task(doing, total=total)

        def advance(done: int, total: int | None = None, /) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
