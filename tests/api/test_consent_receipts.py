"""What an HCP agreed to, taken home: whoever has the receipt and two public keys needs nothing else of us."""

import asyncio
import base64
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyld import jsonld  # type: ignore[import-untyped]

import consent
from audit import FormerKey
from audit.rules.notes import LogKey
from consent import ReceiptFault, verify_receipt
from kernel.settings import CHECKOUT
from tests.api.asker import Asker
from tests.api.house import House, problem
from tests.api.opening import worker
from tests.api.test_badge_command import environment
from tests.conftest import KEYS

SAMPLE = (CHECKOUT / "samples" / "notices" / "analytics.md").read_text(encoding="utf-8")


async def receipt(hcp: Asker, purpose: str = "analytics", **query: str) -> bytes:
    answer = await hcp.ask("GET", f"/v1/me/consents/{purpose}/receipt", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/ld+json"
    return answer.content


async def keys(house: House) -> tuple[str, str]:
    served = (await house.http.get("/.well-known/consent-receipt-keys.json")).json()
    return served["receipt"], served["log"]


async def test_a_receipt_proves_what_was_answered(house: House) -> None:
    hcp = await house.hcp()
    text = await receipt(hcp)
    verdict = verify_receipt(text, *await keys(house))
    assert verdict.fault is None
    assert (verdict.person, verdict.purpose, verdict.state) == (str(hcp.person), "analytics", "granted")
    assert verdict.notice_version == 1
    record = json.loads(text)["dct:hasPart"]
    assert record["dpv:hasNotice"]["laurel:text"] == SAMPLE
    assert record["dpv:hasNotice"]["laurel:shown"]["laurel:surface"] == "api"
    assert record["dpv:hasProcess"][0]["dpv:hasConsentStatus"] == "dpv:ConsentGiven"
    await hcp.decide("analytics")
    assert verify_receipt(await receipt(hcp), *await keys(house)).state == "withdrawn"
    problem(await (await house.hcp(agreed=())).get("/v1/me/consents/analytics/receipt"), 404, "consent-not-found")


MANDATORY = {
    "dct:conformsTo",
    "dct:created",
    "dct:creator",
    "dct:language",
    "dpv:hasDataSubject",
    "dpv:hasEntity",
    "dpv:hasIdentifier",
    "dpv:hasNotice",
    "dpv:hasProcess",
}
OF_A_PROCESS = {
    "dpv:hasConsentStatus",
    "dpv:hasDataController",
    "dpv:hasDataSource",
    "dpv:hasLegalBasis",
    "dpv:hasPersonalData",
    "dpv:hasProcessing",
    "dpv:hasPurpose",
    "dpv:hasRecipient",
    "dpv:hasStorageCondition",
}


async def test_a_record_has_every_field_that_27560_asks_for(house: House) -> None:
    record = json.loads(await receipt(await house.hcp()))["dct:hasPart"]
    assert set(record) >= MANDATORY
    (process,) = record["dpv:hasProcess"]
    assert set(process) >= OF_A_PROCESS
    assert all(process[name] for name in OF_A_PROCESS)
    assert record["dct:conformsTo"] == "dpv-27560:record-2"
    assert set(process["dpv:hasDataController"]) <= set(record["dpv:hasEntity"])
    assert process["laurel:event"]["dct:date"].endswith("Z")


async def test_a_receipt_is_about_one_channel_and_topic(house: House) -> None:
    hcp = await house.hcp(agreed=())
    body = {"state": "granted", "notice_version": 1, "channel": "rep", "topic": "cardiology"}
    assert (await hcp.ask("PUT", "/v1/me/consents/contact", body=body)).status_code == 200
    text = await receipt(hcp, "contact", channel="rep", topic="cardiology")
    event = json.loads(text)["dct:hasPart"]["dpv:hasProcess"][0]["laurel:event"]
    assert (event["laurel:channel"], event["laurel:topic"]) == ("rep", "cardiology")
    problem(await hcp.get("/v1/me/consents/contact/receipt"), 404, "consent-not-found")


async def test_what_is_listed_of_one_topic_is_the_answer_that_counts_for_it(house: House) -> None:
    hcp = await house.hcp(agreed=())

    async def states() -> dict[tuple[str | None, str | None], str]:
        listed = (await hcp.read("/v1/me/consents"))["items"]
        return {
            (each.get("channel"), each.get("topic")): each["state"] for each in listed if each["purpose"] == "contact"
        }

    async def say(**body: str | int) -> None:
        assert (await hcp.ask("PUT", "/v1/me/consents/contact", body=body)).status_code == 200

    narrow, whole = ("rep", "cardiology"), (None, None)
    await say(state="granted", notice_version=1, channel="rep", topic="cardiology")
    assert await states() == {whole: "absent", narrow: "granted"}
    house.clock.move(timedelta(seconds=1))
    await say(state="withdrawn")
    assert await states() == {whole: "withdrawn", narrow: "withdrawn"}, "no to everything, said later, counts"
    house.clock.move(timedelta(seconds=1))
    await say(state="granted", notice_version=1, channel="rep", topic="cardiology")
    assert await states() == {whole: "withdrawn", narrow: "granted"}


async def test_not_one_byte_can_be_changed(house: House) -> None:
    text, (key, log) = await receipt(await house.hcp()), await keys(house)
    assert verify_receipt(text, key, log).fault is None
    random = Random(7)
    places = random.sample(range(len(text)), 400)
    for place in places:
        other = bytes([random.choice([byte for byte in range(256) if byte != text[place]])])
        changed = text[:place] + other + text[place + 1 :]
        assert verify_receipt(changed, key, log).fault is not None, (place, text[place], other)
    for changed in (b" " + text, text + b"\n", text[:-1], text + text, b"", text.replace(b":", b": ", 1)):
        assert verify_receipt(changed, key, log).fault is not None


async def test_a_receipt_of_another_issuer_or_log_is_refused(house: House) -> None:
    text, (key, log) = await receipt(await house.hcp()), await keys(house)
    other = consent.ReceiptIssuer(house.runtime.receipt_issuer.controller, b"x" * 32).multikey
    assert verify_receipt(text, other, log).fault is ReceiptFault.SIGNATURE
    assert verify_receipt(text, key, LogKey(log.split("+")[0], b"x" * 32).vkey).fault is ReceiptFault.CHECKPOINT
    with pytest.raises(ValueError, match="Multikey"):
        verify_receipt(text, "zNothing", log)


async def test_another_program_reads_every_word_of_it(house: House) -> None:
    document = json.loads(await receipt(await house.hcp()))
    (expanded,) = jsonld.expand(document)
    words = set(keys_of(expanded))
    assert {word for word in words if not word.startswith(("@", "http", "urn:laurel:"))} == set()
    assert {"https://w3id.org/dpv#hasDataSubject", "https://w3id.org/security#proofValue"} <= words
    dropped = {name for name in document if name != "@context"} - {"@type"}
    assert len(expanded) == len(dropped) + 1


def keys_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for each in value.values() for key in keys_of(each))]
    return [key for each in value for key in keys_of(each)] if isinstance(value, list) else []


async def test_the_command_judges_a_file_and_needs_no_server(house: House, tmp_path: Path) -> None:
    text = await receipt(await house.hcp())
    file = tmp_path / "receipt.jsonld"
    file.write_bytes(text)
    own = environment(tmp_path, LAUREL_PUBLIC_URL=house.runtime.settings.public_url)

    async def judged(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-P", "-m", "api.cli", "consent", "verify-receipt", str(file), *words]
        return await asyncio.to_thread(
            subprocess.run, command, env=own | more, capture_output=True, text=True, check=False, timeout=60
        )

    good = await judged()
    assert (good.returncode, good.stdout[:6]) == (0, "VALID:"), good.stderr
    key, log = await keys(house)
    another = base64.b64encode(b"z" * 32).decode()
    elsewhere = await judged("--key", key, "--log-key", log, "--json", LAUREL_RECEIPT_KEY=another)
    assert (elsewhere.returncode, json.loads(elsewhere.stdout)["fault"]) == (0, None)
    file.write_bytes(text.replace(b"granted", b"grunted", 1))
    bad = await judged("--json")
    assert (bad.returncode, json.loads(bad.stdout)["fault"]) == (1, "signature-wrong")
    assert KEYS.receipt_key.decode() not in good.stdout + bad.stdout


async def test_a_receipt_stays_good_when_its_keys_were_replaced(house: House) -> None:
    text = await receipt(await house.hcp())
    key, log = await keys(house)
    before = house.runtime.receipt_issuer
    after = consent.ReceiptIssuer(before.controller, b"y" * 32, before.pem())
    last = consent.ReceiptIssuer(before.controller, b"x" * 32, after.pem())
    assert last.former == (after.multikey, key)
    new_log = LogKey(log.split("+")[0], b"x" * 32).vkey
    size = json.loads(text)["laurel:auditProof"]["laurel:size"]
    own: Any = {"former": last.former, "former_log_keys": [FormerKey(log, size)]}
    assert verify_receipt(text, last.multikey, new_log, **own).fault is None
    assert verify_receipt(text, last.multikey, log).fault is ReceiptFault.SIGNATURE
    stolen = own | {"former_log_keys": [FormerKey(log, size - 1)]}
    assert verify_receipt(text, last.multikey, new_log, **stolen).fault is ReceiptFault.CHECKPOINT
    assert verify_receipt(text[:-2] + b" }", last.multikey, new_log, **own).fault is not None
    async with worker(house, audit_former_keys=f"{log} 9") as http:
        served = (await http.get("/.well-known/consent-receipt-keys.json")).json()
    assert (served["former_receipt"], served["former_log"]) == ([], [f"{log} 9"])


async def test_the_command_rotates_and_an_old_receipt_is_verified_without_a_word_about_keys(
    house: House, tmp_path: Path
) -> None:
    settings, file, kept = house.runtime.settings, tmp_path / "receipt.jsonld", tmp_path / "keys" / "receipt_key.bin"
    file.write_bytes(await receipt(await house.hcp()))
    kept.parent.mkdir(mode=0o700)
    kept.write_bytes(KEYS.receipt_key)
    own = environment(tmp_path, LAUREL_PUBLIC_URL=settings.public_url)
    own |= {"LAUREL_DATABASE_URL": settings.database_url or "", "LAUREL_REDIS_URL": settings.redis_url or ""}
    given = own.pop("LAUREL_RECEIPT_KEY")

    async def said(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-P", "-m", "api.cli", "consent", *words]
        return await asyncio.to_thread(
            subprocess.run, command, env=own | more, capture_output=True, text=True, check=False, timeout=60
        )

    key, _ = await keys(house)
    assert (await said("key")).stdout.split()[1] == key
    rotated = await said("rotate-key")
    assert rotated.returncode == 0, rotated.stderr
    lines = (await said("key")).stdout.splitlines()
    assert (key in lines[0], lines[2]) == (False, f"former receipt {key}")
    good = await said("verify-receipt", str(file))
    assert (good.returncode, good.stdout[:6]) == (0, "VALID:"), good.stdout + good.stderr
    pem = (await said("key", "--pem")).stdout
    assert pem.count("BEGIN PUBLIC KEY") == 2
    another = base64.b64encode(b"q" * 32).decode()
    refused = await said("rotate-key", LAUREL_RECEIPT_KEY=given)
    assert (refused.returncode, "LAUREL_RECEIPT_FORMER_KEYS" in refused.stderr) == (1, True)
    told = await said("verify-receipt", str(file), LAUREL_RECEIPT_KEY=another, LAUREL_RECEIPT_FORMER_KEYS=pem)
    assert told.stdout[:6] == "VALID:", told.stdout + told.stderr
    assert (await house.entries("consent:receipt_key:rotated")) != []
