"""Reviews of the trail: signed with a password, bound to what they cover, never over the reviewer's own entries."""

import base64
from datetime import timedelta
from hashlib import sha256

import pytest
import pytest_asyncio

from access import Role
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.proofs import is_included
from tests.api.asker import Asker, Body
from tests.api.house import House, fields, problem
from tests.api.opening import worker
from tests.api.trail_scenes import PASSWORD, with_password


@pytest_asyncio.fixture(loop_scope="module")
async def officer(house: House) -> Asker:
    """Somebody new who reviews the trail."""
    made = await house.staff(Role.COMPLIANCE_OFFICER)
    await with_password(house, made)
    return made


def signing(first: int, end: int, **more: object) -> Body:
    return {"first_index": first, "end_index": end, "meaning": "in-order", "password": PASSWORD} | more


async def test_a_review_says_who_signed_when_and_what_it_means_and_is_in_the_trail(
    house: House, officer: Asker
) -> None:
    hcp = await house.hcp()
    begin = await house.database.fetchval("select coalesce(max(index) + 1, 0) from audit.leaf")
    for _ in range(3):
        await hcp.read("/v1/me")
    await officer.read("/v1/me")
    await house.settled()
    end = await house.database.fetchval("select max(index) + 1 from audit.leaf")
    answer = await officer.post("/v1/audit/reviews", signing(begin, end))
    assert answer.status_code == 201, answer.text
    signed = answer.json()
    review = signed["review"]
    assert signed["name"] == "Sam Staff"
    assert (review["reviewer"], review["meaning"]) == (str(officer.caller.account), "in-order")
    own = await house.count("audit.leaf", "index >= $1 and index < $2 and actor = $3", begin, end, review["reviewer"])
    assert (review["own"], review["reviewed"]) == (own, end - begin - own)
    assert own >= 1
    rows = await house.database.fetch("select leaf_hash from audit.leaf where index >= $1 order by index limit $2",
                                      begin, end - begin)  # fmt: skip
    assert review["digest"] == sha256(b"".join(row["leaf_hash"] for row in rows)).hexdigest()
    *_, entry = await house.trail(answer)
    assert (entry["action"], entry["detail"]["sha256"]) == ("audit:review:signed", review["digest"])
    listed = await officer.read("/v1/audit/reviews", limit=1)
    assert listed["items"] == [review]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"password": "wrong horse battery staple"}, 403, "signature-refused"),
        ({"end_index": 2**40}, 400, "invalid-request"),
        ({"end_index": 0}, 400, "invalid-request"),
        ({"first_index": 2**40, "end_index": 2**40 + 5}, 409, "audit-entry-not-signed"),
        ({"meaning": "fine"}, 400, "invalid-request"),
    ],
)
async def test_what_is_no_signature_or_covers_nothing_is_refused(
    house: House, officer: Asker, body: Body, status: int, code: str
) -> None:
    await house.settled()
    before = await house.count("audit.review")
    problem(await officer.post("/v1/audit/reviews", signing(0, 1) | body), status, code)
    assert await house.count("audit.review") == before
    assert (await officer.post("/v1/audit/reviews", signing(0, 1))).status_code == 201, "the control"


async def test_what_one_did_alone_is_reviewed_by_somebody_else(house: House, officer: Asker) -> None:
    other = await house.staff(Role.COMPLIANCE_OFFICER)
    await with_password(house, other)
    await house.settled()
    begin = await house.database.fetchval("select max(index) + 1 from audit.leaf")
    await officer.read("/v1/me")
    await house.settled()
    refused = await officer.post("/v1/audit/reviews", signing(begin, begin + 1))
    assert fields(problem(refused, 400, "invalid-request")) == ["end_index"]
    assert (await other.post("/v1/audit/reviews", signing(begin, begin + 1))).status_code == 201


async def test_somebody_elses_password_signs_nothing(house: House, officer: Asker) -> None:
    other = await house.staff(Role.COMPLIANCE_OFFICER)
    problem(await other.post("/v1/audit/reviews", signing(0, 1)), 403, "signature-refused")
    assert (await officer.post("/v1/audit/reviews", signing(0, 1))).status_code == 201


async def test_each_line_of_ones_own_access_log_has_a_proof_and_nobody_elses_has(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    await hcp.read("/v1/me")
    await house.settled()
    for line in (await hcp.read("/v1/me/access-log"))["items"][-3:]:
        await house.settled()
        proof = await hcp.read(f"/v1/me/access-log/{line['index']}/proof")
        signed = open_checkpoint(proof["checkpoint"], LogVerifier(house.runtime.log_key.vkey))
        leaf, hashes = base64.b64decode(proof["leaf_hash"]), [base64.b64decode(each) for each in proof["hashes"]]
        assert is_included(leaf, line["index"], signed.size, hashes, signed.root)
        assert "entry" not in proof
        problem(await other.get(f"/v1/me/access-log/{line['index']}/proof"), 404, "audit-entry-not-found")


async def test_the_trails_status_says_what_waits_and_what_is_published(house: House, officer: Asker) -> None:
    await house.settled()
    status = await officer.read("/v1/audit/status")
    assert status["size"] >= status["checkpoint_size"] > 0
    assert status["unmet_since"] is None
    assert fields(problem(await officer.get("/v1/audit/reviews", limit=0), 400, "invalid-request")) == ["limit"]


async def test_whoever_holds_a_session_does_not_guess_its_password_by_signing(house: House, officer: Asker) -> None:
    await house.settled()
    wrong = signing(0, 1, password="wrong horse battery staple")
    async with worker(house, failed_sign_ins_per_minute=3) as strict:
        for _ in range(3):
            problem(await officer.post("/v1/audit/reviews", wrong, via=strict), 403, "signature-refused")
        refused = await officer.post("/v1/audit/reviews", signing(0, 1), via=strict)
        problem(refused, 429, "too-many-failed-sign-ins")
        house.clock.move(timedelta(minutes=1))
        for _ in range(4):
            answer = await officer.post("/v1/audit/reviews", signing(0, 1), via=strict)
            assert answer.status_code == 201, answer.text
