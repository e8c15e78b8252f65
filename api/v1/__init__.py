"""Version 1 of the API: one file per room, nothing but declarations and translations."""

from litestar.types import ControllerRouterHandler

from api.v1 import (
    activities,
    audit,
    badges,
    boards,
    campaigns,
    consents,
    content,
    gamification,
    hcps,
    journeys,
    me,
    own_sessions,
    policies,
    privacy,
    privacy_desk,
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
    *consents.ROUTES,
    *content.ROUTES,
    *gamification.ROUTES,
    *hcps.ROUTES,
    *journeys.ROUTES,
    *me.ROUTES,
    *own_sessions.ROUTES,
    *policies.ROUTES,
    *privacy.ROUTES,
    *privacy_desk.ROUTES,
    *profiles.ROUTES,
    *rewards.ROUTES,
    *sessions.ROUTES,
    *transfers.ROUTES,
]
