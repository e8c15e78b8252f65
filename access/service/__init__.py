"""What can be done with accounts and sessions."""

from access.service.accounts import (
    account_of,
    change_password,
    change_role,
    create_account,
    create_machine_client,
    disable_account,
    enable_account,
    open_account,
)
from access.service.alerting import alerts
from access.service.keys import remove_key, removed_keys
from access.service.sessions import (
    admit,
    client_sign_in,
    configure,
    credential,
    end_other_sessions,
    end_own_session,
    end_session,
    own_sessions,
    prove,
    refresh,
    session_live,
    sign_in,
)

__all__ = [
    "account_of",
    "admit",
    "alerts",
    "change_password",
    "change_role",
    "client_sign_in",
    "configure",
    "create_account",
    "create_machine_client",
    "credential",
    "disable_account",
    "enable_account",
    "end_other_sessions",
    "end_own_session",
    "end_session",
    "open_account",
    "own_sessions",
    "prove",
    "refresh",
    "remove_key",
    "removed_keys",
    "session_live",
    "sign_in",
]
