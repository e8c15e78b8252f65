"""What an audit entry is made of: who asked from where and why, and what was done."""

from typing import Any, Final
from uuid import UUID

import msgspec

UPKEEP: Final = "upkeep"
"""What our own programs declare to the database: they keep what there is of everybody, for no purpose of their own."""

_OWN_PROGRAMS: Final = frozenset({"system", "operator"})


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, from where and why: copied into every audit entry of the unit of work.

    ``actor`` is an opaque account id, ``anonymous`` or ``system:<name>``; ``address`` is a network prefix, never a
    whole address; ``consent`` is the consent event that decided, ``policy`` the beginning of the SHA-256 of the table
    of permissions; ``break_glass`` the emergency access that was open.
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
    policy: str | None = None
    break_glass: UUID | None = None

    def detailed(self, detail: dict[str, Any]) -> dict[str, Any]:
        """Return the detail of what was done, which says so when it was done in an emergency."""
        return detail if self.break_glass is None else detail | {"break_glass": str(self.break_glass)}

    @property
    def declared(self) -> str:
        """The purpose that a transaction declares to the database; empty where nobody said one: then it sees nobody."""
        return self.purpose or (UPKEEP if self.role in _OWN_PROGRAMS else "")


class SealedDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A detail that is about one person by content, encrypted under that person's key.

    ``commitment`` is its HMAC-SHA256 under a random salt, which is encrypted together with it.
    """

    subject: UUID
    commitment: bytes
    ciphertext: bytes


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to what, in the vocabulary of a room. ``detail`` holds ids, codes and numbers, never names.

    What says more than that about a person goes into ``sealed``, one part for each person.
    """

    action: str
    subject: UUID | None = None
    resource: str | None = None
    decision: str = "allowed"
    reason: str | None = None
    outcome: str = "succeeded"
    count: int | None = None
    detail: dict[str, Any] = {}
    sealed: tuple[SealedDetail, ...] = ()
