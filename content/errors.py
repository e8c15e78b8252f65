"""What can go wrong in this room."""

from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError


class InvalidContentError(InvalidError):
    """An item that cannot be stored as it is. Facts: ``field``."""

    code = "content-invalid"
    remedy = "Correct the named field and send the item again."


class InvalidListingError(InvalidError):
    """A list that cannot be shown as asked. Facts: ``field`` (``cursor`` or ``limit``)."""

    code = "listing-invalid"
    remedy = "Use the cursor of the page before, unchanged, and a limit from 1 to 200."


class ContentNotFoundError(NotFoundError):
    """No such item, or none that this caller may know of: the two are answered alike."""

    code = "content-not-found"
    remedy = "Check the identifier; a draft, a withdrawn item and one of another market are not found either."


class AuthorNeverApprovesError(ForbiddenError):
    """Whoever created an item tried to approve it."""

    code = "author-never-approves"
    remedy = "Ask another medical reviewer to approve it."


class OutsideMarketScopeError(ForbiddenError):
    """The item reaches markets that this account is not responsible for. Facts: ``markets``."""

    code = "outside-market-scope"
    remedy = "Leave the named markets out, or ask someone who is responsible for all of them."


class OutsideBrandScopeError(ForbiddenError):
    """It belongs to no brand that this account works for. Facts: ``field``."""

    code = "outside-brand-scope"
    remedy = "Name a brand of your own, or ask someone who answers for its brand, or for all where it belongs to none."


class ContentWithdrawnError(ConflictError):
    """A withdrawn item does not come back."""

    code = "content-withdrawn"
    remedy = "Create it again as a new item and have that approved."
