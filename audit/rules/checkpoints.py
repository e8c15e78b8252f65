"""Checkpoints (c2sp.org/tlog-checkpoint): the log's word, signed, that so many entries hash to this root.

Laurel keeps every checkpoint it signs and links each to the one before. The link is a signature of its own, beside the
note and not in it, so that the note stays what any other reader of checkpoints expects.
"""

import base64
import re
from hashlib import sha256
from typing import Final

import msgspec

from audit.rules.notes import LogKey, LogVerifier, NoteError
from audit.rules.tree import HASH_BYTES

FIRST_LINK: Final = bytes(32)
"""What the first checkpoint is linked to."""

_LINK_HEADER = "laurel checkpoint link v1"
LARGEST_SIZE: Final = 2**63 - 1
SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
"""A size in decimal digits, without a sign and without leading zeros."""


class Checkpoint(msgspec.Struct, frozen=True):
    """What a checkpoint says: whose log, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed (c2sp.org/tlog-checkpoint, Note text); there are no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_size(text: str) -> int:
    """Return a size, spelled in the one way that there is.

    Raises:
        NoteError: a sign, a leading zero, other digits than ASCII, or more than 63 bits.

    """
    if not SIZE.fullmatch(text):
        raise NoteError("A size is written as in a checkpoint: a decimal number without leading zeros.")
    if int(text) > LARGEST_SIZE:
        raise NoteError("A log has no more entries than fit into 63 bits.")
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return what a checkpoint's text says (c2sp.org/tlog-checkpoint, Note text); extension lines are passed over.

    Raises:
        NoteError: a size that is none; a root that is not 32 bytes; an empty line.

    """
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) < 3 or not all(lines):  # noqa: PLR2004 - origin, size and root
        raise NoteError("The text is no checkpoint.")
    size = read_size(lines[1])
    root = base64.b64decode(lines[2]) if re.fullmatch(r"[A-Za-z0-9+/]{43}=", lines[2]) else b""
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != lines[2]:
        raise NoteError("The root of a checkpoint is 32 bytes in base64.")
    return Checkpoint(lines[0], size, root)


def open_checkpoint(note: str, verifier: LogVerifier) -> Checkpoint:
    """Return what a signed checkpoint says, having checked its signature and that it is about the key's own log.

    Raises:
        NoteError: the note or its text is malformed, the signature is wrong, or the origin is another.

    """
    checkpoint = parse_checkpoint(verifier.open(note))
    if checkpoint.origin != verifier.name:
        raise NoteError("The checkpoint is about another log.")
    return checkpoint


def note_hash(note: str) -> bytes:
    """Return the SHA-256 of a whole note, as the next checkpoint is linked to it."""
    return sha256(note.encode()).digest()


def link_message(previous: bytes, note: str) -> bytes:
    """Return the bytes that the log's key signs to say: after the note with hash ``previous`` came ``note``.

    They can't be mistaken for a checkpoint: the first line has spaces, which no origin has.
    """
    parts = (previous, note_hash(note))
    return "\n".join([_LINK_HEADER, *(base64.b64encode(part).decode() for part in parts), ""]).encode()


def sign_link(key: LogKey, previous: bytes, note: str) -> bytes:
    """Return the signature that links ``note`` to the note with hash ``previous``, or to ``FIRST_LINK``."""
    return key.sign(link_message(previous, note))
