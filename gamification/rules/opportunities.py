"""What a person can earn now, and if not, why not and when again: the first machine reason that applies."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from engagement.vocabulary import Profession
from gamification.rules.barring import lanes_of, reasons
from gamification.rules.earnings import State
from gamification.rules.grammar import Badge, CampaignPart, Cap, CommunityQuest, PointsRule, Quest, RuleSet
from gamification.rules.needs import Needs
from gamification.rules.parts import parts_of, streaks
from gamification.rules.periods import POSITIONS, days_between, periods_of
from gamification.rules.progress import Progress
from gamification.rules.questing import stages_done
from gamification.rules.standing import current_length
from gamification.rules.watching import conditions_of
from gamification.rules.words import CapUnit, Once, Period
from gamification.vocabulary import WhyNot

MONDAYS = 7
MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """Something to earn. ``again_at`` (UTC) is when it can be earned again, where that is known.

    ``progress`` towards ``needed`` is of the condition that is furthest from being met. ``refusals`` are the codes of
    the policy pack of the person's country, where it forbids the award.
    """

    key: str
    name: str
    kind: str
    points: int
    can_earn: bool
    campaign: str | None = None
    reason: WhyNot | None = None
    again_at: datetime | None = None
    progress: int | None = None
    needed: int | None = None
    refusals: tuple[str, ...] = ()


class Here(msgspec.Struct, frozen=True):
    """Where and when somebody asks: the instant (UTC), the person's date, time zone and market; and the profession.

    ``refusals`` are the codes for which the person may be given nothing with a value although the country allows it.
    """

    now: datetime
    today: date
    zone: str
    market: str
    profession: Profession | None = None
    refusals: tuple[str, ...] = ()


TENTHS = 10
"""The steps in which everybody's progress is shown, and the fewest contributions at which any of it is.

With every single contribution shown, whoever knows that a colleague has just done something could see it counted.
"""


class Verdict(msgspec.Struct, frozen=True):
    """Why something can't be earned now, and when it can again; both None where it can."""

    reason: WhyNot | None = None
    again_at: datetime | None = None
    progress: int | None = None
    needed: int | None = None
    refusals: tuple[str, ...] = ()


class Together(msgspec.Struct, frozen=True):
    """What everybody has done for community quests: contributions by key, and which were reached."""

    counted: Mapping[str, int] = {}
    reached: frozenset[str] = frozenset()


ALONE = Together()


def opportunities(
    ruleset: RuleSet, state: State, here: Here, paid: frozenset[tuple[str, str]], together: Together = ALONE
) -> list[Opportunity]:
    """Return one line per points rule, badge and quest that the person may see.

    ``paid`` are rule and period of what is paid once per person and was paid. A hidden badge is shown to its holders.
    """
    found = []
    for parts, campaign in parts_of(ruleset):
        shut = _shut(campaign, here)
        lines: list[tuple[PointsRule | Badge | Quest | CommunityQuest, str, int, Verdict]] = [
            (rule, "points", rule.points, _barred(ruleset, rule, campaign, here) or _of_rule(rule, state, here, paid))
            for rule in parts.points
        ]
        lines += [
            (badge, "badge", 0, _of_badge(ruleset, badge, state, here))
            for badge in parts.badges
            if badge.key in state.badges or not badge.hidden
        ]
        lines += [(quest, "quest", quest.points, _of_quest(quest, state, here)) for quest in parts.quests]
        lines += [
            (goal, "community_quest", goal.points, _of_goal(goal, state, together)) for goal in parts.community_quests
        ]
        for part, kind, points, verdict in lines:
            said = verdict if verdict.reason is WhyNot.HELD or shut is None else shut
            found.append(
                Opportunity(
                    key=part.key,
                    name=part.name,
                    kind=kind,
                    points=points,
                    can_earn=said.reason is None,
                    campaign=campaign.key if campaign else None,
                    reason=said.reason,
                    again_at=said.again_at,
                    progress=said.progress,
                    needed=said.needed,
                    refusals=said.refusals,
                )
            )
    return found


def next_period(per: Period, today: date, zone: str) -> datetime | None:
    """Return when the next period begins (UTC); None for ``ever``, which has no next one."""
    if per is Period.EVER:
        return None
    begins = today + timedelta(days=1)
    if per is Period.WEEK:
        begins = today + timedelta(days=MONDAYS - today.weekday())
    if per in MONTHS:
        last = today.month - (today.month - 1) % MONTHS[per] + MONTHS[per] - 1
        begins = (today.replace(month=last, day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(begins, time.min, ZoneInfo(zone)).astimezone(UTC)


def _shut(campaign: CampaignPart | None, here: Here) -> Verdict | None:
    """Return why nothing of a campaign can be earned, or None."""
    if campaign is None:
        return None
    if campaign.markets is not None and here.market not in campaign.markets:
        return Verdict(WhyNot.OTHER_MARKET)
    if campaign.professions is not None and here.profession not in campaign.professions:
        return Verdict(WhyNot.OTHER_PROFESSION)
    if campaign.opens is not None and here.now < campaign.opens:
        return Verdict(WhyNot.NOT_OPEN_YET, campaign.opens)
    if campaign.closes is not None and here.now >= campaign.closes:
        return Verdict(WhyNot.CLOSED)
    return None


def _barred(ruleset: RuleSet, rule: PointsRule, campaign: CampaignPart | None, here: Here) -> Verdict | None:
    """Return why a rule pays nothing where the person is, whatever the lane of the content; None where it may."""
    eligible = not here.refusals
    lanes = lanes_of(rule, campaign)
    found = [reasons(ruleset, rule.key, lane, here.market, eligible=eligible) for lane in lanes]
    if not found or not all(found):
        return None
    always = {code for lane in lanes for code in reasons(ruleset, rule.key, lane, here.market, eligible=True)}
    return Verdict(WhyNot.REFUSED_BY_POLICY, refusals=tuple(sorted(always | set(here.refusals))))


def _of_rule(rule: PointsRule, state: State, here: Here, paid: frozenset[tuple[str, str]]) -> Verdict:
    reached = [cap for cap in rule.caps if not _room(rule, cap, state, here)]
    if reached:
        moments = [next_period(cap.per, here.today, here.zone) for cap in reached]
        again = None if None in moments else max(moment for moment in moments if moment is not None)
        used = max(_used(rule.key, cap, state, here) for cap in reached)
        return Verdict(WhyNot.CAP_REACHED, again, used, max(cap.limit for cap in reached))
    period = periods_of(max(here.today, state.last_date or here.today))[POSITIONS[rule.recurs]]
    if rule.once_per is Once.PERSON and (rule.key, period) in paid:
        return Verdict(WhyNot.PAID_ALREADY, next_period(rule.recurs, here.today, here.zone))
    return _missing(rule.key, rule.needs, state, here, lasting=False) or Verdict()


def _room(rule: PointsRule, cap: Cap, state: State, here: Here) -> bool:
    return _used(rule.key, cap, state, here) + (rule.points if cap.of is CapUnit.POINTS else 1) <= cap.limit


def _used(rule: str, cap: Cap, state: State, here: Here) -> int:
    counter = state.caps.get(f"{rule}:{cap.per}" + (":points" if cap.of is CapUnit.POINTS else ""))
    current = periods_of(max(here.today, state.last_date or here.today))[POSITIONS[cap.per]]
    return counter.count if counter is not None and counter.period == current else 0


def _missing(owner: str, needs: Needs | None, state: State, here: Here, *, lasting: bool) -> Verdict | None:
    """Return how far the person is in the group of conditions that is furthest from being met; None if none is open."""
    person = Progress(state, frozenset(), frozenset())
    person.move_to(here.today)
    open_groups = [
        [(min(condition.reached(person), condition.needed), condition.needed) for condition in group]
        for group in conditions_of(owner, needs, None, lasting=lasting)
        if not any(condition.met(person) for condition in group)
    ]
    if not open_groups:
        return None
    nearest = [max(group, key=_share) for group in open_groups]
    reached, needed = min(nearest, key=_share)
    return Verdict(WhyNot.NEEDS_MISSING, None, int(reached), int(needed))


def _share(pair: tuple[float, float]) -> float:
    return pair[0] / pair[1] if pair[1] else 1.0


def _of_badge(ruleset: RuleSet, badge: Badge, state: State, here: Here) -> Verdict:
    progress, needed = _towards(ruleset, badge, state, here)
    if badge.key in state.badges:
        return Verdict(WhyNot.HELD, None, needed, needed)
    if badge.key in state.denied:
        return Verdict(WhyNot.BUDGET_USED_UP, None, needed, needed)
    if badge.locked:
        return Verdict(WhyNot.LOCKED, None, progress, needed)
    if badge.closes_at is not None and here.now >= badge.closes_at:
        return Verdict(WhyNot.CLOSED, None, progress, needed)
    return Verdict(None, None, min(progress, needed), needed)


def _towards(ruleset: RuleSet, badge: Badge, state: State, here: Here) -> tuple[int, int]:
    if badge.needs is not None:
        missing = _missing(badge.key, badge.needs, state, here, lasting=True)
        return (missing.progress or 0, missing.needed or 1) if missing else (1, 1)
    if badge.streak is not None:
        key, length = badge.streak.key, badge.streak.length
        streak = next((each for each in streaks(ruleset) if each.key == key), None)
        kept = state.streaks.get(key)
        return (current_length(kept, streak, here.today) if kept and streak else 0, length)
    threshold = badge.threshold
    if threshold is None:
        return 0, 1
    if threshold.points is not None:
        return state.points, threshold.points
    if threshold.awards_of is not None:
        return state.awards.get(threshold.awards_of, 0), threshold.at_least or 1
    return state.matches.get(badge.key, 0), threshold.at_least or 1


def _of_quest(quest: Quest, state: State, here: Here) -> Verdict:
    steps = len(quest.steps)
    if quest.key in state.quests_done:
        return Verdict(WhyNot.HELD, None, steps, steps)
    under_way = next((kept for name, kept in state.quests.items() if name.startswith(f"{quest.key}/")), None)
    if under_way is None or len(under_way.done) != steps:
        return Verdict(None, None, 0, steps)
    if quest.within_days is not None and days_between(under_way.began, here.today) > quest.within_days:
        return Verdict(None, None, 0, steps)
    return Verdict(None, None, stages_done([step.at_least for step in quest.steps], under_way), steps)


def _of_goal(goal: CommunityQuest, state: State, together: Together) -> Verdict:
    """Return how far everybody is, in tenths of the target: it must not show who has just contributed."""
    mine, count = state.matches.get(goal.key, 0), together.counted.get(goal.key, 0)
    if goal.key in together.reached:
        return Verdict(WhyNot.HELD if mine else WhyNot.CLOSED, None, TENTHS, TENTHS)
    progress = min(count * TENTHS // goal.target, TENTHS - 1) if count >= TENTHS else 0
    full = goal.most_each is not None and mine >= goal.most_each
    return Verdict(WhyNot.CAP_REACHED if full else None, None, progress, TENTHS)
