"""The embedded Valkey: nothing but memory, so that a restart can't bring back what was true before it."""

import os
import signal
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kernel.embedded.binaries import valkey_program
from kernel.embedded.place import Place
from kernel.embedded.server import carries, failed, fresh_log, listens, wait, written_pid

_SECONDS: Final = 15
_HALF_STARTED_SECONDS: Final = 3  # between its process id and its socket: milliseconds

# It is read from standard input, so that the password is in no command line and in no further file.
_CONFIGURATION: Final = """
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
save ""
appendonly no
shutdown-on-sigterm nosave
maxmemory-policy noeviction
daemonize yes
pidfile valkey.pid
logfile valkey.log
dir .
dbfilename never.rdb
set-proc-title yes
proc-title-template "{{title}} {mark}"
"""


class Valkey:
    """The Valkey of one folder."""

    name: Final = "valkey"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._program = valkey_program(place)
        self._log = place.folder / "valkey.log"
        self._password = place.folder / "valkey.password"
        self._socket = place.sockets / "valkey.sock"

    def url(self) -> str:
        """Return where to connect, password included, as redis-py reads it."""
        password = self._password.read_text(encoding="utf-8")
        return f"unix://:{quote(password, safe='')}@{quote(str(self._socket), safe='/')}"

    def is_up(self) -> bool:
        """Tell whether somebody listens at its socket."""
        return listens(self._socket)

    def start(self) -> None:
        """Make sure that it runs and answers; keep one that does.

        Raises:
            EmbeddedServersError: it does not come up; with the last lines of its log.

        """
        if self.is_up() or (self._pid() is not None and wait(self.is_up, _HALF_STARTED_SECONDS)):
            return
        self.stop()  # it runs, but its socket was swept away
        (self._place.folder / "never.rdb").unlink(missing_ok=True)  # a client may have sent SAVE
        fresh_log(self._log)
        configuration = _CONFIGURATION.format(
            socket=self._socket, password=self._password.read_text(encoding="utf-8"), mark=self._place.mark
        )
        started = self._place.run(self._program, "-", given=configuration, seconds=_SECONDS)
        if started.returncode != 0 or not wait(self.is_up, _SECONDS):
            raise failed("Valkey does not start", self._log, started.stderr + started.stdout)

    def stop(self) -> None:
        """End it."""
        pid = self._pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        if not wait(lambda: not carries(pid, self._place.mark), _SECONDS):
            raise failed("Valkey does not stop", self._log)

    def _pid(self) -> int | None:
        pid = written_pid(self._pid_file())
        return pid if pid is not None and carries(pid, self._place.mark) else None

    def _pid_file(self) -> Path:
        return self._place.folder / "valkey.pid"
