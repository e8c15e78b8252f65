"""Argon2id in its pool: bounded, equal work for everyone, and new hashes where parameters changed."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest
from argon2 import PasswordHasher, extract_parameters

from access import hashing
from access.errors import PasswordsBusyError
from access.hashing import HASHER, LESS_URGENT, verify
from access.passwords import Passwords

PASSWORD = "correct horse battery staple"


@pytest.fixture
def made() -> Iterator[Callable[..., Passwords]]:
    """Make pools that end with the test."""
    with contextlib.ExitStack() as stack:

        def make(**limits: int) -> Passwords:
            passwords = Passwords(**limits)
            stack.callback(passwords.close)
            return passwords

        yield make


@pytest.fixture
def passwords(made: Callable[..., Passwords]) -> Passwords:
    return made()


async def test_a_password_is_verified_and_another_is_not(passwords: Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    assert PASSWORD not in stored
    assert await passwords.verify(PASSWORD, stored) == (True, None)
    assert await passwords.verify(PASSWORD.upper(), stored) == (False, None)
    assert await passwords.verify("", stored) == (False, None)


async def test_the_parameters_are_those_of_owasp(passwords: Passwords) -> None:
    parameters = extract_parameters(await passwords.hash(PASSWORD))
    assert parameters.type.name == "ID"
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (12_288, 3, 1)


async def test_two_hashes_of_one_password_have_nothing_in_common(passwords: Passwords) -> None:
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_a_hash_of_older_parameters_is_replaced_when_the_password_is_right(passwords: Passwords) -> None:
    old = PasswordHasher(memory_cost=8_192, time_cost=1, parallelism=1).hash(PASSWORD)
    right, rehashed = await passwords.verify(PASSWORD, old)
    assert right
    assert rehashed is not None
    assert not HASHER.check_needs_rehash(rehashed)
    assert await passwords.verify(PASSWORD, rehashed) == (True, None)
    assert await passwords.verify("wrong", old) == (False, None)


@pytest.mark.parametrize("stored", [None, "", "not a hash", "\N{SNOWMAN}", "$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$"])
async def test_where_there_is_no_hash_nothing_is_right(passwords: Passwords, stored: str | None) -> None:
    assert await passwords.verify(PASSWORD, stored) == (False, None)


async def test_whoever_comes_when_too_many_wait_is_sent_away_and_the_others_are_served(
    made: Callable[..., Passwords],
) -> None:
    passwords = made(processes=1, waiting=3)
    stored = await passwords.hash(PASSWORD)
    answers = await asyncio.gather(*(passwords.verify(PASSWORD, stored) for _ in range(10)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, PasswordsBusyError)] == [(True, None)] * 4
    assert await passwords.verify(PASSWORD, stored) == (True, None)


async def test_a_place_is_free_again_after_somebody_stopped_waiting(made: Callable[..., Passwords]) -> None:
    passwords = made(processes=1, waiting=0)
    waiting = asyncio.ensure_future(passwords.hash(PASSWORD))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    hashed = None
    while hashed is None:
        with contextlib.suppress(PasswordsBusyError):
            hashed = await passwords.hash(PASSWORD)
        await asyncio.sleep(0.02)
    assert await passwords.verify(PASSWORD, hashed) == (True, None)


@pytest.mark.slow
def test_the_work_does_not_tell_whether_there_is_an_account() -> None:
    """Measured in processor time, which a busy machine does not change."""
    stored = HASHER.hash(PASSWORD)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(40):
        known = turn % 2 == 0
        begun = time.process_time()
        assert verify(b"wrong", stored if known else None) == (False, None)
        seconds[known].append(time.process_time() - begun)
    assert 0.9 < median(seconds[True]) / median(seconds[False]) < 1.1


def test_threads_that_share_the_pool_get_each_their_own_answer_and_no_place_is_lost(
    made: Callable[..., Passwords],
) -> None:
    passwords = made(processes=2, waiting=6)
    stored = [asyncio.run(passwords.hash(f"{PASSWORD} {number}")) for number in range(2)]

    async def ask(number: int) -> list[tuple[bool, str | None] | BaseException]:
        right, wrong = f"{PASSWORD} {number % 2}", f"{PASSWORD} {(number + 1) % 2}"
        asked = [passwords.verify(word, stored[number % 2]) for word in (right, wrong, right, wrong)]
        return await asyncio.gather(*asked, return_exceptions=True)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: asyncio.run(ask(number)), range(4)))
    served = list(zip(*answers, strict=True))
    for expected, column in zip((True, False, True, False), served, strict=True):
        assert {each for each in column if not isinstance(each, PasswordsBusyError)} <= {(expected, None)}
    held = [passwords._places.acquire(blocking=False) for _ in range(9)]
    assert held == [True] * 8 + [False], "as many places as at the beginning"


async def hasher(passwords: Passwords) -> int:
    """Return the id of the one process that hashes."""
    await passwords.hash(PASSWORD)
    (process,) = [passwords._idle.get() for _ in range(passwords._idle.qsize())]
    passwords._idle.put(process)
    assert process._running is not None
    return process._running.pid


async def test_who_hashes_is_less_urgent_than_who_answers(made: Callable[..., Passwords]) -> None:
    pid = await hasher(made(processes=1))
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, mine + LESS_URGENT)


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows another process's environment in a file")
async def test_who_hashes_knows_no_setting(made: Callable[..., Passwords], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAUREL_OF_A_TEST", "secret")
    assert environment(os.getpid()), "the control"
    assert not environment(await hasher(made(processes=1)))


async def test_a_process_that_was_killed_is_replaced_and_nobody_is_answered_wrongly(
    made: Callable[..., Passwords],
) -> None:
    passwords = made(processes=1)
    stored = await passwords.hash(PASSWORD)
    pid = await hasher(passwords)
    os.kill(pid, signal.SIGKILL)
    assert await passwords.verify(PASSWORD, stored) == (True, None)
    assert await passwords.verify("wrong", stored) == (False, None)
    later = await hasher(passwords)
    assert later != pid
    asked = asyncio.ensure_future(passwords.verify(PASSWORD, stored))
    await asyncio.sleep(0.02)
    os.kill(later, signal.SIGKILL)
    assert await asked == (True, None), "in the middle of it"


async def test_where_no_process_can_hash_whoever_comes_is_told_to_come_later(
    made: Callable[..., Passwords], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nothing.py").touch()
    passwords = made(processes=1, waiting=0)
    with monkeypatch.context() as broken:
        broken.setattr(hashing, "__file__", str(tmp_path / "nothing.py"))
        with pytest.raises(PasswordsBusyError):
            await passwords.hash(PASSWORD)
    assert await passwords.verify(PASSWORD, await passwords.hash(PASSWORD)) == (True, None)


def test_who_hashes_ends_with_who_asked() -> None:
    program = (
        "import asyncio\nfrom access.passwords import PASSWORDS\nasyncio.run(PASSWORDS.hash('x'))\n"
        "print(PASSWORDS._idle.get()._running.pid, flush=True)\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and is_running(int(done.stdout)):
        time.sleep(0.05)
    assert not is_running(int(done.stdout))
    assert is_running(os.getpid()), "the control"


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if sys.platform == "linux" else True
