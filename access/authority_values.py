"""What crosses the boundary of this room about what nobody does alone, or only for a while."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from access.vocabulary import AccountId, ApprovalState, Finding, Permission


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A request that somebody wants to send: ``operation`` is its method and path, ``body`` what it would carry."""

    id: UUID
    operation: str
    body: dict[str, Any]
    reason: str
    state: ApprovalState
    requested_by: AccountId
    requested_at: datetime
    decided_by: AccountId | None = None
    decided_at: datetime | None = None


class BreakGlass(msgspec.Struct, frozen=True, kw_only=True):
    """Access in an emergency, to a ``permission`` or to a ``market``; with its review, once it has one."""

    id: UUID
    account: AccountId
    permission: Permission | None
    market: str | None
    reason: str
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    ended_by: AccountId | None = None
    finding: Finding | None = None
    words: str | None = None
    reviewed_by: AccountId | None = None
    reviewed_at: datetime | None = None
