"""A purse as a child would keep it: every single point is a thing of its own that lies somewhere."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gamification.rules.lots import NEVER

HERE: Final = "here"


@dataclass
class Point:
    """One point. ``batch`` tells the order in which points came; what came plain has no end and no batch."""

    award: str
    available: datetime
    ends: datetime
    batch: int
    plain: bool
    place: str = HERE


@dataclass
class NaivePurse:
    """Everything one person has of one currency, and how many points are owed."""

    lifetime: int = 0
    owed: int = 0
    points: list[Point] = field(default_factory=list)
    batches: int = 0
    paid: dict[str, tuple[datetime, list[Point]]] = field(default_factory=dict)

    def grant(self, award: str, count: int, now: datetime, available: datetime | None, ends: datetime | None, *,
              plain: bool) -> None:  # fmt: skip
        self.lifetime += count
        self._lay_down(award, count, available or now, ends or NEVER, plain=plain)

    def _lay_down(self, award: str, count: int, available: datetime, ends: datetime, *, plain: bool) -> list[Point]:
        self.batches += 1
        fresh = [Point(award, available, ends, self.batches, plain) for _ in range(count)]
        self.points += fresh
        self._owe(0)
        return fresh

    def _owe(self, count: int) -> None:
        """What is owed is paid at once with points that came plain; the others wait until somebody looks."""
        self.owed += count
        for point in self.points:
            if self.owed and point.plain and point.place == HERE:
                point.place = "taken"
                self.owed -= 1

    def _in_order(self) -> list[Point]:
        return sorted(
            (point for point in self.points if point.place == HERE),
            key=lambda point: (point.ends, not point.plain, point.batch),
        )

    def let_expire(self, now: datetime) -> None:
        for point in self._in_order():
            if point.ends <= now:
                point.place = "taken" if self.owed else "expired"
                self.owed -= 1 if self.owed else 0

    def spendable(self, now: datetime) -> list[Point]:
        return [point for point in self._in_order() if point.available <= now < point.ends]

    def spend(self, claim: str, count: int, now: datetime) -> None:
        """Spend points that are there; whoever calls has made sure of that."""
        self.let_expire(now)
        for point in self.spendable(now):
            if self.owed:
                point.place = "taken"
                self.owed -= 1
        chosen = self.spendable(now)[:count]
        assert len(chosen) == count
        for point in chosen:
            point.place = "spent"
        self.paid[claim] = (now, chosen)

    def give_back(self, claim: str, now: datetime) -> None:
        since, chosen = self.paid.pop(claim)
        late: dict[int, list[Point]] = {}
        for point in chosen:
            if point.ends <= now:
                late.setdefault(point.batch, []).append(point)
            else:
                point.place = HERE
        for lost in late.values():
            self._lay_down(lost[0].award, len(lost), now, now + (lost[0].ends - since), plain=False)
        self._owe(0)

    def reverse(self, award: str, count: int, *, plain: bool) -> None:
        self.lifetime -= count
        missing = count
        if not plain:
            mine = [point for point in self.points if point.award == award and point.place in {HERE, "expired"}]
            for point in sorted(mine, key=lambda point: (-point.batch, point.place != HERE)):
                if missing:
                    point.place = "taken"
                    missing -= 1
        self._owe(missing)
