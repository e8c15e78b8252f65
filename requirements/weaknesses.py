"""Ask whether a weakness of a locked package is known: `make audit`. Where nobody can be asked, say so in one line."""  # noqa: INP001

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LOCKS = ("runtime.txt", "development.txt")


def asked(lock: Path) -> dict[str, Any] | None:
    """Return what pip-audit found out about a lock, or None where its service could not be asked."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip", "--no-deps"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return None
    return report


def told(name: str, report: dict[str, Any] | None) -> tuple[str, bool]:
    """Return a line about a lock's report, and whether all is well as far as one knows."""
    packages = report["dependencies"] if report else []
    known = [each for each in packages if "skip_reason" not in each]
    if not known:
        return f"{name}: NOT CHECKED, the service that knows of weaknesses can't be asked from here.", True
    weak = [f"{each['name']} {each['version']}: {found['id']}" for each in known for found in each.get("vulns", ())]
    counted = f"{name}: {len(known)} of {len(packages)} packages checked, {len(weak)} known weaknesses."
    return "\n".join([counted, *weak]), not weak


def main() -> int:
    """Print a line per lock; 1 when a weakness is known."""
    lines = [told(name, asked(HERE / name)) for name in LOCKS]
    for line, _ in lines:
        print(line)  # noqa: T201 - a command line
    return 0 if all(well for _, well in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
