"""What a person can earn now, and if not, why not and when again: the first machine reason that applies."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from gamification.rules.barring import lanes_of, reasons
from gamification.rules.compiling import under_way_of
from gamification.rules.earnings import AwardKey, State
from gamification.rules.grammar import Badge, CampaignPart, Cap, CommunityQuest, PointsRule, Quest, RuleSet
from gamification.rules.needs import Needs
from gamification.rules.parts import parts_of, streaks
from gamification.rules.periods import POSITIONS, days_between, periods_of
from gamification.rules.questing import stages_done
from gamification.rules.rationing import CAMPAIGN
from gamification.rules.standing import Here, current_length
from gamification.rules.trying import Lack, Tried, lacking, would_pay
from gamification.rules.words import CapUnit, Once, Period
from gamification.vocabulary import WhyNot

Earnable: TypeAlias = PointsRule | Badge | Quest | CommunityQuest

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
    """What everybody has done: contributions to community quests by key, which were reached; what budgets have left.

    ``left`` has the units of each budget by the key of its rule or badge, and of a campaign's after ``campaign:``.
    """

    counted: Mapping[str, int] = {}
    reached: frozenset[str] = frozenset()
    left: Mapping[str, int] = {}


ALONE = Together()
USED_UP = Verdict(WhyNot.BUDGET_USED_UP)
HAD = frozenset({WhyNot.HELD, WhyNot.EXPIRED, WhyNot.REVOKED})
"""What is said of somebody who has earned it, whether the campaign of it is open or not."""


class _Asked(NamedTuple):
    """All that is known of the person and of everybody."""

    ruleset: RuleSet
    state: State
    here: Here
    awarded: frozenset[AwardKey]
    together: Together
    tried: Tried


def opportunities(
    ruleset: RuleSet,
    state: State,
    here: Here,
    paid: frozenset[tuple[str, str]],
    together: Together = ALONE,
    revoked: frozenset[str] = frozenset(),
    *,
    hidden: bool = False,
) -> list[Opportunity]:
    """Return one line per points rule, badge and quest that the person may see.

    ``paid`` are rule and period of what is paid once per person and was paid, ``revoked`` the badges that were taken
    back. A hidden badge is shown to its holders, and with ``hidden`` to whoever asks about it.
    """
    found = []
    asked = _Asked(ruleset, state, here, frozenset(AwardKey(rule, "", period) for rule, period in paid), together, {})
    for parts, campaign in parts_of(ruleset):
        shut = _shut(campaign, here)
        lines: list[tuple[Earnable, str, int, Verdict]] = [
            (rule, "points", rule.points, _of_rule(asked, rule, campaign)) for rule in parts.points
        ]
        lines += [
            (badge, "badge", 0, _of_badge(asked, badge, revoked=badge.key in revoked))
            for badge in parts.badges
            if hidden or badge.key in state.badges or not badge.hidden
        ]
        lines += [(quest, "quest", quest.points, _of_quest(quest, state, here)) for quest in parts.quests]
        lines += [
            (goal, "community_quest", goal.points, _of_goal(goal, state, together)) for goal in parts.community_quests
        ]
        for part, kind, points, verdict in lines:
            spent = campaign is not None and _spent(CAMPAIGN + campaign.key, points, together)
            said = verdict if verdict.reason in HAD else shut or (USED_UP if spent else verdict)
            found.append(_line(part, kind, points, campaign, said))
    return found


def _line(part: Earnable, kind: str, points: int, campaign: CampaignPart | None, said: Verdict) -> Opportunity:
    """Return a line; what a campaign closes before is not said to come again."""
    closes = campaign.closes if campaign else None
    over = said.again_at is not None and closes is not None and said.again_at >= closes
    return Opportunity(
        key=part.key,
        name=part.name,
        kind=kind,
        points=points,
        can_earn=said.reason is None,
        campaign=campaign.key if campaign else None,
        reason=said.reason,
        again_at=None if over else said.again_at,
        progress=said.progress,
        needed=said.needed,
        refusals=said.refusals,
    )


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


def _barred(asked: _Asked, rule: PointsRule, campaign: CampaignPart | None) -> Verdict:
    """Return why a rule pays nothing where the person is, whatever the lane of the content."""
    ruleset, here = asked.ruleset, asked.here
    lanes = lanes_of(rule, campaign)
    always = {code for lane in lanes for code in reasons(ruleset, rule.key, lane, here.market, eligible=True)}
    return Verdict(WhyNot.REFUSED_BY_POLICY, refusals=tuple(sorted(always | set(here.refusals))))


def _of_rule(asked: _Asked, rule: PointsRule, campaign: CampaignPart | None) -> Verdict:
    ruleset, state, here, awarded, together, tried = asked
    lanes, eligible = lanes_of(rule, campaign), not here.refusals
    lanes = tuple(lane for lane in lanes if not reasons(ruleset, rule.key, lane, here.market, eligible=eligible))
    if not lanes:
        return _barred(asked, rule, campaign)
    if _spent(rule.key, rule.points, together):
        return USED_UP
    day = _day(state, here)
    reached = [cap for cap in rule.caps if not _room(rule, cap, state, here)]
    if reached:
        moments = [next_period(cap.per, day, here.zone) for cap in reached]
        again = None if None in moments else max(moment for moment in moments if moment is not None)
        used = max(_used(rule.key, cap, state, here) for cap in reached)
        return Verdict(WhyNot.CAP_REACHED, again, used, max(cap.limit for cap in reached))
    period = periods_of(day)[POSITIONS[rule.recurs]]
    if rule.once_per is Once.PERSON and AwardKey(rule.key, "", period) in awarded:
        return Verdict(WhyNot.PAID_ALREADY, next_period(rule.recurs, day, here.zone))
    missing = _missing(rule.key, rule.needs, state, here, lasting=False) or Verdict()
    if missing.reason is not None and would_pay(ruleset, rule, lanes, state, here, awarded, tried):
        return msgspec.structs.replace(missing, reason=None)
    return missing


def _day(state: State, here: Here) -> date:
    """Return the date that counts: after a move to a zone where it is earlier, the one that was reached before."""
    return max(here.today, state.last_date or here.today)


def _spent(budget: str, units: int, together: Together) -> bool:
    return units > 0 and together.left.get(budget, units) < units


def _room(rule: PointsRule, cap: Cap, state: State, here: Here) -> bool:
    return _used(rule.key, cap, state, here) + (rule.points if cap.of is CapUnit.POINTS else 1) <= cap.limit


def _used(rule: str, cap: Cap, state: State, here: Here) -> int:
    counter = state.caps.get(f"{rule}:{cap.per}" + (":points" if cap.of is CapUnit.POINTS else ""))
    current = periods_of(_day(state, here))[POSITIONS[cap.per]]
    return counter.count if counter is not None and counter.period == current else 0


def _missing(owner: str, needs: Needs | None, state: State, here: Here, *, lasting: bool) -> Verdict | None:
    """Return how far the person is in the group of conditions that is furthest from being met; None if none is open."""
    open_groups = lacking(owner, needs, state, here, lasting=lasting)
    if not open_groups:
        return None
    nearest = [max(group, key=_share) for group in open_groups]
    furthest = min(nearest, key=_share)
    return Verdict(WhyNot.NEEDS_MISSING, None, int(furthest.reached), int(furthest.needed))


def _share(lack: Lack) -> float:
    return lack.reached / lack.needed if lack.needed else 1.0


def _of_badge(asked: _Asked, badge: Badge, *, revoked: bool) -> Verdict:
    ruleset, state, here, together = asked.ruleset, asked.state, asked.here, asked.together
    progress, needed = _towards(ruleset, badge, state, here)
    if badge.key in state.badges:
        ends = state.ending.get(badge.key)
        expired = WhyNot.EXPIRED if ends is not None and ends <= here.now else WhyNot.HELD
        return Verdict(WhyNot.REVOKED if revoked else expired, None, needed, needed)
    if badge.key in state.denied or _spent(badge.key, 1, together):
        return Verdict(WhyNot.BUDGET_USED_UP, None, min(progress, needed), needed)
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
    under_way = state.quests.get(under_way_of(quest))
    if under_way is None:
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
