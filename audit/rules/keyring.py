"""A log's public keys through time: whoever changes the key keeps what the former one signed."""

from collections.abc import Iterable
from typing import NamedTuple

from audit.rules.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint, read_size
from audit.rules.notes import LogVerifier, NoteError, parse_note


class FormerKey(NamedTuple):
    """A key that signed checkpoints up to a size, and none above: a key that was stolen later proves nothing."""

    vkey: str
    last_size: int


class KeyRing:
    """Which key signed which checkpoints of one log."""

    def __init__(self, vkey: str, former: Iterable[FormerKey] = ()) -> None:
        """Take the key that signs now, and those before it.

        Raises:
            NoteError: a vkey is malformed or belongs to another log, or two former keys end at the same size.

        """
        self._current = LogVerifier(vkey)
        self.origin = self._current.name
        ordered = sorted(former, key=lambda each: each.last_size)
        self._former = [(each.last_size, LogVerifier(each.vkey)) for each in ordered]
        if any(verifier.name != self.origin for _, verifier in self._former):
            raise NoteError("A former key belongs to another log.")
        if len({each.last_size for each in ordered}) != len(ordered):
            raise NoteError("Two former keys can't have signed the same checkpoint last.")

    def at(self, size: int) -> LogVerifier:
        """Return the key that signs a checkpoint over ``size`` entries."""
        return next((verifier for last, verifier in self._former if size <= last), self._current)

    def open(self, note: str) -> Checkpoint:
        """Return what a signed checkpoint says, having checked the signature of the key that its size asks for.

        Raises:
            NoteError: the note or its text is malformed, the signature is wrong, or the origin is another.

        """
        size = parse_checkpoint(parse_note(note).text).size
        return open_checkpoint(note, self.at(size))


def read_former_keys(text: str) -> list[FormerKey]:
    """Return former keys from lines of ``read_former_key``; the last line may end in a newline, and none is empty.

    Raises:
        NoteError: a line is something else.

    """
    return [read_former_key(line) for line in text.removesuffix("\n").split("\n")] if text else []


def read_former_key(line: str) -> FormerKey:
    """Return the former key that a line says: its vkey, one space, and the size of the last checkpoint it signed.

    Raises:
        NoteError: it is spelled in any other way.

    """
    vkey, separator, size = line.partition(" ")
    if not separator:
        raise NoteError("A former key is a line of its vkey, a space, and the size of the last checkpoint it signed.")
    LogVerifier(vkey)
    return FormerKey(vkey, read_size(size))
