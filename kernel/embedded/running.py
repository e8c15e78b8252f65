"""Who uses the embedded servers, so that the last one out can turn off the light.

Every user process holds a shared lock on the file ``users``. The system takes it back however the process ends, so a
kill leaves no count that is wrong. The file ``changing`` is locked by one process at a time, while it starts or stops.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

from kernel.embedded.errors import EmbeddedServersError
from kernel.embedded.place import Place, find
from kernel.embedded.postgres import Postgres
from kernel.embedded.server import Server
from kernel.embedded.valkey import Valkey

_PASSWORD_BYTES: Final = 32


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """Say in one line what the system refused: a full disk, a folder that belongs to somebody else."""
    try:
        yield
    except OSError as error:
        raise EmbeddedServersError(f"The embedded servers can't be used here: {error}.") from error


class Running:
    """The running servers, as one process uses them. Release it; or use it as a context manager, which does."""

    def __init__(self, place: Place, settings: Mapping[str, str]) -> None:
        self._place = place
        self._servers: tuple[Server, ...] = ()
        self._users: int | None = _opened(place, "users")
        try:
            with _changing(place):
                fcntl.flock(self._users, fcntl.LOCK_SH)
                _make_passwords(place)
                valkey, postgres = Valkey(place), Postgres(place, settings)
                self._servers = (valkey, postgres)  # the quick one first
                for server in self._servers:
                    server.start()
                self.database_url, self.redis_url = postgres.url(), valkey.url()
                self.application_url = postgres.application_url()
        except BaseException:
            self.release()
            raise

    @property
    def folder(self) -> Path:
        """Where the servers keep everything that is theirs."""
        return self._place.folder

    @property
    def note(self) -> str | None:
        """One sentence for people where the data had to move out of the checkout, else None."""
        return self._place.note

    @_one_line()
    def supervise(self) -> tuple[str, ...]:
        """Start again each server that died; return their names, usually none. Call it once a second, off the loop.

        Raises:
            EmbeddedServersError: one does not come back; call again later.

        """
        if all(server.is_up() for server in self._servers):
            return ()
        with _changing(self._place):
            # Released meanwhile, by another thread: nobody would stop what is started now.
            servers = () if self._users is None else self._servers
            dead = [server for server in servers if not server.is_up()]
            for server in dead:
                server.start()
        return tuple(server.name for server in dead)

    @_one_line()
    def release(self) -> None:
        """Use the servers no longer; the last user stops them. Calling it again does nothing."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            with _changing(self._place):
                _stop_unless_used(self._place, users, self._servers)
        finally:
            os.close(users)

    def __enter__(self) -> Self:
        """Hand out the running servers."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: types.TracebackType | None
    ) -> None:
        """Release them."""
        self.release()


@_one_line()
def start(folder: Path, settings: Mapping[str, str] | None = None) -> Running:
    """Start PostgreSQL and Valkey for ``folder``, or join those that run there already; blocks until both answer.

    ``folder`` is Laurel's own (``.laurel``); the servers' files go to ``<folder>/servers``. ``settings`` override
    PostgreSQL's, for whoever starts it: a test may give up durability (``{"fsync": "off"}``).

    Raises:
        EmbeddedServersError: one line that says what is missing or did not come up.

    """
    return Running(find(folder), settings or {})


@_one_line()
def stop(folder: Path) -> bool:
    """Stop what killed processes left running for ``folder``; return False, and do nothing, while somebody uses it."""
    return _end(folder, lambda _: None)


@_one_line()
def remove(folder: Path) -> bool:
    """Stop the servers of ``folder`` and remove all that is theirs, wherever it is; False while somebody uses them."""
    return _end(folder, lambda place: shutil.rmtree(place.folder))


def _end(folder: Path, finish: Callable[[Place], None]) -> bool:
    inside = folder / "servers"
    if not inside.exists():
        return True
    place = find(folder)
    users = _opened(place, "users")
    try:
        with _changing(place):
            ended = _stop_unless_used(place, users, (Valkey(place), Postgres(place, {})))
            if ended:
                finish(place)
    finally:
        os.close(users)
    if inside.is_symlink() and not inside.exists():
        inside.unlink()
    return ended


def _stop_unless_used(place: Place, users: int, servers: tuple[Server, ...]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    for server in servers:
        server.stop()
    if place.sockets != place.folder:
        shutil.rmtree(place.sockets, ignore_errors=True)  # made again by whoever comes next
    return True


def _opened(place: Place, name: str) -> int:
    # Python opens it close-on-exec: a server that inherited it would hold the lock for as long as it runs.
    descriptor = os.open(place.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if place.account is not None:
        os.fchown(descriptor, place.account.user, place.account.group)
    return descriptor


@contextlib.contextmanager
def _changing(place: Place) -> Iterator[None]:
    descriptor = _opened(place, "changing")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        place.prepare()
        yield
    finally:
        os.close(descriptor)


def _make_passwords(place: Place) -> None:
    for name in ("postgres", "valkey"):
        path = place.folder / f"{name}.password"
        if path.exists():
            continue
        if name == "postgres" and (place.folder / "postgres").exists():
            raise EmbeddedServersError(f"The database's password is gone; put {path} back, or remove {place.folder}.")
        place.write(path.name, secrets.token_urlsafe(_PASSWORD_BYTES))
