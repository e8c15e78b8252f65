"""A box that one person's own key locks: for what other rooms keep about somebody and nobody else may read.

The key stays inside: who holds a box can lock and open, and can't hand the key on. Destroying the person's key makes
everything that was ever put into a box unreadable.
"""

from uuid import UUID

from typing_extensions import override

from kernel import crypto
from kernel.unit_of_work import UnitOfWork
from people.store.profiles import key_of
from people.vocabulary import PersonId


class Box:
    """Seals and opens under one person's key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Take the person's data key."""
        self._key = key

    def seal(self, content: bytes, table: str, column: str, row: UUID) -> bytes:
        """Return ``content`` sealed for one column of one row."""
        return crypto.seal(self._key, content, crypto.cell(table, column, row))

    def open(self, sealed: bytes, table: str, column: str, row: UUID) -> bytes:
        """Return what was sealed for this column of this row.

        Raises:
            SealError: the bytes were altered or moved.

        """
        return crypto.open_sealed(self._key, sealed, crypto.cell(table, column, row))

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "Box(...)"


async def box(uow: UnitOfWork, person: PersonId) -> Box:
    """Return the box of ``person``.

    Raises:
        PersonErasedError: there is no key any more, or never was.

    """
    return Box(await key_of(uow, person))
