"""What an entry says and how it is written: canonical JSON (RFC 8785) of ids, words and numbers, no personal data."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from audit.errors import UNREADABLE_BY, EntryTooLargeError
from audit.rules.details import Claim, claim
from audit.vocabulary import Action
from kernel.canonical import canonical
from kernel.facts import Fact, Origin

MOST_BYTES: Final = 65_535
"""The longest entry that fits into an entry bundle (c2sp.org/tlog-tiles: lengths have 16 bits)."""

LONGEST_WORD: Final = 400
"""How many characters of a field can be searched: PostgreSQL refuses to index much longer ones."""

WORDS: Final = ("actor", "action", "decision", "route", "purpose", "resource")
"""The fields of ``Filed`` that are text."""

UNREADABLE: Final = Action.ENTRY_UNREADABLE.value
"""The action under which an entry is filed whose bytes are no entry."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry. The fields stand in the order in which RFC 8785 writes them; those that are absent are left out."""

    action: str
    actor: str
    address: str | None = None
    at: str
    basis: str | None = None
    consent: UUID | None = None
    count: int | None = None
    decision: str
    detail: msgspec.Raw | None = None
    id: UUID
    notice_version: int | None = None
    on_behalf_of: str | None = None
    outcome: str
    policy: str | None = None
    purpose: str | None = None
    reason: str | None = None
    request: UUID
    resource: str | None = None
    role: str
    route: str
    sealed: list[Claim] | None = None
    subject: UUID | None = None
    v: int


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an entry that can be searched: what the columns beside its index hold."""

    at: datetime
    actor: str
    action: str
    decision: str
    route: str
    request: UUID | None = None
    subject: UUID | None = None
    purpose: str | None = None
    resource: str | None = None


class _Identified(Filed, frozen=True, kw_only=True):
    id: UUID


_VERSION = 1
_UUID7_TIME_SHIFT = 80
_LATEST = 253_370_764_800
"""The beginning of the year 9999, in seconds since 1970."""

_NUL = b"\\u0000"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Identified).decode


def timestamp(at: datetime) -> str:
    """Return an aware UTC instant as RFC 3339 with microseconds and ``Z``."""
    return at.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def write(identifier: UUID, at: str, origin: Origin, fact: Fact) -> bytes:
    """Return the bytes of an entry, made once and hashed for ever after: RFC 8785 of a ``Body``.

    ``at`` comes from ``timestamp``. A detail that makes the entry too long is replaced by its SHA-256 and length.

    Raises:
        EntryTooLargeError: it is too long even so.
        NotCanonicalError: the detail holds something without a canonical form.

    """
    detail = canonical(fact.detail) if fact.detail else None
    body = _body(identifier, at, origin, fact, detail)
    if len(body) > MOST_BYTES and detail is not None:
        summary: dict[str, Any] = {"length": len(detail), "sha256": sha256(detail).hexdigest()}
        body = _body(identifier, at, origin, fact, canonical(summary))
    if len(body) > MOST_BYTES:
        raise EntryTooLargeError(f"An audit entry has at most {MOST_BYTES} bytes.", field="detail")
    return body


def _body(identifier: UUID, at: str, origin: Origin, fact: Fact, detail: bytes | None) -> bytes:
    return _encode(
        Body(
            action=fact.action,
            actor=origin.actor,
            address=origin.address,
            at=at,
            basis=origin.basis,
            consent=origin.consent,
            count=fact.count,
            decision=fact.decision,
            detail=None if detail is None else msgspec.Raw(detail),
            id=identifier,
            notice_version=origin.notice_version,
            on_behalf_of=origin.on_behalf_of,
            outcome=fact.outcome,
            policy=origin.policy,
            purpose=origin.purpose,
            reason=fact.reason,
            request=origin.request,
            resource=fact.resource,
            role=origin.role,
            route=origin.route,
            sealed=[claim(each) for each in fact.sealed] or None,
            subject=fact.subject,
            v=_VERSION,
        )
    )


def file(identifier: UUID, body: bytes) -> Filed:
    """Return what an entry is searched by. Any bytes can be filed: one bad entry must not hold up the queue."""
    try:
        filed: Filed | None = _decode(body)
    except UNREADABLE_BY:
        filed = None
    # What we write ends in Z; the first and the last year hold what PostgreSQL takes for no time at all.
    if filed is None or filed.at.tzinfo is not UTC or filed.at.year in {MINYEAR, MAXYEAR}:
        return Filed(at=time_of(identifier), actor="", action=UNREADABLE, decision="", route="")
    return filed if len(body) <= LONGEST_WORD and _NUL not in body else searchable(filed)


def time_of(identifier: UUID) -> datetime:
    """Return when a UUID of version 7 was made (RFC 9562 section 5.7); of what is none, some time that there is."""
    return datetime.fromtimestamp(min((identifier.int >> _UUID7_TIME_SHIFT) / 1000, _LATEST), tz=UTC)


def searchable(filed: Filed) -> Filed:
    """Return ``filed`` with words that PostgreSQL can store and index: no NUL, none longer than ``LONGEST_WORD``."""
    changed = {
        name: word.replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_WORD]
        for name in WORDS
        if (word := getattr(filed, name)) is not None and ("\0" in word or len(word) > LONGEST_WORD)
    }
    return msgspec.structs.replace(filed, **changed) if changed else filed
