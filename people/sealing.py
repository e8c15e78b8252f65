"""What this room does with its keys, which whoever composes the program hands in once, at the start."""

from uuid import UUID

from kernel import crypto
from people.errors import VaultNotConfiguredError
from people.values import VaultKeys
from people.vocabulary import PersonId

_keys: list[VaultKeys] = []


def configure(keys: VaultKeys) -> None:
    """Set the process's keys; called once by whoever composes the program, before the first request.

    Keys belong to the process and not to a unit of work: so no room above ever holds one that it could hand on.
    """
    _keys[:] = [keys]


async def new_key(person: PersonId) -> tuple[bytes, bytes]:
    """Return a new data key for ``person`` and the same key wrapped, which is how it is stored."""
    data_key = crypto.new_data_key()
    return data_key, await _configured().wrapping.wrap(data_key, _key_cell(person))


async def unwrap(person: PersonId, wrapped: bytes) -> bytes:
    """Return the data key of ``person``."""
    return await _configured().wrapping.unwrap(wrapped, _key_cell(person))


async def rewrapped(person: PersonId, wrapped: bytes) -> bytes:
    """Return the data key of ``person`` wrapped by the current key-encryption key."""
    wrapping = _configured().wrapping
    return await wrapping.wrap(await wrapping.unwrap(wrapped, _key_cell(person)), _key_cell(person))


def current_key() -> bytes:
    """Return the id of the key-encryption key that wraps."""
    return _configured().wrapping.current


def seal(data_key: bytes, text: str, table: str, column: str, row: UUID) -> bytes:
    """Return ``text`` sealed for one column of one row."""
    return crypto.seal(data_key, text.encode(), crypto.cell(table, column, row))


def open_sealed(data_key: bytes, sealed: bytes, table: str, column: str, row: UUID) -> str:
    """Return the text that was sealed for this column of this row."""
    return crypto.open_sealed(data_key, sealed, crypto.cell(table, column, row)).decode()


def email_index(email: str) -> bytes:
    """Return the blind index of an e-mail address."""
    return crypto.blind_index(_configured().email_index, email, domain="email")


def identifier_index(system: str, value: str) -> bytes:
    """Return the blind index of an identifier within its register."""
    return crypto.blind_index(_configured().identifier_index, value, domain=f"identifier:{system}")


def _key_cell(person: PersonId) -> bytes:
    return crypto.cell("people.data_key", "wrapped", person)


def _configured() -> VaultKeys:
    if not _keys:
        raise VaultNotConfiguredError("The vault has no keys.")
    return _keys[0]
