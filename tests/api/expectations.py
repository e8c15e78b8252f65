"""The words in which the expectations of every route are written: who there is, and what a case says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from access import Role
from consent.vocabulary import Purpose
from tests.api.asker import Asker
from tests.api.scenes import Scene, Sent, nothing

ADMINISTRATOR, OFFICER, HCP = Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER, Role.HCP
MACHINE, MARKETER, REVIEWER = Role.LEARNING_SYSTEM, Role.MARKETER, Role.MEDICAL_REVIEWER
WITNESS: Final = Role.WITNESS
PROTECTION: Final = Role.DATA_PROTECTION_OFFICER
EVERYONE: Final = frozenset(Role)
PEOPLE: Final = EVERYONE - {MACHINE, Role.PROVISIONER, WITNESS}
STAFF: Final = PEOPLE - {HCP}
OWN: Final = "it shows and changes only what is the caller's own"
COMMON: Final = "what it shows belongs to no market"
PARTLY: Final = "each person elsewhere is left out or refused alone: test_confirmations.py, test_consent_import.py"
OVERSEEN: Final = "compliance sees every market; what marketers see of others is tested in test_campaigns.py"


LISTED: Final = "it lists what lies within the caller's markets, which is tested where it belongs"


@dataclass(frozen=True)
class Case:
    """A route's expectations. ``elsewhere`` is the status that FR gets about GB, or why there is nothing to refuse."""

    who: frozenset[Role]
    send: Callable[[Scene, Asker], Awaitable[Sent]]
    elsewhere: int | str
    consent: Purpose | None = None
    status: int = 200


def own(send: Callable[[Scene, Asker], Awaitable[Sent]] = nothing, consent: Purpose | None = None) -> Case:
    """Return the case of a route by which HCPs see or change what is theirs."""
    return Case(frozenset({HCP}), send, OWN, consent)


PRIVACY: Final = frozenset({Role.DATA_PROTECTION_OFFICER})
OFFICERS: Final = frozenset({OFFICER})
ADMINISTRATORS: Final = frozenset({ADMINISTRATOR})
DECIDING: Final = ADMINISTRATORS | OFFICERS
OVERSEEING: Final = OFFICERS | {PROTECTION}
REVIEWERS: Final = frozenset({REVIEWER})
MARKETERS: Final = frozenset({MARKETER})
PROTECTORS: Final = frozenset({PROTECTION})
STEERING: Final = OFFICERS | MARKETERS
DIRECTORIES: Final = frozenset({Role.PROVISIONER})
USER: Final = "/scim/v2/Users/{user:uuid}"
REQUEST: Final = "/v1/privacy-requests/{request_id:uuid}"
CAMPAIGN: Final = "/v1/campaigns/{campaign:uuid}"
