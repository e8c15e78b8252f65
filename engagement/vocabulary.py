"""The words of what healthcare professionals did: xAPI's verbs, in their short form."""

from enum import StrEnum

from people.vocabulary import Profession  # passed on: rules see activities, and never the vault

__all__ = ["Action", "Channel", "Profession", "Reason", "Verb"]


class Verb(StrEnum):
    """What was done (the last path segment of the verb's xAPI IRI)."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every rule is looked up by it

    REGISTERED = "registered"
    ATTENDED = "attended"
    LISTENED = "listened"
    VIEWED = "viewed"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    ANSWERED = "answered"
    RATED = "rated"


class Channel(StrEnum):
    """Where it was done."""

    WEB = "web"
    MOBILE = "mobile"
    EMAIL = "email"
    REPRESENTATIVE = "representative"
    MEDICAL_LIAISON = "medical_liaison"
    EVENT = "event"


class Reason(StrEnum):
    """Why an activity was refused; stable codes that clients may rely on."""

    MALFORMED = "malformed"
    IN_THE_FUTURE = "occurred-in-the-future"
    TOO_OLD = "older-than-retention"
    CONSENT_REQUIRED = "consent-required"
    CONTENT_NOT_VISIBLE = "content-not-visible"
    ACTOR_UNKNOWN = "actor-unknown"
    ID_TAKEN = "id-belongs-to-another-person"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    ACTIVITY_RECORDED = "engagement:activity:recorded"
    ACTIVITY_REFUSED = "engagement:activity:refused"
