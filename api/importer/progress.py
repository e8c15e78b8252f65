"""How far an import is: a port that the run reports to, and the bar that shows it on a terminal."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TimeRemainingColumn
from rich.text import Text
from typing_extensions import override


class Watch(Protocol):
    """Is told what a run is doing."""

    def begin(self, name: str, total: int) -> None:
        """Say that a phase of ``total`` steps begins."""

    def advance(self, steps: int) -> None:
        """Say that steps of the current phase are done."""


class Silence:
    """A watch that shows nothing."""

    def begin(self, name: str, total: int) -> None:
        """Ignore it."""

    def advance(self, steps: int) -> None:
        """Ignore it."""


class Bar:
    """One progress bar per phase, with its rate, on a console; nothing where ``shown`` is false."""

    def __init__(self, console: Console, *, shown: bool) -> None:
        """Prepare; the bar appears on entering."""
        self._progress = Progress(
            "{task.description:<12}",
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
            disable=not shown,
        )
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()

    def begin(self, name: str, total: int) -> None:
        """Start the bar of a phase."""
        self._task = self._progress.add_task(name, total=total)

    def advance(self, steps: int) -> None:
        """Move the bar of the current phase."""
        self._progress.advance(self._task, steps)


class _Rate(ProgressColumn):
    """Steps per second: of late while the phase runs, over the whole of it afterwards."""

    @override
    def render(self, task: Task) -> Text:
        rate = task.finished_speed or task.speed
        return Text("" if rate is None else f"{rate:,.0f}/s", style="progress.data.speed")
