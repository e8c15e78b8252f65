"""An installation of Laurel as an operator has one: a folder of its own, a port, commands, signals and a database.

Nothing of the product is imported here to be run: it is a process that listens, or a command that ends. The database
is read, and bent, as the superuser of its own folder.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import asyncpg
import httpx

from kernel import embedded

ROOT: Final = Path(__file__).resolve().parents[2]
PASSWORD: Final = "a long enough pass phrase"
STAFF: Final = ("medical_reviewer", "compliance_officer")
COMMAND_SECONDS: Final = 120.0


class Done(NamedTuple):
    """A command that ended."""

    code: int
    out: str
    err: str


class House:
    """One installation; ``checkout`` is the tree whose code runs, this one unless a test says otherwise."""

    def __init__(self, home: Path, checkout: Path = ROOT) -> None:
        self.home = home
        self.checkout = checkout
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.credentials = home / "credentials.json"
        self.settings: dict[str, str] = {}

    def log(self, name: str) -> Path:
        """Where a command that runs for long leaves what it says; beside the home, which is Laurel's own to make."""
        return self.home.with_name(f"{self.home.name}.{name}.log")

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """This process's environment without Laurel's settings, and the ones of this house."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
        own = {"LAUREL_PORT": str(self.port)}
        if self.home != self.checkout / ".laurel":
            own["LAUREL_HOME"] = str(self.home)
        return {**inherited, "PYTHONPATH": str(self.checkout), **own, **self.settings, **(settings or {})}

    def launch(
        self, *words: str | Path, log: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command in a process group of its own; ``log`` takes what it says on standard error."""
        with (log or Path(os.devnull)).open("a") as errors:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "api.cli", *map(str, words)],
                cwd=self.checkout.parent,
                env=self.environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors if log else subprocess.PIPE,
                text=True,
                start_new_session=True,
            )

    def run(
        self, *words: str | Path, seconds: float = COMMAND_SECONDS, settings: Mapping[str, str] | None = None
    ) -> Done:
        """Run a command to its end."""
        with self.launch(*words, settings=settings) as process:
            try:
                out, err = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return Done(process.returncode, out, err)

    def said(self, *words: str | Path, seconds: float = COMMAND_SECONDS) -> str:
        """Run a command that must succeed and return what it printed."""
        done = self.run(*words, seconds=seconds)
        assert done.code == 0, f"laurel {' '.join(map(str, words))}: {done.code}\n{done.out}\n{done.err}"
        return done.out

    def report(self, *words: str | Path, seconds: float = COMMAND_SECONDS) -> Any:
        """Run a command with ``--json`` that must succeed and return what it reported."""
        return json.loads(self.said(*words, "--json", seconds=seconds))

    def serve(self) -> "Serving":
        """Start ``laurel serve`` and wait until it is ready."""
        return Serving(self)

    def furnish(self) -> None:
        """Publish notices and rules and make the accounts that an import needs, all commands side by side."""
        samples = self.checkout / "samples"
        commands: list[tuple[str | Path, ...]] = [
            ("import", "notices", samples / "notices"),
            ("import", "rules", samples / "rules" / "demonstration.yaml"),
            ("access", "create-client", "--name", "Learning platform", "--markets", "*"),
            *(("access", "create-account", *account(role)) for role in STAFF),
        ]
        with ThreadPoolExecutor(len(commands)) as pool:
            said = list(pool.map(lambda words: self.said(*words), commands))
        reviewer = {"email": email_of("medical_reviewer"), "password": PASSWORD}
        written = {"url": self.url, "learning_system": json.loads(said[2]), "medical_reviewer": reviewer}
        self.credentials.write_text(json.dumps(written))

    def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the database, whether it is being served or not."""
        with embedded.start(self.home) as running:
            return asyncio.run(_fetch(running.database_url, sql, arguments))

    def value(self, sql: str, *arguments: object) -> Any:
        """Ask the database for one value."""
        return self.fetch(sql, *arguments)[0][0]


class Serving:
    """A running ``laurel serve``. Leaving the block stops it as an operator would, and sees that it ends well."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.log = house.log("serve")
        self.restart()

    def restart(self) -> None:
        """Start it, again after a kill, and wait until it is ready."""
        self.process = self.house.launch("serve", log=self.log)
        try:
            self.wait_until_ready()
        except BaseException:
            self.kill(group=True)
            raise

    @property
    def pid(self) -> int:
        return self.process.pid

    def workers(self) -> set[int]:
        """The processes that answer requests, by who started them."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return {int(child) for child in children if _answers(Path(f"/proc/{child}/cmdline").read_bytes())}

    def wait_until_ready(self, seconds: float = 90) -> None:
        with httpx.Client(base_url=self.house.url, trust_env=False, timeout=10) as http:
            until(lambda: self._is_ready(http), seconds, f"not ready; its log ends:\n{self._log_end()}")

    def _is_ready(self, http: httpx.Client) -> bool:
        assert self.process.poll() is None, f"laurel serve ended with {self.process.returncode}:\n{self._log_end()}"
        try:
            return http.get("/health/ready").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill_worker(self) -> None:
        """``kill -9`` of one process that answers requests; another one takes its place."""
        before = self.workers()
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(self.workers() - before) == 1, 60, "no other worker takes its place")
        self.wait_until_ready()

    def kill(self, *, group: bool) -> None:
        """``kill -9``, of the process alone or of everything that it started in its process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL) if group else os.kill(self.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self) -> None:
        """Ask it to end, with the signal that a service manager sends."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill(group=True)
            raise
        self._close()
        assert self.process.returncode == 0, f"ended with {self.process.returncode}:\n{self._log_end()}"

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _log_end(self) -> str:
        return "".join(self.log.read_text().splitlines(keepends=True)[-20:]) if self.log.exists() else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is not None:
            return
        if kind is None:
            self.stop()
        else:
            self.kill(group=True)


@contextlib.contextmanager
def ground(prefix: str = "laurel-system-") -> Iterator[Path]:
    """A new folder that every account can reach. At the end the servers in it are stopped and all of it is removed."""
    # Not pytest's tmp_path: its parents are closed to other accounts, and its name is too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        homes = [servers.parent for pattern in ("*/servers", "*/.laurel/servers") for servers in folder.glob(pattern)]
        used = [home for home in homes if not embedded.remove(home)]
        shutil.rmtree(folder)
        assert used == [], "somebody still uses these servers"


@contextlib.contextmanager
def built() -> Iterator[House]:
    """A house on ground of its own."""
    with ground() as folder:
        home = folder / "home"
        home.mkdir(mode=0o711)
        yield House(home)


async def _fetch(url: str, sql: str, arguments: Sequence[object]) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


def until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for ``condition`` to come true; fail with ``otherwise``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def email_of(name: str) -> str:
    return f"{name}@staff.example"


def account(name: str, role: str = "") -> tuple[str, ...]:
    """The options of `laurel access create-account` for a member of staff, whose name is the role if none is given."""
    return (
        *("--email", email_of(name), "--name", f"Robin {name}", "--role", role or name),
        *("--market", "GB", "--markets", "*", "--password", PASSWORD),
    )


def _answers(command: bytes) -> bool:
    """Whether a process answers requests: the server names them where it can; else they are what Python spawned."""
    return b"spawn_main" in command or b" worker-" in command
