"""The list of erasures, kept outside of the database: a restored backup must not bring anybody back.

A line is a JSON object: which request, whose id, and when. The file only ever grows, and a line is on the disk before
the erasure that it names is committed. It holds no personal data: an id that leads to nobody once the erasure is done.
"""

import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from consent.errors import ErasureListError


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """One line: somebody was erased. ``at`` is UTC; ``never_contact`` is what is to be remembered of them."""

    request: UUID
    person: UUID
    at: datetime
    never_contact: bool = False


class ErasureList:
    """The list in one file."""

    def __init__(self, path: Path) -> None:
        """Use ``path``, which is made at the first erasure."""
        self.path = path

    def entries(self) -> list[Erased]:
        """Return every line, in order.

        Raises:
            ErasureListError: a line can't be read, or the file can't.

        """
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ErasureListError(f"{self.path}: can't be read ({error.strerror}).") from error
        whole: list[Erased] = []
        for number, line in enumerate(lines, 1):
            try:
                whole.append(msgspec.json.decode(line, type=Erased))
            except (msgspec.DecodeError, UnicodeDecodeError):
                if line:
                    raise ErasureListError(f"{self.path}: line {number} is no entry of the list.") from None
        return whole

    def add(self, entry: Erased) -> None:
        """Append ``entry`` durably; one whose request is on the list already is not written again.

        Raises:
            ErasureListError: it can't be written; nobody must be erased then.

        """
        if any(known.request == entry.request for known in self.entries()):
            return
        # It begins with a line feed: a line that a crash tore off in its middle must not spoil this one, too.
        line = b"\n" + msgspec.json.encode(entry) + b"\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb", 0) as file:
                file.write(line)
                os.fsync(file.fileno())
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise ErasureListError(f"{self.path}: can't be written ({error.strerror}).") from error
