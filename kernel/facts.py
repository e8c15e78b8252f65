"""What an audit entry is made of: who asked from where and why, and what was done."""

from typing import Any
from uuid import UUID

import msgspec


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, from where and why: copied into every audit entry of the unit of work.

    ``actor`` is an opaque account id, ``anonymous`` or ``system:<name>``; ``address`` is a network prefix, never a
    whole address; ``consent`` is the consent event that decided.
    """

    request: UUID
    actor: str
    role: str
    route: str
    purpose: str | None = None
    basis: str | None = None
    consent: UUID | None = None
    notice_version: int | None = None
    on_behalf_of: str | None = None
    address: str | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to what, in the vocabulary of a room. ``detail`` holds ids, codes and numbers, never names."""

    action: str
    subject: UUID | None = None
    resource: str | None = None
    decision: str = "allowed"
    reason: str | None = None
    outcome: str = "succeeded"
    count: int | None = None
    detail: dict[str, Any] = {}
