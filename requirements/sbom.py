"""The packages that production runs on, as a CycloneDX list: `make docs` writes docs/reference/sbom.cdx.json.

It says what the lock says and nothing else, so that the same lock always gives the same bytes.
"""  # noqa: INP001 - a script beside the locks, no package

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

LOCK = Path(__file__).parent / "runtime.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?: ; ([^\\]+?))?(?: \\)?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NOT_PART_OF_IT = re.compile(r"\s+\"(serialNumber|timestamp)\": \"[^\"]*\",?")


def locked(lock: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, version and SHA-256 of each file of every package in a lock."""
    name = version = ""
    hashes: list[str] = []
    for line in lock.splitlines():
        pinned = PINNED.match(line)
        if pinned:
            if name:
                yield name, version, hashes
            name, version, hashes = pinned[1], pinned[2], []
        hashes += HASH.findall(line)
    if name:
        yield name, version, hashes


def document(lock: str) -> str:
    """Return the CycloneDX document (JSON, version 1.6) of a lock."""
    bom = Bom()
    for name, version, hashes in locked(lock):
        purl = PackageURL("pypi", None, name, version)
        known = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in sorted(hashes)]
        bom.components.add(
            Component(
                type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=str(purl), hashes=known
            )
        )
    return NOT_PART_OF_IT.sub("", JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document(LOCK.read_text(encoding="utf-8")))
