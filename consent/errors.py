"""What can go wrong in this room."""

from consent.vocabulary import Purpose, Reason
from kernel.errors import ConflictError, ForbiddenError, InvalidError, LaurelError, NotFoundError, UnavailableError


class ConsentRequiredError(ForbiddenError):
    """The person has not said yes to this purpose. Facts: ``purpose``, ``reason`` (a ``Reason`` code)."""

    code = "consent-required"
    remedy = "Show the person the active notice of this purpose and record their answer."


class ProcessingRestrictedError(ConsentRequiredError):
    """The person had processing restricted (GDPR Art. 18): whatever was agreed to rests, and no answer changes that."""

    remedy = "GET /v1/me/privacy-requests shows the restriction; the data protection officer lifts it."


def refused(purpose: Purpose, reason: str) -> ConsentRequiredError:
    """Return the no to a use of a person's data for a ``Reason`` or a room's own, with the remedy that helps."""
    facts = {"purpose": str(purpose), "reason": str(reason)}
    if reason is Reason.PROCESSING_RESTRICTED:
        return ProcessingRestrictedError("The processing of this person's data is restricted.", **facts)
    return ConsentRequiredError(f"There is no consent for {purpose.value}.", **facts)


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


class SuppressionNotFoundError(NotFoundError):
    """No suppression of this id is in force."""

    code = "suppression-not-found"
    remedy = "Look it up with POST /v1/suppressions/search."


class InvalidMessageError(InvalidError):
    """A message that can't be sent as it is. Facts: ``field``."""

    code = "message-invalid"
    remedy = "Correct the named field and send it again."


class MessageNotFoundError(NotFoundError):
    """There is no such message, or its time of being kept is over."""

    code = "message-not-found"


class ReceiptNotReadyError(UnavailableError):
    """The audit log has not signed the entry yet that the receipt is to be proved by."""

    code = "receipt-not-ready"
    remedy = "Ask again in a second."


class NothingAnsweredError(NotFoundError):
    """There is no answer of this person to give a receipt for."""

    code = "consent-not-found"
    remedy = "Answer first."


class InvalidRequestError(InvalidError):
    """A request that can't be stored as it is. Facts: ``field``."""

    code = "privacy-request-invalid"
    remedy = "Correct the named field and ask again."


class RequestNotFoundError(NotFoundError):
    """There is no such request, or it is somebody else's."""

    code = "privacy-request-not-found"
    remedy = "Check the identifier; the list of requests shows which there are."


class RequestOpenError(ConflictError):
    """The same was asked for before and is not answered yet."""

    code = "privacy-request-open"
    remedy = "Wait for the answer to the request that is open; the list of requests shows it."


class RequestStateError(ConflictError):
    """The request is not in a state in which this can be done."""

    code = "privacy-request-state"
    remedy = "Read the request: its state says what can be done with it."


class PackageNotFoundError(NotFoundError):
    """There is no package to take: it is not made yet, its time is over, or it was taken."""

    code = "privacy-package-not-found"
    remedy = "Look at the request's `package_until`; ask again if it is null and the request is completed."


class LegalHoldNotFoundError(NotFoundError):
    """There is no such record, or no such hold."""

    code = "legal-hold-not-found"
    remedy = "Check the table and the identifier."


class ErasureListError(LaurelError):
    """The list of erasures can't be read or written."""

    code = "erasure-list-unusable"
    remedy = "Make LAUREL_ERASURE_LIST a file that this program can read and append to; restore a damaged line."


class ErasuresMissingError(UnavailableError):
    """The database is older than the erasures on the list: somebody who was erased is in it again."""

    code = "erasures-missing"
    remedy = "Run `laurel privacy replay-erasures`, then start again."
