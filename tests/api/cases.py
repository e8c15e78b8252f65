"""What is expected of every route: who may use it, with what it succeeds, what somebody from another market gets.

The expectations are written by hand, so that a slip in a declaration or in the table of roles is noticed. Which routes
there are is read from the application: one without a case here fails the tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from access import Role
from consent.vocabulary import Purpose
from gamification.vocabulary import CampaignState
from tests.api.access_scenes import (
    a_client,
    a_new_client,
    a_new_password,
    a_one_time_password,
    a_password,
    a_role_for_an_account,
    a_role_request,
    an_account,
    an_authenticator,
    an_invitation,
    another_session,
)
from tests.api.asker import Asker
from tests.api.consent_scenes import a_consent, a_hand_out, a_notice, a_staged_notice, an_address, own_answer
from tests.api.privacy_scenes import a_hold, a_record, a_request, a_wish, own_package, own_request
from tests.api.scenes import (
    Scene,
    Sent,
    a_badge,
    a_board,
    a_british_board,
    a_campaign_to_preview,
    a_claim,
    a_correction,
    a_country,
    a_currency,
    a_delivery,
    a_draft,
    a_licence,
    a_new_board,
    a_new_campaign,
    a_new_currency,
    a_new_item,
    a_new_person,
    a_new_revision,
    a_new_reward,
    a_new_word,
    a_paper,
    a_person,
    a_question,
    a_revoked_badge,
    a_reward,
    a_reward_draft,
    a_streak,
    a_tile,
    an_activity,
    an_answer,
    an_export,
    an_index,
    an_item,
    campaign,
    nothing,
    own_award,
    own_badge,
    some_rules,
)
from tests.api.trail_scenes import a_review, an_own_entry
from tests.api.transfer_scenes import a_dispute, own_transfer

ADMINISTRATOR, OFFICER, HCP = Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER, Role.HCP
MACHINE, MARKETER, REVIEWER = Role.LEARNING_SYSTEM, Role.MARKETER, Role.MEDICAL_REVIEWER
WITNESS: Final = Role.WITNESS
PROTECTION: Final = Role.DATA_PROTECTION_OFFICER
EVERYONE: Final = frozenset(Role)
PEOPLE: Final = EVERYONE - {MACHINE, WITNESS}
STAFF: Final = PEOPLE - {HCP}
OWN: Final = "it shows and changes only what is the caller's own"
COMMON: Final = "what it shows belongs to no market"
PARTLY: Final = "each person elsewhere is left out or refused alone: test_confirmations.py, test_consent_import.py"
HELD: Final = "a hold names a table and a record, which belong to no market"
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
REVIEWERS: Final = frozenset({REVIEWER})
MARKETERS: Final = frozenset({MARKETER})
PROTECTORS: Final = frozenset({PROTECTION})
STEERING: Final = OFFICERS | MARKETERS
REQUEST: Final = "/v1/privacy-requests/{request_id:uuid}"
CAMPAIGN: Final = "/v1/campaigns/{campaign:uuid}"
CASES: Final[dict[str, Case]] = {
    "GET /v1/me": Case(EVERYONE, nothing, OWN),
    "GET /v1/me/access-log": own(),
    "GET /v1/me/alerts": Case(EVERYONE, nothing, OWN),
    "POST /v1/invitations": Case(ADMINISTRATORS, an_invitation, 403, status=201),
    "POST /v1/accounts/{account:uuid}/role-requests": Case(ADMINISTRATORS, a_role_for_an_account, 404, status=201),
    "POST /v1/accounts/{account:uuid}/disable": Case(ADMINISTRATORS, an_account, 404, status=204),
    "POST /v1/accounts/{account:uuid}/enable": Case(ADMINISTRATORS, an_account, 404, status=204),
    "GET /v1/machine-clients": Case(ADMINISTRATORS, nothing, LISTED),
    "POST /v1/machine-clients": Case(ADMINISTRATORS, a_new_client, 403),
    "POST /v1/machine-clients/{client:uuid}/rotate": Case(ADMINISTRATORS, a_client, 404),
    "DELETE /v1/machine-clients/{client:uuid}": Case(ADMINISTRATORS, a_client, 404, status=204),
    "GET /v1/role-requests": Case(DECIDING, nothing, LISTED),
    "POST /v1/role-requests/{request_id:uuid}/approve": Case(DECIDING, a_role_request, 404),
    "POST /v1/role-requests/{request_id:uuid}/reject": Case(DECIDING, a_role_request, 404),
    "GET /v1/me/factors": Case(PEOPLE, nothing, OWN),
    "POST /v1/me/authenticator": Case(PEOPLE, nothing, OWN),
    "POST /v1/me/authenticator/confirm": Case(PEOPLE, a_one_time_password, OWN),
    "DELETE /v1/me/authenticator": Case(PEOPLE, an_authenticator, OWN, status=204),
    "POST /v1/me/recovery-codes": Case(PEOPLE, an_authenticator, OWN),
    "POST /v1/me/password": Case(PEOPLE, a_new_password, OWN, status=204),
    "POST /v1/sessions/current/proof": Case(PEOPLE, a_password, OWN, status=204),
    "GET /v1/me/sessions": Case(EVERYONE, nothing, OWN),
    "DELETE /v1/me/sessions": Case(EVERYONE, nothing, OWN, status=204),
    "DELETE /v1/me/sessions/{session:uuid}": Case(EVERYONE, another_session, 404, status=204),
    "GET /v1/me/badges": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/badges/{award:uuid}/credential": own(own_badge, consent=Purpose.GAMIFICATION),
    "GET /v1/me/claims": own(),
    "GET /v1/me/consents": own(),
    "PUT /v1/me/consents/{purpose:str}": own(an_answer),
    "GET /v1/me/consents/{purpose:str}/receipt": own(own_answer),
    "GET /v1/me/notices": own(),
    "GET /v1/me/opportunities": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/points": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/points/entries": own(consent=Purpose.GAMIFICATION),
    "GET /v1/me/privacy-requests": own(),
    "POST /v1/me/privacy-requests": Case(frozenset({HCP}), a_wish, OWN, status=201),
    "GET /v1/me/privacy-requests/{request_id:uuid}": own(own_request),
    "GET /v1/me/privacy-requests/{request_id:uuid}/package": own(own_package),
    "GET /v1/privacy-requests": Case(PROTECTORS, nothing, "left out"),
    f"GET {REQUEST}": Case(PROTECTORS, a_request(), 404),
    f"POST {REQUEST}/pause": Case(PROTECTORS, a_request({"reason": "clarification-needed"}), 404),
    f"POST {REQUEST}/resume": Case(PROTECTORS, a_request(paused=True), 404),
    f"POST {REQUEST}/extend": Case(PROTECTORS, a_request({"reason": "complex"}), 404),
    f"POST {REQUEST}/refuse": Case(PROTECTORS, a_request({"reason": "excessive"}), 404),
    f"POST {REQUEST}/complete": Case(PROTECTORS, a_request({}), 404),
    f"POST {REQUEST}/lift": Case(PROTECTORS, a_request(type_="restriction"), 404),
    "GET /v1/legal-holds": Case(PROTECTORS, nothing, HELD),
    "POST /v1/legal-holds": Case(PROTECTORS, a_record, HELD, status=201),
    "POST /v1/legal-holds/{hold:uuid}/release": Case(PROTECTORS, a_hold, HELD),
    "GET /v1/me/profile": own(),
    "PATCH /v1/me/profile": own(a_new_word),
    "GET /v1/me/recommendations": own(consent=Purpose.PERSONALISATION),
    "GET /v1/me/streaks": own(consent=Purpose.GAMIFICATION),
    "POST /v1/me/activities": Case(frozenset({HCP}), an_activity, "refused", Purpose.ENGAGEMENT),
    "POST /v1/activities": Case(frozenset({MACHINE}), a_delivery, "refused"),
    "GET /v1/awards/{award:uuid}/proof": Case(frozenset({HCP, OFFICER}), own_award, 404),
    "POST /v1/awards/{award:uuid}/revoke": Case(OFFICERS, a_badge, 404),
    "POST /v1/hcps/{person:uuid}/freezes": Case(OFFICERS, a_streak, 404, status=201),
    "POST /v1/awards/{award:uuid}/reinstate": Case(OFFICERS, a_revoked_badge, 404),
    "GET /v1/leaderboards": Case(frozenset({HCP}), nothing, COMMON, Purpose.LEADERBOARD),
    "GET /v1/leaderboards/{key:str}/periods": Case(frozenset({HCP}), a_board, COMMON, Purpose.LEADERBOARD),
    "GET /v1/boards": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "POST /v1/boards": Case(frozenset({MARKETER}), a_new_board, 403, status=201),
    "POST /v1/boards/{key:str}/archive": Case(frozenset({MARKETER}), a_british_board, 404),
    "GET /v1/leaderboards/{key:str}": Case(frozenset({HCP}), a_board, COMMON, Purpose.LEADERBOARD),
    "GET /v1/currencies": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "POST /v1/currencies": Case(OFFICERS, a_new_currency, COMMON, status=201),
    "POST /v1/currencies/{currency:str}/approve": Case(OFFICERS, a_currency, COMMON),
    "POST /v1/currencies/{currency:str}/withdraw": Case(OFFICERS, a_currency, COMMON),
    "GET /v1/rewards": own(consent=Purpose.GAMIFICATION),
    "GET /v1/rewards/catalogue": Case(frozenset({OFFICER, MARKETER, REVIEWER}), nothing, COMMON),
    "POST /v1/rewards": Case(frozenset({MARKETER}), a_new_reward, 403, status=201),
    "POST /v1/rewards/{reward:uuid}/approve": Case(frozenset({OFFICER, REVIEWER}), a_reward_draft, 404),
    "POST /v1/rewards/{reward:uuid}/withdraw": Case(frozenset({OFFICER, REVIEWER}), a_reward_draft, 404),
    "POST /v1/rewards/{reward:uuid}/claims": Case(frozenset({HCP}), a_reward, 404, Purpose.GAMIFICATION, status=201),
    "POST /v1/claims/{claim:uuid}/fulfil": Case(frozenset({ADMINISTRATOR}), a_claim, 404),
    "POST /v1/claims/{claim:uuid}/cancel": Case(frozenset({ADMINISTRATOR, HCP}), a_claim, 404),
    "GET /v1/me/transfers-of-value": own(),
    "POST /v1/me/transfers-of-value/{claim:uuid}/disputes": Case(frozenset({HCP}), own_transfer, OWN, status=201),
    "POST /v1/compliance/transfers-of-value/{claim:uuid}/answer": Case(OFFICERS, a_dispute, 404),
    "GET /v1/compliance/transfers-of-value": Case(OFFICERS, nothing, COMMON),
    "GET /v1/rules": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "GET /v1/policies": Case(frozenset({OFFICER, MARKETER}), nothing, COMMON),
    "GET /v1/policies/{country:str}": Case(frozenset({OFFICER, MARKETER}), a_country, COMMON),
    "GET /v1/rules/{key:str}/why-not": Case(OFFICERS, a_question, 404),
    "GET /v1/notices": Case(EVERYONE, nothing, COMMON),
    "POST /v1/notices": Case(PRIVACY, a_notice, COMMON, status=201),
    "POST /v1/notices/{notice:uuid}/activate": Case(PRIVACY, a_staged_notice, COMMON),
    "GET /v1/consent/gaps": Case(OFFICERS | PRIVACY, nothing, COMMON),
    "POST /v1/consent/confirmations": Case(frozenset({ADMINISTRATOR, MACHINE}), a_hand_out, PARTLY),
    "POST /v1/consents": Case(frozenset({ADMINISTRATOR, MACHINE}), a_consent, PARTLY, status=201),
    "POST /v1/consents/check": Case(frozenset({ADMINISTRATOR, MACHINE}), a_consent, PARTLY),
    "POST /v1/suppressions": Case(PRIVACY, an_address, COMMON, status=201),
    "GET /v1/content": Case(STAFF | {HCP}, nothing, "left out"),
    "GET /v1/content/{item:uuid}": Case(STAFF | {HCP}, an_item, 404),
    "POST /v1/content": Case(frozenset({MARKETER, MACHINE}), a_new_item, 403, status=201),
    "POST /v1/content/{item:uuid}/approve": Case(REVIEWERS, a_draft, 404),
    "POST /v1/content/{item:uuid}/withdraw": Case(REVIEWERS, a_draft, 404),
    "POST /v1/hcps": Case(frozenset({ADMINISTRATOR, MACHINE}), a_new_person, 403, status=201),
    "POST /v1/hcps/{person:uuid}/consents": Case(frozenset({ADMINISTRATOR, MACHINE}), a_paper, 404, status=201),
    "GET /v1/hcps/{person:uuid}/profile": Case(frozenset({ADMINISTRATOR, OFFICER, PROTECTION}), a_person, 404),
    "PATCH /v1/hcps/{person:uuid}/profile": Case(frozenset({ADMINISTRATOR}), a_correction, 404),
    "PUT /v1/hcps/{person:uuid}/licences": Case(frozenset({ADMINISTRATOR, OFFICER}), a_licence, 404),
    "POST /v1/rules/check": Case(MARKETERS, some_rules, COMMON),
    "GET /v1/campaigns": Case(STEERING, nothing, OVERSEEN),
    "POST /v1/campaigns": Case(MARKETERS, a_new_campaign, 403, status=201),
    f"GET {CAMPAIGN}": Case(STEERING, campaign(CampaignState.DRAFT), OVERSEEN),
    f"PUT {CAMPAIGN}": Case(MARKETERS, a_new_revision, 404),
    f"POST {CAMPAIGN}/preview": Case(STEERING, a_campaign_to_preview, OVERSEEN),
    f"GET {CAMPAIGN}/transitions": Case(STEERING, campaign(CampaignState.DRAFT), OVERSEEN),
    f"POST {CAMPAIGN}/submit": Case(MARKETERS, campaign(CampaignState.DRAFT, past="new_only"), 404),
    f"POST {CAMPAIGN}/approve": Case(OFFICERS, campaign(CampaignState.IN_REVIEW, revision=1), OVERSEEN),
    f"POST {CAMPAIGN}/reject": Case(OFFICERS, campaign(CampaignState.IN_REVIEW, revision=1), OVERSEEN),
    f"POST {CAMPAIGN}/schedule": Case(MARKETERS, campaign(CampaignState.APPROVED), 404),
    f"POST {CAMPAIGN}/pause": Case(STEERING, campaign(CampaignState.RUNNING), OVERSEEN),
    f"POST {CAMPAIGN}/resume": Case(MARKETERS, campaign(CampaignState.PAUSED), 404),
    f"POST {CAMPAIGN}/freeze": Case(OFFICERS, campaign(CampaignState.DRAFT), OVERSEEN),
    f"POST {CAMPAIGN}/unfreeze": Case(OFFICERS, campaign(CampaignState.FROZEN), OVERSEEN),
    f"POST {CAMPAIGN}/end": Case(STEERING, campaign(CampaignState.DRAFT), OVERSEEN),
    "GET /v1/audit/entries": Case(OFFICERS, nothing, COMMON),
    "GET /v1/audit/entries/{index:int}": Case(OFFICERS, an_index, COMMON),
    "GET /v1/audit/entries/{index:int}/proof": Case(OFFICERS, an_index, COMMON),
    "POST /v1/audit/exports": Case(OFFICERS, an_export, COMMON, status=201),
    "GET /audit/checkpoint": Case(OFFICERS | {WITNESS}, nothing, COMMON),
    "GET /audit/tile/{place:path}": Case(OFFICERS | {WITNESS}, a_tile, COMMON),
    "GET /v1/audit/reviews": Case(OFFICERS, nothing, COMMON),
    "POST /v1/audit/reviews": Case(OFFICERS, a_review, COMMON, status=201),
    "GET /v1/audit/status": Case(OFFICERS, nothing, COMMON),
    "GET /v1/me/access-log/{index:int}/proof": own(an_own_entry),
    "POST /v1/audit/archives": Case(OFFICERS, an_export, COMMON),
    "DELETE /v1/sessions/current": Case(EVERYONE, nothing, OWN, status=204),
}
PUBLIC: Final = frozenset(
    {
        "GET /.well-known/consent-receipt-keys.json",
        "GET /.well-known/jwks.json",
        "GET /credentials/achievements/{key:str}",
        "GET /credentials/issuer",
        "GET /credentials/keys/{kid:str}",
        "GET /credentials/status/{number:int}",
        "GET /health/live",
        "GET /health/ready",
        "GET /schema",
        "GET /schema/openapi.json",
        "GET /schema/{path:str}",
        "POST /v1/credentials/verify",
        "POST /v1/registrations",
        "POST /v1/registrations/confirm",
        "GET /v1/consent/confirmations/{token:str}",
        "POST /v1/consent/confirmations/{token:str}",
        "POST /v1/sessions",
        "POST /v1/invitations/accept",
        "POST /v1/password-resets",
        "POST /v1/password-resets/complete",
        "POST /v1/sessions/refresh",
    }
)
"""Routes that nobody needs to sign in for; what they do is tested where they belong."""
