"""What healthcare professionals did: activity statements in xAPI's vocabulary, stored once per id.

An activity arrives from an app, a learning system or an import, late or out of order, and is refused with a reason
code when it may not be kept. What it earns is decided one room above.
"""

from engagement.holdings import HOLDINGS, kept_for
from engagement.rules.admission import Refusal, admit
from engagement.rules.parsing import Draft, Malformed, extension_bytes, parse
from engagement.service import (
    amounts,
    histories,
    history,
    latest_activities,
    owners,
    recent_use,
    restamp,
    retract,
    scored_people,
    store_activities,
    told_by,
    versions,
)
from engagement.values import Activity, History, Stored, Use
from engagement.vocabulary import Channel, Verb

__all__ = [
    "HOLDINGS",
    "Activity",
    "Channel",
    "Draft",
    "History",
    "Malformed",
    "Refusal",
    "Stored",
    "Use",
    "Verb",
    "admit",
    "amounts",
    "extension_bytes",
    "histories",
    "history",
    "kept_for",
    "latest_activities",
    "owners",
    "parse",
    "recent_use",
    "restamp",
    "retract",
    "scored_people",
    "store_activities",
    "told_by",
    "versions",
]
