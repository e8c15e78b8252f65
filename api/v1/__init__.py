"""Version 1 of the API: one file per room, nothing but declarations and translations."""

from litestar.types import ControllerRouterHandler

from api.v1 import (
    activities,
    audit,
    badges,
    boards,
    campaigns,
    confirmations,
    consents,
    content,
    deliveries,
    gamification,
    hcps,
    journeys,
    me,
    notices,
    own_sessions,
    policies,
    profiles,
    rewards,
    sessions,
    transfers,
)

ROUTES: list[ControllerRouterHandler] = [
    *activities.ROUTES,
    *audit.ROUTES,
    *badges.ROUTES,
    *boards.ROUTES,
    *campaigns.ROUTES,
    *confirmations.ROUTES,
    *consents.ROUTES,
    *content.ROUTES,
    *deliveries.ROUTES,
    *gamification.ROUTES,
    *hcps.ROUTES,
    *journeys.ROUTES,
    *me.ROUTES,
    *notices.ROUTES,
    *own_sessions.ROUTES,
    *policies.ROUTES,
    *profiles.ROUTES,
    *rewards.ROUTES,
    *sessions.ROUTES,
    *transfers.ROUTES,
]
