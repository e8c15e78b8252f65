"""A log in files: whatever is changed in them is found by both verifiers, and the index is named."""

import random
from pathlib import Path

import pytest

import audit
from kernel.errors import UnavailableError
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.audit.judging import NODE, Files, case_of, node, python, said
from tests.audit.log import KEY, SIZE


def stored(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
async def mirror(work: Work, log: str, origin: Origin, tmp_path: Path) -> Files:
    assert log
    async with work.begin(origin) as uow:
        assert await audit.write_mirror(uow, tmp_path) == SIZE
    files = stored(tmp_path)
    assert said(case_of("mirror", files)) == "accept"
    return files


async def test_a_mirror_that_was_interrupted_goes_on_and_is_whole(
    work: Work, log: str, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", unplugged)
        with pytest.raises(Unplugged):
            async with work.begin(origin) as uow:
                await audit.write_mirror(uow, tmp_path)
    assert stored(tmp_path), "the control: it had begun"
    async with work.begin(origin) as uow:
        await audit.write_mirror(uow, tmp_path)
    assert said(case_of("mirror", stored(tmp_path))) == "accept"


class Unplugged(Exception):
    """Nothing of ours runs any more."""


def unplugged(draft: Path, _: Path) -> None:
    """Leave half of what was written, as whoever pulls the plug."""
    draft.write_bytes(draft.read_bytes()[:10])
    raise Unplugged


def named(files: Files) -> int:
    """Return the index that is named; both verifiers refuse."""
    assert said(case_of("mirror", files)) == "refuse"
    with pytest.raises(audit.MirrorError) as found:
        audit.check_mirror(files.get, audit.KeyRing(KEY.vkey))
    return found.value.index


async def test_a_mirror_is_held_to_its_last_byte_and_the_index_is_named(mirror: Files) -> None:
    bundle, tile, above = mirror["tile/entries/001"], mirror["tile/0/001"], mirror["tile/1/000.p/2"]
    assert named(mirror | {"tile/entries/001": bundle[:-1]}) == 256
    assert named(mirror | {"tile/entries/001": bundle + b"\0\0"}) == 512
    assert named({name: data for name, data in mirror.items() if name != "tile/entries/001"}) == 256
    assert named(mirror | {"tile/entries/001": bundle.replace(b'"number":300', b'"number":301')}) == 300
    assert named(mirror | {"tile/0/001": tile[: 44 * 32] + bytes(32) + tile[45 * 32 :]}) == 300
    assert named(mirror | {"tile/0/001": tile[:-32]}) == 511
    assert named(mirror | {"tile/1/000.p/2": above[:32] + bytes(32)}) == 256
    assert named(mirror | {"tile/1/000.p/2": above + bytes(32)}) == 512
    assert named(mirror | {"tile/0/000": tile, "tile/entries/000": bundle, "tile/1/000.p/2": above[32:] * 2}) == 0


async def test_one_bit_anywhere_in_a_mirror_is_found(mirror: Files) -> None:
    chance = random.Random(7)
    cases = []
    for _ in range(200):
        name = chance.choice([name for name in mirror if name != "checkpoint"])
        data = bytearray(mirror[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        cases.append(case_of("mirror", mirror | {name: bytes(data)}))
    assert python(cases) == ["refuse"] * 200
    if NODE is not None:
        assert node(cases[:20]) == ["refuse"] * 20


async def test_what_nobody_touched_is_in_order_every_time(mirror: Files) -> None:
    assert python([case_of("mirror", mirror)] * 100) == ["accept"] * 100


async def test_a_full_disk_leaves_no_half_file(
    work: Work, log: str, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(UnavailableError):
            async with work.begin(origin) as uow:
                await audit.write_mirror(uow, tmp_path)
    assert stored(tmp_path) == {}
    async with work.begin(origin) as uow:
        assert await audit.write_mirror(uow, tmp_path) == SIZE, "the control"
