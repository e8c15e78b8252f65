"""The error tree of this room."""

from collections.abc import Sequence

import msgspec
from typing_extensions import override

from kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnavailableError,
    UnprocessableError,
)


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a rule set: where (line from 1, field path), what, and what to do about it."""

    line: int
    field: str
    fault: str
    remedy: str

    @override
    def __str__(self) -> str:
        """Spell it as one line for the author of the rule set."""
        return f"line {self.line}, {self.field}: {self.fault}; {self.remedy}"


class RuleSetError(UnprocessableError):
    """The rule set can't be used; ``problems`` names everything that is wrong with it."""

    code = "rule-set-refused"
    remedy = "Correct every line named in the detail and publish the rule set again."

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep ``problems`` (at least one) in the order of their lines."""
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.field)))
        lines = [str(problem) for problem in self.problems]
        super().__init__("\n".join(lines), field=self.problems[0].field, problems=lines)


class PolicyPackError(UnprocessableError):
    """Policy packs can't be used; the detail names everything that is wrong with them, file by file."""

    code = "policy-pack-refused"
    remedy = "Correct every line named in the detail and read the packs again."

    def __init__(self, problems: Sequence[tuple[str, Problem]]) -> None:
        """Keep ``problems`` (at least one), each with the name of its file."""
        self.problems = tuple(problems)
        lines = [f"{file}: {problem}" for file, problem in self.problems]
        super().__init__("\n".join(lines), field=self.problems[0][1].field, problems=lines)


class OutOfOrderError(ConflictError):
    """An activity is older than the state it was to be folded into; the person's history must be folded again."""

    code = "activity-out-of-order"
    remedy = "Fold the person's whole history from the empty state and write the corrections."


class RulesMissingError(UnavailableError):
    """Nothing can be scored before a rule set is published."""

    code = "rules-missing"
    remedy = "Publish a rule set; `laurel demo` publishes the sample."


class RuleNotFoundError(NotFoundError):
    """No rule in force has this key, or the person is outside the caller's markets."""

    code = "rule-not-found"
    remedy = "Use the key of a rule, badge or quest of `GET /v1/rules`, and a person of your markets."


class AwardNotFoundError(NotFoundError):
    """There is no such award, or it is somebody else's."""

    code = "award-not-found"


class BadgeUnreadableError(InvalidError):
    """What was presented holds no badge, or more than one."""

    code = "badge-unreadable"
    remedy = "Give a badge as JSON, as a token (VC-JWT), or as a PNG or SVG that carries exactly one."


class CredentialDocumentNotFoundError(NotFoundError):
    """No public document of a badge stands at this address."""

    code = "credential-document-not-found"
    remedy = "Take the address from the badge as it stands."


class AwardNotRevocableError(ConflictError):
    """Only a badge that is held can be revoked, and only one that was revoked can be reinstated."""

    code = "award-not-revocable"
    remedy = "Look at the award's proof: points are taken back by what earned them, never by hand."


class BoardNotFoundError(NotFoundError):
    """There is no board with this key, or none for this caller."""

    code = "board-not-found"
    remedy = "Take a key from the list of boards."


class BoardPeriodNotFoundError(NotFoundError):
    """The board has no period of this number, or it has not begun."""

    code = "board-period-not-found"
    remedy = "Take a number from the list of the board's periods."


class BoardExistsError(ConflictError):
    """There is a board with this key already, perhaps an archived one: its periods are kept under the key."""

    code = "board-exists"
    remedy = "Choose another key."


class BoardOutsideMarketError(ForbiddenError):
    """The board would show people of markets that the caller's scope doesn't include."""

    code = "board-outside-market"
    remedy = "Narrow the board to one of your markets, or ask somebody whose scope is every market."


class InvalidBoardError(UnprocessableError):
    """The definition of a board makes no sense, or would show too much; the facts hold ``field``."""

    code = "board-invalid"


class BoardRebuildingError(UnavailableError):
    """The board's copy in Valkey was lost and is being made again from the database."""

    code = "board-rebuilding"


class AwardRacedError(ConflictError):
    """An award that was to be written exists already: the person's lock was not held. A defect, never expected."""

    code = "award-raced"
