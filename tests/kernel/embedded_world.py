"""What the tests of the embedded servers share: checkouts to start them in, processes that use them, a look around."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import msgspec
import redis

from kernel import embedded
from kernel.embedded.place import Account

ROOT = Path(__file__).resolve().parents[2]


class Use(msgspec.Struct, frozen=True):
    """What one process got."""

    process: subprocess.Popen[str]
    database_url: str = ""
    redis_url: str = ""
    folder: Path = Path()
    note: str | None = None
    error: str | None = None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0


@contextlib.contextmanager
def checkouts() -> Iterator[Path]:
    """A folder that every account can reach; the servers of each ``.laurel`` inside are stopped and removed."""
    # Not pytest's tmp_path: its parents are closed to other accounts, which is one case and not the rule.
    folder = Path(tempfile.mkdtemp(prefix="laurel-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        assert [laurel for laurel in folder.rglob(".laurel") if not embedded.remove(laurel)] == []
        shutil.rmtree(folder)


def launched(folder: Path, *user: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kernel.embedded_user", str(folder), *user],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def answered(process: subprocess.Popen[str]) -> Use:
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline())
    return Use(process, **{**answer, "folder": Path(answer.get("folder", ""))})


@contextlib.contextmanager
def using(folder: Path, *user: str) -> Iterator[Use]:
    """Another process that uses the servers of ``folder``; killed at the end unless it has ended itself."""
    with launched(folder, *user) as process:
        try:
            yield answered(process)
        finally:
            process.kill()


def ask(url: str, question: str) -> object:
    with asyncio.Runner() as runner:
        return runner.run(_ask(url, question))


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@contextlib.contextmanager
def asking(url: str, question: str) -> Iterator[None]:
    """Another process waits for the answer; nobody cares when it gets none."""
    program = "import sys; from tests.kernel.embedded_world import ask; ask(*sys.argv[1:])"
    command = [sys.executable, "-c", program, url, question]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


@contextlib.contextmanager
def stranger(account: Account | None) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the servers' account that is none of them."""
    user, group = (None, None) if account is None else (account.user, account.group)
    with subprocess.Popen(["/bin/sleep", "60"], user=user, group=group) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def cache(url: str) -> "Iterator[redis.Redis]":
    with redis.Redis.from_url(url, decode_responses=True) as client:
        yield client


def processes(folder: Path) -> dict[str, list[int]]:
    """The running servers that belong to the servers' folder ``folder``, by name: what an operator would see."""
    status = folder.stat()
    mark = f"laurel-{status.st_dev:x}-{status.st_ino:x}".encode()
    lines: dict[int, bytes] = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            lines[int(path.parent.name)] = path.read_bytes()
    valkey = [pid for pid, line in lines.items() if mark in line and b"valkey-server" in line]
    postgres = [pid for pid, line in lines.items() if mark in line and b"bin/postgres\0" in line]
    # PostgreSQL's own children are no servers, though each looks like one for an instant.
    return {"postgres": [pid for pid in postgres if parent(pid) not in {None, *postgres}], "valkey": valkey}


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def runs(pid: int) -> bool:
    """Tell whether ``pid`` is more than the memory of a process that ended."""
    line = Path(f"/proc/{pid}/cmdline")
    return line.exists() and line.read_bytes() != b""


def pids(folder: Path) -> list[int]:
    return [pid for found in processes(folder).values() for pid in found]


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def permissions(folder: Path) -> list[tuple[str, int, int, int]]:
    """Mode and owner of ``folder`` and of each folder around it, up to the root."""
    stats = [(str(path), path.stat()) for path in (folder, *folder.parents)]
    return [(path, stat.st_mode, stat.st_uid, stat.st_gid) for path, stat in stats]


def accounts() -> bytes:
    return Path("/etc/passwd").read_bytes() + Path("/etc/group").read_bytes()


IS_ROOT = os.geteuid() == 0
