"""Whether somebody in accredited education may be shown, and how far promotion keeps from it (C13, C14)."""

from collections.abc import Iterator
from datetime import date

from content.vocabulary import ContentClass
from gamification.rules.policy.choosing import Packs, pack_for
from gamification.rules.policy.facts import Sessions
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, exceeded, refusal
from gamification.rules.policy.vocabulary import Reason

NOT_SHARED = "people in accredited education are not shown without their consent"


def sharing_refusals(lane: ContentClass, *, agreed: bool) -> Iterator[Refusal]:
    """Yield why somebody is not shown on a board of ``lane``; ``agreed``: to being seen in accredited education."""
    if lane is ContentClass.ACCREDITED and not agreed:
        yield refusal(Reason.INDIVIDUALS_NOT_SHARED, "C14", NOT_SHARED)


def session_refusals(pack: Pack, sessions: Sessions) -> Iterator[Refusal]:
    """Yield why promotion may not be held so close to accredited education where ``pack`` holds."""
    if sessions.minutes_between < pack.silence.value:
        detail = (
            f"a live session of {sessions.other} education or promotion lies {sessions.minutes_between} minutes away;"
            f" {pack.silence.value} must lie between accredited education and promotion under {pack.stamp}"
        )
        yield exceeded(Reason.PROMOTION_TOO_NEAR, "C13", pack.silence, detail)


def least_cohort(packs: Packs, country: str | None, on: date) -> int:
    """Return how many people a board must have on a day if all of it are of ``country``; None: of any countries."""
    countries = packs.countries() if country is None else [country]
    return max((pack_for(packs, each, on).cohort.value for each in countries), default=0)


def longest_silence(packs: Packs, on: date) -> int:
    """Return the minutes that no country wants more of between accredited education and promotion on a day."""
    countries = [*packs.countries(), ""]
    return max(pack_for(packs, each, on).silence.value for each in countries)
