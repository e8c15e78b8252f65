"""The words of consent: what data is used for, on which legal ground, and what a person answered."""

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What personal data is used for; ``consent/register.yaml`` gives the legal ground of each in each market."""

    ENGAGEMENT = "engagement"
    GAMIFICATION = "gamification"
    LEADERBOARD = "leaderboard"
    PERSONALISATION = "personalisation"
    MARKETING_EMAIL = "marketing_email"
    CONTACT = "contact"
    ANALYTICS = "analytics"
    NAMED_DISCLOSURE = "named_disclosure"
    ACCREDITED_SHARING = "accredited_sharing"
    SERVICE = "service"
    COMPLIANCE = "compliance"
    CONTENT_OPERATIONS = "content_operations"


class Basis(StrEnum):
    """The legal ground of a purpose (GDPR Article 6(1)), or that no healthcare professional's data is touched."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    LEGAL_OBLIGATION = "legal_obligation"
    NO_PERSONAL_DATA = "no_personal_data"


class State(StrEnum):
    """How a person stands towards a purpose; only ``granted`` is a yes.

    ``expired`` and ``absent`` are never stored: the first follows from the time, the second from the lack of an answer.
    """

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ABSENT = "absent"


class Answer(StrEnum):
    """What a person can say; the subset of ``State`` that is stored."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """By which way a person is reached; an answer without one is about all of them."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    PHONE = "phone"
    REP = "rep"
    WEB = "web"


class Surface(StrEnum):
    """Where a notice was put before a person. ``api``: a client showed it and did not say where."""

    APP = "app"
    WEB = "web"
    EMAIL = "email"
    PAPER = "paper"
    PHONE = "phone"
    IMPORT = "import"
    API = "api"


class NoticeStatus(StrEnum):
    """The life of a notice: a draft, what people see, what a newer version replaced."""

    STAGED = "staged"
    ACTIVE = "active"
    RETIRED = "retired"


class AddressKind(StrEnum):
    """What an address is; one telephone number is called and written to alike."""

    EMAIL = "email"
    PHONE = "phone"


class SuppressionReason(StrEnum):
    """Why an address is never to be used again."""

    ASKED = "asked"
    ERASED = "erased"
    BOUNCED = "bounced"


class LiftReason(StrEnum):
    """Why an address may be used again."""

    ASKED = "asked"
    RECORDED_BY_MISTAKE = "recorded-by-mistake"
    REACHABLE_AGAIN = "reachable-again"


class MessageState(StrEnum):
    """How far a message is: it waits, it left, or the gate stopped it on its way."""

    WAITING = "waiting"
    SENT = "sent"
    STOPPED = "stopped"


class Method(StrEnum):
    """How an answer reached us; all but ``app`` need a reference to their evidence.

    ``confirmation`` is the second yes of a double opt-in, which nobody but our own page gives.
    """

    APP = "app"
    PAPER = "paper"
    PHONE = "phone"
    IMPORT = "import"
    CONFIRMATION = "confirmation"


class Outcome(StrEnum):
    """What the gate says. ``unconfigured`` is a no as well, but the gap is ours: someone must register the purpose."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    UNCONFIGURED = "unconfigured"


class Reason(StrEnum):
    """Why the gate said so; stable codes that stand in answers and in the audit log."""

    CONSENT_GRANTED = "consent-granted"
    CONSENT_DENIED = "consent-denied"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_EXPIRED = "consent-expired"
    PROCESSING_RESTRICTED = "processing-restricted"
    CONSENT_ABSENT = "consent-absent"
    BASIS_CONTRACT = "basis-contract"
    BASIS_LEGAL_OBLIGATION = "basis-legal-obligation"
    BASIS_LEGITIMATE_INTEREST = "basis-legitimate-interest"
    BASIS_NO_PERSONAL_DATA = "basis-no-personal-data"
    OBJECTED = "objected"
    CHANNEL_UNFIT = "channel-unfit"
    ADDRESS_SUPPRESSED = "address-suppressed"
    ADDRESS_UNKNOWN = "address-unknown"
    PERSON_UNKNOWN = "person-unknown"
    ANSWERED_MEANWHILE = "answered-meanwhile"
    UNDELIVERABLE = "undeliverable"
    PURPOSE_UNCONFIGURED = "purpose-unconfigured"


class DeliveryStatus(StrEnum):
    """What became of one answer that another system brought."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    WAITING = "waiting"
    REFUSED = "refused"


class ReceiptFault(StrEnum):
    """What is wrong with a receipt."""

    UNREADABLE = "unreadable"
    RESPELLED = "respelled"
    SIGNATURE = "signature-wrong"
    NOTICE = "notice-text-changed"
    INCLUSION = "not-in-the-log"
    CHECKPOINT = "checkpoint-wrong"
    ENTRY = "entry-says-something-else"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    CONSENT_GRANTED = "consent:record:granted"
    CONSENT_DENIED = "consent:record:denied"
    CONSENT_WITHDRAWN = "consent:record:withdrawn"
    CONSENT_EXPIRED = "consent:record:expired"
    CONSENTS_READ = "consent:record:read"
    CONSENTS_CHECKED = "consent:record:checked"
    CONSENTS_DELIVERED = "consent:record:delivered"
    CONFIRMATION_ASKED = "consent:confirmation:asked"
    CONFIRMATION_GIVEN = "consent:confirmation:given"
    CONFIRMATIONS_HANDED_OUT = "consent:confirmation:handed_out"
    CONTACT_DECIDED = "consent:contact:decided"
    GAPS_READ = "consent:gap:read"
    NOTICE_ACTIVATED = "consent:notice:activated"
    NOTICE_PUBLISHED = "consent:notice:published"
    NOTICE_STAGED = "consent:notice:staged"
    NOTICES_READ = "consent:notice:read"
    NOTICES_SHOWN = "consent:notice:shown"
    RECEIPT_ISSUED = "consent:receipt:issued"
    RECEIPT_KEY_ROTATED = "consent:receipt_key:rotated"
    ADDRESS_SUPPRESSED = "consent:address:suppressed"
    SUPPRESSION_LIFTED = "consent:address:lifted"
    SUPPRESSIONS_READ = "consent:address:read"
    MESSAGES_READ = "consent:message:read"
    MESSAGE_QUEUED = "consent:message:queued"
    MESSAGE_SENT = "consent:message:sent"
    MESSAGE_STOPPED = "consent:message:stopped"
    STANDING_REBUILT = "consent:standing:rebuilt"
    REQUEST_RECEIVED = "consent:request:received"
    REQUESTS_READ = "consent:request:read"
    REQUEST_PAUSED = "consent:request:paused"
    REQUEST_RESUMED = "consent:request:resumed"
    REQUEST_EXTENDED = "consent:request:extended"
    REQUEST_REFUSED = "consent:request:refused"
    REQUEST_ACCEPTED = "consent:request:accepted"
    REQUEST_COMPLETED = "consent:request:completed"
    RESTRICTION_LIFTED = "consent:restriction:lifted"
    PACKAGE_MADE = "consent:package:made"
    PACKAGE_TAKEN = "consent:package:taken"
    PERSON_ERASED = "consent:person:erased"
    ERASURE_REPLAYED = "consent:erasure:replayed"
    HOLD_PLACED = "consent:hold:placed"
    HOLD_RELEASED = "consent:hold:released"
    HOLDS_READ = "consent:hold:read"
    RETENTION_ENFORCED = "consent:retention:enforced"
    RETENTION_READ = "consent:retention:read"


BOARD_TOPIC: Final = "board"
"""Outbox topic that makes a person appear on or vanish from the boards; the key is the person."""

ACTION_OF: Final = {
    Answer.GRANTED: Action.CONSENT_GRANTED,
    Answer.DENIED: Action.CONSENT_DENIED,
    Answer.WITHDRAWN: Action.CONSENT_WITHDRAWN,
}
"""How the audit log says that an answer was recorded."""
