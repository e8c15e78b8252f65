"""Showing people what they earned, and why."""

from collections.abc import Collection, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import content
import people
from content.vocabulary import ContentId
from gamification.errors import AwardNotFoundError
from gamification.rules import EMPTY, current_length, level_after
from gamification.rules.opportunities import opportunities as opportunities_of
from gamification.rules.parts import badges as rules_badges
from gamification.rules.parts import streaks as rules_streaks
from gamification.service.publishing import current_rules, required, rules_of
from gamification.store import awards as award_store
from gamification.store import rule_sets as rule_set_store
from gamification.store import standings
from gamification.values import (
    ApprovalView,
    AwardView,
    BadgeLine,
    EntryView,
    LevelView,
    Opportunity,
    PointsView,
    ProofView,
    StreakLine,
)
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def points(uow: UnitOfWork, person: PersonId) -> PointsView:
    """Return a person's balance of recognition points and level."""
    total, reached, version = await standings.points(uow, person)
    ruleset = await rules_of(uow, required(version))
    here = next((level for level in ruleset.levels if level.level == max(reached, 1)), ruleset.levels[0])
    following = level_after(ruleset, here.level)
    uow.record(Action.POINTS_READ, subject=person)
    return PointsView(
        currency="recognition",
        points=total,
        level=LevelView(here.level, here.name, here.at),
        next_level=LevelView(following.level, following.name, following.at) if following else None,
    )


async def entries(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> Sequence[EntryView]:
    """Return a person's ledger, newest first."""
    found = await award_store.entries(uow, person, before, limit)
    uow.record(Action.ENTRIES_READ, subject=person, count=len(found))
    return found


async def badges(uow: UnitOfWork, person: PersonId) -> list[BadgeLine]:
    """Return the badges that a person holds, in the order they were earned."""
    held = await award_store.badges(uow, person)
    uow.record(Action.BADGES_READ, subject=person, count=len(held))
    return [await _badge_line(uow, award) for award in held]


async def streaks(uow: UnitOfWork, person: PersonId) -> list[StreakLine]:
    """Return every streak there is, as it stands today where the person is."""
    every = rules_streaks((await current_rules(uow))[1])
    state = (await standings.states(uow, [person])).get(person, EMPTY)
    today = uow.now.astimezone(ZoneInfo(await _zone(uow, person))).date()
    uow.record(Action.STREAKS_READ, subject=person, count=len(every))
    lines = []
    for streak in every:
        kept = state.streaks.get(streak.key)
        current = current_length(kept, streak, today) if kept else 0
        longest = kept.longest if kept else 0
        lines.append(StreakLine(streak.key, streak.name, streak.every.value, current, longest))
    return lines


async def opportunities(uow: UnitOfWork, person: PersonId) -> list[Opportunity]:
    """Return what a person can earn now, and if not, why not and when."""
    _, ruleset = await current_rules(uow)
    state = (await standings.states(uow, [person])).get(person, EMPTY)
    zone = await _zone(uow, person)
    uow.record(Action.OPPORTUNITIES_READ, subject=person)
    return opportunities_of(ruleset, state, uow.now.astimezone(ZoneInfo(zone)).date(), zone)


async def proof(uow: UnitOfWork, award_id: UUID, person: PersonId | None, markets: Collection[str]) -> ProofView:
    """Return what an award rests on; ``person`` limits it to one's own, ``markets`` to people of these markets.

    Raises:
        AwardNotFoundError: there is none, or it is another person's.

    """
    award = await award_store.award(uow, award_id)
    where = (await people.bearings(uow, [award.person])).get(award.person) if award else None
    scoped = where is not None and ("*" in markets or where.market in markets)
    if award is None or not scoped or person not in {None, award.person}:
        message = "There is no such award."
        raise AwardNotFoundError(message)
    uow.record(Action.AWARD_PROOF_READ, subject=award.person, resource=f"award:{award.id}")
    published = await rule_set_store.published(uow, award.rules_version)
    return ProofView(
        award=award.id,
        rule=award.rule,
        kind=award.kind,
        state=award.state,
        points=award.points,
        subject=award.subject or None,
        period=award.period,
        activity=award.activity,
        occurred_at=award.occurred_at,
        awarded_at=award.awarded_at,
        rules_version=award.rules_version,
        rules_sha256=published.sha256.hex(),
        rules_published_at=published.published_at,
        policy="recognition-only",
        consent_event=award.consent,
        approval=await _approval(uow, award),
    )


async def _approval(uow: UnitOfWork, award: AwardView) -> ApprovalView | None:
    """Return who approved the item that the award is about, and when; a badge is about no single item."""
    if not award.subject:
        return None
    item = await content.staff_item(uow, ContentId(UUID(award.subject)), scope={"*"})
    return ApprovalView(item.id, item.state.value, item.approved_by, item.approved_at)


async def _badge_line(uow: UnitOfWork, award: AwardView) -> BadgeLine:
    ruleset = await rules_of(uow, award.rules_version)
    badge = next(each for each in rules_badges(ruleset) if each.key == award.rule)
    return BadgeLine(
        key=badge.key,
        name=badge.name,
        description=badge.description,
        award=award.id,
        earned_at=award.occurred_at,
        awarded_at=award.awarded_at,
    )


async def _zone(uow: UnitOfWork, person: PersonId) -> str:
    return (await people.bearings(uow, [person]))[person].zone
