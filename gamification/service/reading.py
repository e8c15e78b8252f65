"""Showing people what they earned, and why."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import people
from gamification.rules import EMPTY, RuleSet, current_length, level_after, level_of
from gamification.rules.grandfathering import judged_by
from gamification.rules.lots import balance
from gamification.rules.opportunities import Together
from gamification.rules.opportunities import opportunities as opportunities_of
from gamification.rules.parts import badges as rules_badges
from gamification.rules.parts import community_quests, points_rules
from gamification.rules.parts import streaks as rules_streaks
from gamification.rules.rationing import CAMPAIGN
from gamification.rules.standing import Here, freezes_of
from gamification.service.levels import as_of_now
from gamification.service.publishing import current_rules, required, rules_for, rules_of
from gamification.service.recipients import refusals
from gamification.store import awards as award_store
from gamification.store import budgets, goals, standings
from gamification.store import campaigns as campaign_store
from gamification.store.lots import holdings
from gamification.values import (
    AwardView,
    BadgeLine,
    EntryView,
    LevelView,
    Opportunity,
    PointsView,
    StreakLine,
)
from gamification.vocabulary import RECOGNITION, Action
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork
from people import Bearings
from people.vocabulary import PersonId


async def points(uow: UnitOfWork, person: PersonId) -> PointsView:
    """Return a person's lifetime recognition points and level, and what there is of each currency."""
    reached = await standings.points(uow, person)
    ruleset = await rules_of(uow, required(reached.version))
    here = level_of(ruleset, reached.level)
    following = level_after(ruleset, here.level)
    uow.record(Action.POINTS_READ, subject=person)
    return PointsView(
        currency=RECOGNITION,
        points=reached.points,
        active=reached.active,
        level=LevelView(here.level, here.name, here.at),
        next_level=LevelView(following.level, following.name, following.at) if following else None,
        balances=[
            balance(currency, holding.lifetime, holding.purse, uow.now)
            for currency, holding in holdings(reached.points, reached.held).items()
        ],
    )


async def entries(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> Page[EntryView]:
    """Return a person's ledger, newest first."""
    found = page(await award_store.entries(uow, person, before, limit + 1), limit)
    uow.record(Action.ENTRIES_READ, subject=person, count=len(found.items))
    return found


async def badges(uow: UnitOfWork, person: PersonId) -> list[BadgeLine]:
    """Return the badges that a person holds and that have not expired, in the order they were earned."""
    lines = [await _badge_line(uow, award) for award in await award_store.badges(uow, person)]
    held = [line for line in lines if line.expires_at is None or line.expires_at > uow.now]
    uow.record(Action.BADGES_READ, subject=person, count=len(held))
    return held


async def streaks(uow: UnitOfWork, person: PersonId) -> list[StreakLine]:
    """Return every streak there is, as it stands today where the person is."""
    state = (await standings.states(uow, [person])).get(person, EMPTY)
    every = rules_streaks(judged_by((await current_rules(uow))[1], state.begun))
    today = uow.now.astimezone(ZoneInfo(await _zone(uow, person))).date()
    uow.record(Action.STREAKS_READ, subject=person, count=len(every))
    lines = []
    for streak in every:
        kept = state.streaks.get(streak.key)
        current = current_length(kept, streak, today) if kept else 0
        longest = kept.longest if kept else 0
        held = freezes_of(kept, streak) if kept else 0
        lines.append(StreakLine(streak.key, streak.name, streak.every.value, current, longest, held))
    return lines


async def opportunities(uow: UnitOfWork, person: PersonId) -> list[Opportunity]:
    """Return what a person can earn now, and if not, why not and when; campaigns only while they are to be shown."""
    uow.record(Action.OPPORTUNITIES_READ, subject=person)
    bearings = (await people.bearings(uow, [person]))[person]
    hidden = await campaign_store.hidden(uow)
    return [line for line in await opportunities_of_person(uow, person, bearings) if line.campaign not in hidden]


async def opportunities_of_person(
    uow: UnitOfWork, person: PersonId, bearings: Bearings, *, hidden: bool = False
) -> list[Opportunity]:
    """Return the same for a person whose bearings are known, with ``hidden`` badges too; records nothing."""
    _, ruleset = await current_rules(uow)
    state = await as_of_now(uow, (await standings.states(uow, [person])).get(person, EMPTY))
    today = uow.now.astimezone(ZoneInfo(bearings.zone)).date()
    paid, revoked = await award_store.paid_once(uow, person), await award_store.revoked(uow, person)
    codes = {each.code for each in await refusals(uow, person, bearings)}
    here = Here(uow.now, today, bearings.zone, bearings.market, bearings.profession, tuple(sorted(codes)))
    judged = judged_by(ruleset, state.begun)
    return opportunities_of(judged, state, here, paid, await _together(uow, judged), revoked, hidden=hidden)


async def _together(uow: UnitOfWork, ruleset: RuleSet) -> Together:
    sizes = {rule.key: rule.budget for rule in points_rules(ruleset) if rule.budget is not None}
    sizes |= {badge.key: badge.most_earners for badge in rules_badges(ruleset) if badge.most_earners is not None}
    shared = [goal.key for goal in community_quests(ruleset)]
    used = await budgets.used(uow, [*sizes, *shared]) if sizes or shared else {}
    left = {key: size - used.get(key, 0) for key, size in sizes.items()}
    running = [part.key for part in ruleset.campaigns]
    theirs = await campaign_store.rest(uow, running) if running else {}
    left |= {CAMPAIGN + key: units for key, units in theirs.items()}
    return Together(used, await goals.reached(uow) if shared else frozenset(), left)


async def _badge_line(uow: UnitOfWork, award: AwardView) -> BadgeLine:
    ruleset = await rules_for(uow, award.rules_version, award.person)
    badge = next(each for each in rules_badges(ruleset) if each.key == award.rule)
    return BadgeLine(
        key=badge.key,
        name=badge.name,
        description=badge.description,
        award=award.id,
        earned_at=award.occurred_at,
        awarded_at=award.awarded_at,
        expires_at=award.occurred_at + timedelta(days=badge.expires_after_days) if badge.expires_after_days else None,
        family=badge.family,
        level=badge.level,
    )


async def _zone(uow: UnitOfWork, person: PersonId) -> str:
    return (await people.bearings(uow, [person]))[person].zone
