"""An HCP takes a badge along; whoever is shown it learns what it is worth, and nothing about who holds it."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from access import Role
from gamification.rules.credentials import baking, status, tokens
from tests.api.asker import Asker, Body
from tests.api.house import House, problem
from tests.api.scenes import earned
from tests.gamification.credentials.test_documents import faults

FORMATS = {
    "json": "application/vc",
    "jwt": "application/vc+jwt",
    "png": "image/png",
    "svg": "image/svg+xml",
}


async def holder(house: House) -> tuple[Asker, UUID]:
    """Return somebody with a badge, and its award."""
    hcp = await house.hcp()
    await earned(house, hcp, await house.item(("quiz", "assessment")))
    mine = "select id from gamification.award where person = $1 and kind = 'badge' and rule = 'top-mark'"
    return hcp, await house.database.fetchval(mine, hcp.person)


async def credential(
    hcp: Asker, award: object, form: str | None = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    params = {"format": form} if form else {}
    return await hcp.ask("GET", f"/v1/me/badges/{award}/credential", params=params, headers=headers)


async def verified(house: House, form: str, content: bytes) -> Body:
    """Show a badge to the public verifier, as nobody in particular."""
    image = base64.b64encode(content).decode()
    body: dict[str, Any] = {"image": image} if form in {"png", "svg"} else {"credential": content.decode()}
    if form == "json":
        body = {"credential": json.loads(content)}
    answer = await house.http.post("/v1/credentials/verify", json=body)
    assert answer.status_code == 200, answer.text
    judgement: Body = answer.json()
    return judgement


async def officer(house: House, verb: str, award: UUID, reason: str) -> None:
    staff = await house.staff(Role.COMPLIANCE_OFFICER)
    answer = await staff.post(f"/v1/awards/{award}/{verb}", {"reason": reason})
    assert answer.status_code == 200, answer.text


async def take_back(house: House, award: UUID) -> None:
    await officer(house, "revoke", award, "misconduct")


@pytest.mark.parametrize("form", FORMATS)
async def test_a_badge_of_ones_own_leaves_in_every_form_and_is_judged_by_what_became_of_it(
    house: House, form: str
) -> None:
    hcp, award = await holder(house)
    answer = await credential(hcp, award, form)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, FORMATS[form])
    assert answer.headers["cache-control"] == "no-store"
    good = await verified(house, form, answer.content)
    assert (good["verdict"], good["revoked"], good["name"]) == ("valid", False, "Top mark")
    await take_back(house, award)
    back = await verified(house, form, answer.content)
    assert (back["verdict"], back["revoked"], back["reason"]) == ("revoked", True, "revoked-by-issuer")
    problem(await credential(hcp, award, form), 404, "award-not-found")
    await officer(house, "reinstate", award, "appeal-granted")
    assert (await verified(house, form, answer.content))["verdict"] == "valid", "given back, it counts again"


async def test_the_header_chooses_the_form_where_none_is_named(house: House) -> None:
    hcp, award = await holder(house)
    for accept, media_type in {
        "*/*": "application/vc",
        "application/json": "application/json",
        "application/ld+json, */*;q=0.1": "application/ld+json",
        "text/plain;q=0.5, image/png": "image/png",
        "application/vc+jwt": "application/vc+jwt",
        "application/pdf": "application/vc",
    }.items():
        answer = await credential(hcp, award, headers={"Accept": accept})
        assert answer.headers["content-type"].split(";")[0] == media_type, accept
        assert answer.headers["vary"] == "Accept"
    named = await credential(hcp, award, "jwt", headers={"Accept": "image/png"})
    assert tokens.is_token(named.text)
    problem(await credential(hcp, award, "pdf"), 400, "invalid-request")


async def test_handing_out_a_badge_is_recorded_and_its_ids_stay_the_same(house: House) -> None:
    hcp, award = await holder(house)
    first, second = await credential(hcp, award), await credential(hcp, award, "jwt")
    document, payload = first.json(), tokens.payload_of(second.text)
    assert document["id"] == payload["id"] == payload["jti"]
    assert document["credentialSubject"]["id"] == payload["sub"]
    for answer, form, repeated in ((first, "json", False), (second, "jwt", True)):
        (entry,) = await house.trail(answer)
        assert (entry["action"], entry["subject"]) == ("gamification:credential:issued", str(hcp.person))
        assert entry["resource"] == f"award:{award}"
        detail = entry["detail"]
        assert (detail["form"], detail["credential"]) == (form, document["id"].removeprefix("urn:uuid:"))
        assert detail["repeated"] is repeated


async def test_a_badge_says_nothing_of_who_holds_it(house: House) -> None:
    hcp, award = await holder(house)
    other, others = await holder(house)
    mine, theirs = (await credential(hcp, award)).json(), (await credential(other, others)).json()
    assert faults(mine) == []
    for secret in (hcp.person, hcp.caller.account, award, "Jane", "clinic.example", "GB"):
        assert str(secret) not in json.dumps(mine), secret
    shared = {key for key in mine if mine[key] == theirs[key]}
    assert shared == {"@context", "type", "name", "issuer", "validFrom"}
    assert mine["credentialSubject"]["id"] != theirs["credentialSubject"]["id"]


async def test_another_persons_badge_an_award_that_is_no_badge_and_none_at_all_are_the_same_404(house: House) -> None:
    hcp, award = await holder(house)
    other, _ = await holder(house)
    points = await house.database.fetchval(
        "select id from gamification.award where person = $1 and kind = 'points' limit 1", hcp.person
    )
    answers = [await credential(other, award), await credential(hcp, points), await credential(hcp, uuid4())]
    for answer in answers:
        body = problem(answer, 404, "award-not-found")
        assert body["detail"] == "There is no such badge."
    assert (await credential(hcp, award)).status_code == 200


async def test_what_a_badge_refers_to_is_there_for_everybody_and_may_be_kept(house: House) -> None:
    hcp, award = await holder(house)
    badge, token = (await credential(hcp, award)).json(), (await credential(hcp, award, "jwt")).text
    base = house.runtime.badge_issuer.addresses.base
    addresses = [
        badge["issuer"]["id"],
        badge["proof"][0]["verificationMethod"],
        tokens.kid_of(token),
        badge["credentialStatus"]["statusListCredential"],
        badge["credentialSubject"]["achievement"]["id"],
    ]
    found = []
    for address in addresses:
        assert address is not None
        answer = await house.http.get(address.removeprefix(base))
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"].startswith("public, max-age=")
        assert "no-store" not in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        found.append(answer.json())
        for secret in (hcp.person, award, badge["id"], badge["credentialSubject"]["id"]):
            assert str(secret) not in answer.text, address
    profile, multikey, jwk, listed, achievement = found
    assert profile["assertionMethod"][0] == multikey["id"] == addresses[1]
    assert (multikey["controller"], jwk["kid"]) == (profile["id"], addresses[2])
    assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert {key: achievement[key] for key in ("id", "name")} == {
        key: badge["credentialSubject"]["achievement"][key] for key in ("id", "name")
    }


async def test_the_public_list_shows_a_badge_that_is_taken_back_at_once_in_both_forms(house: House) -> None:
    hcp, award = await holder(house)
    badge = (await credential(hcp, award)).json()
    index = int(badge["credentialStatus"]["statusListIndex"])
    path = badge["credentialStatus"]["statusListCredential"].removeprefix(house.runtime.badge_issuer.addresses.base)

    async def shown() -> list[bool | None]:
        as_json = (await house.http.get(path)).json()
        as_token = await house.http.get(path, headers={"Accept": "application/vc+jwt"})
        assert as_token.headers["content-type"].split(";")[0] == "application/vc+jwt"
        both = (as_json, tokens.payload_of(as_token.text))
        return [status.is_set(each["credentialSubject"]["encodedList"], index) for each in both]

    assert await shown() == [False, False]
    await take_back(house, award)
    assert await shown() == [True, True]


@pytest.mark.parametrize(
    "path",
    [
        "/credentials/keys/unknown",
        "/credentials/status/0",
        "/credentials/status/99999999999",
        "/credentials/achievements/x",
    ],
)
async def test_an_address_that_no_badge_refers_to_is_not_there(house: House, path: str) -> None:
    answer = await house.http.get(path)
    problem(answer, 404, "credential-document-not-found")
    assert answer.headers["cache-control"] == "no-store"
    assert (await house.http.get("/credentials/achievements/top-mark")).status_code == 200


async def test_nothing_public_lists_what_there_is(house: House) -> None:
    for path in ("/credentials", "/credentials/keys", "/credentials/status", "/credentials/achievements"):
        assert (await house.http.get(path)).status_code == 404
    assert (await house.http.get("/credentials/issuer")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "credential"),
        ({"credential": {}, "image": "AAAA"}, "credential"),
        ({"image": "no base64!"}, "image"),
        ({"image": base64.b64encode(b"GIF89a").decode()}, "credential"),
        ({"credential": "neither JSON nor a token"}, "credential"),
        ({"credential": None}, "credential"),
        ({"credential": 7}, "credential"),
        ({"image": base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()}, "credential"),
    ],
)
async def test_what_is_no_badge_is_refused_by_the_name_of_the_field(house: House, body: Body, field: str) -> None:
    answer = await house.http.post("/v1/credentials/verify", json=body)
    assert answer.status_code == 400, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    stranger = await house.http.post("/v1/credentials/verify", json={"credential": {"issuer": "https://elsewhere"}})
    assert (stranger.status_code, stranger.json()["verdict"]) == (200, "not_ours")


async def test_an_edited_badge_is_told_from_a_strangers(house: House) -> None:
    hcp, award = await holder(house)
    badge = (await credential(hcp, award)).json()
    edited = json.dumps(badge | {"name": "Professor of medicine"}).encode()
    assert (await verified(house, "json", edited))["verdict"] == "tampered"
    judgement = await verified(house, "json", json.dumps(badge | {"issuer": {"id": "https://elsewhere"}}).encode())
    assert (judgement["verdict"], judgement["name"]) == ("not_ours", None)
    assert (await verified(house, "json", json.dumps(badge).encode()))["verdict"] == "valid"
    picture = (await credential(hcp, award, "png")).content
    assert tokens.is_token(baking.credential_in(picture))


async def test_one_network_can_have_only_so_many_badges_judged_in_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.v1.badges.MOST_PER_MINUTE", 1)
    body = {"credential": {"issuer": "https://elsewhere"}}
    house.clock.move(timedelta(minutes=1))
    answers = [await house.http.post("/v1/credentials/verify", json=body) for _ in range(2)]
    assert answers[0].status_code == 200
    problem(answers[-1], 429, "too-many-verifications")
    assert answers[-1].headers["retry-after"] == "60"
