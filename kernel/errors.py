"""The root of every room's error tree.

A family says what kind of refusal it is; ``api/problems.py`` alone turns a family into an HTTP status. Each concrete
class states a stable ``code`` and the ``remedy``, so that whoever reads the problem knows what to do about it.
"""

from typing import ClassVar


class LaurelError(Exception):
    """A refusal with a stable code, one sentence of detail and facts that are safe to show."""

    code: ClassVar[str] = "internal-error"
    remedy: ClassVar[str] = "Try again later; report the request id if it happens again."

    def __init__(self, detail: str, **facts: object) -> None:
        """Keep ``detail`` (one sentence, no personal data) and ``facts`` such as ``field="zone"``."""
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class InvalidError(LaurelError):
    """The request can't be understood; the facts hold ``field``."""

    code = "invalid-request"
    remedy = "Correct the named field and send the request again."


class UnauthenticatedError(LaurelError):
    """Nobody is signed in, or not any more."""

    code = "unauthenticated"
    remedy = "Sign in and send the access token as a bearer token."


class ForbiddenError(LaurelError):
    """Somebody is signed in, and may not do this."""

    code = "forbidden"
    remedy = "Ask an administrator whether your role should include this."


class NotFoundError(LaurelError):
    """There is no such thing, or none that this caller may know of."""

    code = "not-found"
    remedy = "Check the identifier."


class ConflictError(LaurelError):
    """It contradicts what is already there."""

    code = "conflict"
    remedy = "Read the current state and decide again."


class UnprocessableError(LaurelError):
    """It is well formed and makes no sense here; the facts hold ``field``."""

    code = "unprocessable"
    remedy = "Correct the named field and send the request again."


class TooLargeError(LaurelError):
    """It is more than one request may carry."""

    code = "too-large"
    remedy = "Send less in one request."


class TooManyError(LaurelError):
    """It comes too often; the facts hold ``retry_after_seconds``."""

    code = "too-many-requests"
    remedy = "Wait as long as Retry-After says."


class UnavailableError(LaurelError):
    """A part that this needs is away for the moment; nothing was done."""

    code = "unavailable"
    remedy = "Send the same request again in a moment; repeating it is safe."
