"""Argon2id in its pool: bounded, equal work for everyone, and new hashes where parameters changed."""

import asyncio
import contextlib
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from argon2 import PasswordHasher, extract_parameters

from access.errors import PasswordsBusyError
from access.passwords import HASHER, LESS_URGENT, Passwords

PASSWORD = "correct horse battery staple"


async def test_a_password_is_verified_and_another_is_not() -> None:
    passwords = Passwords()
    stored = await passwords.hash(PASSWORD)
    assert PASSWORD not in stored
    assert await passwords.verify(PASSWORD, stored) == (True, None)
    assert await passwords.verify(PASSWORD.upper(), stored) == (False, None)
    assert await passwords.verify("", stored) == (False, None)


async def test_the_parameters_are_those_of_owasp() -> None:
    parameters = extract_parameters(await Passwords().hash(PASSWORD))
    assert parameters.type.name == "ID"
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47_104, 1, 1)


async def test_two_hashes_of_one_password_have_nothing_in_common() -> None:
    passwords = Passwords()
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_a_hash_of_older_parameters_is_replaced_when_the_password_is_right() -> None:
    passwords = Passwords()
    old = PasswordHasher(memory_cost=8_192, time_cost=1, parallelism=1).hash(PASSWORD)
    right, rehashed = await passwords.verify(PASSWORD, old)
    assert right
    assert rehashed is not None
    assert not HASHER.check_needs_rehash(rehashed)
    assert await passwords.verify(PASSWORD, rehashed) == (True, None)
    assert await passwords.verify("wrong", old) == (False, None)


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$"])
async def test_where_there_is_no_hash_nothing_is_right(stored: str | None) -> None:
    assert await Passwords().verify(PASSWORD, stored) == (False, None)


async def test_whoever_comes_when_too_many_wait_is_sent_away_and_the_others_are_served() -> None:
    passwords = Passwords(threads=1, waiting=3)
    stored = await passwords.hash(PASSWORD)
    answers = await asyncio.gather(*(passwords.verify(PASSWORD, stored) for _ in range(10)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, PasswordsBusyError)] == [(True, None)] * 4
    assert await passwords.verify(PASSWORD, stored) == (True, None)


async def test_a_place_is_free_again_after_somebody_stopped_waiting() -> None:
    passwords = Passwords(threads=1, waiting=0)
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
async def test_the_work_does_not_tell_whether_there_is_an_account() -> None:
    """Measured in processor time, which a busy machine does not change."""
    passwords = Passwords(threads=1)
    stored = await passwords.hash(PASSWORD)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(40):
        known = turn % 2 == 0
        begun = time.process_time()
        assert await passwords.verify("wrong", stored if known else None) == (False, None)
        seconds[known].append(time.process_time() - begun)
    assert 0.9 < median(seconds[True]) / median(seconds[False]) < 1.1


def test_threads_that_share_the_pool_get_each_their_own_answer_and_no_place_is_lost() -> None:
    passwords = Passwords(threads=2, waiting=6)
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority of its own")
async def test_who_hashes_is_less_urgent_than_who_answers() -> None:
    passwords, mine = Passwords(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    urgency = await passwords._run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert urgency == min(19, mine + LESS_URGENT)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == mine, "this thread is as it was"
