"""The receipt as a document: ISO/IEC TS 27560 with the terms of the W3C Data Privacy Vocabulary, in JSON-LD.

The record inside has the shape of DPV's guide to 27560 (schema ``dpv-27560:record-2``). What 27560 has no word for
(the channel, the very text, the entry of the audit log) stands under words of our own. Everything is written once,
as RFC 8785 writes it, so that there is one text of a receipt and not one byte of it can be another.
"""

import base64
from datetime import UTC, datetime
from typing import Any, Final

from audit.values import InclusionProof
from consent.values import PURPOSES, ConsentEvent, Controller, Notice, ReceiptFacts, Shown
from consent.vocabulary import Answer, Basis

SCHEMA: Final = "dpv-27560:record-2"
CONTROLLER: Final = "entity:controller"
CONTEXT: Final[dict[str, Any]] = {
    "@version": 1.1,
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "dpv1": "http://www.w3.org/ns/dpv#",
    "entity": "urn:laurel:entity:",
    "laurel": "urn:laurel:consent:",
    "loc": "https://w3id.org/dpv/loc#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sec": "https://w3id.org/security#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "cryptosuite": "sec:cryptosuite",
    "created": "dct:created",
    "proof": "sec:proof",
    "proofPurpose": {"@id": "sec:proofPurpose", "@type": "@vocab"},
    "assertionMethod": "sec:assertionMethod",
    "proofValue": "sec:proofValue",
    "type": "@type",
    "DataIntegrityProof": "sec:DataIntegrityProof",
    "verificationMethod": {"@id": "sec:verificationMethod", "@type": "@id"},
}
"""Everything that a reader needs to know of the words, inside the receipt: nothing has to be fetched."""

_STATUS: Final = {
    Answer.GRANTED: "dpv:ConsentGiven",
    Answer.DENIED: "dpv:ConsentRefused",
    Answer.WITHDRAWN: "dpv:ConsentWithdrawn",
}
_BASIS: Final = {Basis.CONSENT: "dpv:Consent", Basis.LEGITIMATE_INTEREST: "dpv:LegitimateInterest"}


def document(facts: ReceiptFacts, controller: Controller, identifier: str, created: datetime) -> dict[str, Any]:
    """Return the receipt without its proof."""
    return {
        "@context": CONTEXT,
        "@type": ["dpv:ConsentReceipt"],
        "dct:created": timestamp(created),
        "dct:creator": CONTROLLER,
        "dct:hasPart": record(facts.event, facts.notice, facts.shown, controller),
        "dpv:hasIdentifier": identifier,
        "laurel:auditProof": written_proof(facts.proof),
    }


def record(event: ConsentEvent, notice: Notice | None, shown: Shown | None, controller: Controller) -> dict[str, Any]:
    """Return the consent record of one answer (DPV's guide to ISO/IEC TS 27560)."""
    told: dict[str, Any] = {
        "@type": ["dpv:ConsentRecord"],
        "dct:conformsTo": SCHEMA,
        "dct:created": timestamp(event.received_at),
        "dct:creator": CONTROLLER,
        "dct:language": "en" if notice is None else notice.locale[:2],
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": str(event.person)},
        "dpv:hasEntity": {
            CONTROLLER: {
                "@type": ["dpv:DataController"],
                "dpv:hasContact": controller.contact,
                "dpv:hasName": controller.name,
            }
        },
        "dpv:hasIdentifier": str(event.id),
        "dpv:hasProcess": [_process(event, controller)],
    }
    if notice is not None:
        told["dpv:hasNotice"] = _notice(notice, shown)
    return told


def _process(event: ConsentEvent, controller: Controller) -> dict[str, Any]:
    entry = PURPOSES[event.purpose]
    purpose = {"@type": ["dpv:Purpose"], "dpv:hasIdentifier": event.purpose.value, "skos:prefLabel": entry.sentence}
    if entry.dpv is not None:
        purpose["skos:broader"] = entry.dpv.replace("http://www.w3.org/ns/dpv#", "dpv1:")
    return {
        "@type": ["dpv:Process"],
        "dpv:hasConsentStatus": _STATUS[event.state],
        "dpv:hasDataController": [CONTROLLER],
        "dpv:hasDataSource": ["dpv:DataSubjectDataSource"],
        "dpv:hasLegalBasis": _BASIS[event.basis],
        "dpv:hasPersonalData": [
            {"@type": ["dpv:PersonalData"], "skos:broader": ["dpv:PersonalData"], "skos:prefLabel": each}
            for each in entry.data
        ],
        "dpv:hasProcessing": ["dpv:Collect", "dpv:Store", "dpv:Use"],
        "dpv:hasPurpose": [purpose],
        "dpv:hasRecipient": [CONTROLLER],
        "dpv:hasStorageCondition": [
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": f"loc:{controller.data_location}"},
            {
                "@type": ["dpv:StorageDuration"],
                "dpv:hasDuration": {"@type": "dpv:UntilEventDuration", "rdf:value": entry.kept},
            },
        ],
        "laurel:event": _event(event),
    }


def _event(event: ConsentEvent) -> dict[str, Any]:
    """Return what 27560 calls the event: who did what, when, how, and for how long it is good."""
    by_proxy = event.proxy is not None
    told: dict[str, Any] = {
        "dct:date": timestamp(event.occurred_at),
        "dpv:isIndicatedBy": "laurel:proxy" if by_proxy else "dpv:DataSubject",
        "laurel:method": event.method.value,
        "laurel:state": event.state.value,
    }
    optional = {
        "dct:valid": None if event.expires_at is None else timestamp(event.expires_at),
        "laurel:channel": event.channel,
        "laurel:evidence": event.evidence,
        "laurel:evidenceSha256": event.evidence_sha256 and event.evidence_sha256.hex(),
        "laurel:proxyDocumentSha256": event.proxy_document_sha256 and event.proxy_document_sha256.hex(),
        "laurel:topic": event.topic,
    }
    return told | {name: str(value) for name, value in optional.items() if value is not None}


def _notice(notice: Notice, shown: Shown | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": ["dpv:ConsentNotice"],
        "dct:hasVersion": notice.version,
        "dct:language": notice.locale,
        "dpv:hasIdentifier": str(notice.id),
        "laurel:sha256": notice.sha256.hex(),
        "laurel:text": notice.text,
    }
    if shown is not None:
        told["laurel:shown"] = {
            "dct:date": timestamp(shown.shown_at),
            "dpv:hasIdentifier": str(shown.id),
            "laurel:surface": shown.surface.value,
        }
    return told


def written_proof(proof: InclusionProof) -> dict[str, Any]:
    """Return the proof that the answer's entry is in the audit log (RFC 6962), with the checkpoint that signs it."""
    return {
        "laurel:checkpoint": proof.checkpoint,
        "laurel:entry": base64.b64encode(proof.entry).decode(),
        "laurel:hashes": [base64.b64encode(each).decode() for each in proof.hashes],
        "laurel:index": proof.index,
        "laurel:size": proof.size,
    }


def timestamp(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
