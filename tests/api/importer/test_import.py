"""The importer against a real HTTP server that loses connections, forgets tokens and goes away."""

import itertools
import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from api.importer import Credentials, ImportStoppedError, Order, Outcome, Presentation, import_presentation
from api.importer.credentials import Account, MachineClient
from api.importer.report import Activities, Report
from tests.api.importer.wire_server import CLIENT, PURPOSES, REVIEWER, World, serve

SAMPLE = Path(__file__).parents[3] / "samples" / "oulad"
AAA = Presentation("AAA", "2013J")
ROWS_OF_SIX = 2465
"""Rows of the sample's first six learners, of both tables."""


class Counting:
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: Counter[str] = Counter()

    def begin(self, name: str, total: int) -> None:
        self.totals[name] = total

    def advance(self, steps: int) -> None:
        self.done[list(self.totals)[-1]] += steps


async def run(url: str, *, learners: int | None = 6, batch: int = 100, patience: float = 5) -> Outcome:
    order = Order(folder=SAMPLE, presentation=AAA, learners=learners, batch=batch, patience=patience)
    return await import_presentation(order, credentials(url))


def credentials(url: str) -> Credentials:
    return Credentials(url, MachineClient(**CLIENT), Account(**REVIEWER))


def in_order(world: World) -> bool:
    return all(
        sent == sorted(sent, key=lambda activity: (activity["occurred_at"], activity["id"]))
        for sent in world.by_actor.values()
    )


async def test_an_import_creates_professionals_consents_content_and_every_activity() -> None:
    world = World()
    with serve(world) as url:
        outcome = await run(url)
    report = outcome.report
    assert (report.presentation, report.learners, report.content_items) == ("AAA/2013J", 6, 217)
    assert report.activities.recorded == len(world.activities) == ROWS_OF_SIX
    assert (report.activities.repeated, report.activities.refused) == (0, {})
    assert report.activities_per_second > 0
    assert set(outcome.professionals.values()) == set(world.hcps) == set(world.consents) == set(world.by_actor)
    assert {content["state"] for content in world.content.values()} == {"approved"}
    given = next(iter(world.consents.values()))
    assert {answer["purpose"] for answer in given} == set(PURPOSES) - {"marketing_email"}
    assert {answer["notice_version"] for answer in given} == {2}
    assert in_order(world)


async def test_a_second_run_repeats_every_row_and_changes_nothing() -> None:
    world = World()
    with serve(world) as url:
        first = await run(url)
        before = json.dumps([world.hcps, world.consents, world.content, world.activities])
        second = await run(url)
    assert second.report.activities.repeated == first.report.activities.recorded == ROWS_OF_SIX
    assert second.report.activities.recorded == 0
    assert second.professionals == first.professionals
    assert json.dumps([world.hcps, world.consents, world.content, world.activities]) == before


async def test_nothing_is_lost_or_doubled_when_connections_drop_and_the_server_is_unavailable_and_tokens_die() -> None:
    world = World()
    every = {13: "drop after", 17: "drop before", 19: "unavailable", 41: "forget tokens"}
    with serve(world) as url:
        world.faults = (
            next((fault for period, fault in every.items() if request % period == 0), "none")
            for request in itertools.count(1)
        )
        outcome = await run(url, batch=20, patience=20)
    counted = outcome.report.activities
    assert len(world.activities) == counted.total == ROWS_OF_SIX
    assert counted.repeated > 0, "a batch whose answer was lost is sent again"
    assert (len(world.hcps), len(world.consents), len(world.content)) == (6, 6, 217)
    assert world.requests["POST sessions"] > 2, "a forgotten token is replaced"
    assert in_order(world)


async def test_a_server_that_is_killed_and_comes_back_is_waited_for() -> None:
    world = World()
    with serve(world) as url:
        first = await run(url, learners=2)
        port = int(url.rpartition(":")[2])
        world.faults = itertools.chain(["none"] * 2, itertools.repeat("drop before", 12))
        again = await run(url, learners=2, patience=20)
    with serve(world, port) as url:
        last = await run(url, learners=2)
    assert again.report.activities.repeated == last.report.activities.repeated == first.report.activities.recorded


async def test_one_learner_is_never_in_two_requests_at_the_same_time() -> None:
    world = World()
    world.seconds_per_batch = 0.01
    with serve(world) as url:
        await run(url, learners=20, batch=150)
    assert world.overlaps == 0
    assert world.in_flight.total() == 0
    assert world.largest_batch == 150
    assert in_order(world)


async def test_the_server_sees_a_batch_with_several_learners() -> None:
    world = World()
    with serve(world) as url:
        await run(url, learners=40, batch=1000)
    assert world.largest_batch == 1000
    assert world.requests["POST activities"] <= 19 + 4, "one short batch for each of the four couriers at most"


async def test_a_short_token_is_replaced_before_it_ends() -> None:
    world = World()
    world.expires_in = 0
    with serve(world) as url:
        outcome = await run(url, learners=1)
    assert outcome.report.activities.recorded == len(world.activities) > 0
    assert world.requests["POST sessions"] > 200, "every request found its token at its end"


async def test_refused_activities_are_counted_by_reason() -> None:
    world = World()
    with serve(world) as url:
        await run(url, learners=1)
        popular, count = Counter(activity["object"] for activity in world.activities.values()).most_common(1)[0]
        world.refused_objects = {popular}
        outcome = await run(url, learners=1)
    assert outcome.report.activities.refused == {"content-not-visible": count}
    assert outcome.report.activities.total == len(world.activities)


async def test_a_watch_is_told_of_every_phase_to_its_end() -> None:
    watch = Counting()
    with serve(World()) as url:
        await import_presentation(Order(folder=SAMPLE, presentation=AAA, learners=6), credentials(url), watch)
    assert watch.totals == {"content": 217, "learners": 6, "activities": ROWS_OF_SIX}
    assert watch.done == watch.totals


async def test_no_server_stops_the_import_at_once() -> None:
    with serve(World()) as url:
        pass
    with pytest.raises(
        ImportStoppedError, match=r"no answer \(ConnectError\) from http://127.0.0.1:\d+: see that it runs"
    ):
        await run(url, patience=60)


async def test_patience_ends_when_the_server_does_not_come_back() -> None:
    world = World()
    with serve(world) as url:
        world.faults = itertools.chain(["none"] * 10, itertools.repeat("unavailable"))
        with pytest.raises(ImportStoppedError, match=r"answer 503 from http\S+ for 1 s: see that it runs and is ready"):
            await run(url, patience=1)


async def test_wrong_credentials_are_named_with_the_option_to_change() -> None:
    with serve(World()) as url:
        wrong = Credentials(url, MachineClient("learning-platform", "guess"), Account(**REVIEWER))
        with pytest.raises(ImportStoppedError, match="does not accept these credentials: check the file given as"):
            await import_presentation(Order(folder=SAMPLE, presentation=AAA), wrong)


async def test_a_refusal_is_told_in_one_line_with_the_servers_own_reason() -> None:
    world = World()
    with serve(world) as url:
        world.hcps["other"] = {"email": "learner-11391.aaa-2013j@oulad.example"}
        with pytest.raises(ImportStoppedError) as stopped:
            await run(url)
    assert str(stopped.value) == (
        "POST /v1/hcps was refused with 409: "
        "Conflict / This e-mail belongs to another account. / email: taken / Use it."
    )


async def test_a_purpose_without_a_notice_stops_before_anyone_is_registered() -> None:
    world = World()
    world.notices = ("engagement", "gamification", "leaderboard", "personalisation")
    with serve(world) as url, pytest.raises(ImportStoppedError, match="no active notice for analytics"):
        await run(url)
    assert world.hcps == {}


def test_the_report_is_what_the_command_promises() -> None:
    report = Report(
        presentation="AAA/2013J",
        learners=1,
        content_items=2,
        activities=Activities(recorded=3, repeated=4, refused={"consent-required": 5}),
        seconds=1.5,
        activities_per_second=8.0,
    )
    assert msgspec.to_builtins(report) == {
        "presentation": "AAA/2013J",
        "learners": 1,
        "content_items": 2,
        "activities": {"recorded": 3, "repeated": 4, "refused": {"consent-required": 5}},
        "seconds": 1.5,
        "activities_per_second": 8.0,
    }
