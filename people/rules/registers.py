"""Which registers of licences an operator lets Laurel ask, how their answers are read, and what they come to.

A register can say yes; no answer of one rejects anybody. What is not a clear yes waits for staff.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from kernel.parsers import document
from kernel.texts import is_safe_url
from people.values import Inquiry, Licence, LicenceDecision, RegisterEntry
from people.vocabulary import LicenceStatus, RegisterFinding, is_market

Way = tuple[str | int, ...]
"""The way to a value through an answer's objects and lists: ``[basic, status]``."""

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)
MOST_DOUBLINGS: Final = 11
"""Beyond that a pause would be longer than the longest."""
MOST_SECONDS: Final = 60
LONGEST_REFERENCE: Final = 80
LEAST_NAMES: Final = 2
PLACE: Final = "{identifier}"
DAY_LENGTH: Final = len("2026-01-31")
KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a register's answer, a JSON document, says what. Its entry is ``active`` by these values of ``status``.

    ``entries`` leads to a list of entries, or to one, or to null where there is none. ``expires`` leads to a date
    (RFC 3339), ``reference`` to what the register calls the entry.
    """

    identifier: Way
    names: tuple[Way, ...]
    status: Way
    active: tuple[str, ...]
    entries: Way = ()
    expires: Way | None = None
    reference: Way | None = None


class HttpRegister(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A register that is asked with GET. ``{identifier}`` in ``address`` is where the number goes.

    ``authorization_file`` holds the value of the header ``Authorization``; an answer with the status
    ``not_found_status`` says that there is no such entry.
    """

    address: str
    reading: Reading
    timeout_seconds: float = 5.0
    authorization_file: str | None = None
    not_found_status: int | None = None


class RegisterSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A register of one ``market`` that knows people by their identifier of ``system``: asked over HTTP, or a file.

    ``file`` is a table (RFC 4180) with the columns ``identifier``, ``name``, ``status`` (``active``, or anything
    else) and, where they are known, ``expires_on`` and ``reference``.
    """

    market: str
    system: str
    http: HttpRegister | None = None
    file: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    registers: Mapping[str, RegisterSource]


def read(text: str) -> dict[str, RegisterSource]:
    """Return the registers of a file (YAML) by their keys.

    Raises:
        ValueError: one sentence that names what is wrong.

    """
    found = document(text, _File)
    for key, source in found.registers.items():
        _check(key, source)
    return dict(found.registers)


def entry_of(reading: Reading, document: object, identifier: str) -> RegisterEntry | None:
    """Return what an answer says of ``identifier``, None where it has no such entry.

    Raises:
        ValueError: it is no answer of the form that ``reading`` describes.

    """
    entries = _at(document, reading.entries)
    for each in entries if isinstance(entries, list) else [] if entries is None else [entries]:
        if str(_at(each, reading.identifier)).strip().casefold() == identifier.strip().casefold():
            return RegisterEntry(
                name=" ".join(filter(None, (_text(each, way) for way in reading.names))),
                active=_text(each, reading.status) in reading.active,
                expires_on=None if reading.expires is None else day_of(_text(each, reading.expires)),
                reference=reference_of(None if reading.reference is None else _text(each, reading.reference), each),
            )
    return None


def day_of(text: str | None) -> date | None:
    """Return the date that ``text`` begins with, None if it is empty.

    Raises:
        ValueError: it begins with none.

    """
    return date.fromisoformat(text.strip()[:DAY_LENGTH]) if text and text.strip() else None


def reference_of(given: str | None, entry: object) -> str:
    """Return what a register calls its answer if it does, otherwise the beginning of the answer's SHA-256."""
    words = " ".join((given or "").split())
    if words and words.isprintable():
        return words[:LONGEST_REFERENCE]
    return f"sha256:{sha256(msgspec.json.encode(entry, order='sorted')).hexdigest()[:16]}"


def judge(entry: RegisterEntry | None, name: str, expires_on: date | None, today: date) -> RegisterFinding:
    """Return what an ``entry`` comes to for whom we know as ``name``, whose licence is valid through ``expires_on``."""
    if entry is None:
        return RegisterFinding.NOT_FOUND
    if not same_name(entry.name, name):
        return RegisterFinding.NAME_DIFFERS
    if any(day is not None and day < today for day in (entry.expires_on, expires_on)):
        return RegisterFinding.EXPIRED
    return RegisterFinding.ACTIVE if entry.active else RegisterFinding.INACTIVE


def same_name(theirs: str, ours: str) -> bool:
    """Tell whether the register's name is ours: at least two words, each of which ours has, in whichever order.

    Case, accents and hyphens don't matter. Ours may have more words, a title among them.
    """
    found = _words(theirs)
    return len(found) >= LEAST_NAMES and found <= _words(ours)


def decision(inquiry: Inquiry, entry: RegisterEntry, known: Licence) -> LicenceDecision:
    """Return the decision that an active ``entry`` allows: verified, by the word of the register."""
    return LicenceDecision(
        status=LicenceStatus.VERIFIED,
        evidence=f"register {inquiry.register}, entry {entry.reference}",
        expires_on=entry.expires_on or known.expires_on,
        states=known.states,
        public_employee=known.public_employee,
        covered_recipient=known.covered_recipient,
    )


def again_at(attempts: int, now: datetime) -> datetime:
    """Return when a register that did not answer ``attempts`` times is asked again: each pause is twice the last."""
    return now + min(FIRST_PAUSE * (1 << min(attempts, MOST_DOUBLINGS)), LONGEST_PAUSE)


def _check(key: str, source: RegisterSource) -> None:
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r}: a register's key is of a-z, 0-9 and hyphens")
    if not is_market(source.market):
        raise ValueError(f"{key}: market must be an ISO 3166-1 alpha-2 code such as GB")
    if (source.http is None) == (source.file is None):
        raise ValueError(f"{key}: give http or file, and not both")
    if source.http is not None:
        _check_http(key, source.http)


def _check_http(key: str, http: HttpRegister) -> None:
    if not is_safe_url(http.address) or http.address.count(PLACE) != 1:
        raise ValueError(f"{key}: address must be an https URL that holds {PLACE} once")
    if PLACE in http.address.split("://", 1)[1].split("/", 1)[0]:
        raise ValueError(f"{key}: {PLACE} must stand in the path or the query of the address")
    if not 0 < http.timeout_seconds <= MOST_SECONDS:
        raise ValueError(f"{key}: timeout_seconds must be above 0 and at most {MOST_SECONDS}")
    if not http.reading.names or not http.reading.active:
        raise ValueError(f"{key}: names and active must hold at least one each")


def _at(document: Any, way: Sequence[str | int]) -> Any:
    """Return what stands at the end of ``way``; ValueError where the way ends before."""
    for step in way:
        fits = isinstance(document, dict) if isinstance(step, str) else isinstance(document, list)
        try:
            document = document[step] if fits else None
        except (KeyError, IndexError):
            fits = False
        if not fits:
            message = f"there is no {step} in the answer"
            raise ValueError(message)
    return document


def _text(entry: object, way: Way) -> str | None:
    try:
        found = _at(entry, way)
    except ValueError:
        return None
    return None if found is None else str(found)


def _words(name: str) -> set[str]:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )
    return {word for word in re.split(r"[\W_]+", plain) if word}
