"""A process that writes, sequences, publishes and witnesses, and dies at the line that it is told to die at.

Run as ``python -m tests.audit.crashing <database url> <folder> <lines>``: it prints each entry that is durable, and
kills itself with SIGKILL after so many executed lines of the code under test; 0 lets it live, and it prints how many
there were.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

import audit
from audit.publisher import NAME as PUBLISHER
from audit.rules.checkpoints import Checkpoint
from audit.session import connected
from audit.witnesses import Proof, Witnesses
from kernel.clock import SystemClock
from kernel.database import DB
from kernel.unit_of_work import Work
from tests.audit.log import KEY, fact, origin
from tests.audit.witnessing import NAME

ROUNDS: Final = 3
EACH: Final = 4
UNDER_TEST: Final = {
    str(Path(audit.__file__).parent / name)
    for name in ("service.py", "store.py", "sequencer.py", "publisher.py", "witness.py", "session.py")
}


class Inside(Witnesses):
    """Asks a witness in this very process, so that it dies together with the log."""

    def __init__(self, policy: audit.Policy, service: audit.WitnessService) -> None:
        super().__init__(policy)
        self._service = service
        self._size = 0

    async def cosign(self, checkpoint: Checkpoint, note: str, proof: Proof) -> dict[str, str]:  # type: ignore[explicit-override]
        from audit.rules.submissions import Submission, write_submission  # noqa: PLC0415

        for _ in range(2):
            hashes = await proof(self._size, checkpoint.size)
            status, _, text = await self._service.add_checkpoint(
                write_submission(Submission(self._size, tuple(hashes), note))
            )
            if status == 200:
                self._size = checkpoint.size
                return {"w": text}
            self._size = int(text or 0)
        return {}


class Executioner:
    """Counts executed lines, and ends it all at one of them."""

    def __init__(self, last: int) -> None:
        self.lines = 0
        self._last = last

    def __call__(self, frame: FrameType, event: str, _: Any) -> "Executioner | None":
        if frame.f_code.co_filename not in UNDER_TEST:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


async def live(url: str, folder: Path, last: int) -> None:
    clock = SystemClock()
    await DB.open(url, size=2)
    work = Work(clock, audit.append)
    memory = audit.Memory(folder)
    service = audit.WitnessService(NAME, [KEY.vkey], memory, clock)
    policy = audit.parse_policy(f"witness w {service.vkeys[0]}\nquorum w\n".encode())
    executioner = Executioner(last)
    async with connected(url, PUBLISHER) as connection:
        witnesses = Inside(policy, service)
        publisher = audit.Publisher(url, KEY, clock, policy)
        sys.settrace(executioner)
        for round_ in range(ROUNDS):
            numbers = range(round_ * EACH, (round_ + 1) * EACH)
            await work.append([(origin(number), fact(number)) for number in numbers])
            sys.stdout.write("".join(f"{number}\n" for number in numbers))
            sys.stdout.flush()
            async with audit.sequencing(url, KEY, clock) as sequencing:
                await sequencing.sequence_once()
            await publisher.publish(connection, witnesses)
        sys.settrace(None)
        await witnesses.close()
    await DB.close()
    memory.close()
    sys.stdout.write(f"lines {executioner.lines}\n")


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
