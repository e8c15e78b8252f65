"""The import itself: content first, then the learners, then what they did."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import httpx
import msgspec

from api.importer import wire
from api.importer.client import Client, open_http
from api.importer.credentials import Credentials
from api.importer.errors import ImportStoppedError
from api.importer.mapping import (
    LOCALE,
    PURPOSES,
    Catalogue,
    assessment_content,
    consents,
    idempotency_key,
    item_content,
    professional,
    statements,
)
from api.importer.progress import Silence, Watch
from api.importer.report import Activities, Order, Outcome, Report
from api.importer.source import Course, read_course


async def import_presentation(order: Order, credentials: Credentials, watch: Watch | None = None) -> Outcome:
    """Import a presentation; rows that are already there are reported as repeated and change nothing.

    Raises ``ImportStoppedError`` when the data, the server or the credentials do not allow it.
    """
    began = time.monotonic()
    course = read_course(order.folder, order.presentation, order.learners)
    async with open_http(credentials.url, order.concurrency) as http:
        run = _Run(order, course, http, credentials, watch or Silence())
        await run.sign_in()
        catalogue = await run.create_content()
        professionals = await run.register_learners()
        posting = time.monotonic()
        activities = await run.post_activities(professionals, catalogue)
    finished = time.monotonic()
    report = Report(
        presentation=order.presentation.name,
        learners=len(professionals),
        content_items=len(catalogue),
        activities=activities,
        seconds=round(finished - began, 3),
        activities_per_second=round(activities.total / max(finished - posting, 0.001), 1),
    )
    return Outcome(report, professionals)


Piece = TypeVar("Piece")


class _Run:
    """The phases of one import, over the connections they share."""

    def __init__(
        self, order: Order, course: Course, http: httpx.AsyncClient, credentials: Credentials, watch: Watch
    ) -> None:
        self._order = order
        self._presentation = order.presentation
        self._course = course
        self._watch = watch
        self._learning_system = Client(http, credentials.learning_system, order.patience)
        self._medical_reviewer = Client(http, credentials.medical_reviewer, order.patience)

    async def sign_in(self) -> None:
        """Find out at once whether there is a server and whether it knows us."""
        await self._learning_system.sign_in()
        await self._medical_reviewer.sign_in()

    async def create_content(self) -> Catalogue:
        """Create and approve every item and assessment of the presentation."""
        catalogue = Catalogue()
        offers: list[tuple[wire.Content, Callable[[str], None]]] = [
            *(
                (item_content(self._presentation, item), partial(catalogue.add_item, item))
                for item in self._course.items
            ),
            *(
                (assessment_content(self._presentation, assessment), partial(catalogue.add_assessment, assessment))
                for assessment in self._course.assessments
            ),
        ]

        async def make(offer: tuple[wire.Content, Callable[[str], None]]) -> None:
            content, enter = offer
            identity = await self._create("/v1/content", content)
            await self._medical_reviewer.post(f"/v1/content/{identity}/approve", b"{}", msgspec.Raw)
            enter(identity)
            self._watch.advance(1)

        self._watch.begin("content", len(offers))
        await self._side_by_side(offers, make)
        return catalogue

    async def register_learners(self) -> dict[int, str]:
        """Create a healthcare professional for every learner and record the consents given on paper."""
        versions = _active_versions(await self._learning_system.get("/v1/notices", wire.Notices))
        professionals: dict[int, str] = {}

        async def register(learner: int) -> None:
            identity = await self._create("/v1/hcps", professional(self._presentation, learner))
            path = f"/v1/hcps/{identity}/consents"
            body = msgspec.json.encode(consents(self._presentation, self._course.rows(learner), versions))
            await self._learning_system.post(path, body, msgspec.Raw, key=idempotency_key(path, body))
            professionals[learner] = identity
            self._watch.advance(1)

        self._watch.begin("learners", len(self._course.learners))
        await self._side_by_side(self._course.learners, register)
        return professionals

    async def post_activities(self, professionals: Mapping[int, str], catalogue: Catalogue) -> Activities:
        """Post every row, many learners side by side.

        A learner MUST be with one courier only, and a courier MUST have one batch under way only: so a learner's
        activities arrive in order of occurrence, whatever the server's speed and however often it is restarted.
        """
        self._watch.begin("activities", self._course.row_count)
        counted = Activities()
        learners = iter(self._course.learners)

        async def courier(_: int) -> None:
            waiting: list[wire.Statement] = []
            for learner in learners:
                rows = self._course.rows(learner)
                waiting += statements(self._presentation, professionals[learner], rows, catalogue)
                while len(waiting) >= self._order.batch:
                    counted.add(await self._post(waiting[: self._order.batch]))
                    del waiting[: self._order.batch]
            if waiting:
                counted.add(await self._post(waiting))

        await self._side_by_side(range(self._order.concurrency), courier)
        return counted

    async def _post(self, batch: Sequence[wire.Statement]) -> list[wire.Receipt]:
        answer = await self._learning_system.post("/v1/activities", msgspec.json.encode(batch), wire.Receipts)
        if [receipt.id for receipt in answer.results] != [statement.id for statement in batch]:
            raise ImportStoppedError(
                "the server answered a batch with other activities than were sent: its version does not fit"
            )
        self._watch.advance(len(batch))
        return answer.results

    async def _create(self, path: str, resource: wire.Sent) -> str:
        """Create a resource, or learn the id it got when an earlier run created it."""
        body = msgspec.json.encode(resource)
        created = await self._learning_system.post(path, body, wire.Created, key=idempotency_key(path, body))
        return created.id

    async def _side_by_side(self, work: Iterable[Piece], do: Callable[[Piece], Awaitable[None]]) -> None:
        """Do all the work, ``concurrency`` pieces at a time. The first failure ends it."""
        pieces = iter(work)

        async def worker() -> None:
            for piece in pieces:
                await do(piece)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._order.concurrency):
                    group.create_task(worker())
        except ExceptionGroup as failures:
            stopped = failures.subgroup(ImportStoppedError)
            if stopped is None:
                raise
            raise stopped.exceptions[0] from None


def _active_versions(notices: wire.Notices) -> dict[str, int]:
    """Give the version of each purpose's notice, in the learners' language where it is there in several."""
    in_order = sorted(notices.items, key=lambda notice: (notice.locale == LOCALE, notice.locale[:2] == LOCALE[:2]))
    versions = {notice.purpose: notice.version for notice in in_order}
    missing = [purpose for purpose in PURPOSES if purpose not in versions]
    if missing:
        raise ImportStoppedError(
            f"the server has no active notice for {', '.join(missing)}: publish one before importing consents"
        )
    return versions
