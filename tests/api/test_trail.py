"""The trail, read by those whom it is for: search, proof, signed export, and the log of who saw one's own data."""

import base64
import hashlib
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from access import POLICY_HASH, Role
from audit import KeyRing, NoteError, check_proof
from audit.exporting import export_key
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.proofs import is_included
from audit.rules.tree import leaf_hash
from tests.api.asker import Asker, Body
from tests.api.house import House, fields, problem
from tests.audit.judging import NODE, VERIFIER


@pytest_asyncio.fixture(loop_scope="module")
async def officer(house: House) -> Asker:
    """Somebody new who may read the trail."""
    return await house.staff(Role.COMPLIANCE_OFFICER)


async def test_what_was_just_done_is_found_by_person_action_request_and_time(house: House, officer: Asker) -> None:
    hcp, item = await house.hcp(), await house.item()
    recorded = await hcp.post("/v1/me/activities", house.activity(item))
    await hcp.read("/v1/me/points")
    refused = await hcp.get("/v1/rules")
    found = await officer.read("/v1/audit/entries", subject=str(hcp.person), limit=200)
    assert [each["action"] for each in found["items"]][:3] == [
        "gamification:ruleset:read",
        "gamification:points:read",
        "engagement:activity:recorded",
    ]
    assert {each["subject"] for each in found["items"]} == {str(hcp.person)}
    by_request = await officer.read("/v1/audit/entries", request_id=recorded.headers["x-request-id"])
    (entry,) = by_request["items"]
    assert (entry["actor"], entry["purpose"], entry["basis"]) == (str(hcp.caller.account), "engagement", "consent")
    assert (entry["route"], entry["role"], entry["count"]) == ("POST /v1/me/activities", "hcp", 1)
    assert (entry["notice_version"], entry["address"]) == (1, "127.0.0.0/24")
    assert entry["policy"] == POLICY_HASH[:16]
    said_no = await officer.read("/v1/audit/entries", decision="refused", actor=str(hcp.caller.account))
    assert [each["request"] for each in said_no["items"]] == [refused.headers["x-request-id"]]
    for query in ({"action": "gamification:*"}, {"action": "gamification:points:read"}, {"purpose": "gamification"}):
        some = await officer.read("/v1/audit/entries", subject=str(hcp.person), **query)
        assert "gamification:points:read" in {each["action"] for each in some["items"]}
        assert "engagement:activity:recorded" not in {each["action"] for each in some["items"]}
    now = house.clock.now()
    later = await officer.read("/v1/audit/entries", since=(now + timedelta(seconds=1)).isoformat())
    assert later["items"] == []
    assert (await officer.read("/v1/audit/entries", until=(now + timedelta(seconds=1)).isoformat()))["items"]


async def test_the_trail_is_paged_and_reading_it_is_in_it(house: House, officer: Asker) -> None:
    hcp = await house.hcp()
    for _ in range(5):
        await hcp.read("/v1/me")
    paged: list[int] = []
    page = await officer.read("/v1/audit/entries", subject=str(hcp.person), limit=3)
    while True:
        paged += [each["index"] for each in page["items"]]
        if page["next"] is None:
            break
        page = await officer.read("/v1/audit/entries", subject=str(hcp.person), limit=3, cursor=page["next"])
    assert paged == sorted(set(paged), reverse=True)
    assert len(paged) >= 5 + 2
    searches = await officer.read("/v1/audit/entries", action="audit:entries:searched", subject=str(hcp.person))
    assert {each["actor"] for each in searches["items"]} == {str(officer.caller.account)}
    one = await officer.read(f"/v1/audit/entries/{paged[0]}")
    assert (one["index"], one["subject"]) == (paged[0], str(hcp.person))
    problem(await officer.get("/v1/audit/entries/99999999"), 404, "audit-entry-not-found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-03-02T09:00:00", "since"),
        ("until=0001-01-01T00:00:00Z", "until"),
        ("until=9999-12-31T23:59:59-14:00", "until"),
        ("since=yesterday", "since"),
        ("subject=ana", "subject"),
        ("request_id=1", "request_id"),
        ("actor=%C3%A9", "actor"),
        ("action=" + "a" * 201, "action"),
        ("resource=", "resource"),
        ("cursor=bm8", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ],
)
async def test_a_search_that_makes_no_sense_is_a_problem_that_names_the_filter(
    officer: Asker, house: House, query: str, field: str
) -> None:
    answer = await officer.ask("GET", f"/v1/audit/entries?{query}")
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]
    assert len(await house.trail(answer)) == 1


async def test_what_somebody_typed_into_a_search_does_not_get_into_the_log(house: House, officer: Asker) -> None:
    assert (await officer.read("/v1/audit/entries", actor="Dr Ana Soederstroem"))["items"] == []
    assert await house.entries("Soederstroem") == []
    hcp = await house.hcp()
    answer = await hcp.get("/v1/notices", locale="Ana Soederstroem")
    assert fields(answer.json()) == ["locale"]
    assert await house.entries("Soederstroem") == []
    assert (await hcp.get("/v1/notices", locale="de-CH")).status_code == 200
    assert await house.entries("de-CH"), "a locale is no personal data and is written down"


async def test_a_proof_leads_from_the_entrys_bytes_to_a_checkpoint_that_the_log_signed(
    house: House, officer: Asker
) -> None:
    hcp = await house.hcp()
    answer = await hcp.get("/v1/me")
    (entry,) = (await officer.read("/v1/audit/entries", request_id=answer.headers["x-request-id"]))["items"]
    await house.settled()
    proof = await officer.read(f"/v1/audit/entries/{entry['index']}/proof")
    body, hashes = base64.b64decode(proof["entry"]), [base64.b64decode(each) for each in proof["hashes"]]
    assert json.loads(body)["request"] == answer.headers["x-request-id"]
    assert leaf_hash(body) == base64.b64decode(proof["leaf_hash"]) == bytes.fromhex(entry["leaf_hash"])
    checkpoint = open_checkpoint(proof["checkpoint"], LogVerifier(house.runtime.log_key.vkey))
    assert checkpoint.size == proof["size"]
    assert is_included(leaf_hash(body), proof["index"], checkpoint.size, hashes, checkpoint.root)
    forged = leaf_hash(body.replace(b'"allowed"', b'"refused"'))
    assert not is_included(forged, proof["index"], checkpoint.size, hashes, checkpoint.root)
    assert not is_included(leaf_hash(body), proof["index"] + 1, checkpoint.size, hashes, checkpoint.root)


@pytest_asyncio.fixture(loop_scope="module")
async def proved(house: House, officer: Asker) -> tuple[bytes, bytes]:
    """An entry's bytes, and the file that proves them."""
    await house.settled()
    entry = base64.b64decode((await officer.read("/v1/audit/entries/3/proof"))["entry"])
    answer = await officer.get("/v1/audit/entries/3/tlog-proof")
    assert 'filename="entry-3.tlog-proof"' in answer.headers["content-disposition"]
    return entry, answer.content


async def test_a_proof_file_leads_from_the_entrys_bytes_to_a_checkpoint(
    house: House, proved: tuple[bytes, bytes]
) -> None:
    entry, file = proved
    keys = KeyRing(house.runtime.log_key.vkey)
    assert check_proof(file, entry, keys).size > 3
    with pytest.raises(NoteError):
        check_proof(file, entry + b" ", keys)


@pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")
@pytest.mark.parametrize(("more", "code"), [(b"", 0), (b" ", 1)])
async def test_the_verifier_in_another_language_takes_the_same_file(
    house: House, proved: tuple[bytes, bytes], tmp_path: Path, more: bytes, code: int
) -> None:
    entry, file = proved
    (tmp_path / "entry").write_bytes(entry + more)
    (tmp_path / "proof").write_bytes(file)
    assert verified(tmp_path / "proof", tmp_path / "entry", house.runtime.log_key.vkey) == code


def verified(file: Path, entry: Path, vkey: str) -> int:
    """Return how the verifier in JavaScript ends."""
    assert NODE is not None
    command: list[str | Path] = [NODE, VERIFIER, "proof", file, entry, "--key", vkey]
    return subprocess.run(command, check=False, capture_output=True).returncode


async def test_an_export_is_signed_and_holds_the_entries_byte_for_byte(house: House, officer: Asker) -> None:
    hcp = await house.hcp()
    await hcp.read("/v1/me")
    await hcp.read("/v1/me/points")
    await house.settled()
    answer = await officer.post("/v1/audit/exports", {"subject": str(hcp.person), "limit": 3})
    assert answer.status_code == 201
    export: Body = answer.json()
    verifier = LogVerifier(export["key"])
    assert verifier.vkey == export_key(house.runtime.log_key).vkey
    manifest = json.loads(verifier.open(export["manifest"]))
    lines = "".join(f"{each['index']} {each['body']}\n" for each in export["entries"])
    assert manifest["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (manifest["count"], manifest["request"]) == (3, answer.headers["x-request-id"])
    assert manifest["filters"]["subject"] == str(hcp.person)
    assert manifest["checkpoint_sha256"] == hashlib.sha256(export["checkpoint"].encode()).hexdigest()
    for each in export["entries"]:
        proof = await officer.read(f"/v1/audit/entries/{each['index']}/proof")
        assert base64.b64decode(proof["entry"]).decode() == each["body"]
    rest = await officer.post(
        "/v1/audit/exports", {"subject": str(hcp.person), "first_index": export["next_index"] or 0}
    )
    assert not {each["index"] for each in rest.json()["entries"]} & {each["index"] for each in export["entries"]}
    assert verifier.open(rest.json()["manifest"])
    with pytest.raises(ValueError, match="signature"):
        verifier.open(export["manifest"].replace('"count":3', '"count":2'))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"first_index": -1}, "first_index"),
        ({"first_index": 2**63}, "first_index"),
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"subject": "ana"}, "subject"),
        ({"actor": ""}, "actor"),
        ({"everything": True}, "everything"),
    ],
)
async def test_an_export_that_makes_no_sense_is_a_problem(officer: Asker, body: Body, field: str) -> None:
    assert fields(problem(await officer.post("/v1/audit/exports", body), 400, "invalid-request")) == [field]


async def test_people_see_who_used_their_data_why_and_when_but_not_which_member_of_staff(house: House) -> None:
    hcp, quiz = await house.hcp(), await house.item(("quiz", "assessment"))
    await hcp.record(house.activity(quiz, "passed", result={"score": 1, "success": True}))
    award = (await hcp.read("/v1/me/points/entries"))["items"][0]["award"]
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    await officer.read(f"/v1/awards/{award}/proof")
    log = (await hcp.read("/v1/me/access-log", limit=200))["items"]
    theirs = [line for line in log if line["role"] == "compliance_officer"]
    assert [(line["action"], line["purpose"]) for line in theirs] == [("gamification:award:proof_read", "compliance")]
    assert str(officer.caller.account) not in json.dumps(log)
    assert {"consent:record:granted", "engagement:activity:recorded"} <= {line["action"] for line in log}
    indexes = [line["index"] for line in log]
    assert indexes == sorted(indexes, reverse=True)
    page = await hcp.read("/v1/me/access-log", limit=2)
    following = await hcp.read("/v1/me/access-log", limit=2, cursor=page["next"])
    assert page["items"][-1]["index"] > following["items"][0]["index"]
    other = await house.hcp()
    assert not {line["index"] for line in (await other.read("/v1/me/access-log"))["items"]} & set(indexes)
