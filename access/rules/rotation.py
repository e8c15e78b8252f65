"""What a refresh token that is presented a second time means (RFC 9700 section 4.14.2)."""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Final

GRACE: Final = timedelta(seconds=10)
"""How long a used token is answered again.

A client whose answer got lost, or that refreshes in two tabs at once, repeats within seconds and must not be signed out
for it. What it gets is the same successor again, never another one: so a thief who repeats within the grace holds no
token that the owner does not hold too, and the first of the two that rotates it later gives the other one away.
"""


def is_repeat(used_at: datetime, now: datetime) -> bool:
    """Tell whether a token used at ``used_at`` is merely repeated at ``now``; later it is reuse."""
    return now - used_at <= GRACE


def successor(token: str, salt: bytes) -> str:
    """Return the token that follows ``token``: unguessable without both the token and the stored ``salt``.

    Neither the database (which holds the salt and the token's hash) nor the holder (who has the token) can make it
    alone, and yet it can be given again without being stored.
    """
    digest = hmac.digest(salt, token.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
