"""What everybody together asks of budgets, in the order in which it is asked."""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from gamification.rules.earnings import Award
from gamification.rules.placing import EPOCH, PLAIN, Moment
from gamification.rules.rationing import CONTRIBUTIONS, Budget, Cut, asked_by

_RECORD: Final = struct.Struct(">q16sHHQ")
_DELAYED: Final = struct.Struct(">q16sHq16sHHQ")
"""Of an award that asks later than it was earned. Records of both kinds sort as their moments do."""

_BEFORE_THE_EPOCH: Final = 1 << 62
"""Added to every time, so that the order of the bytes is that of the times."""


class Demand:
    """What people ask of budgets, day by day: in sum, and award by award as fixed-size records.

    An award takes 36 bytes for each budget (62 if it asks later than it was earned), so that those of ten million
    activities fit into memory.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.sums: dict[date, Counter[int]] = {}
        self.records: dict[date, bytearray] = {}
        self.delayed: dict[date, bytearray] = {}

    def add(self, awards: Iterable[tuple[Moment, Award]], numbers: Mapping[str, int]) -> bool:
        """Note those of one person's awards that have a budget, by its number; return whether there are any."""
        found = False
        for moment, award in awards:
            for name, units in asked_by(award).items():
                number = numbers.get(name)
                if number is None:
                    continue  # a campaign without a budget
                found = True
                day = (EPOCH + timedelta(microseconds=moment[0])).date()
                self.sums.setdefault(day, Counter())[number] += units
                layout, kept = (_RECORD, self.records) if len(moment) == PLAIN else (_DELAYED, self.delayed)
                kept.setdefault(day, bytearray()).extend(layout.pack(*_written(moment), number, units))
        return found

    def reached(self, budgets: Sequence[Budget]) -> dict[str, Moment]:
        """Return the community quests that as many contributions were made to as they need, and when the last was."""
        found = {}
        for number, budget in enumerate(budgets):
            moment = self._used_up(number, budget.units) if budget.kinds == CONTRIBUTIONS else None
            if moment is not None:
                found[budget.key] = moment
        return found

    def _used_up(self, wanted: int, left: int) -> Moment | None:
        """Return when the last unit of a budget is asked for."""
        for day in sorted(self.sums):
            asked = self.sums[day][wanted]
            if asked < left:
                left -= asked
                continue
            for moment, number, units in self._in_order(day):
                left -= units if number == wanted else 0
                if left <= 0:
                    return moment
        return None

    def merge(self, other: "Demand") -> None:
        """Add what ``other`` noted."""
        for day, sums in other.sums.items():
            self.sums.setdefault(day, Counter()).update(sums)
        for kept, theirs in ((self.records, other.records), (self.delayed, other.delayed)):
            for day, records in theirs.items():
                kept.setdefault(day, bytearray()).extend(records)

    def first_cut(self, budgets: Sequence[Budget]) -> Cut | None:
        """Return where the first award stands that its budget can't pay, in order of time; None if all can be paid."""
        left = {number: budget.units for number, budget in enumerate(budgets)}
        for day in sorted(self.sums):
            sums = self.sums[day]
            if all(units <= left[number] for number, units in sums.items()):
                for number, units in sums.items():
                    left[number] -= units
                continue
            for moment, number, units in self._in_order(day):
                if units > left[number]:
                    return Cut(number, moment, left[number])
                left[number] -= units
        return None

    def _in_order(self, day: date) -> Iterator[tuple[Moment, int, int]]:
        """Yield a day's moments, with the number of the budget and the units that are asked of it."""
        records = [*_split(self.records.get(day, b""), _RECORD), *_split(self.delayed.get(day, b""), _DELAYED)]
        for record in sorted(records):
            layout = _RECORD if len(record) == _RECORD.size else _DELAYED
            *moment, number, units = layout.unpack(record)
            yield _read(moment), number, units


def _split(records: bytes | bytearray, layout: struct.Struct) -> Iterator[bytes]:
    whole = bytes(records)
    return (whole[first : first + layout.size] for first in range(0, len(whole), layout.size))


def _written(moment: Moment) -> Iterator[int | bytes]:
    """Yield the parts of a moment as they are packed."""
    for micros, identity, place in zip(moment[::PLAIN], moment[1::PLAIN], moment[2::PLAIN], strict=True):
        yield from (micros + _BEFORE_THE_EPOCH, identity.to_bytes(16), place)


def _read(packed: Sequence[Any]) -> Moment:
    parts = zip(packed[::PLAIN], packed[1::PLAIN], packed[2::PLAIN], strict=True)
    return tuple(
        number
        for micros, identity, place in parts
        for number in (micros - _BEFORE_THE_EPOCH, int.from_bytes(identity), place)
    )
