"""Who comes too late for a budget, found out for everybody although each person is folded alone.

Budgets are first come, first served by the time of what was done, over all people. What is left of one only ever
shrinks. So the first award (by time) that a budget can't pay settles a ``Cut``: from that moment on the rule pays no
award of more units than were left. That is certain, for everything before that moment is; what else then changes for
whom the cut concerns is found by folding these people again, and so on until no award is too much.

A campaign's budget is one more, which all its rules share; an award that asks for two is paid by both or not at all.
The number of rounds is that of the cuts: one for each budget that runs out, more where what it pays differs.
"""

import struct
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from engagement.values import Activity
from gamification.rules.earnings import STANDARD, Award, AwardKey, Folded, Intervention
from gamification.rules.folding import EMPTY, Step, fold
from gamification.rules.grammar import CommunityQuest, Quest, RuleSet
from gamification.rules.parts import parts_of
from gamification.vocabulary import AwardKind

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RECORD: Final = struct.Struct(">q16sHHQ")
_MICROSECOND: Final = timedelta(microseconds=1)
_BEFORE_THE_EPOCH: Final = 1 << 62
"""Added to every time, so that the order of the bytes is that of the times."""

Moment: TypeAlias = tuple[int, int, int]
"""Microseconds since 1970, the activity's id as a number, and the place among its awards: the order of all awards."""

PAYING: Final = frozenset({AwardKind.POINTS, AwardKind.BADGE, AwardKind.QUEST, AwardKind.COMMUNITY})
CONTRIBUTIONS: Final = frozenset({AwardKind.CONTRIBUTION})

CAMPAIGN: Final = "campaign:"
"""Before the key of a campaign, among keys of rules, which have no colon."""

NOTHING_ASKED: Final[dict[str, int]] = {}


class Budget(msgspec.Struct, frozen=True):
    """A budget, by the key of its rule or campaign; the fewest units that an award can take, and whose awards do.

    ``kinds`` are the kinds of these awards: the target of a community quest is a budget that contributions alone take
    from, while its bonus is paid by the campaign's.
    """

    key: str
    units: int
    least: int
    rules: frozenset[str]
    kinds: frozenset[AwardKind] = PAYING


class Cut(msgspec.Struct, frozen=True):
    """From ``moment`` on the budget of number ``budget`` pays no award of more than ``left`` units."""

    budget: int
    moment: Moment
    left: int


def asked_by(award: Award) -> dict[str, int]:
    """Return what an award takes from budgets: its points or one earner from its rule's, its points from a campaign's.

    Whether the campaign has a budget is not known here.
    """
    if award.terms is STANDARD:
        return NOTHING_ASKED
    asked = {award.key.rule: award.units} if award.terms.budget is not None else {}
    if award.terms.campaign is not None and award.points:
        asked[CAMPAIGN + award.terms.campaign] = award.points
    return asked


def budgets_of(ruleset: RuleSet, allowances: Mapping[str, int] = MappingProxyType({})) -> tuple[Budget, ...]:
    """Return every budget of a rule set; ``allowances`` are those of campaigns, by their keys."""
    found = []
    sizes = _sizes(ruleset)
    for parts, campaign in parts_of(ruleset):
        found += [
            Budget(rule.key, rule.budget, min(sizes[rule.key]), frozenset({rule.key}))
            for rule in parts.points
            if rule.budget is not None
        ]
        found += [
            Budget(badge.key, badge.most_earners, 1, frozenset({badge.key}))
            for badge in parts.badges
            if badge.most_earners is not None
        ]
        found += [
            Budget(goal.key, goal.target, 1, frozenset({goal.key}), CONTRIBUTIONS) for goal in parts.community_quests
        ]
        quests: tuple[Quest | CommunityQuest, ...] = (*parts.quests, *parts.community_quests)
        paying = {rule.key for rule in parts.points} | {quest.key for quest in quests if quest.points}
        if campaign is not None and campaign.key in allowances and paying:
            least = min(min(sizes[key]) for key in paying)
            found.append(Budget(CAMPAIGN + campaign.key, allowances[campaign.key], least, frozenset(paying)))
    return tuple(found)


def _sizes(ruleset: RuleSet) -> dict[str, set[int]]:
    """Return what one award of each rule and quest can pay, whichever multiplier is open."""
    every = parts_of(ruleset)
    sizes = {quest.key: {quest.points} for parts, _ in every for quest in parts.quests}
    sizes |= {goal.key: {goal.points} for parts, _ in every for goal in parts.community_quests}
    for parts, _ in every:
        for rule in parts.points:
            percents = [
                each.percent
                for home, _ in every
                for each in home.multipliers
                if (home is parts if each.rules is None else rule.key in each.rules)
            ]
            sizes[rule.key] = {rule.points, *(rule.points * percent // 100 for percent in percents)} - {0}
    return sizes


class Refused:
    """The awards that cuts have refused one person: single ones, and of a rule that ran out all but those it paid."""

    def __init__(self) -> None:
        """Begin with none."""
        self.single: set[AwardKey] = set()
        self.paid: dict[str, set[AwardKey]] = {}

    def __contains__(self, key: object) -> bool:
        """Tell whether an award is refused."""
        if key in self.single:
            return True
        paid = self.paid.get(key.rule) if isinstance(key, AwardKey) else None
        return paid is not None and key not in paid


def settled(
    steps: Sequence[Step],
    by_id: Mapping[UUID, Activity],
    budgets: Sequence[Budget],
    cuts: Sequence[Cut],
    interventions: Sequence[Intervention] = (),
    reached: Container[str] = (),
) -> Folded:
    """Fold one person from the start under ``cuts``, which MUST come in the order in which they were found.

    ``reached`` are the community quests whose target everybody together has reached.
    """
    refused = Refused()
    folded = fold(EMPTY, steps, interventions=interventions, reached=reached, noting=True)
    for cut in cuts:
        budget = budgets[cut.budget]
        while True:
            theirs = [each for each in _placed(by_id, folded.awards) if each[1].key.rule in budget.rules]
            late = [award for at, award in theirs if at >= cut.moment and asked_by(award).get(budget.key, 0) > cut.left]
            if not late:
                break
            if cut.left < budget.least:
                for rule in budget.rules:
                    refused.paid[rule] = {
                        each.key
                        for at, each in theirs
                        if each.key.rule == rule and (at < cut.moment or budget.key not in asked_by(each))
                    }
            else:
                refused.single.add(late[0].key)
            folded = fold(EMPTY, steps, denied=refused, interventions=interventions, reached=reached, noting=True)
    return folded


def _placed(by_id: Mapping[UUID, Activity], awards: Iterable[Award]) -> Iterator[tuple[Moment, Award]]:
    """Yield one person's awards, which come in order, with their moments."""
    activity, place = None, 0
    for award in awards:
        place = place + 1 if award.activity == activity else 0
        activity = award.activity
        yield ((by_id[activity].occurred_at - _EPOCH) // _MICROSECOND, activity.int, place), award


class Demand:
    """What people ask of budgets, day by day: in sum, and award by award as fixed-size records.

    An award takes 36 bytes for each budget, so that those of ten million activities fit into memory.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.sums: dict[date, Counter[int]] = {}
        self.records: dict[date, bytearray] = {}

    def add(self, by_id: Mapping[UUID, Activity], awards: Iterable[Award], numbers: Mapping[str, int]) -> bool:
        """Note those of one person's awards that have a budget, by its number; return whether there are any."""
        found = False
        for (micros, _, place), award in _placed(by_id, awards):
            for name, units in asked_by(award).items():
                number = numbers.get(name)
                if number is None:
                    continue  # a campaign without a budget
                found = True
                day = by_id[award.activity].occurred_at.astimezone(UTC).date()
                self.sums.setdefault(day, Counter())[number] += units
                record = _RECORD.pack(micros + _BEFORE_THE_EPOCH, award.activity.bytes, place, number, units)
                self.records.setdefault(day, bytearray()).extend(record)
        return found

    def reached(self, budgets: Sequence[Budget]) -> frozenset[str]:
        """Return the community quests that as many contributions were made to as they need, if nothing was cut."""
        asked: Counter[int] = Counter()
        for sums in self.sums.values():
            asked.update(sums)
        return frozenset(
            budget.key
            for number, budget in enumerate(budgets)
            if budget.kinds == CONTRIBUTIONS and asked[number] >= budget.units
        )

    def merge(self, other: "Demand") -> None:
        """Add what ``other`` noted."""
        for day, sums in other.sums.items():
            self.sums.setdefault(day, Counter()).update(sums)
        for day, records in other.records.items():
            self.records.setdefault(day, bytearray()).extend(records)

    def first_cut(self, budgets: Sequence[Budget]) -> Cut | None:
        """Return where the first award stands that its budget can't pay, in order of time; None if all can be paid."""
        left = {number: budget.units for number, budget in enumerate(budgets)}
        for day in sorted(self.sums):
            sums = self.sums[day]
            if all(units <= left[number] for number, units in sums.items()):
                for number, units in sums.items():
                    left[number] -= units
                continue
            for at, identity, place, number, units in _in_order(self.records[day]):
                if units > left[number]:
                    return Cut(number, (at - _BEFORE_THE_EPOCH, int.from_bytes(identity), place), left[number])
                left[number] -= units
        return None


def _in_order(records: bytearray) -> Iterable[tuple[int, bytes, int, int, int]]:
    size = _RECORD.size
    whole = bytes(records)
    for record in sorted(whole[first : first + size] for first in range(0, len(whole), size)):
        yield _RECORD.unpack(record)
