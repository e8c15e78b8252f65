"""The embedded PostgreSQL: made once, started when needed, recovered after a crash."""

import hmac
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kernel.database import APPLICATION
from kernel.embedded.binaries import postgres_programs
from kernel.embedded.errors import EmbeddedServersError
from kernel.embedded.place import Place
from kernel.embedded.server import carries, exists, failed, fresh_log, listens, wait, written_pid

NAME: Final = "laurel"
"""The database, and the role that owns it."""

PORT: Final = "5432"
"""Part of the socket's name and nothing else: no TCP port is opened."""

SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": PORT,
    "password_encryption": "scram-sha-256",
    # Durable: what was answered with 201 is still there after a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    # Sized for a small machine that runs the application as well.
    "shared_buffers": "256MB",
    "max_connections": "120",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",  # the wheel is built without lz4
    "autovacuum_naptime": "15s",
    "max_locks_per_transaction": "256",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log must hold nobody's data: no statement, and no DETAIL, which quotes the values of a row.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}

_START_SECONDS: Final = 120  # a recovery replays up to max_wal_size
_HALF_STARTED_SECONDS: Final = 3  # between its process id and its socket: milliseconds
_ORPHANS_SECONDS: Final = 30
_ORPHANS: Final = "pre-existing shared memory block"


class Postgres:
    """The PostgreSQL of one folder."""

    name: Final = "postgres"

    def __init__(self, place: Place, settings: Mapping[str, str]) -> None:
        self._place = place
        self._programs = postgres_programs(place)
        self._settings = {**SETTINGS, **settings}
        self._data = place.folder / "postgres"
        self._log = place.folder / "postgres.log"
        self._password = place.folder / "postgres.password"
        self._socket = place.sockets / f".s.PGSQL.{PORT}"

    def url(self) -> str:
        """Return where its superuser connects, password included, as libpq and asyncpg read it."""
        return self._url(NAME, self._password.read_text(encoding="utf-8"))

    def application_url(self) -> str:
        """Return where the application connects; its login is made by the migrations (``kernel/roles.py``)."""
        password = hmac.new(self._password.read_bytes(), APPLICATION.encode(), "sha256").hexdigest()
        return self._url(APPLICATION, password)

    def _url(self, login: str, password: str) -> str:
        host = quote(str(self._place.sockets), safe="/")
        return f"postgresql://{login}:{quote(password, safe='')}@/{NAME}?host={host}&port={PORT}"

    def is_up(self) -> bool:
        """Tell whether somebody listens at its socket."""
        return listens(self._socket)

    def start(self) -> None:
        """Make sure that it runs and answers; keep one that does, recover one that was killed.

        Raises:
            EmbeddedServersError: it does not come up; with the last lines of its log.

        """
        pid = self._pid()
        if pid is not None or self.is_up():
            if wait(self._is_ready, _START_SECONDS if self.is_up() else _HALF_STARTED_SECONDS):
                return
            self.stop()  # it runs, but its socket was swept away
        self._forget_strangers()
        if not self._data.exists():
            self._make()
        fresh_log(self._log)
        # Backends that outlived a killed server may still finish a query; until then PostgreSQL refuses to start.
        if not wait(self._launched, _ORPHANS_SECONDS):
            raise failed("PostgreSQL does not start", self._log)

    def stop(self) -> None:
        """End it, cleanly: open transactions are rolled back, the data is written."""
        if self._pid() is None:
            return
        stopped = self._pg_ctl("stop", "--mode=fast", "--wait", f"--timeout={_START_SECONDS}")
        if stopped[0] != 0:
            raise failed("PostgreSQL does not stop", self._log, stopped[1])

    def _is_ready(self) -> bool:
        lines = self._pid_file().read_text(encoding="utf-8").splitlines() if self._pid_file().exists() else []
        return self.is_up() and lines[7:8] != [] and lines[7].strip() == "ready"

    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    def _pid(self) -> int | None:
        pid = written_pid(self._pid_file())
        return pid if pid is not None and carries(pid, self._place.mark) else None

    def _forget_strangers(self) -> None:
        """Remove a process id that went to another process, as it does where few processes run: in a container.

        One that nobody has stays: PostgreSQL removes it itself. Either way it finds surviving backends by the shared
        memory that belongs to the folder's inode, and waits for them.
        """
        pid = written_pid(self._pid_file())
        if pid is not None and exists(pid):
            self._pid_file().unlink(missing_ok=True)
        self._socket.with_name(f"{self._socket.name}.lock").unlink(missing_ok=True)

    def _launched(self) -> bool:
        settings = {**self._settings, "unix_socket_directories": str(self._place.sockets)}
        settings["cluster_name"] = self._place.mark
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        code, output = self._pg_ctl(
            "start", "--wait", f"--timeout={_START_SECONDS}", f"--log={self._log.name}", f"--options={options}"
        )
        if code == 0:
            return True
        if self._log.exists() and _ORPHANS in self._log.read_text(encoding="utf-8", errors="replace"):
            fresh_log(self._log)
            return False
        if self._pid() is not None and wait(self._is_ready, _START_SECONDS):
            return True  # a starter that was killed halfway had started it after all
        raise failed("PostgreSQL does not start", self._log, output)

    def _pg_ctl(self, *words: str) -> tuple[int, str]:
        # The folder is named as seen from the servers' folder: pg_ctl would hand a longer path to a shell.
        done = self._place.run(
            self._programs / "pg_ctl", *words, f"--pgdata={self._data.name}", "--silent", seconds=2 * _START_SECONDS
        )
        return done.returncode, done.stderr + done.stdout

    def _make(self) -> None:
        """Make the cluster and its database under another name: a kill halfway leaves nothing that looks whole."""
        # A name of its own: an initdb whose starter was killed may still be writing to the last one.
        half = self._data.with_name(f"postgres.{secrets.token_hex(4)}.new")
        made = self._place.run(
            self._programs / "initdb",
            f"--pgdata={half.name}",
            f"--username={NAME}",
            f"--pwfile={self._password.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            seconds=_START_SECONDS,
        )
        if made.returncode == 0:
            made = self._place.run(
                *(self._programs / "postgres", "--single", "-j", "-D", half.name, "template1"),
                given=f"create database {NAME};\n\n",
                seconds=_START_SECONDS,
            )
        if made.returncode != 0:
            raise EmbeddedServersError(f"PostgreSQL can't be made in {half}: {made.stderr.strip()[-300:]}")
        half.rename(self._data)
        folder = os.open(self._place.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
