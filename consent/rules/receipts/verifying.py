"""Judging a receipt by its bytes and two public keys: the issuer's and the audit log's. Nothing else is asked."""

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.values import InclusionProof
from consent.rules.receipts.signing import is_signed
from consent.values import ReceiptVerdict
from consent.vocabulary import ACTION_OF, Answer, ReceiptFault
from kernel.canonical import NotCanonicalError, canonical

AskLog = Callable[[InclusionProof], ReceiptFault | None]


class _Entry(msgspec.Struct):
    """What must be said of an answer in the audit log."""

    action: str
    subject: str
    resource: str
    detail: dict[str, Any] = {}


def judge_receipt(text: bytes, public: Ed25519PublicKey, multikey: str, ask_log: AskLog) -> ReceiptVerdict:
    """Return what a receipt proves: a person's answer, or the first thing that is wrong with it.

    ``ask_log`` tells what is wrong with a proof that an entry is in the audit log.
    """
    try:
        document = msgspec.json.decode(text, type=dict[str, Any])
        written = canonical(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, NotCanonicalError, RecursionError):
        return ReceiptVerdict(ReceiptFault.UNREADABLE)
    # Another spelling of the same values may be read differently by another program: there is one text, or none.
    if written != text:
        return ReceiptVerdict(ReceiptFault.RESPELLED)
    if not is_signed(document, public, multikey):
        return ReceiptVerdict(ReceiptFault.SIGNATURE)
    try:
        return _content(document, ask_log)
    except (KeyError, IndexError, TypeError, ValueError, binascii.Error, msgspec.MsgspecError):
        return ReceiptVerdict(ReceiptFault.UNREADABLE)


def _content(document: dict[str, Any], ask_log: AskLog) -> ReceiptVerdict:
    record = document["dct:hasPart"]
    process = record["dpv:hasProcess"][0]
    notice = record.get("dpv:hasNotice")
    if notice is not None and sha256(notice["laurel:text"].encode()).hexdigest() != notice["laurel:sha256"]:
        return ReceiptVerdict(ReceiptFault.NOTICE)
    proof = _proof(document["laurel:auditProof"])
    fault = ask_log(proof)
    if fault is not None:
        return ReceiptVerdict(fault)
    entry = msgspec.json.decode(proof.entry, type=_Entry)
    purpose = process["dpv:hasPurpose"][0]["dpv:hasIdentifier"]
    said = (entry.action, entry.subject, entry.resource, entry.detail.get("purpose"))
    state = process["laurel:event"]["laurel:state"]
    subject = record["dpv:hasDataSubject"]["dpv:hasIdentifier"]
    version = None if notice is None else notice["dct:hasVersion"]
    if said != (ACTION_OF[Answer(state)].value, subject, f"consent:{record['dpv:hasIdentifier']}", purpose):
        return ReceiptVerdict(ReceiptFault.ENTRY)
    told = _told(process["laurel:event"], notice, dated="occurred_at" in entry.detail)
    if any(entry.detail.get(name) != value for name, value in told.items()):
        return ReceiptVerdict(ReceiptFault.ENTRY)
    return ReceiptVerdict(
        fault=None,
        person=subject,
        purpose=purpose,
        state=state,
        answered_at=process["laurel:event"]["dct:date"],
        notice_version=version,
        log_index=proof.index,
        log_size=proof.size,
    )


def _told(event: dict[str, Any], notice: dict[str, Any] | None, *, dated: bool) -> dict[str, Any]:
    """Return what the entry must say of an answer; those of before 2026-11-29 are not ``dated``."""
    told = {
        "method": event["laurel:method"],
        "channel": event.get("laurel:channel"),
        "topic": event.get("laurel:topic"),
        "notice_version": None if notice is None else notice["dct:hasVersion"],
    }
    if dated:
        told["occurred_at"] = event["dct:date"]
        told["expires_at"] = event.get("dct:valid")
        told["notice_sha256"] = None if notice is None else notice["laurel:sha256"]
    return told


def _proof(written: dict[str, Any]) -> InclusionProof:
    entry = base64.b64decode(written["laurel:entry"], validate=True)
    return InclusionProof(
        index=int(written["laurel:index"]),
        size=int(written["laurel:size"]),
        entry=entry,
        leaf_hash=b"",
        hashes=[base64.b64decode(each, validate=True) for each in written["laurel:hashes"]],
        checkpoint=written["laurel:checkpoint"],
    )
