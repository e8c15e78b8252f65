"""The log under load and misfortune, for as long as it takes: each answer has its entry, and every byte verifies."""

import contextlib
import json
import os
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.system.guests import Answer, Guest, Hosts, activity, visiting
from tests.system.house import House, Serving, built, ground, until
from tests.system.results import assert_kept_and_audited, counted, settle
from tests.system.servers import stop_database

VISITORS: Final = 4
STOPS, LEAVERS = 50, 200
SOAK_SECONDS: Final = float(os.environ.get("LAUREL_TEST_SOAK_SECONDS", "600"))
DISK_BYTES: Final = 700_000_000
FULL_SECONDS: Final = 8.0
READ_BYTES: Final = 1 << 16
ASKED: Final = """
select distinct convert_from(body, 'UTF8')::jsonb ->> 'request' as request from audit.entry
where id > $1 and convert_from(body, 'UTF8')::jsonb ->> 'role' not in ('system', 'operator')
    and convert_from(body, 'UTF8')::jsonb ->> 'reason' is distinct from 'flood'
"""
"""Requests that have an entry of their own: a flood's further refusals share one."""

RECORDED: Final = """
select count(*) from audit.leaf where action = 'engagement:activity:recorded' and subject in
    (select person from engagement.activity where id = any($1::uuid[]))
"""


class Scene:
    """A served and furnished house, and something that HCPs do in it."""

    def __init__(self, house: House, serving: Serving, hosts: Hosts) -> None:
        self.house, self.serving, self.hosts = house, serving, hosts
        self.content = hosts.content()
        self.before = counted(house)

    def guests(self, count: int) -> list[Guest]:
        return [self.hosts.hcp() for _ in range(count)]

    def whole(self, answers: list[Answer], acknowledged: set[str]) -> None:
        """Hold that nothing that was answered is lost or without its entry, and that the log verifies."""
        settle(self.house)
        assert_kept_and_audited(self.house, answers, acknowledged, self.before)
        assert self.house.report("audit", "verify")["ok"] is True


@contextlib.contextmanager
def opened(house: House) -> Iterator[Scene]:
    with house.serve() as serving:
        house.furnish()
        with Hosts(house).at_work() as hosts:
            yield Scene(house, serving, hosts)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with built() as house, opened(house) as made:
        yield made


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_fifty_immediate_stops_of_the_database_lose_nothing(scene: Scene) -> None:
    guests = scene.guests(VISITORS)
    with visiting(guests, scene.content) as visitors:
        for number in range(STOPS):
            time.sleep(0.2 + number % 5 / 5)
            stop_database(scene.house)
            scene.serving.wait_until_ready()
    assert sum(guest.unanswered for guest in guests) == 0
    scene.whole([each for guest in guests for each in guest.answers], {i for v in visitors for i in v.acknowledged})


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_as_many_answers_as_entries_by_request_after_minutes_of_mixed_load(scene: Scene) -> None:
    guests = scene.guests(VISITORS)
    settle(scene.house)
    last = scene.house.value("select max(id::text)::uuid from audit.entry")
    with visiting(guests, scene.content) as visitors:
        time.sleep(SOAK_SECONDS)
    answers = [each for guest in guests for each in guest.answers]
    assert not [each for each in answers if each.status == 503], "nothing was away"
    scene.whole(answers, {identity for visitor in visitors for identity in visitor.acknowledged})
    own = {row["request"] for row in scene.house.fetch(ASKED, last)}
    answered = Counter(each.request for each in answers)
    folded = Counter(each.request for each in answers if each.is_strangers and each.request not in own)
    assert len(answered) == len(answers), "each answer has a name of its own"
    assert own == set(answered - folded), "an entry for each answer and an answer for each entry"
    assert folded.total() == counted(scene.house) - scene.before, "a flood's further refusals are counted one by one"
    assert folded, "the control: there was a flood"


@pytest.mark.soak
def test_who_leaves_before_the_answer_leaves_an_entry_for_what_was_done(scene: Scene) -> None:
    (guest,) = scene.guests(1)
    guest.sign_in()
    identities = []
    for number in range(LEAVERS):
        posted = activity(scene.content)
        identities.append(posted["id"])
        vanish(scene.house, guest, posted, linger=number % 10 / 500)
    settle(scene.house)
    time.sleep(1)
    settle(scene.house)
    stored = scene.house.value("select count(*) from engagement.activity where id = any($1::uuid[])", identities)
    assert 0 < stored <= LEAVERS
    assert scene.house.value(RECORDED, identities) == stored
    posted = activity(scene.content)
    assert guest.post("/v1/me/activities", posted)["results"][0]["status"] == "recorded", "the control: it goes on"
    scene.whole(guest.answers, {posted["id"]})
    guest.go()


def vanish(house: House, guest: Guest, posted: dict[str, str], linger: float) -> None:
    """Send a whole request, and be gone a moment later, whether it is answered or not."""
    body = json.dumps(posted).encode()
    head = (
        f"POST /v1/me/activities HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {guest.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.port)) as line:
        line.sendall(head.encode() + body)
        time.sleep(linger)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Lend a folder on a disk of its own that is soon full; only root can make one."""
    home = folder / "home"
    home.mkdir(mode=0o711)
    options = f"size={DISK_BYTES},mode=0711"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", home],  # noqa: S607 - whichever this machine has
        check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    try:
        yield home
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)  # noqa: S607


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(READ_BYTES))


@pytest.mark.soak
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_refuses_and_loses_nothing_and_goes_on_once_there_is_room() -> None:
    with ground() as folder, small_disk(folder) as home:
        house = House(home)
        with opened(house) as scene:
            guests = scene.guests(VISITORS)
            with visiting(guests, scene.content) as visitors:
                time.sleep(2)
                filler = home / "filler"
                ends = time.monotonic() + FULL_SECONDS
                while time.monotonic() < ends:
                    fill(filler)
                    time.sleep(0.2)
                filler.unlink()
                refused = [each for guest in guests for each in guest.answers if each.status == 503]
                scene.serving.wait_until_ready()
                done = [len(visitor.acknowledged) for visitor in visitors]
                until(
                    lambda: all(len(v.acknowledged) > n for v, n in zip(visitors, done, strict=True)), 60, "it stands"
                )
            assert refused, "the control: the disk was full"
            answers = [each for guest in guests for each in guest.answers]
            scene.whole(answers, {identity for visitor in visitors for identity in visitor.acknowledged})
