"""What can go wrong with currencies; a part of the room's error tree."""

from kernel.errors import ConflictError, ForbiddenError, NotFoundError, UnprocessableError


class InvalidCurrencyError(UnprocessableError):
    """A currency can't be like this; the facts hold ``field``."""

    code = "currency-invalid"


class CurrencyNotFoundError(NotFoundError):
    """There is no such currency."""

    code = "currency-not-found"


class CurrencyTakenError(ConflictError):
    """There is, or was, a currency with this key: what it is worth never changes under the same name."""

    code = "currency-key-taken"
    remedy = "Choose another key."


class CurrencyAuthorError(ForbiddenError):
    """Whoever defined a currency tried to approve it."""

    code = "currency-author-never-approves"
    remedy = "Ask another compliance officer."


class CurrencyWithdrawnError(ConflictError):
    """The currency was withdrawn, which is for good."""

    code = "currency-withdrawn"
    remedy = "Define a new currency under another key."
