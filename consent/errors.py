"""What can go wrong in this room."""

from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnavailableError


class ConsentRequiredError(ForbiddenError):
    """The person has not said yes to this purpose. Facts: ``purpose``, ``reason`` (a ``Reason`` code)."""

    code = "consent-required"
    remedy = "Show the person the active notice of this purpose and record their answer."


class PurposeUnconfiguredError(ForbiddenError):
    """The register has no lawful basis for the purpose where the person is. Facts: ``purpose``, ``market``."""

    code = "purpose-unconfigured"
    remedy = "The data protection officer was told; until the register names a basis, this is refused."


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


class UnknownShowingError(InvalidError):
    """No such notice was shown to this person. Facts: ``field``."""

    code = "showing-unknown"
    remedy = "Use the shown_id that GET /v1/me/notices answered to this person, or leave it out."


class NoticeNotFoundError(NotFoundError):
    """No version like this was ever staged or published."""

    code = "notice-not-found"
    remedy = "Stage the version first."


class ConfirmationNotFoundError(NotFoundError):
    """The token confirms nothing: it is wrong, was used, was replaced by a newer one, or came too late."""

    code = "confirmation-not-found"
    remedy = "Agree once more in the app and use the newest message."


class InvalidAddressError(InvalidError):
    """An address that nobody can be reached at. Facts: ``field``."""

    code = "address-invalid"
    remedy = "Give an e-mail address, or a telephone number with its country code."


class SuppressionNotConfiguredError(UnavailableError):
    """The program was put together without the key that suppressed addresses are hashed with."""

    code = "suppression-not-configured"
    remedy = "Start Laurel through its command line, or call consent.configure first."


class ReceiptNotReadyError(UnavailableError):
    """The audit log has not signed the entry yet that the receipt is to be proved by."""

    code = "receipt-not-ready"
    remedy = "Ask again in a second."


class NothingAnsweredError(NotFoundError):
    """There is no answer of this person to give a receipt for."""

    code = "consent-not-found"
    remedy = "Answer first."
