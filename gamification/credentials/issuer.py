"""Who gives badges: a name, a place on the web, and the keys; signs badges and status lists."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gamification.credentials.keys import BadgeKeys, document, thumbprint
from gamification.rules.credentials import documents, integrity, status, tokens
from gamification.rules.credentials.documents import Addresses, Badge, BadgeFacts, StatusList
from gamification.rules.credentials.judging import Trust

FRESH: Final = timedelta(hours=1)
"""A signed list is used again for so long while no bit changes; it is valid for longer than that."""

MOST_LISTS: Final = 64


class BadgeIssuer:
    """Writes and signs what leaves the house."""

    def __init__(self, public_url: str, name: str, keys: BadgeKeys) -> None:
        """Issue under ``public_url``, where the public documents are served, as ``name``."""
        self.addresses = Addresses(public_url.rstrip("/"))
        self.name = name
        self.keys = keys
        self._lists: dict[int, tuple[frozenset[int], datetime, StatusList]] = {}

    @cached_property
    def trust(self) -> Trust:
        """Whose badges are ours, for judging one."""
        publics = {self.addresses.key(kid): key for kid, key in self.keys.publics.items()}
        return Trust(
            addresses=self.addresses,
            ed25519={kid: key for kid, key in publics.items() if isinstance(key, Ed25519PublicKey)},
            rsa={kid: key for kid, key in publics.items() if isinstance(key, RSAPublicKey)},
        )

    def profile(self) -> dict[str, Any]:
        """Return the issuer's public profile, with the keys that Data Integrity proofs are verified with."""
        keys = [key for key in self.keys.publics.values() if isinstance(key, Ed25519PublicKey)]
        return documents.profile(self.addresses, self.name, [document(key, self.addresses) for key in keys])

    def key(self, kid: str) -> dict[str, Any] | None:
        """Return what stands at a key's address, or None if the key was never ours."""
        key = self.keys.publics.get(kid)
        return document(key, self.addresses) if key else None

    def badge(self, facts: BadgeFacts) -> Badge:
        """Return a badge, not yet signed."""
        return documents.badge(self.addresses, self.name, facts)

    def status_list(self, number: int, revoked: Collection[int], now: datetime) -> StatusList:
        """Return a status list, not yet signed; the same one again until a bit changes, an hour at the most."""
        bits = frozenset(revoked)
        known = self._lists.get(number)
        if known is None or known[0] != bits or not timedelta(0) <= now - known[1] < FRESH:
            if len(self._lists) >= MOST_LISTS:
                self._lists.clear()
            made = documents.status_list(self.addresses, number, status.encode(bits), now)
            known = self._lists[number] = (bits, now, made)
        return known[2]

    def token(self, unsigned: Badge | StatusList) -> str:
        """Return it as a VC-JWT."""
        kid = self.addresses.key(thumbprint(self.keys.rsa.public_key()))
        return tokens.signed(unsigned, self.keys.rsa, kid)

    def proven(self, unsigned: "integrity.Document", at: datetime) -> "integrity.Document":
        """Return it with a Data Integrity proof made ``at``."""
        method = self.addresses.key(thumbprint(self.keys.ed25519.public_key()))
        return integrity.proven(unsigned, method, documents.written(at), self.keys.ed25519.sign)

    def text(self, unsigned: "integrity.Document", at: datetime) -> str:
        """Return it as JSON with a Data Integrity proof made ``at``."""
        return msgspec.json.encode(self.proven(unsigned, at)).decode()
