"""A process that uses the embedded servers until its standard input ends: what the tests kill, or let go.

    python -m tests.kernel.embedded_user FOLDER [USER]

It says what it got as one line of JSON. With USER, root first becomes that ordinary user: after all imports, because
the user need not be able to reach this Python.
"""

import json
import os
import pwd
import sys
from pathlib import Path

from kernel import embedded


def become(name: str) -> None:
    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def use(folder: Path) -> None:
    with embedded.start(folder) as running:
        answer = {
            "database_url": running.database_url,
            "redis_url": running.redis_url,
            "folder": str(running.folder),
            "note": running.note,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[2:]:
        become(sys.argv[2])
    try:
        use(Path(sys.argv[1]))
    except embedded.EmbeddedServersError as error:
        sys.stdout.write(json.dumps({"error": error.detail}) + "\n")
