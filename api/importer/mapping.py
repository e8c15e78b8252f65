"""What a row of the dataset means in Laurel. Pure: the same data gives the same bodies, ids and times, always.

Nothing here depends on which other learners are imported, so a presentation cut to some learners and the whole one
agree on every id, and importing one after the other records nothing twice.
"""

import hashlib
from collections.abc import Mapping
from typing import Final, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from api.importer import wire
from api.importer.presentation import DAY_BEGINS, DAY_ENDS, DAY_LASTS, ZONE, Presentation, instant
from api.importer.source import Assessment, Item, Rows

NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://doi.org/10.1038/sdata.2017.171")
"""Namespace of every id the importer derives: the dataset's own name."""

MARKET: Final = "GB"
LOCALE: Final = "en-GB"

PASS_MARK: Final = 40
"""Lowest passing score of 100 (the dataset's own description: below 40 is a fail)."""

PURPOSES: Final[tuple[wire.Purpose, ...]] = get_args(wire.Purpose)
"""What every learner agreed to on paper."""

_WEBINARS: Final = frozenset({"oucollaborate", "ouelluminate"})
_QUIZZES: Final = frozenset({"quiz", "externalquiz"})
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def professional(presentation: Presentation, learner: int) -> wire.Professional:
    """Describe the healthcare professional that stands for a learner; invented, and visibly so."""
    mailbox = f"learner-{learner}.{presentation.module}-{presentation.run}".lower()
    return wire.Professional(
        name=f"Learner {learner}", email=f"{mailbox}@oulad.example", market=MARKET, zone=ZONE, locale=LOCALE
    )


def consents(presentation: Presentation, rows: Rows, versions: Mapping[str, int]) -> wire.Consents:
    """Give a learner's answers on paper, a day before the learner's first row (before the start where there is none).

    ``versions`` holds the active notice version of each purpose. The evidence is a form number: a reference outlives
    the erasure of the person, so it must not hold the learner's own number.
    """
    form = uuid5(NAMESPACE, f"{presentation.name}/studentRegistration/{rows.learner}").hex[:8]
    reference = f"OULAD registration {presentation.name} form {form}"
    evidence = wire.Evidence(reference=reference, sha256=hashlib.sha256(reference.encode()).hexdigest())
    occurred_at = instant(presentation, min((0, *rows.view_days, *rows.submission_days)) - 1, DAY_BEGINS)
    return wire.Consents(
        consents=[
            wire.Consent(
                purpose=purpose,
                state="granted",
                notice_version=versions[purpose],
                method="paper",
                evidence=evidence,
                occurred_at=occurred_at,
            )
            for purpose in PURPOSES
        ]
    )


def item_content(presentation: Presentation, item: Item) -> wire.Content:
    """Describe a learning item (a row of ``vle``)."""
    tags = [f"activity:{item.activity_type}"]
    if item.activity_type in _QUIZZES:
        tags.append("quiz")
    return wire.Content(
        kind="webinar" if item.activity_type in _WEBINARS else "education_module",
        title=f"{presentation.name} {item.activity_type} {item.site}",
        summary=f"Learning item {item.site} ({item.activity_type}) of the Open University dataset. Not medical.",
        locale=LOCALE,
        markets=[MARKET],
        tags=tags,
    )


def assessment_content(presentation: Presentation, assessment: Assessment) -> wire.Content:
    """Describe an assessment (a row of ``assessments``)."""
    kind = assessment.assessment_type
    return wire.Content(
        kind="education_module",
        title=f"{presentation.name} {kind} {assessment.number}",
        summary=f"Assessment {assessment.number} ({kind}) of the Open University dataset. Not medical.",
        locale=LOCALE,
        markets=[MARKET],
        tags=["quiz", "assessment", f"assessment:{kind.lower()}"],
        due_at=None if assessment.due_day is None else instant(presentation, assessment.due_day, DAY_ENDS),
    )


class Catalogue:
    """Which content stands for which item and assessment, by the dataset's numbers."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: dict[int, tuple[str, wire.Verb]] = {}
        self._assessments: dict[int, str] = {}

    def add_item(self, item: Item, content: str) -> None:
        """Say which content stands for an item; what is done with it follows from its kind."""
        self._items[item.site] = (content, "attended" if item.activity_type in _WEBINARS else "viewed")

    def add_assessment(self, assessment: Assessment, content: str) -> None:
        """Say which content stands for an assessment."""
        self._assessments[assessment.number] = content

    def __len__(self) -> int:
        """Count the content items."""
        return len(self._items) + len(self._assessments)

    def item(self, site: int) -> tuple[str, wire.Verb]:
        """Give the content of an item and the verb for using it."""
        return self._items[site]

    def assessment(self, number: int) -> str:
        """Give the content of an assessment."""
        return self._assessments[number]


def statements(presentation: Presentation, actor: str, rows: Rows, catalogue: Catalogue) -> list[wire.Statement]:
    """Turn every row of a learner into an activity, in order of occurrence (then of id, so that the order is total)."""
    mapped = [*_views(presentation, actor, rows, catalogue), *_submissions(presentation, actor, rows, catalogue)]
    mapped.sort(key=lambda statement: (statement.occurred_at, statement.id))
    return mapped


def _views(presentation: Presentation, actor: str, rows: Rows, catalogue: Catalogue) -> list[wire.Statement]:
    stamps = _Stamps(presentation, "studentVle", rows.learner)
    mapped = []
    for number, (site, day, clicks) in enumerate(
        zip(rows.view_sites, rows.view_days, rows.view_clicks, strict=True), start=1
    ):
        identity, second = stamps.of(number)
        content, verb = catalogue.item(site)
        mapped.append(
            wire.Statement(
                id=identity,
                actor=actor,
                verb=verb,
                object=content,
                occurred_at=instant(presentation, day, second),
                context=wire.Context(channel="web", extensions={"clicks": clicks}),
            )
        )
    return mapped


def _submissions(presentation: Presentation, actor: str, rows: Rows, catalogue: Catalogue) -> list[wire.Statement]:
    stamps = _Stamps(presentation, "studentAssessment", rows.learner)
    mapped = []
    for number, (assessment, day, score) in enumerate(
        zip(rows.submission_assessments, rows.submission_days, rows.submission_scores, strict=True), start=1
    ):
        identity, second = stamps.of(number)
        verb, result = _outcome(score)
        mapped.append(
            wire.Statement(
                id=identity,
                actor=actor,
                verb=verb,
                object=catalogue.assessment(assessment),
                occurred_at=instant(presentation, day, second),
                context=wire.Context(channel="web"),
                result=result,
            )
        )
    return mapped


def _outcome(score: float | None) -> tuple[wire.Verb, wire.Result | None]:
    """Read a score of 100; a missing one says only that something was handed in."""
    if score is None:
        return "completed", None
    passed = score >= PASS_MARK
    return ("passed" if passed else "failed"), wire.Result(score=score / 100, success=passed)


class _Stamps:
    """Ids and times of day of one learner's rows in one table.

    The id is UUID version 5 of ``PRESENTATION/TABLE/LEARNER/ROW``, where ROW counts the learner's rows in file order
    from 1: content never decides, so rows that repeat an earlier one in every column keep their own ids.
    The time of day comes from the 4 of SHA-1's 20 bytes that a version 5 id leaves unused.
    """

    def __init__(self, presentation: Presentation, table: str, learner: int) -> None:
        """Hash what the rows have in common once (``uuid.uuid5`` would do it for each row, at three times the cost)."""
        name = f"{presentation.name}/{table}/{learner}/"
        self._prefix = hashlib.sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False)

    def of(self, row: int) -> tuple[str, int]:
        """Give a row's id and its time of day in seconds after local midnight."""
        digest = self._prefix.copy()
        digest.update(b"%d" % row)
        hexed = digest.hexdigest()
        variant = _VARIANT[hexed[16]]
        identity = f"{hexed[:8]}-{hexed[8:12]}-5{hexed[13:16]}-{variant}{hexed[17:20]}-{hexed[20:32]}"
        return identity, DAY_BEGINS + int(hexed[32:], 16) % DAY_LASTS


def idempotency_key(path: str, body: bytes) -> UUID:
    """Name a creating request by what it says: the same request is the same key in every run."""
    return uuid5(NAMESPACE, f"{path}\n{body.decode()}")
