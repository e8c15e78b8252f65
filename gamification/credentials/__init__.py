"""The keys that badges are signed with, and the issuer who uses them."""

from gamification.credentials.issuer import BadgeIssuer
from gamification.credentials.keys import BadgeKeys

__all__ = ["BadgeIssuer", "BadgeKeys"]
