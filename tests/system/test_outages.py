"""PostgreSQL and Valkey end while the house is in use, and come back: nobody restarts `laurel serve`."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import pytest

from kernel.epochs import REMEMBERED_SECONDS
from tests.system.guests import Answer, Guest, Hosts, activity, board, told, visiting
from tests.system.house import House, Serving, built, until
from tests.system.loading import OULAD, importing, needs_oulad
from tests.system.results import assert_agrees_with_the_oracle, assert_kept_and_audited, counted, settle
from tests.system.servers import flush_cache, gone, kill_cache, start_both, stop_database

LOG = logging.getLogger(__name__)
VISITORS = 3
CROWD = 10
AWAY_SECONDS = 2.0
RECOVERY_SECONDS = 40.0
NOT_NOW = {"database-unavailable", "cache-unavailable", "board-rebuilding", "activities-racing"}
BOARD = "/v1/leaderboards/all-time?limit=50"
ENTITLED = """
select m.alias, s.points from gamification.board_member m join gamification.standing s on s.person = m.person
where 2 = (select count(*) from consent.current_state c
    where c.person = m.person and c.purpose in ('leaderboard', 'gamification') and c.state = 'granted')
"""


class Place:
    """A served and furnished house, and something to read in it."""

    def __init__(self, house: House, serving: Serving, hosts: Hosts) -> None:
        self.house, self.serving, self.hosts = house, serving, hosts
        self.content = hosts.content()

    def guests(self, count: int) -> list[Guest]:
        """New HCPs, signed in, whose sessions and consents this server remembers by now."""
        guests = [self.hosts.hcp().sign_in() for _ in range(count)]
        for guest in guests:
            assert guest.post("/v1/me/activities", activity(self.content))["results"][0]["status"] == "recorded"
        return guests


@contextlib.contextmanager
def opened() -> Iterator[Place]:
    with built() as house, house.serve() as serving:
        house.furnish()
        with Hosts(house).at_work() as hosts:
            yield Place(house, serving, hosts)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with opened() as made:
        yield made


class Trial:
    """One who signed out and one who withdrew consent, a moment before, and one who did neither."""

    def __init__(self, place: Place) -> None:
        self.content = place.content
        self.guests = self.gone, self.silent, self.present = place.guests(3)
        assert self.gone.ask("DELETE", "/v1/sessions/current").status == 204
        assert self.silent.put("/v1/me/consents/engagement", {"state": "withdrawn"})["state"] == "withdrawn"

    def look(self) -> bool:
        """Ask everybody once. No answer may be wrong; tell whether all were more than 'not now'."""
        posted = activity(self.content)
        answers = (
            (401, self.gone.ask("GET", "/v1/me/points")),
            (403, self.silent.ask("POST", "/v1/me/activities", posted)),
            (200, self.present.ask("GET", "/v1/me/points")),
            (200, self.present.ask("POST", "/v1/me/activities", activity(self.content))),
        )
        for expected, answer in answers:
            assert answer.status in {expected, 503}, f"{answer.route}: {answer.status} {answer.body.decode()}"
        return all(answer.status == expected for expected, answer in answers)

    @property
    def answers(self) -> list[Answer]:
        return [answer for guest in self.guests for answer in guest.answers]

    def close(self) -> None:
        for guest in self.guests:
            assert guest.unanswered == 0
            guest.go()


def stopped(house: House) -> AbstractContextManager[None]:
    """Only `laurel serve` brings the database back."""
    stop_database(house)
    return contextlib.nullcontext()


def killed(house: House) -> AbstractContextManager[None]:
    kill_cache(house)
    return contextlib.nullcontext()


def flushed(house: House) -> AbstractContextManager[None]:
    flush_cache(house)
    return contextlib.nullcontext()


@contextlib.contextmanager
def away(house: House, *ends: Callable[[House], None]) -> Iterator[None]:
    """Both `laurel serve` and an operator try to bring back what was away."""
    with gone(house, *ends):
        yield
    start_both(house)


EVENTS: dict[str, Callable[[House], AbstractContextManager[None]]] = {
    "the database is stopped": stopped,
    "the database is away": lambda house: away(house, stop_database),
    "Valkey is killed": killed,
    "Valkey is away": lambda house: away(house, kill_cache),
    "Valkey is flushed": flushed,
    "both are away": lambda house: away(house, kill_cache, stop_database),
}


def endure(trial: Trial, house: House, event: Callable[[House], AbstractContextManager[None]]) -> float:
    """Let it happen; ask at once, all the while, and until everything is as it was. Return how long that took."""
    with event(house):
        ends = time.monotonic() + AWAY_SECONDS
        while time.monotonic() < ends:
            trial.look()
    back = time.monotonic()
    until(trial.look, RECOVERY_SECONDS, "no recovery")
    return time.monotonic() - back


def assert_clear(answers: Sequence[Answer]) -> None:
    """Whatever was refused for the moment says so in words that a program understands, or in none."""
    unclear = [answer for answer in answers if answer.status >= 500 and not answer.is_bare]
    assert {answer.code for answer in unclear} <= NOT_NOW
    assert {answer.status for answer in answers} <= {200, 201, 204, 401, 403, 503}


@pytest.mark.parametrize("event", EVENTS)
def test_no_answer_is_wrong_and_nothing_answered_is_lost_when(place: Place, event: str) -> None:
    house, workers, counted_before = place.house, place.serving.workers(), counted(place.house)
    with visiting(place.guests(VISITORS), place.content) as visitors:
        trial = Trial(place)
        seconds = endure(trial, house, EVENTS[event])
    answers = trial.answers + [answer for visitor in visitors for answer in visitor.guest.answers]
    LOG.info("%s: %s; back %.1f s after the start", event, told(answers), seconds)
    trial.close()
    settle(house)
    assert_clear(answers)
    assert sum(visitor.guest.unanswered for visitor in visitors) == 0
    acknowledged = {identity for visitor in visitors for identity in visitor.acknowledged}
    assert_kept_and_audited(house, answers, acknowledged, counted_before)
    assert place.serving.process.poll() is None
    assert place.serving.workers() == workers


def test_without_valkey_reading_and_recording_go_on_and_what_others_could_not_learn_is_refused(place: Place) -> None:
    guest, leaver = place.guests(2)
    with away(place.house, kill_cache):
        assert guest.ask("GET", "/v1/me/points").status == 200
        assert guest.ask("POST", "/v1/me/activities", activity(place.content)).status == 200
        refused = [
            guest.ask("PUT", "/v1/me/consents/engagement", {"state": "withdrawn"}),
            guest.ask("GET", BOARD),
        ]
        assert [(answer.status, answer.code) for answer in refused] == [(503, "cache-unavailable")] * 2
        assert leaver.ask("GET", "/v1/me/points").status == 200, "the control: every worker may remember the session"
        ended = leaver.ask("DELETE", "/v1/sessions/current")
        assert (ended.status, leaver.ask("GET", "/v1/me/points").status) == (204, 401), "who leaves is out"
        assert ended.seconds >= REMEMBERED_SECONDS, "and is told so when no worker can remember the session any more"
    assert guest.ask("POST", "/v1/me/activities", activity(place.content)).status == 200, "no consent was withdrawn"
    until(lambda: guest.ask("GET", BOARD).status == 200, RECOVERY_SECONDS, "the board does not come back")
    assert leaver.ask("GET", "/v1/me/points").status == 401, "the one who left stays out"
    for each in (guest, leaver):
        each.go()


def test_without_postgresql_every_answer_is_a_bare_503(place: Place) -> None:
    (guest,) = place.guests(1)
    with away(place.house, stop_database):
        for method, path, content in (
            ("GET", "/v1/me/points", None),
            ("POST", "/v1/me/activities", activity(place.content)),
            ("PUT", "/v1/me/consents/engagement", {"state": "withdrawn"}),
            ("GET", "/v1/nothing", None),
        ):
            answer = guest.ask(method, path, content)
            assert answer.is_bare, f"{answer.route}: {answer.status} {answer.body.decode()}"
            assert answer.request is not None
    until(lambda: guest.ask("GET", "/v1/me/points").status == 200, RECOVERY_SECONDS, "no recovery")
    assert guest.ask("POST", "/v1/me/activities", activity(place.content)).status == 200, "the withdrawal failed"
    guest.go()


@pytest.mark.parametrize("wipe", [flush_cache, kill_cache])
def test_the_board_that_is_made_again_equals_the_board_before(place: Place, wipe: Callable[[House], None]) -> None:
    guest, shy, *others = place.guests(CROWD + 1)
    shy.put("/v1/me/consents/leaderboard", {"state": "withdrawn"})
    house = place.house
    until(lambda: house.value("select count(*) = 0 from kernel.outbox"), RECOVERY_SECONDS, "the relay is stuck")
    before = board(guest)
    entitled = {row["alias"]: row["points"] for row in house.fetch(ENTITLED)}
    assert {line["alias"]: line["points"] for line in before} == entitled
    assert CROWD <= len(before) == guest.get(BOARD)["total"]
    wipe(house)
    answers = []

    def is_back() -> bool:
        answers.append(guest.ask("GET", BOARD))
        return answers[-1].status == 200

    until(is_back, RECOVERY_SECONDS, "the board does not come back")
    assert_clear(answers)
    assert board(guest) == before
    for each in (guest, shy, *others):
        each.go()


@needs_oulad
@pytest.mark.soak
def test_an_import_goes_through_every_outage_twice_and_agrees_with_the_oracle() -> None:
    with opened() as place, visiting(place.guests(VISITORS), place.content) as visitors:
        house = place.house
        with importing(house, OULAD, "DDD/2013B") as imported:
            until(lambda: house.value("select count(*) > 5000 from engagement.activity"), 120, "nothing is imported")
            for name, event in [*EVENTS.items()] * 2:
                trial = Trial(place)
                seconds = endure(trial, house, event)
                LOG.info("%s: %s; back %.1f s after the start", name, told(trial.answers), seconds)
                assert imported.poll() is None, f"the import ended before {name!r} was over"
                trial.close()
                assert_clear(trial.answers)
            imported.communicate()
        for visitor in visitors:
            visitor.leave()
        settle(house)  # while somebody visits there is hardly a moment without an entry that waits
        answers = [answer for visitor in visitors for answer in visitor.guest.answers]
        assert_clear(answers)
        assert_kept_and_audited(house, answers, {identity for visitor in visitors for identity in visitor.acknowledged})
        assert_agrees_with_the_oracle(house, OULAD, "DDD", "2013B")
        assert house.report("audit", "verify")["ok"] is True
