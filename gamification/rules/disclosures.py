"""The yearly report of transfers of value outside of the United States (C7, C11).

A recipient stands in it alone where the law of a country or the person's consent says so, and in a total otherwise, by
category; what is below a country's thresholds is left out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from gamification.reward_values import Transfer
from gamification.rules.policy import Form, Money, Packs, Person, Publication, TransferFacts, pack_for, publication
from gamification.rules.policy.vocabulary import ItemCategory

UNITED_STATES: Final = "US"
"""Has a report of its own: Open Payments."""


class Heading(NamedTuple):
    """What a line of the report is about; ``recipient`` is a pseudonym, empty in a total."""

    market: str
    payer: str
    recipient: str
    category: str
    currency: str
    rule: str
    confirmed: bool


class Line(msgspec.Struct):
    """How many people, how many transfers, and what they came to in hundredths."""

    recipients: int = 0
    transfers: int = 0
    amount: int = 0


class YearlyReport:
    """Adds up the transfers of a year, one person after the other; totals are there at the end."""

    def __init__(self, packs: Packs) -> None:
        """Judge by ``packs``, each by the pack that held when something was handed over."""
        self._packs = packs
        self.totals: dict[Heading, Line] = {}
        self.unpublished = 0
        self._named: Counter[tuple[str, str]] = Counter()
        self._published: Counter[tuple[str, str]] = Counter()

    def add(self, transfers: Sequence[Transfer], *, named: bool) -> list[tuple[Heading, Line]]:
        """Add everything that one person got in the year; return the lines that are about this person alone.

        ``named``: whether the person agrees to be named where a country asks for that.
        """
        years: Counter[tuple[str, str]] = Counter()
        for each in transfers:
            years[each.market, each.currency] += each.amount or 0
        mine: dict[Heading, Line] = {}
        ours: dict[Heading, Line] = {}
        for each in transfers:
            said = self._publication(each, years[each.market, each.currency], named=named)
            if said is None or said.form is Form.NOT_PUBLISHED:
                self.unpublished += 1
                continue
            alone = said.form is Form.NAMED
            line = (mine if alone else ours).setdefault(_heading(each, said, alone=alone), Line(recipients=1))
            line.transfers += 1
            line.amount += each.amount or 0
        self._count(mine, ours)
        return sorted(mine.items())

    def named_percent(self, market: str, payer: str) -> int:
        """Return the share of the recipients of one payer in a country who are named, in whole per cent."""
        published = self._published[market, payer]
        return self._named[market, payer] * 100 // published if published else 0

    def _publication(self, each: Transfer, total: int, *, named: bool) -> Publication | None:
        if each.market == UNITED_STATES or each.amount is None:
            return None
        facts = TransferFacts(
            value=Money(each.amount, each.currency),
            year_total=total,
            category=ItemCategory(each.category) if each.category is not None else None,
            person=_recipient(each),
            named_consent=named,
        )
        return publication(pack_for(self._packs, each.market, each.at.date()), facts)

    def _count(self, mine: dict[Heading, Line], ours: dict[Heading, Line]) -> None:
        for heading, line in ours.items():
            total = self.totals.setdefault(heading, Line())
            total.recipients += 1
            total.transfers += line.transfers
            total.amount += line.amount
        self._named.update({(heading.market, heading.payer) for heading in mine})
        self._published.update({(heading.market, heading.payer) for heading in (*mine, *ours)})


def _recipient(each: Transfer) -> Person:
    return Person(
        profession=each.profession,
        public_employee=each.public_employee,
        covered_recipient=each.covered_recipient,
        regions=frozenset(each.states) or None,
    )


def _heading(each: Transfer, said: Publication, *, alone: bool) -> Heading:
    recipient = str(each.person) if alone else ""
    return Heading(
        each.market, each.payer, recipient, each.category or "", each.currency, said.rule or "", said.confirmed
    )


def by_person(transfers: Sequence[Transfer]) -> Iterator[Sequence[Transfer]]:
    """Yield the transfers of each person together; they MUST come in the order of their persons."""
    start = 0
    for end in range(1, len(transfers) + 1):
        if end == len(transfers) or transfers[end].person != transfers[start].person:
            yield transfers[start:end]
            start = end
