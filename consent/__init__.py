"""What may be done with personal data: purposes, notices, answers, and the gate that every request passes.

What a person answered is an append-only list of events; how they stand is a fold of it, in the order in which the
answers were given. No consent, no processing: absent, denied, withdrawn and expired are all "no".
"""

from consent.errors import (
    ConsentRequiredError,
    InvalidConsentError,
    InvalidNoticeError,
    NoticeImmutableError,
    NoticeNotActiveError,
    PurposeNotConsentableError,
    UnknownNoticeError,
)
from consent.rules.gate import decide
from consent.rules.standing import state_at
from consent.service import (
    active_notices,
    check,
    consents,
    publish_notice,
    rebuild_standing,
    record_consent,
    record_consents,
    require,
    standing,
)
from consent.values import (
    CONSENT_PURPOSES,
    PURPOSES,
    ConsentChoice,
    ConsentView,
    Decision,
    NewNotice,
    Notice,
    PurposeEntry,
    Rebuilt,
    Record,
)
from consent.vocabulary import BOARD_TOPIC, Action, Answer, Basis, Method, Outcome, Purpose, Reason, State

__all__ = [
    "BOARD_TOPIC",
    "CONSENT_PURPOSES",
    "PURPOSES",
    "Action",
    "Answer",
    "Basis",
    "ConsentChoice",
    "ConsentRequiredError",
    "ConsentView",
    "Decision",
    "InvalidConsentError",
    "InvalidNoticeError",
    "Method",
    "NewNotice",
    "Notice",
    "NoticeImmutableError",
    "NoticeNotActiveError",
    "Outcome",
    "Purpose",
    "PurposeEntry",
    "PurposeNotConsentableError",
    "Reason",
    "Rebuilt",
    "Record",
    "State",
    "UnknownNoticeError",
    "active_notices",
    "check",
    "consents",
    "decide",
    "publish_notice",
    "rebuild_standing",
    "record_consent",
    "record_consents",
    "require",
    "standing",
    "state_at",
]
