"""What crosses the boundary of this room about what nobody does alone, or only for a while."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from access.vocabulary import AccountId, ApprovalState


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
