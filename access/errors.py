"""What can go wrong when somebody wants in. What is told to the outside never says which part was wrong."""

from kernel.errors import (
    ConflictError,
    InvalidError,
    LaurelError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)


class SignInFailedError(UnauthenticatedError):
    """These credentials open nothing: unknown, wrong, used up or switched off all look alike."""

    code = "sign-in-failed"
    remedy = "Check the credentials and sign in again."


class TokenRefusedError(UnauthenticatedError):
    """The access token is not one of ours, or not any more; the facts hold ``reason``."""

    code = "token-refused"
    remedy = "Refresh the token, or sign in again."


class PasswordsBusyError(UnavailableError):
    """More passwords wait to be checked than this process checks in a few seconds."""

    code = "sign-in-busy"


class InvalidAccountError(InvalidError):
    """An account can't be made like this; the facts hold ``field``."""

    code = "account-invalid"


class InvalidKeyError(InvalidError):
    """A token key can't be named like this; the facts hold ``field``."""

    code = "token-key-invalid"
    remedy = "Take the key id from `laurel access keys list`."


class AccountExistsError(ConflictError):
    """This person has an account already; the facts hold ``field``."""

    code = "account-exists"
    remedy = "Change the account that exists."


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    code = "account-not-found"


class SessionNotFoundError(NotFoundError):
    """The caller has no such session."""

    code = "session-not-found"
    remedy = "List your sessions with GET /v1/me/sessions."


class AccessNotConfiguredError(LaurelError):
    """The program was composed without the keys that sign tokens."""

    code = "access-not-configured"
    remedy = "Call access.configure(...) once when the program starts."
