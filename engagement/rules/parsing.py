"""Reading one activity from the wire, strictly: what can't be read names its field and the remedy."""

import math
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from engagement.vocabulary import Channel, Verb
from kernel.decoding import located

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2199
LONGEST_EXTENSIONS: Final = 4_096

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Scalar = str | int | float | bool | None


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it went; shares from 0 to 1."""

    score: Share | None = None
    success: bool | None = None
    completion: bool | None = None
    progress: Share | None = None
    duration_seconds: Seconds | None = None


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it happened, and what the client adds."""

    channel: Channel = Channel.WEB
    extensions: dict[Name, Scalar] | None = None


NO_RESULT: Final = Result()
NO_CONTEXT: Final = Context()


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An activity as it arrives; ``actor`` only where a machine client delivers for many."""

    id: UUID
    verb: Verb
    object: UUID
    occurred_at: Instant
    actor: UUID | None = None
    result: Result = NO_RESULT
    context: Context = NO_CONTEXT


class Malformed(msgspec.Struct, frozen=True):
    """Why one activity can't be read; ``id`` is given when at least that could be."""

    field: str
    detail: str
    id: UUID | None = None


class _OnlyId(msgspec.Struct):
    id: UUID


_decoder: Final = msgspec.json.Decoder(Draft)
_only_id: Final = msgspec.json.Decoder(_OnlyId)
_encode: Final = msgspec.json.Encoder(order="sorted").encode


def parse(raw: bytes | msgspec.Raw) -> Draft | Malformed:
    """Read one activity from its JSON bytes."""
    try:
        draft = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field, detail = located(error, Draft)
        return Malformed(field, detail, _known_id(raw))
    problem = _check(draft)
    return draft if problem is None else Malformed(*problem, draft.id)


def extension_bytes(draft: Draft) -> bytes | None:
    """Return the client's extensions as JSON with sorted names, or None."""
    return _encode(draft.context.extensions) if draft.context.extensions else None


def _known_id(raw: bytes | msgspec.Raw) -> UUID | None:
    try:
        return _only_id.decode(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _check(draft: Draft) -> tuple[str, str] | None:  # noqa: PLR0911 - one line per thing that can be wrong
    try:
        year = draft.occurred_at.astimezone(UTC).year
    except OverflowError:
        year = 0
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return "occurred_at", f"must be between the years {EARLIEST_YEAR} and {LATEST_YEAR}"
    extensions = draft.context.extensions
    if extensions is None:
        return None
    for name, value in extensions.items():
        if "\0" in name or (isinstance(value, str) and "\0" in value):
            return "context.extensions", "must not contain NUL characters"
        if isinstance(value, float) and not math.isfinite(value):
            return "context.extensions", "must hold finite numbers"
        if isinstance(value, int) and abs(value) > 2**53:
            return "context.extensions", "must hold whole numbers within 2^53"
    if len(msgspec.json.encode(extensions)) > LONGEST_EXTENSIONS:
        return "context.extensions", f"must not be longer than {LONGEST_EXTENSIONS} bytes of JSON"
    return None
