"""Booking: ledger entries together with what they change in lots and accounts, always as differences."""

from typing import Final
from uuid import UUID

import msgspec

from gamification.rules.lots import Part
from gamification.vocabulary import EntryKind
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

PROGRAMME: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The account that all points come from. It has no balance row: one row that every award moved would make all awards
wait for each other; its balance is the negative sum of its entries."""

EXPIRED: Final = UUID("00000000-0000-7000-8000-000000000002")
"""The account that expired points go to."""

REDEEMED: Final = UUID("00000000-0000-7000-8000-000000000003")
"""The account that spent points go to."""

_HOUSE: Final = {
    EntryKind.EXPIRY: EXPIRED,
    EntryKind.UNEXPIRY: EXPIRED,
    EntryKind.SPEND: REDEEMED,
    EntryKind.REFUND: REDEEMED,
}
_TO_THE_PERSON: Final = frozenset({EntryKind.UNEXPIRY, EntryKind.REFUND})

_ENTRIES: Final = """
insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, currency, lot, claim,
  recorded_at)
select id, person, award, kind, debit, credit, amount, currency, lot, claim, $11 from unnest($1::uuid[], $2::uuid[],
  $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::bigint[], $8::text[], $9::uuid[], $10::uuid[])
  as t(id, person, award, kind, debit, credit, amount, currency, lot, claim)
"""

_LOTS: Final = """
update gamification.lot set spent = lot.spent + given.spent, expired = lot.expired + given.expired,
  taken = lot.taken + given.taken
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as given(id, spent, expired, taken)
where lot.id = given.id
"""

_OPEN: Final = """
insert into gamification.account (id, person, currency, lotted, drawn)
select id, person, currency, 0, 0 from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(id, person, currency)
on conflict (person, currency) do nothing
"""

_ACCOUNTS: Final = """
update gamification.account set lotted = account.lotted + given.lotted, drawn = account.drawn + given.drawn
from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) as given(person, currency, lotted, drawn)
where account.person = given.person and account.currency = given.currency
"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the ledger that is to be written; the kind says between whom the points move."""

    kind: EntryKind
    person: PersonId
    currency: str
    amount: int
    award: UUID | None
    lot: UUID | None
    claim: UUID | None


class Books:
    """What one use case moves. Nothing is written before ``write``; the locks of the people MUST be held by then."""

    def __init__(self) -> None:
        """Begin empty."""
        self._entries: list[Entry] = []
        self._lots: dict[UUID, list[int]] = {}
        self._accounts: dict[tuple[PersonId, str], list[int]] = {}

    def spend(self, person: PersonId, currency: str, part: Part, claim: UUID) -> None:
        """Pay a part of a claim."""
        self._enter(EntryKind.SPEND, person, currency, part, claim)
        if part.lot is None:
            self._account(person, currency, drawn=part.points)
        else:
            self._lot(part.lot.id, spent=part.points)

    def refund(self, person: PersonId, currency: str, part: Part, claim: UUID, *, reopened: bool = False) -> None:
        """Give a part of a claim's price back; a lot that was ``reopened`` for it holds it already."""
        self._enter(EntryKind.REFUND, person, currency, part, claim)
        if part.lot is None:
            self._account(person, currency, drawn=-part.points)
        elif not reopened:
            self._lot(part.lot.id, spent=-part.points)

    def expire(self, person: PersonId, currency: str, part: Part) -> None:
        """Let what is left of a lot expire; a lot expires once."""
        assert part.lot is not None  # noqa: S101 - what has no lot never expires
        self._enter(EntryKind.EXPIRY, person, currency, part, None)
        self._lot(part.lot.id, expired=part.points)

    def settle(self, person: PersonId, currency: str, part: Part) -> None:
        """Pay a debt out of a lot; the ledger took the points when they were taken back."""
        assert part.lot is not None  # noqa: S101 - what has no lot pays by itself
        self._lot(part.lot.id, taken=part.points)
        self._account(person, currency, drawn=-part.points)

    def take_unspent(self, part: Part) -> None:
        """Take what is left of an award that is reversed; its entry is the reversal."""
        assert part.lot is not None  # noqa: S101 - only lots are asked
        self._lot(part.lot.id, taken=part.points)

    def take_expired(self, person: PersonId, currency: str, part: Part) -> None:
        """Undo the expiry of what is reversed: it was never used, so nobody owes it."""
        assert part.lot is not None  # noqa: S101 - only lots are asked
        self._enter(EntryKind.UNEXPIRY, person, currency, part, None)
        self._lot(part.lot.id, expired=-part.points, taken=part.points)

    def take_lifetime(self, person: PersonId, currency: str, points: int, owed: int) -> None:
        """Take an award out of the lifetime points that came in lots; ``owed`` of it was spent before."""
        self._account(person, currency, lotted=-points, drawn=owed)

    async def write(self, uow: UnitOfWork) -> None:
        """Write everything, each table with one statement."""
        if self._lots:
            columns = zip(*self._lots.values(), strict=True)
            await uow.execute(_LOTS, list(self._lots), *[list(column) for column in columns])
        if self._accounts:
            persons, currencies = [person for person, _ in self._accounts], [each for _, each in self._accounts]
            await uow.execute(_OPEN, [uow.new_id() for _ in persons], persons, currencies)
            columns = zip(*self._accounts.values(), strict=True)
            await uow.execute(_ACCOUNTS, persons, currencies, *[list(column) for column in columns])
        if self._entries:
            await self._write_entries(uow)

    async def _write_entries(self, uow: UnitOfWork) -> None:
        entries = self._entries
        houses = [_HOUSE[each.kind] for each in entries]
        gives = [each.kind in _TO_THE_PERSON for each in entries]
        persons = [each.person for each in entries]
        await uow.execute(
            _ENTRIES,
            [uow.new_id() for _ in entries],
            persons,
            [each.award for each in entries],
            [each.kind for each in entries],
            [house if give else person for house, give, person in zip(houses, gives, persons, strict=True)],
            [person if give else house for house, give, person in zip(houses, gives, persons, strict=True)],
            [each.amount for each in entries],
            [each.currency for each in entries],
            [each.lot for each in entries],
            [each.claim for each in entries],
            uow.now,
        )

    def _enter(self, kind: EntryKind, person: PersonId, currency: str, part: Part, claim: UUID | None) -> None:
        award, lot = (part.lot.award, part.lot.id) if part.lot else (None, None)
        self._entries.append(
            Entry(kind=kind, person=person, currency=currency, amount=part.points, award=award, lot=lot, claim=claim)
        )

    def _lot(self, lot: UUID, spent: int = 0, expired: int = 0, taken: int = 0) -> None:
        moved = self._lots.setdefault(lot, [0, 0, 0])
        for place, points in enumerate((spent, expired, taken)):
            moved[place] += points

    def _account(self, person: PersonId, currency: str, lotted: int = 0, drawn: int = 0) -> None:
        moved = self._accounts.setdefault((person, currency), [0, 0])
        moved[0] += lotted
        moved[1] += drawn
