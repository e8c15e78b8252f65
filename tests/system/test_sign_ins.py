"""Many people who sign in at once: others read on, memory stays bounded, and what is too much is told so at once."""

import asyncio
import itertools
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from access.passwords import PROCESSES
from tests.system.guests import Guest, Hosts
from tests.system.house import Serving, built

LOG: Final = logging.getLogger(__name__)
SECONDS: Final = float(os.environ.get("LAUREL_SIGN_IN_SECONDS", "60"))
"""A shorter run tells less of the highest percentile."""
SIGN_INS: Final = 50.0
READS: Final = 40.0
PEOPLE: Final = 10
HASH_KIB: Final = 12_288
SLOWER: Final = 5.0
"""Twice is the goal; on two cores 2.1 to 2.6 times was measured. Without what keeps it there, 200."""
TURN_SECONDS: Final = 0.01
"""What the other processes of two cores take before a turn comes: below it a ratio says nothing."""


class Answered(NamedTuple):
    """The statuses of answers, and how long each took (seconds, sorted)."""

    statuses: Counter[int]
    seconds: Sequence[float]

    @property
    def p99(self) -> float:
        return self.seconds[int(len(self.seconds) * 0.99)]


async def offered(rate: float, port: int, requests: Iterator[bytes]) -> Answered:
    """Send so many requests a second, whether or not the ones before were answered."""
    statuses, took = Counter[int](), list[float]()

    async def one(request: bytes) -> None:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        took.append(time.perf_counter() - began)
        writer.close()
        statuses[int(answer.split(maxsplit=2)[1])] += 1

    began = time.perf_counter()
    async with asyncio.TaskGroup() as asked:
        for number in range(int(rate * SECONDS)):
            await asyncio.sleep(began + number / rate - time.perf_counter())
            asked.create_task(one(next(requests)))
    return Answered(statuses, sorted(took))


def request(line: str, header: str, body: bytes = b"") -> bytes:
    """Return the bytes of a request: a client that does more would be what is measured."""
    head = f"{line} HTTP/1.1\r\nHost: laurel\r\nConnection: close\r\n{header}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def both(port: int, guests: Sequence[Guest]) -> tuple[Answered, Answered, Answered]:
    """Read alone, then read while people sign in; return the two readings and the sign-ins."""
    reading = itertools.cycle(request("GET /v1/me/points", f"Authorization: Bearer {each.token}") for each in guests)
    signing = itertools.cycle(
        request("POST /v1/sessions", "Content-Type: application/json", json.dumps(each.credentials).encode())
        for each in guests
    )
    alone = await offered(READS, port, reading)
    async with asyncio.TaskGroup() as side_by_side:
        beside = side_by_side.create_task(offered(READS, port, reading))
        signed = side_by_side.create_task(offered(SIGN_INS, port, signing))
    return alone, beside.result(), signed.result()


def resident_kib(serving: Serving) -> dict[int, int]:
    """The most memory that each process which answers requests has had so far, and each that hashes for it."""
    found: dict[int, int] = {}
    for pid in serving.workers():
        children = Path(f"/proc/{pid}/task").glob("*/children")
        hashing = [int(child) for each in children for child in each.read_text().split()]
        found |= {each: _most_kib(each) for each in (pid, *hashing)}
    return found


def _most_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_fifty_sign_ins_a_second_leave_reads_their_pace_and_the_memory_its_bound() -> None:
    with built() as house:
        house.settings["LAUREL_FAILED_SIGN_INS_PER_MINUTE"] = "1000000"  # all come from this machine
        with house.serve() as serving:
            house.furnish()
            with Hosts(house).at_work() as hosts:
                guests = [hosts.hcp().sign_in() for _ in range(PEOPLE)]
            before = resident_kib(serving)
            alone, beside, signed = asyncio.run(both(house.port, guests))
            after, answering = resident_kib(serving), len(serving.workers())
            for guest in guests:
                guest.go()
    grown = {pid: most - before.get(pid, 0) for pid, most in after.items()}
    LOG.info("reads alone: p99 %.1f ms of %d", alone.p99 * 1000, len(alone.seconds))
    LOG.info("reads beside sign-ins: p99 %.1f ms of %d", beside.p99 * 1000, len(beside.seconds))
    LOG.info("sign-ins: %s, p99 %.1f ms", dict(signed.statuses), signed.p99 * 1000)
    LOG.info("memory of each process (KiB): %s, grown by %s", after, grown)
    assert alone.statuses.keys() == beside.statuses.keys() == {200}
    assert signed.statuses.keys() <= {200, 503}, "in, or told to come again"
    assert signed.statuses[200] > SECONDS, "many get in"
    assert all(more < 2 * HASH_KIB for more in grown.values())
    assert len(after) <= (1 + PROCESSES) * answering, "so many processes, and no more"
    slowest = SLOWER * max(alone.p99, TURN_SECONDS)
    assert beside.p99 < slowest
