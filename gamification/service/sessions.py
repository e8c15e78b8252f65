"""Live sessions: promotion keeps away from accredited education (reference rule C13)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import content
from content import ContentItem, Session
from content.vocabulary import EVERYWHERE, ContentClass
from gamification.policy_errors import ContentRefusedByPolicyError
from gamification.policy_packs import packs_in_force
from gamification.rules.campaigns.policing import judges
from gamification.rules.policy import Packs, Sessions, longest_silence, pack_for, session_refusals
from kernel.unit_of_work import UnitOfWork
from people import Bearings

OPPOSED: Final = {
    ContentClass.ACCREDITED: ContentClass.PROMOTIONAL,
    ContentClass.PROMOTIONAL: ContentClass.ACCREDITED,
}
MINUTE: Final = timedelta(minutes=1)


async def refuse_near_promotion(uow: UnitOfWork, item: ContentItem, packs: Packs | None = None) -> None:
    """Let a live item be approved only if promotion and accredited education stay apart in each of its markets.

    Raises:
        ContentRefusedByPolicyError: they would not; the facts hold ``reason``.

    """
    if item.starts_at is None or item.content_class not in OPPOSED:
        return
    known, today = packs or packs_in_force(), uow.now.date()
    gap = longest_silence(known, today) * MINUTE
    ends_at = item.starts_at + timedelta(seconds=item.duration_seconds or 0)
    others = await content.live_sessions(
        uow, OPPOSED[item.content_class], item.markets, item.starts_at - gap, ends_at + gap, lock=True
    )
    for other in others:
        apart = max(other.starts_at - ends_at, item.starts_at - other.ends_at, timedelta(0))
        facts = Sessions(other=other.content_class, minutes_between=apart // MINUTE)
        for market in _shared(known, item.markets, other.markets):
            for refused in session_refusals(pack_for(known, market, today), facts):
                message = f"{refused.detail} ({refused.rule})."
                raise ContentRefusedByPolicyError(message, reason=refused.code, market=market)


async def within_accredited(uow: UnitOfWork, where: Bearings, packs: Packs | None = None) -> bool:
    """Tell whether a live session of accredited education is on where somebody is, or so near that promotion waits."""
    silence = silence_for(uow, where, packs)
    found: list[Session] = await content.live_sessions(
        uow, ContentClass.ACCREDITED, [where.market], uow.now - silence, uow.now + silence
    )
    return any(each.starts_at - silence < uow.now < each.ends_at + silence for each in found)


def silence_for(uow: UnitOfWork, where: Bearings, packs: Packs | None = None) -> timedelta:
    """Return how far promotion keeps from accredited education where somebody is, today."""
    return pack_for(packs or packs_in_force(), where.market, uow.now.date()).silence.value * MINUTE


def _shared(packs: Packs, some: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return the markets in which both are offered; for what is everywhere, every country that a pack is about."""
    here, there = set(some), set(others)
    if EVERYWHERE in here & there:
        return judges(packs)
    return sorted(there if EVERYWHERE in here else here if EVERYWHERE in there else here & there)
