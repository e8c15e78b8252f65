"""What a log sends to a witness, and how a witness decides (c2sp.org/tlog-witness, add-checkpoint)."""

import base64
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from audit.rules.checkpoints import SIZE, Checkpoint, parse_checkpoint
from audit.rules.notes import LogVerifier, NoteError, parse_note
from audit.rules.proofs import is_consistent
from audit.rules.tree import EMPTY_ROOT, HASH_BYTES

MOST_PROOF_LINES: Final = 63
SIZE_TYPE: Final = "text/x.tlog.size"

_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")


class Submission(NamedTuple):
    """A new checkpoint, the size of the one before, and the proof that it continues it."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str


class Verdict(NamedTuple):
    """A witness's answer: 200 and what to sign, or an HTTP status that says why not; 409 may name a size."""

    status: int
    checkpoint: Checkpoint | None = None
    size: int | None = None


def write_submission(submission: Submission) -> bytes:
    """Return the body of a request to add a checkpoint."""
    lines = [f"old {submission.old_size}", *(base64.b64encode(each).decode() for each in submission.proof), ""]
    return ("\n".join(lines) + "\n" + submission.note).encode()


def parse_submission(body: bytes) -> Submission:
    """Return what a request says, spelled in the one way that the protocol allows.

    Raises:
        NoteError: it is spelled otherwise.

    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise NoteError("A submission is UTF-8.") from None
    head, separator, note = text.partition("\n\n")
    first, *proof = head.split("\n")
    size = first.removeprefix("old ")
    if not separator or not first.startswith("old ") or not SIZE.fullmatch(size) or len(proof) > MOST_PROOF_LINES:
        raise NoteError("A submission begins with the old size, at most 63 hashes, and an empty line.")
    return Submission(int(size), tuple(map(read_hash, proof)), note)


def read_hash(line: str) -> bytes:
    """Return the hash in one line of base64.

    Raises:
        NoteError: it is not the one spelling of 32 bytes.

    """
    decoded = base64.b64decode(line) if _HASH.fullmatch(line) else b""
    if len(decoded) != HASH_BYTES or base64.b64encode(decoded).decode() != line:
        raise NoteError("A hash is 32 bytes in base64.")
    return decoded


def origin_of(note: str) -> str:
    """Return which log a checkpoint is about, nothing verified yet.

    Raises:
        NoteError: it is no checkpoint.

    """
    return parse_checkpoint(parse_note(note).text).origin


def judge(submission: Submission, keys: Sequence[LogVerifier], known: Checkpoint | None) -> Verdict:
    """Decide about a submission for a log with these keys, none if unknown, whose ``known`` checkpoint is the newest.

    Another root of the same size is 422, like every proof that does not hold: so the editor's copy of
    c2sp.org/tlog-witness, from which the empty root and ML-DSA-44 come as well. Its version 1.0.0 says 409 there,
    without a size; a log takes both for a refusal.

    Raises:
        NoteError: the note is malformed.

    """
    note = parse_note(submission.note)
    checkpoint = parse_checkpoint(note.text)
    if not keys or not _is_signed(submission.note, keys):
        return Verdict(403 if keys else 404)
    if submission.old_size > checkpoint.size:
        return Verdict(400)
    size, root = (known.size, known.root) if known else (0, EMPTY_ROOT)
    if submission.old_size != size:
        return Verdict(409, size=size)
    is_empty_right = checkpoint.size > 0 or checkpoint.root == EMPTY_ROOT
    if not is_empty_right or not is_consistent(size, checkpoint.size, root, checkpoint.root, submission.proof):
        return Verdict(422)
    return Verdict(200, checkpoint)


def _is_signed(note: str, keys: Sequence[LogVerifier]) -> bool:
    """Tell whether one of the keys signed; the signatures of others don't matter, wrong ones of these do."""
    signed = False
    for key in keys:
        if any((each.name, each.key_id) == (key.name, key.key_id) for each in parse_note(note).signatures):
            try:
                key.open(note)
            except NoteError:
                return False
            signed = True
    return signed
