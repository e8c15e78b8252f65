"""What an import was asked to do and what came of it."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from api.importer import wire
from api.importer.presentation import Presentation


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to import and how hard: ``patience`` is how many seconds one outage of the server may last."""

    folder: Path
    presentation: Presentation
    learners: int | None = None
    concurrency: int = 4
    batch: int = 500
    patience: float = 120


class Activities(msgspec.Struct, kw_only=True):
    """What became of the activities; the refused ones by reason code."""

    recorded: int = 0
    repeated: int = 0
    refused: dict[str, int] = {}

    def add(self, receipts: Iterable[wire.Receipt]) -> None:
        """Count the answer to a batch."""
        for receipt in receipts:
            if receipt.status == "recorded":
                self.recorded += 1
            elif receipt.status == "repeated":
                self.repeated += 1
            else:
                reason = receipt.reason or "unknown"
                self.refused[reason] = self.refused.get(reason, 0) + 1

    @property
    def total(self) -> int:
        """Count the rows posted."""
        return self.recorded + self.repeated + sum(self.refused.values())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints: ``seconds`` is the whole run, the rate is that of posting activities alone."""

    presentation: str
    learners: int
    content_items: int
    activities: Activities
    seconds: float
    activities_per_second: float


class Outcome(msgspec.Struct, frozen=True):
    """The report, and which healthcare professional (id) stands for which learner (the dataset's number)."""

    report: Report
    professionals: dict[int, str]
