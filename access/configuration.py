"""What whoever composes the program hands in once: who signs tokens, and what wraps the secrets of second factors."""

import msgspec
from typing_extensions import override

from access.errors import AccessNotConfiguredError
from access.tokens import Authority
from kernel.crypto import WrappingKeys


class Configuration(msgspec.Struct, frozen=True):
    """The authority of tokens, and the keys that wrap what must be readable again (never passwords)."""

    authority: Authority
    wrapping: WrappingKeys

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "Configuration(...)"


_configured: list[Configuration] = []


def configure(authority: Authority, wrapping: WrappingKeys) -> None:
    """Set who signs this process's tokens and what wraps its secrets."""
    _configured[:] = [Configuration(authority, wrapping)]


def configured() -> Configuration:
    """Return what was handed in.

    Raises:
        AccessNotConfiguredError: nothing was.

    """
    if not _configured:
        raise AccessNotConfiguredError("There is no key to sign tokens with.")
    return _configured[0]
