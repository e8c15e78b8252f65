"""What can go wrong in this room."""

from kernel.errors import ConflictError, ForbiddenError, InvalidError


class ConsentRequiredError(ForbiddenError):
    """The person has not said yes to this purpose. Facts: ``purpose``, ``reason`` (a ``Reason`` code)."""

    code = "consent-required"
    remedy = "Show the person the active notice of this purpose and record their answer."


class InvalidConsentError(InvalidError):
    """An answer that cannot be stored as it is. Facts: ``field``."""

    code = "consent-invalid"
    remedy = "Correct the named field and send the answer again."


class PurposeNotConsentableError(InvalidError):
    """The purpose does not rest on consent, so there is nothing to answer. Facts: ``field``, ``purpose``."""

    code = "purpose-needs-no-consent"
    remedy = "Use one of the purposes that the list of consents shows."


class UnknownNoticeError(InvalidError):
    """No notice of this purpose has this version. Facts: ``field``, ``purpose``."""

    code = "notice-unknown"
    remedy = "Use the version of a published notice of this purpose."


class NoticeNotActiveError(ConflictError):
    """A grant under a notice that a newer version replaced. Facts: ``purpose``, ``active_version``."""

    code = "notice-not-active"
    remedy = "Show the person the active notice and send the answer with its version."


class InvalidNoticeError(InvalidError):
    """A notice that cannot be published as it is. Facts: ``field``."""

    code = "notice-invalid"
    remedy = "Correct the named field and publish again."


class NoticeImmutableError(ConflictError):
    """This version was published in this locale with another text, or a newer version exists. Facts: ``purpose``."""

    code = "notice-immutable"
    remedy = "Publish the changed text as the next version."
