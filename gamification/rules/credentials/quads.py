"""The canonical RDF (RDFC-1.0, W3C) of the documents that Laurel signs: a sorted list of N-Quads.

Canonicalising any RDF is hard because nodes without a name must be told apart. Ours all have names, so what is left is
writing the quads that the JSON-LD contexts give and sorting them. The tests compare with a JSON-LD processor.
"""

from typing import Final

from msgspec import UNSET, UnsetType

from gamification.rules.credentials.documents import Badge, Proof, StatusList

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status#"
_SECURITY: Final = "https://w3id.org/security#"
_BADGES: Final = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_SCHEMA: Final = "https://schema.org/"
_TERMS: Final = "http://purl.org/dc/terms/"

_PROOF: Final = "_:c14n0"
"""The only node without a name; alone in its document, it is always the first."""


def badge_quads(badge: Badge) -> bytes:
    """Return the canonical N-Quads of a badge without its proof."""
    subject, status = badge.credential_subject, badge.credential_status
    achievement, criteria = subject.achievement, subject.achievement.criteria
    here, issuer, what, entry = (
        _iri(badge.id),
        _iri(badge.issuer.id),
        _iri(achievement.id),
        _iri(status.id),
    )
    return _sorted(
        [
            _type(here, _CREDENTIALS + "VerifiableCredential"),
            _type(here, _BADGES + "OpenBadgeCredential"),
            (here, _SCHEMA + "name", _text(badge.name)),
            (here, _CREDENTIALS + "issuer", issuer),
            (here, _CREDENTIALS + "credentialSubject", _iri(subject.id)),
            (here, _CREDENTIALS + "credentialStatus", entry),
            *_valid(here, badge.valid_from, badge.valid_until),
            _type(issuer, _BADGES + "Profile"),
            (issuer, _SCHEMA + "name", _text(badge.issuer.name)),
            _type(_iri(subject.id), _BADGES + "AchievementSubject"),
            (_iri(subject.id), _BADGES + "achievement", what),
            _type(what, _BADGES + "Achievement"),
            (what, _SCHEMA + "name", _text(achievement.name)),
            (what, _SCHEMA + "description", _text(achievement.description)),
            (what, _BADGES + "Criteria", _iri(criteria.id)),
            (_iri(criteria.id), _BADGES + "narrative", _text(criteria.narrative)),
            _type(entry, _STATUS + status.type),
            (entry, _STATUS + "statusPurpose", _text(status.status_purpose)),
            (entry, _STATUS + "statusListIndex", _text(status.status_list_index)),
            (entry, _STATUS + "statusListCredential", _iri(status.status_list_credential)),
        ]
    )


def list_quads(document: StatusList) -> bytes:
    """Return the canonical N-Quads of a status list without its proof."""
    here, bits = _iri(document.id), document.credential_subject
    return _sorted(
        [
            _type(here, _CREDENTIALS + "VerifiableCredential"),
            _type(here, _STATUS + "BitstringStatusListCredential"),
            (here, _CREDENTIALS + "issuer", _iri(document.issuer)),
            (here, _CREDENTIALS + "credentialSubject", _iri(bits.id)),
            *_valid(here, document.valid_from, document.valid_until),
            _type(_iri(bits.id), _STATUS + bits.type),
            (_iri(bits.id), _STATUS + "statusPurpose", _text(bits.status_purpose)),
            (_iri(bits.id), _STATUS + "encodedList", _text(bits.encoded_list, _SECURITY + "multibase")),
        ]
    )


def proof_quads(proof: Proof) -> bytes:
    """Return the canonical N-Quads of a proof without its value: what the standard calls the proof configuration."""
    return _sorted(
        [
            _type(_PROOF, _SECURITY + proof.type),
            (_PROOF, _TERMS + "created", _text(proof.created, _XSD + "dateTime")),
            (_PROOF, _SECURITY + "cryptosuite", _text(proof.cryptosuite, _SECURITY + "cryptosuiteString")),
            (_PROOF, _SECURITY + "proofPurpose", _iri(_SECURITY + proof.proof_purpose)),
            (_PROOF, _SECURITY + "verificationMethod", _iri(proof.verification_method)),
        ]
    )


def _valid(here: str, since: str, until: str | UnsetType) -> list[tuple[str, str, str]]:
    period = [(here, _CREDENTIALS + "validFrom", _text(since, _XSD + "dateTime"))]
    if until is not UNSET:
        period.append((here, _CREDENTIALS + "validUntil", _text(str(until), _XSD + "dateTime")))
    return period


def _type(node: str, kind: str) -> tuple[str, str, str]:
    return node, _RDF + "type", _iri(kind)


def _iri(text: str) -> str:
    return f"<{text}>"


def _text(text: str, kind: str | None = None) -> str:
    """Write a literal. Only two characters need escaping: the shapes let no control character through."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"^^<{kind}>' if kind else f'"{escaped}"'


def _sorted(quads: list[tuple[str, str, str]]) -> bytes:
    lines = {f"{subject} <{predicate}> {value} .\n" for subject, predicate, value in quads}
    return "".join(sorted(lines)).encode()
