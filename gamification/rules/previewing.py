"""What one person's fold contributes to a preview, and how contributions add up, in whatever order they come.

Merging is associative and commutative: sums of integers by key. So people can be folded by any number of workers, in
pieces of any size, and the preview is the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from typing import NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from engagement.values import Activity
from gamification.rules.barring import by_rule_and_lane, holds
from gamification.rules.conditions import Sort, reaches, sort_of, touches
from gamification.rules.earnings import Award, Folded
from gamification.rules.grammar import CampaignPart, RuleSet
from gamification.rules.grandfathering import selectors_of
from gamification.rules.parts import parts_of, paying_rules, selectors
from gamification.vocabulary import AwardKind, Blocked

Key = TypeVar("Key")


class Cell(NamedTuple):
    """How many people are behind a number, how many awards, and how many units (points, or earners of a badge)."""

    people: int = 0
    awards: int = 0
    units: int = 0


class Tally(msgspec.Struct):
    """What a programme gives some people.

    ``points`` counts people by the recognition points they earn, ``levels`` by the level they reach. ``days`` are by
    rule and UTC date, ``countries`` by country and currency, both without contributions, which give nothing; ``held``
    by rule and by what held the awards back. ``blocked`` counts people by reason, each once per reason, whatever else
    they earn.
    """

    people: int = 0
    activities: int = 0
    earners: int = 0
    points: Counter[int] = msgspec.field(default_factory=Counter)
    levels: Counter[int] = msgspec.field(default_factory=Counter)
    blocked: Counter[Blocked] = msgspec.field(default_factory=Counter)
    rules: dict[tuple[str, AwardKind], Cell] = {}
    days: dict[tuple[str, date], Cell] = {}
    countries: dict[tuple[str, str], Cell] = {}
    held: dict[tuple[str, Blocked], Cell] = {}

    def merge(self, other: "Tally") -> None:
        """Add what ``other`` counted; ``other`` stays as it is."""
        self.people += other.people
        self.activities += other.activities
        self.earners += other.earners
        self.points.update(other.points)
        self.levels.update(other.levels)
        self.blocked.update(other.blocked)
        _merge(self.rules, other.rules)
        _merge(self.days, other.days)
        _merge(self.countries, other.countries)
        _merge(self.held, other.held)

    def add(self, by_id: Mapping[UUID, Activity], folded: Folded, out_of_reach: Iterable[Blocked] = ()) -> None:
        """Count one person: what they did, what came of it, and what no rule of a campaign could reach."""
        self.people += 1
        self.activities += len(by_id)
        self.earners += bool(folded.awards)
        self.points[folded.state.points] += 1
        self.levels[folded.state.level] += 1
        _add(self.rules, ((award.key.rule, award.kind) for award in folded.awards), folded.awards)
        given = [award for award in folded.awards if award.kind is not AwardKind.CONTRIBUTION]
        _add(self.days, ((award.key.rule, _day(by_id, award)) for award in given), given)
        paid = [award for award in given if award.kind is not AwardKind.BADGE]
        _add(self.countries, ((by_id[award.activity].market, award.terms.currency) for award in paid), paid)
        held = Counter((key.rule, reason) for key, reason in folded.held.items())
        for name, count in held.items():
            cell = self.held.get(name, _EMPTY)
            self.held[name] = Cell(cell.people + 1, cell.awards + count, 0)
        self.blocked.update({*out_of_reach, *(reason for _, reason in held)})


_EMPTY = Cell()


def _add(cells: dict[Key, Cell], names: Iterable[Key], awards: Iterable[Award]) -> None:
    """Count one person's awards, each under its name; the person counts once under each."""
    found: dict[Key, list[int]] = {}
    for name, award in zip(names, awards, strict=True):
        cell = found.get(name)
        if cell is None:
            found[name] = [1, award.units]
        else:
            cell[0] += 1
            cell[1] += award.units
    for name, (count, units) in found.items():
        before = cells.get(name, _EMPTY)
        cells[name] = Cell(before.people + 1, before.awards + count, before.units + units)


def _merge(cells: dict[Key, Cell], others: Mapping[Key, Cell]) -> None:
    for name, other in others.items():
        before = cells.get(name)
        cells[name] = other if before is None else Cell(*map(sum, zip(before, other, strict=True)))


def _day(by_id: Mapping[UUID, Activity], award: Award) -> date:
    return by_id[award.activity].occurred_at.astimezone(UTC).date()


Window: TypeAlias = tuple[datetime | None, datetime | None]


class Reach:
    """Tells what campaigns and policy packs leave out of what somebody does, though a rule asks for it."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Take the campaigns and the bars of ``ruleset``."""
        self._ruleset = ruleset
        self._asked = [(campaign, list(selectors_of(campaign.rules))) for campaign in ruleset.campaigns]
        self._bars = by_rule_and_lane(ruleset.bars)
        self._found: dict[Sort, tuple[frozenset[Blocked], tuple[Window, ...]]] = {}

    def left_out(self, activities: Iterable[Activity]) -> set[Blocked]:
        """Return the reasons for which one person's activities are out of reach."""
        found: set[Blocked] = set()
        if not self._asked and not self._bars:
            return found
        for activity in activities:
            reasons, windows = self._of(sort_of(activity))
            found |= reasons
            if any(not _within(window, activity.occurred_at) for window in windows):
                found.add(Blocked.OUTSIDE_WINDOW)
        return found

    def _of(self, sort: Sort) -> tuple[frozenset[Blocked], tuple[Window, ...]]:
        """Return what is left out of a sort of activities, and the windows in which campaigns ask for it."""
        found = self._found.get(sort)
        if found is None:
            wanted = [each for each, whens in self._asked if any(touches(when, sort) for when in whens)]
            reasons = set(chain.from_iterable(_outside(each, sort) for each in wanted))
            if any(self._barred(sort)):
                reasons.add(Blocked.POLICY)
            windows = tuple((each.opens, each.closes) for each in wanted if each.opens or each.closes)
            found = self._found[sort] = frozenset(reasons), windows
        return found

    def _barred(self, sort: Sort) -> Iterator[bool]:
        for parts, campaign in parts_of(self._ruleset) if self._bars else ():
            for _, rule in paying_rules(parts) if reaches(campaign, sort) else ():
                about = self._bars.get((rule.key, sort.content_class), ())
                held = any(holds(bar, sort.market, eligible=sort.eligible) for bar in about)
                yield held and any(touches(when, sort) for when in selectors(rule))


def _within(window: Window, at: datetime) -> bool:
    opens, closes = window
    return (opens is None or opens <= at) and (closes is None or at < closes)


def _outside(campaign: CampaignPart, sort: Sort) -> Iterable[Blocked]:
    if sort.content_class is not campaign.lane:
        yield Blocked.LANE
    if campaign.markets is not None and sort.market not in campaign.markets:
        yield Blocked.OUT_OF_MARKET
    if campaign.professions is not None and sort.profession not in campaign.professions:
        yield Blocked.OTHER_PROFESSION
