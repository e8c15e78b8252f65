"""What access holds about people: children first, since that is the order in which an erasure takes them away."""

from typing import Final

from kernel.holdings import Holding, Keeps, by_account

_SECRET: Final = "a fingerprint of a secret"  # noqa: S105 - says why one is not shown
_SESSIONS: Final = f"session in (select id from access.session where {by_account('account')})"  # noqa: S608 - a constant

HOLDINGS: Final = (
    Holding(
        table="access.recovery_code",
        title="Codes for when your authenticator is lost",
        of=by_account("account"),
        key="code_hash",
        withheld={"code_hash": _SECRET},
    ),
    Holding(
        table="access.authenticator",
        title="Your authenticator",
        of=by_account("account"),
        key="account",
        withheld={"wrapped_secret": "a secret that only the authenticator itself may hold"},
    ),
    Holding(
        table="access.passkey",
        title="Your passkeys",
        of=by_account("account"),
        withheld={"public_key": "half of a key that only your device can use"},
    ),
    Holding(
        table="access.passkey_challenge",
        title="Random numbers that a passkey of yours was asked to sign",
        of=by_account("account"),
        key="challenge_hash",
        withheld={"challenge_hash": _SECRET},
        keeps=Keeps(1, "expires_at", "to be answered"),
    ),
    Holding(
        table="access.provisioned",
        title="Your entry in a directory of staff",
        of=by_account("account"),
        key="account",
    ),
    Holding(
        table="access.identity",
        title="Accounts elsewhere that open yours",
        of=by_account("account"),
        withheld={"subject_hash": "a fingerprint of what a provider calls you"},
    ),
    Holding(
        table="access.identity_attempt",
        title="Visits to an identity provider that you came back from, or were awaited from",
        of=by_account("account"),
        key="attempt_hash",
        withheld={"attempt_hash": _SECRET},
        keeps=Keeps(1, "expires_at", "to be answered"),
    ),
    Holding(
        table="access.letter",
        title="Letters with a link that were sent to you",
        of=by_account("account"),
        withheld={
            "token_hash": _SECRET,
            "password_hash": _SECRET,
            "wrapped_address": "an address that nobody keeps once the letter has left",
            "wrapped_token": "a secret that only the letter itself may hold",
        },
        keeps=Keeps(90, "expires_at", "to answer questions about who used a link"),
    ),
    Holding(
        table="access.role_request",
        title="Roles that were asked for on your account",
        of=by_account("account"),
        withheld=dict.fromkeys(("requested_by", "secret_holder", "decided_by"), "the account of somebody else"),
    ),
    Holding(
        table="access.approval",
        title="What you asked to be allowed, and what you allowed",
        of=f"({by_account('requested_by')} or {by_account('decided_by')})",
        kept="who took records out of the house, and who agreed, must stay known (Art. 17(3)(b))",
        withheld={
            "requested_by": "an account",
            "decided_by": "an account",
            "body": "it may name accounts of others",
            "digest": "a fingerprint of a request",
        },
    ),
    Holding(
        table="access.break_glass",
        title="Emergency access that you opened, ended or reviewed",
        of=f"({by_account('account')} or {by_account('ended_by')} or {by_account('reviewed_by')})",
        kept="who used what their role lacked, and what was thought of it, must stay known (Art. 17(3)(b))",
        withheld={
            "account": "an account",
            "ended_by": "an account",
            "reviewed_by": "an account",
            "reason": "it may be somebody else's",
            "words": "they may be somebody else's",
        },
    ),
    Holding(
        table="access.training",
        title="Modules on security and privacy that you completed or recorded for others",
        of=f"({by_account('account')} or {by_account('recorded_by')})",
        withheld={"account": "an account", "recorded_by": "an account"},
    ),
    Holding(
        table="access.alert",
        title="What you were warned of",
        of=by_account("account"),
        keeps=Keeps(365, "raised_at", "so that an account's owner can read what happened to it"),
    ),
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
    Holding(
        table="access.machine_client",
        title="Machine clients whose secret you were shown",
        of=by_account("secret_shown_to"),
        kept="Art. 32 GDPR: nobody agrees alone to what a machine proposes whose secret they were shown",
        withheld={"secret_hash": _SECRET},
    ),
    Holding(table="access.account", title="Your account", withheld={"password_hash": _SECRET}),
)
