"""A witness (c2sp.org/tlog-witness): signs that a log only grew, with a key and a memory that the log can't touch.

It runs as a process of its own, best on another machine in other hands. What it has seen is a file for each log, which
is replaced as a whole and is on the disk before anybody gets an answer.
"""

import asyncio
import fcntl
import os
import secrets
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import structlog

from audit.errors import WitnessStoreError
from audit.rules.checkpoints import Checkpoint, parse_checkpoint
from audit.rules.cosignatures import ED25519_COSIGNATURE, ML_DSA_44, Cosigner
from audit.rules.notes import LogVerifier, NoteError, parse_note, write_signature
from audit.rules.submissions import SIZE_TYPE, Verdict, judge, origin_of, parse_submission
from kernel.clock import Clock

SEED_BYTES: Final = 32
LONGEST_SUBMISSION: Final = 131_072
"""Bytes: 63 hashes and a note of 64 signatures of 2 KiB; enough for every log that exists."""

PLAIN: Final = "text/plain; charset=utf-8"
_ED25519_DOMAIN: Final = b"laurel witness ed25519 v1"
_ML_DSA_DOMAIN: Final = b"laurel witness ml-dsa-44 v1"

_log = structlog.get_logger()


class Memory:
    """What a witness has seen: the newest checkpoint of each log, in a folder that one process uses at a time."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, and keep it for this process until it ends.

        Raises:
            WitnessStoreError: another process has it.

        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise WitnessStoreError(f"Another witness uses {folder}.") from None

    def close(self) -> None:
        """Let another process have the folder."""
        os.close(self._lock)

    def seed(self) -> bytes:
        """Return the witness's 32 secret bytes, made at the first start.

        Raises:
            NoteError: there are fewer or more of them, as after a disk was full: anybody could guess such a key.

        """
        path = self._folder / "key"
        if not path.exists():
            self._replace(path, secrets.token_bytes(SEED_BYTES))
        seed = path.read_bytes()
        if len(seed) != SEED_BYTES:
            raise NoteError(f"The key of the witness has {len(seed)} bytes instead of {SEED_BYTES}.")
        return seed

    def note(self, origin_hash: str) -> str | None:
        """Return the newest checkpoint that was signed, with the witness's signatures; None if there is none."""
        path = self._folder / f"{origin_hash}.checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def known(self, origin: str) -> Checkpoint | None:
        """Return the newest checkpoint of a log that was signed; None if there is none."""
        note = self.note(hashed(origin))
        return None if note is None else parse_checkpoint(parse_note(note).text)

    def keep(self, origin: str, note: str) -> None:
        """Replace what is known of a log; it is on the disk when this returns."""
        self._replace(self._folder / f"{hashed(origin)}.checkpoint", note.encode())

    def _replace(self, path: Path, data: bytes) -> None:
        draft = path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # without it the old name may be back after a power cut
        finally:
            os.close(folder)


class WitnessService:
    """Answers what logs submit; an ASGI application."""

    def __init__(self, name: str, log_vkeys: Sequence[str], memory: Memory, clock: Clock) -> None:
        """Take the witness's name, the keys of the logs it knows, its memory and the clock.

        Raises:
            NoteError: a key is malformed, or the name has a space or a plus.

        """
        seed = memory.seed()
        domains = {ED25519_COSIGNATURE: _ED25519_DOMAIN, ML_DSA_44: _ML_DSA_DOMAIN}
        self._cosigners = [Cosigner(name, sha256(domain + seed).digest(), kind) for kind, domain in domains.items()]
        self._logs: dict[str, list[LogVerifier]] = {}
        for vkey in log_vkeys:
            verifier = LogVerifier(vkey)
            self._logs.setdefault(verifier.name, []).append(verifier)
        self._memory = memory
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    @property
    def vkeys(self) -> list[str]:
        """The witness's public keys: Ed25519 (0x04), then ML-DSA-44 (0x06)."""
        return [cosigner.vkey for cosigner in self._cosigners]

    async def add_checkpoint(self, body: bytes) -> tuple[int, str, str]:
        """Return the status, media type and text of the answer to a submission."""
        try:
            submission = parse_submission(body)
            origin = origin_of(submission.note)
        except NoteError as error:
            return 400, PLAIN, f"{error}\n"
        # Looking at what is known, and replacing it, is one step: of two submissions that cross, one sees the other.
        async with self._one_at_a_time:
            verdict = judge(submission, self._logs.get(origin, []), self._memory.known(origin))
            if verdict.status == 200 and verdict.checkpoint is not None:  # noqa: PLR2004 - HTTP
                lines = self._signed(verdict.checkpoint, submission.note)
                return 200, PLAIN, lines
        return self._refused(origin, verdict)

    def _signed(self, checkpoint: Checkpoint, note: str) -> str:
        parsed = parse_note(note)
        time = int(self._clock.now().timestamp())
        lines = "".join(cosigner.line(parsed.text, time) for cosigner in self._cosigners)
        logs = {(key.name, key.key_id) for key in self._logs[checkpoint.origin]}
        # One of each: a note may have as many lines as it can hold, and two more than that nobody could read again.
        own = {
            (each.name, each.key_id): write_signature(each.name, each.key_id, each.signature)
            for each in parsed.signatures
            if (each.name, each.key_id) in logs
        }
        self._memory.keep(checkpoint.origin, f"{parsed.text}\n{''.join(own.values())}{lines}")
        return lines

    @staticmethod
    def _refused(origin: str, verdict: Verdict) -> tuple[int, str, str]:
        _log.warning("witness_refused", origin=origin, status=verdict.status)
        if verdict.size is not None:
            return verdict.status, SIZE_TYPE, f"{verdict.size}\n"
        return verdict.status, PLAIN, ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        status, media_type, text = await self._answer(scope["method"], scope["path"], receive)
        headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(text.encode())).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _answer(self, method: str, path: str, receive: Any) -> tuple[int, str, str]:
        if path == "/add-checkpoint":
            if method != "POST":
                return 405, PLAIN, ""
            body = await _body(receive)
            return (413, PLAIN, "") if body is None else await self.add_checkpoint(body)
        known = {f"/{hashed(origin)}/checkpoint": hashed(origin) for origin in self._logs}
        note = self._memory.note(known[path]) if method == "GET" and path in known else None
        return (404, PLAIN, "") if note is None else (200, PLAIN, note)


def hashed(origin: str) -> str:
    """Return the SHA-256 of a log's origin in hexadecimal, by which monitors ask for it."""
    return sha256(origin.encode()).hexdigest()


async def _body(receive: Any) -> bytes | None:
    """Return a request's body, or None where it is too long."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_SUBMISSION:
            return None
        if not message.get("more_body", False):
            return body


async def _live(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
