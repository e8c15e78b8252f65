"""What access holds about people: children first, since that is the order in which an erasure takes them away."""

from typing import Final

from kernel.holdings import Holding, Keeps, by_account

_SECRET: Final = "a fingerprint of a secret"  # noqa: S105 - says why one is not shown
_SESSIONS: Final = f"session in (select id from access.session where {by_account('account')})"  # noqa: S608 - a constant

HOLDINGS: Final = (
    Holding(
        table="access.refresh_token",
        title="How your sessions were continued",
        of=_SESSIONS,
        key="token_hash",
        withheld={"token_hash": _SECRET, "successor_salt": _SECRET},
        keeps=Keeps(30, "expires_at", "to notice a token that is used again"),
    ),
    Holding(
        table="access.session",
        title="When you signed in",
        of=by_account("account"),
        keeps=Keeps(90, "expires_at", "to answer questions about who used an account"),
    ),
    Holding(table="access.account", title="Your account", withheld={"password_hash": _SECRET}),
)
