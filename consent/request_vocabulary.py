"""The words of requests: what people may ask for (GDPR Articles 15 to 22), how it goes on, and why it does not."""

from enum import StrEnum
from typing import Final

from consent.vocabulary import Purpose


class RequestType(StrEnum):
    """What a person asks for, by the right that it rests on."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    AUTOMATED_DECISION_REVIEW = "automated_decision_review"


class RequestState(StrEnum):
    """How far a request is.

    ``received`` waits for the data protection officer, ``paused`` for the person, ``in_progress`` for the worker.
    """

    RECEIVED = "received"
    PAUSED = "paused"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REFUSED = "refused"


class PauseReason(StrEnum):
    """Why the clock stands still until the person answers (EDPB Guidelines 01/2022, 157)."""

    IDENTITY_IN_DOUBT = "identity-in-doubt"
    CLARIFICATION_NEEDED = "clarification-needed"


class ExtensionReason(StrEnum):
    """Why one month is not enough (GDPR Article 12(3))."""

    COMPLEX = "complex"
    MANY_REQUESTS = "many-requests"


class RefusalReason(StrEnum):
    """Why nothing is done (GDPR Articles 11(2), 12(5), 17(3), 21(1))."""

    IDENTITY_NOT_PROVEN = "identity-not-proven"
    MANIFESTLY_UNFOUNDED = "manifestly-unfounded"
    EXCESSIVE = "excessive"
    LEGAL_OBLIGATION = "legal-obligation"
    LEGAL_CLAIMS = "legal-claims"
    COMPELLING_GROUNDS = "compelling-grounds"
    RIGHTS_OF_OTHERS = "rights-of-others"
    ERASED_MEANWHILE = "erased-meanwhile"


class HoldReason(StrEnum):
    """Why one record outlives an erasure (GDPR Article 17(3)(b), (e))."""

    LEGAL_CLAIMS = "legal-claims"
    LEGAL_OBLIGATION = "legal-obligation"
    PHARMACOVIGILANCE = "pharmacovigilance"


OPEN: Final = (RequestState.RECEIVED, RequestState.PAUSED, RequestState.IN_PROGRESS)
"""States in which something is still owed."""

MARKETING: Final = (Purpose.MARKETING_EMAIL, Purpose.CONTACT)
"""Direct marketing: an objection to it is absolute (GDPR Article 21(2), (3))."""
