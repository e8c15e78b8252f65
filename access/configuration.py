"""Who signs tokens, and as whom passkeys know us: handed in once by whoever composes the program."""

from access.errors import AccessNotConfiguredError
from access.rules.passkeys import RelyingParty
from access.tokens import Authority

_authority: list[Authority] = []
_relying_party: list[RelyingParty] = []


def configure(authority: Authority, relying_party: RelyingParty) -> None:
    """Set who signs this process's tokens, and as whom it asks for passkeys."""
    _authority[:], _relying_party[:] = [authority], [relying_party]


def configured() -> Authority:
    """Return who signs.

    Raises:
        AccessNotConfiguredError: nobody was handed in.

    """
    if not _authority:
        raise AccessNotConfiguredError("There is no key to sign tokens with.")
    return _authority[0]


def relying_party() -> RelyingParty:
    """Return as whom passkeys know us.

    Raises:
        AccessNotConfiguredError: nobody was handed in.

    """
    if not _relying_party:
        raise AccessNotConfiguredError("Nobody said for which domain passkeys are made.")
    return _relying_party[0]
