"""The log's side of witnessing (c2sp.org/tlog-witness): ask every witness of the policy to sign a checkpoint.

A witness that is down, slow, lying or talks nonsense signs nothing; the others are asked all the same, none for longer
than a second, and the log waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import httpx
import structlog

from audit.rules.checkpoints import Checkpoint, read_size
from audit.rules.notes import NoteError, parse_note
from audit.rules.policies import Policy, Witness
from audit.rules.submissions import SIZE_TYPE, Submission, write_submission

Proof: TypeAlias = Callable[[int, int], Awaitable[Sequence[bytes]]]
"""Returns the proof that the log of the second size continues the one of the first."""

SECONDS: Final = 1.0
LONGEST_ANSWER: Final = 65_536

_OK, _CONFLICT = 200, 409
_log = structlog.get_logger()


class Witnesses:
    """Asks the witnesses of one policy; remembers how much each has seen."""

    def __init__(self, policy: Policy) -> None:
        """Take the policy."""
        self.policy = policy
        self._seen: dict[str, int] = {}
        self._http = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close the connections to them."""
        await self._http.aclose()

    async def cosign(self, checkpoint: Checkpoint, note: str, proof: Proof) -> dict[str, str]:
        """Return the signature line of each witness that signed ``note``, which the log has signed, by its name."""
        asked = [(name, each) for name, each in self.policy.witnesses.items() if each.url is not None]
        async with asyncio.TaskGroup() as group:
            answers = {name: group.create_task(self._ask(name, each, checkpoint, note, proof)) for name, each in asked}
        return {name: line for name, answer in answers.items() if (line := answer.result())}

    async def _ask(self, name: str, witness: Witness, checkpoint: Checkpoint, note: str, proof: Proof) -> str | None:
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._post(name, witness, checkpoint, note, proof)
                if answer.status_code == _CONFLICT and self._learn(name, answer, checkpoint):
                    answer = await self._post(name, witness, checkpoint, note, proof)
            if answer.status_code != _OK:
                _log.warning("audit_witness_refused", witness=name, status=answer.status_code)
                return None
            line = signed_line(witness, note, answer.content)
        except (OSError, TimeoutError, httpx.HTTPError, httpx.InvalidURL, NoteError, UnicodeDecodeError) as error:
            _log.warning("audit_witness_failed", witness=name, error=type(error).__name__)
            return None
        self._seen[name] = checkpoint.size
        return line

    async def _post(
        self, name: str, witness: Witness, checkpoint: Checkpoint, note: str, proof: Proof
    ) -> httpx.Response:
        old = min(self._seen.get(name, 0), checkpoint.size)
        submission = Submission(old, tuple(await proof(old, checkpoint.size)), note)
        url = f"{(witness.url or '').rstrip('/')}/add-checkpoint"
        async with self._http.stream("POST", url, content=write_submission(submission)) as answer:
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LONGEST_ANSWER:
                    raise NoteError("A witness's answer is too long.")
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)

    def _learn(self, name: str, answer: httpx.Response, checkpoint: Checkpoint) -> bool:
        """Take the size that a witness has seen from its answer; False if it has seen more than there is."""
        if answer.headers.get("content-type") != SIZE_TYPE:
            return False
        size = read_size(answer.text.removesuffix("\n"))
        if size > checkpoint.size:
            _log.error("audit_witness_saw_more", witness=name, seen=size, size=checkpoint.size)
            return False
        self._seen[name] = size
        return True


def signed_line(witness: Witness, note: str, answer: bytes) -> str:
    """Return the witness's own line of its answer, and nothing else of it.

    Raises:
        NoteError: all of it is not signature lines, none is the witness's own, or one of these is wrong.

    """
    together = parse_note(note + answer.decode())
    line = witness.verifier.newest_line(together)
    if together.text != parse_note(note).text or line is None:
        raise NoteError("The witness did not sign.")
    return line
