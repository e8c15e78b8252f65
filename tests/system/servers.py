"""Doing to the servers of a house what a power cut, an operator or a bug does to them."""

import contextlib
import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import redis

from kernel import embedded
from kernel.embedded.binaries import postgres_programs
from kernel.embedded.place import Place, find
from kernel.embedded.server import carries, wait, written_pid
from kernel.embedded.valkey import Valkey
from tests.system.house import House

_GONE_SECONDS: Final = 15.0


def stop_database(house: House) -> None:
    """`pg_ctl stop -m immediate`: no checkpoint, nobody is told, the next start recovers."""
    place = find(house.home)
    pid = _pid(place, "postgres/postmaster.pid")
    # Without --no-wait it waits a minute for the new one to go, where the supervisor was faster than its first look.
    words = ("stop", "--mode=immediate", "--no-wait", "--pgdata=postgres", "--silent")
    done = place.run(postgres_programs(place) / "pg_ctl", *words)
    assert _is_gone(place, pid), done.stderr


def kill_cache(house: House) -> None:
    """`kill -9` of Valkey; all that it knew is lost."""
    place = find(house.home)
    pid = _pid(place, "valkey.pid")
    os.kill(pid, signal.SIGKILL)
    assert _is_gone(place, pid)


def flush_cache(house: House) -> None:
    """FLUSHALL: Valkey goes on and knows nothing."""
    with redis.Redis.from_url(Valkey(find(house.home)).url()) as client:
        assert client.flushall()


def start_both(house: House) -> None:
    """What an operator does who sees that they are gone, whoever was faster."""
    with embedded.start(house.home):
        return


@contextlib.contextmanager
def gone(house: House, *ends: Callable[[House], None]) -> Iterator[None]:
    """Servers are ended and stay away while the block lasts, however often `laurel serve` tries to bring them back."""
    with (find(house.home).folder / "changing").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for end in ends:
            end(house)
        yield


def _pid(place: Place, name: str) -> int:
    pid = written_pid(place.folder / name)
    assert pid is not None
    assert carries(pid, place.mark), f"{Path(name).name} names a stranger"
    return pid


def _is_gone(place: Place, pid: int) -> bool:
    return wait(lambda: not carries(pid, place.mark), _GONE_SECONDS)
