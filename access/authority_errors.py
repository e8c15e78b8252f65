"""What can go wrong with what nobody does alone, or only for a while."""

from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError


class ApprovalNotFoundError(NotFoundError):
    """There is no such question, or none that waits."""

    code = "approval-not-found"
    remedy = "List what waits with GET /v1/approvals."


class ApprovalRefusedError(ForbiddenError):
    """This approval does not cover this request: another request, another account, too old, used, or never given."""

    code = "approval-refused"
    remedy = "Ask again with POST /v1/approvals, and send exactly what was approved within 24 hours."


class InvalidEmergencyError(InvalidError):
    """The glass can't be broken for this; the facts hold ``field``."""

    code = "break-glass-invalid"


class BreakGlassOpenError(ConflictError):
    """An emergency access is open; there is one at a time, and it is reviewed when it is over."""

    code = "break-glass-open"
    remedy = "End it first: DELETE /v1/me/break-glass, or POST /v1/break-glass/{id}/revoke."


class BreakGlassUnreviewedError(ConflictError):
    """The last emergency access waits for somebody to say what to think of it; until then there is no other."""

    code = "break-glass-unreviewed"
    remedy = "Let a compliance officer or data protection officer review it: POST /v1/break-glass/{id}/review."


class NobodyToReviewError(ConflictError):
    """There is nobody who could review it."""

    code = "nobody-to-review"
    remedy = "Let another compliance officer or data protection officer be invited first."


class BreakGlassNotFoundError(NotFoundError):
    """There is no such emergency access, or none that this can be done to any more."""

    code = "break-glass-not-found"
    remedy = "List what waits for a review with GET /v1/break-glass."


class InvalidTrainingError(InvalidError):
    """This can't be recorded as completed; the facts hold ``field``."""

    code = "training-invalid"
