"""`kill -9` of the server, again and again, while learners are imported and HCPs are using it."""

import json
import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.system.guests import Answer, Hosts, told, visiting
from tests.system.house import House, built, until
from tests.system.loading import OULAD, SAMPLE, importing, needs_oulad
from tests.system.results import assert_agrees_with_the_oracle, assert_kept_and_audited, rows_of, settle

LOG = logging.getLogger(__name__)
VISITORS = 3
IMPORTED = "select count(*) from engagement.activity where occurred_at < '2020-01-01'"
"""How many rows of the dataset are in; the visitors' own activities are younger."""


class Storm(msgspec.Struct, kw_only=True):
    """What was done to the server, and what its clients received. ``reached`` is how many rows were in at each kill."""

    seed: int
    kills: list[float]
    reached: list[int]
    report: Any
    answers: list[Answer]
    acknowledged: set[str]
    unanswered: int


@pytest.fixture
def house() -> Iterator[House]:
    with built() as made:
        yield made


def weather(house: House, data: Path, presentation: str, *, kills: int, longest: float) -> Storm:
    """Import with ``kills`` kills of the server, each within ``longest`` seconds after it was ready again.

    A fifth of them hit the importer while it makes content and registers learners, the others while rows come in.
    """
    seed = random.SystemRandom().randrange(2**32)
    pauses = [random.Random(seed + number).uniform(0.05, longest) for number in range(kills)]
    reached: list[int] = []
    with house.serve() as serving:
        house.furnish()
        with Hosts(house).at_work() as hosts:
            content, guests = hosts.content(), [hosts.hcp() for _ in range(VISITORS)]
        with importing(house, data, presentation) as imported, visiting(guests, content) as visitors:
            # Without a first contact the importer takes an absent server for a mistake in the address, and ends.
            until(lambda: house.value("select count(*) > 1 from content.item"), 60, "the import does not begin")
            serving.kill_worker()
            for number, pause in enumerate(pauses):
                if number >= max(1, kills // 5):  # the importer pauses after an outage: wait until it is at it again
                    until(lambda: house.value(IMPORTED) > reached[-1], 120, "no row comes in")
                time.sleep(pause)
                assert imported.poll() is None, f"the import ended before kill {number + 1} of {kills}"
                serving.kill(group=number % 2 == 1)
                reached.append(house.value(IMPORTED))
                serving.restart()
            out, _ = imported.communicate()
        settle(house)
    return Storm(
        seed=seed,
        kills=[round(pause, 1) for pause in pauses],
        reached=reached,
        report=json.loads(out)["activities"],
        answers=[answer for guest in guests for answer in guest.answers],
        acknowledged={identity for visitor in visitors for identity in visitor.acknowledged},
        unanswered=sum(guest.unanswered for guest in guests),
    )


def assert_weathered(house: House, data: Path, presentation: str, storm: Storm) -> None:
    LOG.info("seed %d, kills after %s s, at %s rows: %s", storm.seed, storm.kills, storm.reached, storm.report)
    LOG.info("%s; %d requests were not answered", told(storm.answers), storm.unanswered)
    module, _, run = presentation.partition("/")
    assert_agrees_with_the_oracle(house, data, module, run)
    assert storm.report["refused"] == {}
    assert storm.report["recorded"] + storm.report["repeated"] == rows_of(data, module, run)
    assert storm.unanswered > 0, "no visitor met a kill"
    assert storm.reached[-1] > 0, "no kill hit the rows"
    assert_kept_and_audited(house, storm.answers, storm.acknowledged)
    assert house.report("audit", "verify")["ok"] is True


def test_kills_during_an_import_lose_nothing_that_was_answered(house: House) -> None:
    storm = weather(house, SAMPLE, "AAA/2013J", kills=2, longest=0.8)
    assert_weathered(house, SAMPLE, "AAA/2013J", storm)


@needs_oulad
@pytest.mark.soak
def test_ten_kills_during_an_import_of_a_whole_presentation_lose_nothing_that_was_answered(house: House) -> None:
    storm = weather(house, OULAD, "DDD/2013B", kills=10, longest=3)
    assert_weathered(house, OULAD, "DDD/2013B", storm)
