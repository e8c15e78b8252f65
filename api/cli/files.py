"""Files that a command writes: whole or as they were, readable for their owner alone, and named where that fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

import click


@contextmanager
def naming(place: Path) -> Iterator[None]:
    """Name a place that can't be written to: elsewhere an ``OSError`` means that the database is away."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        message = f"{place} can't be written: {error.strerror or error}. Make room, or name another place."
        raise click.ClickException(message) from None


@contextmanager
def draft_of(file: Path) -> Iterator[Path]:
    """Lend an empty file that takes the place of ``file`` when the block ends well; what was there stays until then.

    Put it around the unit of work whose entry says what is written: that is in the trail before anybody has the file.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    with naming(file):
        if file.exists() and not S_ISREG(file.stat().st_mode):
            raise OSError("it is no file")
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        with naming(file):
            draft.replace(file)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
