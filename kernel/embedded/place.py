"""Where the embedded servers keep their files, and as whom they run.

An ordinary user runs them as themselves, inside the checkout. PostgreSQL refuses to run as root, so root lends them an
account that already exists. Where that account can't go, the files are kept where it can: no permission outside
Laurel's own folders is ever changed, and no account is made.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, Final

import msgspec

from kernel.embedded.errors import EmbeddedServersError

ACCOUNTS: Final = ("postgres", "nobody")
"""Who root lends the servers to: the first that exists."""

OUTSIDE: Final = (Path("/var/lib"), Path("/var/db"))
"""Where files that can't stay in the checkout are kept; survives a restart, and only root can write there."""

SOCKETS_OUTSIDE: Final = Path("/tmp")  # noqa: S108 - the folder inside is ours alone, and checked to be
"""Fixed, where TMPDIR may differ between two processes of one checkout."""

SOCKET_PATH_BYTES: Final = 103
"""The longest path of a Unix socket that every system takes: 107 on Linux, 103 on macOS."""

_LONGEST_SOCKET_NAME: Final = ".s.PGSQL.5432"
_PLAIN: Final = re.compile(r"[A-Za-z0-9/ ._+@-]+")


class Account(msgspec.Struct, frozen=True):
    """An account that root lends to the servers, as numbers, because an owner need not have a name here."""

    user: int
    group: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The servers' folder and the folder of their sockets, both for their owner's eyes only."""

    folder: Path
    sockets: Path
    account: Account | None
    note: str | None

    @property
    def mark(self) -> str:
        """A word that the servers of this folder carry on their command line.

        A process id alone may have gone to a stranger since it was written down. The folder's inode stays when the
        checkout is moved, and differs when it is copied.
        """
        status = self.folder.stat()
        return f"laurel-{status.st_dev:x}-{status.st_ino:x}"

    def run(self, *command: str | Path, given: str = "", seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run ``command`` in the servers' folder, as their account, with none of this process's environment.

        Raises:
            EmbeddedServersError: it can't be run, or takes longer than ``seconds``; what it answers is the caller's.

        """
        try:
            return subprocess.run(  # noqa: S603 - our own binaries, no shell, no word from outside
                command,
                input=given,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                umask=0o077,
                timeout=seconds,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                **_as(self.account),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedServersError(f"{command[0]} can't be run: {error}.") from error

    def prepare(self) -> None:
        """Make the sockets' folder and remove what a killed process left half made, while the place is locked.

        Raises:
            EmbeddedServersError: somebody else made the sockets' folder.

        """
        _own(self.sockets, self.account)
        for half in self.folder.glob("*.new"):
            if half.is_dir():
                shutil.rmtree(half, ignore_errors=True)
            else:
                half.unlink(missing_ok=True)

    def write(self, name: str, text: str) -> None:
        """Keep ``text`` in the servers' folder, readable by their account alone, whole or not at all."""
        new = self.folder / f"{name}.new"
        # O_EXCL: root must not follow a link that the account may have put there.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            if self.account is not None:
                os.fchown(file.fileno(), self.account.user, self.account.group)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / name)


def find(folder: Path) -> Place:
    """Choose the place of the servers that belong to ``folder``, and make it.

    Raises:
        EmbeddedServersError: it belongs to somebody else.
        OSError: nobody may write there.

    """
    inside = folder.resolve() / "servers"
    if os.geteuid() != 0:
        inside.parent.mkdir(parents=True, exist_ok=True)
        return _place(inside, None, None)
    if inside.is_symlink():
        return _moved(inside)
    if not inside.parent.exists():
        inside.parent.mkdir(parents=True)
        inside.parent.chmod(0o711)  # just made and Laurel's own: the account passes through and sees nothing
    account = _lend(inside)
    if can_enter(inside.parent, account):
        return _place(inside, account, None)
    if inside.exists() and not inside.is_symlink():  # the link: another process has just moved it
        raise EmbeddedServersError(f"{_name(account)}, who owns {inside}, can't reach it any more: let them pass.")
    if not inside.is_symlink():
        _move(inside, account)
    return _moved(inside)


def can_enter(folder: Path, account: Account) -> bool:
    """Try it, rather than read modes: access lists and mounts have a say too."""
    command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    tried = subprocess.run(command, cwd="/", capture_output=True, check=False, **_as(account))  # noqa: S603 - constant
    return tried.returncode == 0


def _move(inside: Path, account: Account) -> None:
    """Make a folder outside and a link to it, so that it goes with this ``.laurel`` and not with a later one."""
    parent = next((folder for folder in OUTSIDE if folder.is_dir()), OUTSIDE[0])
    outside = parent / f"{_outside_name(inside)}-{secrets.token_hex(4)}"
    _own(outside, account)
    try:
        inside.symlink_to(outside)
    except FileExistsError:  # another process was faster
        outside.rmdir()


def _moved(inside: Path) -> Place:
    """Return the place that the link ``inside`` shows, if it is this checkout's: a copied link must not share it."""
    outside = inside.readlink()
    if outside.parent not in OUTSIDE or not outside.name.startswith(f"{_outside_name(inside)}-"):
        raise EmbeddedServersError(f"{inside} shows {outside}, the servers of another checkout: remove this link.")
    account = _lend(outside)
    note = (
        f"The databases are kept in {outside}, not in {inside.parent}: "
        f"as root they run as {_name(account)}, who can't reach that folder."
    )
    return _place(outside, account, note)


def _outside_name(inside: Path) -> str:
    return f"laurel-{inside.parent.stat().st_ino:x}"


def _place(folder: Path, account: Account | None, note: str | None) -> Place:
    _own(folder, account)
    longest = os.fsencode(folder / _LONGEST_SOCKET_NAME)
    sockets = folder
    # PostgreSQL, Valkey and the URLs each quote differently: only names that need no quoting stay inside.
    if len(longest) > SOCKET_PATH_BYTES or not _PLAIN.fullmatch(str(folder)):
        sockets = SOCKETS_OUTSIDE / f"laurel-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    return Place(folder=folder, sockets=sockets, account=account, note=note)


def _own(folder: Path, account: Account | None) -> None:
    """Make ``folder`` with mode 0700, or make sure that it is already the account's alone."""
    user = os.geteuid() if account is None else account.user
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    # Root's: made this moment, here or by another process that is about to give it away too.
    if account is not None and status.st_uid == 0 and stat.S_ISDIR(status.st_mode):
        os.chown(folder, account.user, account.group, follow_symlinks=False)
        status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != user:
        owner = _name(Account(status.st_uid, status.st_gid))
        raise EmbeddedServersError(f"{folder} belongs to {owner}: run Laurel as {owner}, or remove it.")
    if status.st_mode & 0o077:
        raise EmbeddedServersError(f"{folder} is open to others: its mode must be 0700.")


def _lend(folder: Path) -> Account:
    """Whoever owns the files already, be it a developer whose checkout root visits; otherwise the first that exists."""
    if folder.exists():
        status = folder.lstat()
        if status.st_uid != 0:
            return Account(status.st_uid, status.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    message = f"PostgreSQL does not run as root, and no account {' or '.join(ACCOUNTS)} exists: run Laurel as a user."
    raise EmbeddedServersError(message)


def _name(account: Account) -> str:
    try:
        return pwd.getpwuid(account.user).pw_name
    except KeyError:
        return f"user {account.user}"


def _as(account: Account | None) -> dict[str, Any]:
    return {} if account is None else {"user": account.user, "group": account.group, "extra_groups": []}
