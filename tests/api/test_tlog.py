"""The audit log for programs that check it: from the checkpoint down to every byte of every entry."""

import pytest

from access import Role
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.resources import Resource, read_bundle
from audit.rules.tiles import layout, split
from audit.rules.tree import CompactRange, leaf_hash
from tests.api.house import House, problem


async def test_a_witness_rebuilds_the_root_from_the_entries_and_the_tiles_that_are_served(house: House) -> None:
    hcp = await house.hcp()
    for _ in range(300):
        await hcp.read("/v1/me")
    await house.settled()
    witness = await house.machine(role=Role.WITNESS)
    await house.until("(select coalesce(max(size), 0) from audit.publication) > 300")
    answer = await witness.get("/audit/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=1"
    signed = open_checkpoint(answer.text, LogVerifier(house.runtime.log_key.vkey))
    assert signed.size > 300
    leaves: list[bytes] = []
    for tile, width in layout(signed.size).items():
        served = await witness.get(f"/audit/{tile.path(width)}")
        assert served.headers["content-type"] == "application/octet-stream"
        assert served.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert len(served.content) == width * 32
        if tile.level == 0:
            bundle = await witness.get(f"/audit/tile/{Resource(None, tile.number, width).path}")
            assert [leaf_hash(entry) for entry in read_bundle(bundle.content)] == split(served.content)
            leaves += split(served.content)
    tree = CompactRange()
    tree.extend(leaves)
    assert tree.root == signed.root


async def test_a_partial_tile_stays_what_it_was_when_the_log_has_grown(house: House) -> None:
    await (await house.hcp()).read("/v1/me")
    await house.settled()
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    one = (await officer.get("/audit/tile/0/000.p/1")).content
    bundle = (await officer.get("/audit/tile/entries/000.p/1")).content
    await house.settled()
    assert (await officer.get("/audit/tile/0/000.p/1")).content == one
    assert (await officer.get("/audit/tile/entries/000.p/1")).content == bundle
    assert leaf_hash(read_bundle(bundle)[0]) == one


@pytest.mark.parametrize(
    "path", ["0/x999/x999/999", "0/x999/999.p/1", "entries/x999/999", "5/000.p/1", "0/0", "x", "0/000.p/0"]
)
async def test_what_is_not_in_the_log_is_not_found_and_may_not_be_kept(house: House, path: str) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    answer = await officer.get(f"/audit/tile/{path}")
    problem(answer, 404, "audit-resource-not-found")
    assert answer.headers["cache-control"] == "no-store"
    assert len(await house.trail(answer)) == 1


async def test_reading_the_log_is_in_the_log(house: House) -> None:
    witness = await house.machine(role=Role.WITNESS)
    await house.settled()
    for path, action in (("checkpoint", "audit:checkpoint:read"), ("tile/0/000.p/1", "audit:tile:read")):
        (entry,) = await house.trail(await witness.get(f"/audit/{path}"))
        assert (entry["action"], entry["role"]) == (action, "witness")
