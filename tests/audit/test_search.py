"""A search finds what a walk through the whole log finds, whichever filter leads, however few candidates it reads."""

import itertools
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

import pytest

import audit
from audit import Entry, EntryFilter
from audit.store import search as searching
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin
from kernel.unit_of_work import Work
from tests.audit.log import sequence

ENTRIES = 90
HALF = timedelta(minutes=ENTRIES / 2)


def made(number: int) -> tuple[Origin, Fact]:
    origin = Origin(
        request=UUID(int=number // 3), actor=f"account-{number % 4}", role="hcp", route="GET /",
        purpose=("engagement", "care", None)[number % 3],
    )  # fmt: skip
    fact = Fact(
        action=("a:read", "a:written", "b:read", "rare:thing")[number % 4 if number != 50 else 3],
        subject=UUID(int=number % 5) if number % 2 else None,
        resource=f"content:{number % 6}" if number % 7 else None,
        decision="denied" if number % 9 == 0 else "allowed",
    )
    return origin, fact


def matches(entry: Entry, filters: EntryFilter) -> bool:
    return (
        all(
            (asked := getattr(filters, name)) is None or getattr(entry, name) == asked
            for name in ("actor", "subject", "resource", "decision", "purpose", "request")
        )
        and fnmatchcase(entry.action, filters.action or "*")
        and (filters.since is None or entry.at >= audit_time(filters.since.isoformat()))
        and (filters.until is None or entry.at < audit_time(filters.until.isoformat()))
    )


def audit_time(text: str) -> str:
    return text.replace("+00:00", ".000000Z") if "." not in text else text.replace("+00:00", "Z")


@pytest.mark.parametrize("scanned", [1, 7, 4_000])
async def test_every_combination_finds_what_a_walk_finds(
    work: Work, database_url: str, clock: MovableClock, origin: Origin, monkeypatch: pytest.MonkeyPatch, scanned: int
) -> None:
    monkeypatch.setattr(searching, "_SCANNED", scanned)
    start = clock.now()
    for number in range(ENTRIES):
        clock.move(timedelta(minutes=1))
        await work.append([made(number)])
    await sequence(database_url, clock)
    values: dict[str, Any] = {
        "actor": "account-1", "subject": UUID(int=3), "action": "a:*", "resource": "content:3", "decision": "denied",
        "purpose": "care", "request": UUID(int=17), "since": start + HALF, "until": start + HALF,
    }  # fmt: skip
    asked: list[dict[str, Any]] = [{}, {"action": "rare:thing"}, {"action": "none:*"}, {"decision": "allowed"}]
    asked += [dict(pair) for count in (1, 2, 3) for pair in itertools.combinations(values.items(), count)]
    async with work.begin(origin) as uow:
        whole = [await audit.entry(uow, index) for index in range(ENTRIES)]
        for number, each in enumerate(asked):
            filters = EntryFilter(**each)
            newest_first = bool(number % 2)
            expected = [entry.index for entry in whole if matches(entry, filters)]
            found, after = [], None
            while True:
                page = await audit.search(uow, filters, after, 20, newest_first=newest_first)
                found += [entry.index for entry in page.items]
                after = page.next
                if after is None:
                    break
            assert found == (expected[::-1] if newest_first else expected), each


async def test_a_search_that_runs_out_of_time_says_how_far_it_looked(
    work: Work, database_url: str, clock: MovableClock, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_SCANNED", 10)
    await work.append([made(number) for number in range(ENTRIES)])
    await sequence(database_url, clock)
    async with work.begin(origin) as uow:
        first = await searching.search(
            uow, EntryFilter(actor="nobody", decision="allowed"), None, 5, newest_first=True, seconds=0
        )
        assert first == ([], None), "a filter that leads and leaves nothing is answered at once"
        rare = EntryFilter(decision="allowed", since=clock.now() + timedelta(days=1))
        assert (await searching.search(uow, rare, None, 5, newest_first=True, seconds=0)).edge is None
        filters = EntryFilter(actor="account-1", purpose="care")  # each fourth entry, and a third of these
        page = await searching.search(uow, filters, None, 5, newest_first=True, seconds=0)
        assert ([each.index for each in page.entries], page.edge) == ([85, 73, 61], 53)
        following = await searching.search(uow, filters, page.edge, 5, newest_first=True, seconds=0)
        assert ([each.index for each in following.entries], following.edge) == ([49, 37, 25, 13], 13)
