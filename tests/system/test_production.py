"""Production: servers of one's own, six secrets, and `laurel migrate`, `serve` and `worker` as separate programs."""

import base64
import contextlib
import secrets
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import embedded
from kernel.keys import new_rsa_key
from kernel.settings import SECRETS
from tests.system.guests import Hosts, activity
from tests.system.house import House, built, until
from tests.system.results import settle


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Servers that somebody else runs; secrets in files, as containers get them."""
    with built() as made, embedded.start(made.home) as running:
        made.settings = {
            "LAUREL_MODE": "production",
            "LAUREL_STAFF_SECOND_FACTOR": "optional",  # this file's staff have passwords alone
            "LAUREL_DATABASE_URL": running.application_url,
            "LAUREL_MIGRATION_DATABASE_URL": running.database_url,
            "LAUREL_REDIS_URL": running.redis_url,
            **{f"LAUREL_{name.upper()}_FILE": str(secret(made.home / name)) for name in SECRETS},
            "LAUREL_BADGE_RSA_KEY_FILE": str(pem(made.home / "badge_rsa_key")),
        }
        made.said("migrate")
        yield made


def secret(file: Path) -> Path:
    file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return file


def pem(file: Path) -> Path:
    file.write_bytes(new_rsa_key())
    return file


@contextlib.contextmanager
def working(house: House) -> Iterator["subprocess.Popen[str]"]:
    """`laurel worker` while the block lasts; it must end well when it is asked to."""
    with house.launch("worker", log=house.log("worker")) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0, house.log("worker").read_text()


def test_serve_and_worker_share_the_work_and_another_worker_takes_over(house: House) -> None:
    with house.serve(), working(house) as first:
        house.furnish()
        with Hosts(house).at_work() as hosts, hosts.hcp() as guest:
            content = hosts.content()
            guest.post("/v1/me/activities", activity(content))
            settle(house)
            until(lambda: guest.get("/v1/leaderboards/all-time")["points"] > 0, 10, "the board has nobody")
            with working(house):
                first.kill()
                guest.post("/v1/me/activities", activity(content))
                settle(house)
    assert house.report("audit", "verify")["ok"] is True
    assert not (house.home / "keys").exists(), "with secrets given, none is made"


def test_without_a_worker_requests_are_answered_and_wait_for_their_index(house: House) -> None:
    with house.serve(), Hosts(house).at_work() as hosts, hosts.hcp() as guest:
        assert guest.get("/v1/me/points")["points"] == 0
        assert house.value("select count(*) from audit.pending") > 0
        with working(house):
            settle(house)
    assert house.report("audit", "verify")["ok"] is True
