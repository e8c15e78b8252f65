"""A receipt says what the audit log says: whoever holds the issuer's key can sign nothing else."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest

from consent import ReceiptFault, verify_receipt
from consent.rules.receipts.signing import signed
from kernel.canonical import canonical
from tests.api.house import House
from tests.api.test_consent_receipts import keys, receipt


def _another_person(receipt: dict[str, Any]) -> None:
    receipt["dct:hasPart"]["dpv:hasDataSubject"]["dpv:hasIdentifier"] = "0" * 36


def _another_state(receipt: dict[str, Any]) -> None:
    receipt["dct:hasPart"]["dpv:hasProcess"][0]["laurel:event"]["laurel:state"] = "denied"


def _another_text(receipt: dict[str, Any]) -> None:
    receipt["dct:hasPart"]["dpv:hasNotice"]["laurel:text"] += "."


def _another_version(receipt: dict[str, Any]) -> None:
    receipt["dct:hasPart"]["dpv:hasNotice"]["dct:hasVersion"] = 2


def _another_notice(receipt: dict[str, Any]) -> None:
    notice = receipt["dct:hasPart"]["dpv:hasNotice"]
    notice["laurel:text"] = "Whatever we like."
    notice["laurel:sha256"] = sha256(notice["laurel:text"].encode()).hexdigest()


def _event(receipt: dict[str, Any]) -> Any:
    return receipt["dct:hasPart"]["dpv:hasProcess"][0]["laurel:event"]


def _another_time(receipt: dict[str, Any]) -> None:
    _event(receipt)["dct:date"] = "2020-01-01T00:00:00.000000Z"


def _another_end(receipt: dict[str, Any]) -> None:
    _event(receipt)["dct:valid"] = "2020-01-01T00:00:00.000000Z"


def _another_method(receipt: dict[str, Any]) -> None:
    _event(receipt)["laurel:method"] = "paper"


def _a_channel(receipt: dict[str, Any]) -> None:
    _event(receipt)["laurel:channel"] = "phone"


def _a_topic(receipt: dict[str, Any]) -> None:
    _event(receipt)["laurel:topic"] = "cardiology"


def _another_entry(receipt: dict[str, Any]) -> None:
    entry = base64.b64decode(receipt["laurel:auditProof"]["laurel:entry"])
    receipt["laurel:auditProof"]["laurel:entry"] = base64.b64encode(entry.replace(b"granted", b"allowed")).decode()


def _nothing(receipt: dict[str, Any]) -> None:
    """Change nothing: the control."""
    del receipt["proof"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_nothing, None),
        (_another_person, ReceiptFault.ENTRY),
        (_another_state, ReceiptFault.ENTRY),
        (_another_version, ReceiptFault.ENTRY),
        (_another_notice, ReceiptFault.ENTRY),
        (_another_time, ReceiptFault.ENTRY),
        (_another_end, ReceiptFault.ENTRY),
        (_another_method, ReceiptFault.ENTRY),
        (_a_channel, ReceiptFault.ENTRY),
        (_a_topic, ReceiptFault.ENTRY),
        (_another_text, ReceiptFault.NOTICE),
        (_another_entry, ReceiptFault.INCLUSION),
    ],
)
async def test_not_even_the_issuer_can_sign_what_the_log_does_not_say(
    house: House, change: Any, fault: ReceiptFault | None
) -> None:
    document, (key, log) = json.loads(await receipt(await house.hcp())), await keys(house)
    change(document)
    document.pop("proof", None)
    issuer = house.runtime.receipt_issuer
    forged = canonical(signed(document, issuer.multikey, document["dct:created"], issuer._key.sign))
    assert verify_receipt(forged, key, log).fault is fault


@pytest.mark.parametrize("deep", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
async def test_what_is_nested_too_deep_to_be_read_is_no_receipt(house: House, deep: bytes) -> None:
    key, log = await keys(house)
    assert verify_receipt(b'{"a":' + deep + b"}", key, log).fault is ReceiptFault.UNREADABLE
