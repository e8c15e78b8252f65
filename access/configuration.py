"""Who signs tokens: handed in once by whoever composes the program."""

from access.errors import AccessNotConfiguredError
from access.tokens import Authority

_authority: list[Authority] = []


def configure(authority: Authority) -> None:
    """Set who signs this process's tokens."""
    _authority[:] = [authority]


def configured() -> Authority:
    """Return who signs.

    Raises:
        AccessNotConfiguredError: nobody was handed in.

    """
    if not _authority:
        raise AccessNotConfiguredError("There is no key to sign tokens with.")
    return _authority[0]
