"""What can go wrong with policy packs; a part of the room's error tree."""

from collections.abc import Sequence

from gamification.errors import Problem
from kernel.errors import UnprocessableError


class PolicyPackError(UnprocessableError):
    """Policy packs can't be used; the detail names everything that is wrong with them, file by file."""

    code = "policy-pack-refused"
    remedy = "Correct every line named in the detail and read the packs again."

    def __init__(self, problems: Sequence[tuple[str, Problem]]) -> None:
        """Keep ``problems`` (at least one), each with the name of its file."""
        self.problems = tuple(problems)
        lines = [f"{file}: {problem}" for file, problem in self.problems]
        super().__init__("\n".join(lines), field=self.problems[0][1].field, problems=lines)
