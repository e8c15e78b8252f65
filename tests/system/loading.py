"""Learners by the thousand: the importer as a client beside everybody else."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.system.house import ROOT, House

SAMPLE: Final = ROOT / "samples" / "oulad"
OULAD: Final = Path(os.environ.get("OULAD_DIR", ROOT.parent / "shared" / "data" / "oulad"))

needs_oulad: Final = pytest.mark.skipif(
    not (OULAD / "studentVle_ds").is_dir(),
    reason="the OULAD data isn't here: set OULAD_DIR to the folder with its parquet files",
)


@contextlib.contextmanager
def importing(house: House, data: Path, presentation: str = "AAA/2013J") -> Iterator["subprocess.Popen[str]"]:
    """`laurel import oulad` while the block lasts; it must end well, and by itself."""
    log = house.log("import")
    words = ("--presentation", presentation, "--credentials", house.credentials, "--json")
    with house.launch("import", "oulad", data, *words, log=log) as process:
        try:
            yield process
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            error.add_note(f"The import said:\n{log.read_text()}")
            raise
        process.wait()
        assert process.returncode == 0, log.read_text()
