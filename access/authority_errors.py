"""What can go wrong with what nobody does alone, or only for a while."""

from kernel.errors import ForbiddenError, NotFoundError


class ApprovalNotFoundError(NotFoundError):
    """There is no such question, or none that waits."""

    code = "approval-not-found"
    remedy = "List what waits with GET /v1/approvals."


class ApprovalRefusedError(ForbiddenError):
    """This approval does not cover this request: another request, another account, too old, used, or never given."""

    code = "approval-refused"
    remedy = "Ask again with POST /v1/approvals, and send exactly what was approved within 24 hours."
