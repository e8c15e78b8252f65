"""Scoring the past of a campaign silently: the same fold over each person's history, and no answer tells of it."""

from collections.abc import Sequence
from typing import Final

import engagement
from gamification.campaign_values import Backfill
from gamification.rules.barring import backfilled
from gamification.rules.grammar import CampaignPart
from gamification.service.agreeing import agreed_of
from gamification.service.awarding import award_again
from gamification.service.policing import law_of_today
from gamification.service.publishing import derive_version, rules_of
from gamification.store import backfills, rule_sets
from gamification.store import campaigns as store
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

CHUNK: Final = 100
"""People in one transaction: their locks hold up what they record meanwhile."""


async def backfill(uow: UnitOfWork) -> bool:
    """Score the past of some people for one campaign; return whether there may be more to do.

    Whoever has withdrawn gamification is left out, and so is what was recorded without it. Running it twice changes
    nothing: what is scored by the campaign already has a version that holds it.
    """
    job = await backfills.take(uow)
    part = await store.part(uow, job.campaign, job.revision) if job is not None else None
    if job is None or part is None:
        return False
    persons = await engagement.scored_people(uow, job.after, part.opens, part.closes, CHUNK)
    agreed, decisions = await agreed_of(uow, persons)
    replaced, unused = await _replaced(uow, job, part, agreed)
    if unused:
        return True  # the versions become durable first; the next call scores by them
    if await engagement.restamp(uow, agreed, part.opens, part.closes, replaced):
        await award_again(uow, agreed, decisions)
    for person in agreed:
        resource = f"campaign:{job.campaign}"
        uow.record(Action.CAMPAIGN_BACKFILLED, subject=person, resource=resource, revision=job.revision)
    await backfills.advance(uow, job, persons)
    return True


async def _replaced(
    uow: UnitOfWork, job: Backfill, part: CampaignPart, persons: Sequence[PersonId]
) -> tuple[dict[int, int], bool]:
    """Return which versions are to score by which others from now on, and whether any of those was made just now."""
    replaced: dict[int, int] = {}
    made = False
    law = await law_of_today(uow)
    for version in await engagement.versions(uow, persons, part.opens, part.closes) if persons else ():
        if await rule_sets.root(uow, version) >= job.version:
            continue  # recorded after the start
        programme = backfilled(await rules_of(uow, version), part, law)
        if programme is not None:
            replaced[version], new = await derive_version(uow, version, programme)
            made = made or new
    return replaced, made
