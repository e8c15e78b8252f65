"""Who comes too late for a budget, found out for everybody although each person is folded alone.

Budgets are first come, first served by the time of what was done, over all people. What is left of one only ever
shrinks. So the first award (by time) that a budget can't pay settles a ``Cut``: from that moment on the rule pays no
award of more units than were left. That is certain, for everything before that moment is; what else then changes for
whom the cut concerns is found by folding these people again, and so on until no award is too much.

The number of rounds is that of the cuts: one for each rule that runs out, more where a multiplier changes what it pays.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from engagement.values import Activity
from gamification.rules.earnings import Award, AwardKey, Folded
from gamification.rules.folding import EMPTY, Step, fold
from gamification.rules.grammar import RuleSet
from gamification.rules.parts import parts_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RECORD: Final = struct.Struct(">q16sHQ")
_MICROSECOND: Final = timedelta(microseconds=1)
_BEFORE_THE_EPOCH: Final = 1 << 62
"""Added to every time, so that the order of the bytes is that of the times."""

Moment: TypeAlias = tuple[int, int]
"""Microseconds since 1970 and the activity's id as a number: the order in which everybody's activities come."""


class Budget(msgspec.Struct, frozen=True):
    """A rule's budget, and the fewest units that one of its awards can take."""

    rule: str
    units: int
    least: int


class Cut(msgspec.Struct, frozen=True):
    """From ``moment`` on the rule of number ``budget`` pays no award of more than ``left`` units."""

    budget: int
    moment: Moment
    left: int


def budgets_of(ruleset: RuleSet) -> tuple[Budget, ...]:
    """Return every budget of a rule set."""
    found = []
    for parts, _ in parts_of(ruleset):
        for rule in parts.points:
            if rule.budget is not None:
                percents = [each.percent for each in parts.multipliers if each.rules is None or rule.key in each.rules]
                sizes = [rule.points, *(rule.points * percent // 100 for percent in percents)]
                found.append(Budget(rule.key, rule.budget, min(size for size in sizes if size)))
        found += [Budget(badge.key, badge.most_earners, 1) for badge in parts.badges if badge.most_earners is not None]
        found += [Budget(goal.key, goal.target, 1) for goal in parts.community_quests]
    return tuple(found)


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
    steps: Sequence[Step], by_id: Mapping[UUID, Activity], budgets: Sequence[Budget], cuts: Sequence[Cut]
) -> Folded:
    """Fold one person from the start under ``cuts``, which MUST come in the order in which they were found."""
    refused = Refused()
    folded = fold(EMPTY, steps, noting=True)
    for cut in cuts:
        budget = budgets[cut.budget]
        while True:
            theirs = [award for award in folded.awards if award.key.rule == budget.rule]
            late = [award for award in theirs if award.units > cut.left and _moment(by_id, award) >= cut.moment]
            if not late:
                break
            if cut.left < budget.least:
                refused.paid[budget.rule] = {each.key for each in theirs if _moment(by_id, each) < cut.moment}
            else:
                refused.single.add(late[0].key)
            folded = fold(EMPTY, steps, denied=refused, noting=True)
    return folded


def _moment(by_id: Mapping[UUID, Activity], award: Award) -> Moment:
    return (by_id[award.activity].occurred_at - _EPOCH) // _MICROSECOND, award.activity.int


class Demand:
    """What people ask of budgets, day by day: in sum, and award by award as fixed-size records.

    An award takes 34 bytes, so that those of ten million activities fit into memory.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.sums: dict[date, Counter[int]] = {}
        self.records: dict[date, bytearray] = {}

    def add(self, by_id: Mapping[UUID, Activity], awards: Iterable[Award], numbers: Mapping[str, int]) -> bool:
        """Note those of one person's awards that have a budget, by its number; return whether there are any."""
        found = False
        for award in awards:
            if award.terms.budget is None:
                continue
            found = True
            number, at = numbers[award.key.rule], by_id[award.activity].occurred_at
            day = at.astimezone(UTC).date()
            self.sums.setdefault(day, Counter())[number] += award.units
            micros, _ = _moment(by_id, award)
            record = _RECORD.pack(micros + _BEFORE_THE_EPOCH, award.activity.bytes, number, award.units)
            self.records.setdefault(day, bytearray()).extend(record)
        return found

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
            for at, identity, number, units in _in_order(self.records[day]):
                if units > left[number]:
                    return Cut(number, (at - _BEFORE_THE_EPOCH, int.from_bytes(identity)), left[number])
                left[number] -= units
        return None


def _in_order(records: bytearray) -> Iterable[tuple[int, bytes, int, int]]:
    size = _RECORD.size
    whole = bytes(records)
    for record in sorted(whole[first : first + size] for first in range(0, len(whole), size)):
        yield _RECORD.unpack(record)
