"""The yearly report: who stands in it alone, who in a total, and who not at all; held against a naive model."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gamification import Transfer
from gamification.policy_packs import shipped_packs
from gamification.rules.disclosures import YearlyReport, by_person
from people.vocabulary import PersonId
from tests.gamification.rules.happenings import unhurried

PACKS = shipped_packs()
CURRENCIES = {"GB": "GBP", "US": "USD"}


def transfer(number: int, person: int, market: str, amount: int | None, payer: str = "Laurel") -> Transfer:
    return Transfer(
        claim=UUID(int=number + 1), person=PersonId(UUID(int=person)), payer=payer, product=None, nature="Education",
        category="book_or_journal", market=market, currency=CURRENCIES.get(market, "EUR"), estimated=amount,
        committed=amount, actual=None, released=amount is None, amount=amount, at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


def test_a_threshold_keeps_small_ones_out_and_names_the_others_where_the_law_does() -> None:
    """France: published from EUR 10 on, by name."""
    report = YearlyReport(PACKS)
    lines = report.add(
        [transfer(0, 1, "FR", 999), transfer(1, 1, "FR", 1_000), transfer(2, 1, "FR", 1_500)], named=False
    )
    ((heading, line),) = lines
    assert (heading.recipient, heading.rule, heading.confirmed) == (str(UUID(int=1)), "C11", True)
    assert (line.recipients, line.transfers, line.amount) == (1, 2, 2_500)
    assert (report.totals, report.unpublished, report.named_percent("FR", "Laurel")) == ({}, 1, 100)


def test_where_naming_needs_consent_only_who_gave_it_stands_alone() -> None:
    report = YearlyReport(PACKS)
    assert report.add([transfer(0, 1, "DE", 500)], named=False) == []
    assert report.add([transfer(1, 2, "DE", 700), transfer(2, 2, "DE", 100)], named=False) == []
    ((heading, line),) = report.add([transfer(3, 3, "DE", 300)], named=True)
    assert (heading.recipient, line.amount) == (str(UUID(int=3)), 300)
    ((total, sums),) = report.totals.items()
    assert (total.recipient, total.rule, total.confirmed) == ("", "C7", False)
    assert (sums.recipients, sums.transfers, sums.amount) == (2, 3, 1_300)
    assert report.named_percent("DE", "Laurel") == 33


def test_the_united_states_and_countries_without_a_duty_are_left_out() -> None:
    report = YearlyReport(PACKS)
    for market in ("US", "PL"):
        assert report.add([transfer(0, 1, market, 50_000)], named=True) == []
    assert (report.totals, report.unpublished) == ({}, 2)


@unhurried
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.sampled_from(["DE", "FR", "GB", "US", "PL"]), st.integers(1, 3_000),
            st.sampled_from(["Laurel", "Bay"]),
        ),
        max_size=20,
    ),
    st.sets(st.integers(1, 4)),
)  # fmt: skip
def test_every_transfer_is_in_exactly_one_place(drawn: list[tuple[int, str, int, str]], named: set[int]) -> None:
    every = [transfer(n, person, market, amount, payer) for n, (person, market, amount, payer) in enumerate(drawn)]
    every.sort(key=lambda each: (each.person, each.claim))
    report, alone = YearlyReport(PACKS), []
    for theirs in by_person(every):
        alone += report.add(theirs, named=theirs[0].person.int in named)
    lines = [*alone, *report.totals.items()]
    assert sum(line.transfers for _, line in lines) + report.unpublished == len(every)
    found: Counter[tuple[str, str, str]] = Counter()
    for heading, line in lines:
        found[heading.market, heading.payer, heading.recipient] += line.amount
    assert found == naive(every, named)


def naive(every: Sequence[Transfer], named: set[int]) -> Counter[tuple[str, str, str]]:
    """One transfer after the other: France names from EUR 10, Germany and Great Britain name who agrees."""
    found: Counter[tuple[str, str, str]] = Counter()
    for each in every:
        amount = each.amount or 0
        who = str(each.person)
        if each.market == "FR" and amount >= 1_000:
            found[each.market, each.payer, who] += amount
        if each.market in {"DE", "GB"}:
            found[each.market, each.payer, who if each.person.int in named else ""] += amount
    return found


def test_what_was_never_handed_over_is_in_no_line() -> None:
    report = YearlyReport(PACKS)
    assert report.add([transfer(0, 1, "DE", None)], named=True) == []
    assert report.add([msgspec.structs.replace(transfer(1, 1, "DE", 5), amount=5)], named=True) != []
