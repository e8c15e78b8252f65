"""A witness signs what continues what it has seen, and nothing else (c2sp.org/tlog-witness, add-checkpoint)."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import WitnessService
from audit.errors import WitnessStoreError
from audit.rules.checkpoints import Checkpoint
from audit.rules.notes import LogKey, NoteError
from audit.rules.submissions import Submission, write_submission
from audit.witness import Memory, hashed
from kernel.clock import MovableClock
from tests.audit.log import KEY
from tests.audit.witnessing import NAME, Tree, times

TREE = Tree(1_000)
SIZE_TYPE = "text/x.tlog.size"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    made = Memory(tmp_path)
    yield made
    made.close()


@pytest.fixture
def service(memory: Memory, clock: MovableClock) -> WitnessService:
    return WitnessService(NAME, [KEY.vkey], memory, clock)


async def test_what_continues_is_signed_with_both_keys_and_the_time(
    service: WitnessService, clock: MovableClock
) -> None:
    old = 0
    for size in (0, 1, 255, 256, 700, 700, 1_000):
        status, _, lines = await service.add_checkpoint(TREE.submission(old, size))
        assert status == 200
        assert times(service, TREE.note(size) + lines) == [int(clock.now().timestamp())] * 2
        old = size


async def test_an_unknown_log_is_404_and_a_strangers_signature_403(service: WitnessService) -> None:
    checkpoint = TREE.checkpoint(5)
    for key, status in (
        (LogKey("other.example/log", bytes(32)), 404),
        (LogKey(KEY.origin, bytes(32)), 403),
        (KEY, 200),
    ):
        note = key.sign_note(Checkpoint(key.origin, 5, checkpoint.root).text())
        assert (await service.add_checkpoint(write_submission(Submission(0, (), note))))[0] == status
    stranger = LogKey("stranger.example", bytes(32)).sign_note(checkpoint.text())
    line = stranger.split("\n\n")[1]
    both = write_submission(Submission(5, (), TREE.note(5) + line))
    assert (await service.add_checkpoint(both))[0] == 200, "signatures of others don't matter"


async def test_another_old_size_is_409_with_the_right_one(service: WitnessService) -> None:
    assert await service.add_checkpoint(TREE.submission(5, 10)) == (409, SIZE_TYPE, "0\n")
    assert (await service.add_checkpoint(TREE.submission(0, 10)))[0] == 200
    for old, new in ((0, 20), (9, 20), (11, 20), (20, 20), (0, 5)):
        assert await service.add_checkpoint(TREE.submission(old, new)) == (409, SIZE_TYPE, "10\n")
    assert (await service.add_checkpoint(TREE.submission(10, 20)))[0] == 200


async def test_what_does_not_continue_is_422_and_the_witness_stays_where_it_was(service: WitnessService) -> None:
    assert (await service.add_checkpoint(TREE.submission(0, 10)))[0] == 200
    fork = Tree(1_000, fork=7)
    for body in (
        fork.submission(10, 20),
        fork.submission(10, 10),
        write_submission(Submission(10, TREE.proof(10, 20)[:-1], TREE.note(20))),
        write_submission(Submission(10, (*TREE.proof(10, 20), bytes(32)), TREE.note(20))),
        write_submission(Submission(10, (bytes(32),), TREE.note(10))),
    ):
        assert (await service.add_checkpoint(body))[0] == 422
    assert (await service.add_checkpoint(TREE.submission(10, 20)))[0] == 200


async def test_another_root_of_the_same_size_is_422_and_names_no_size(service: WitnessService) -> None:
    assert (await service.add_checkpoint(TREE.submission(0, 10)))[0] == 200
    status, media_type, text = await service.add_checkpoint(Tree(1_000, fork=7).submission(10, 10))
    assert (status, media_type == SIZE_TYPE, text) == (422, False, "")
    assert (await service.add_checkpoint(TREE.submission(10, 10)))[0] == 200, "the control: the same root once more"


async def test_an_empty_log_has_the_root_of_nothing_and_no_proof(service: WitnessService) -> None:
    wrong = KEY.sign_note(Checkpoint(KEY.origin, 0, bytes(32)).text())
    assert (await service.add_checkpoint(write_submission(Submission(0, (), wrong))))[0] == 422
    proof = write_submission(Submission(0, (bytes(32),), TREE.note(5)))
    assert (await service.add_checkpoint(proof))[0] == 422
    assert (await service.add_checkpoint(TREE.submission(0, 0)))[0] == 200


async def test_what_is_malformed_is_400(service: WitnessService) -> None:
    good = TREE.submission(0, 10)
    hash_line = base64.b64encode(bytes(32)) + b"\n"
    for body in (
        b"", b"old 0\n", b"old 0\n\n", good.replace(b"old 0", b"old 00"), good.replace(b"old 0", b"old +0"),
        good.replace(b"old 0", b"old  0"), good.replace(b"old 0\n", b"old 0\r\n"), good.replace(b"old 0", b"old"),
        good.replace(b"old 0\n", b"old 0\n" + hash_line * 64), good.replace(b"old 0\n", b"old 0\nAAAA\n"),
        good.replace(b"old 0\n", b"old 0\n" + hash_line.replace(b"A=", b"B=")), good[:-1], b"\xff" + good,
        good.replace(b"old 0", b"old 11"), good.replace(b"old 0", b"old 99999999999999999999"),
    ):  # fmt: skip
        assert (await service.add_checkpoint(body))[0] == 400, body[:60]
    assert (await service.add_checkpoint(good))[0] == 200


async def test_of_submissions_that_cross_one_wins_and_the_memory_never_shrinks(service: WitnessService) -> None:
    assert (await service.add_checkpoint(TREE.submission(0, 10)))[0] == 200
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(service.add_checkpoint(TREE.submission(10, size))) for size in range(11, 61)]
    answers = [task.result() for task in tasks]
    assert sorted(status for status, _, _ in answers) == [200] + [409] * 49
    winner = next(size for size, (status, _, _) in enumerate(answers, 11) if status == 200)
    assert {text for status, _, text in answers if status == 409} == {f"{winner}\n"}


async def test_what_was_answered_is_remembered_after_a_restart(tmp_path: Path, clock: MovableClock) -> None:
    first = Memory(tmp_path)
    with pytest.raises(WitnessStoreError):
        Memory(tmp_path)
    before = WitnessService(NAME, [KEY.vkey], first, clock)
    _, _, lines = await before.add_checkpoint(TREE.submission(0, 10))
    first.close()
    second = Memory(tmp_path)
    after = WitnessService(NAME, [KEY.vkey], second, clock)
    assert after.vkeys == before.vkeys
    assert (await after.add_checkpoint(TREE.submission(0, 20)))[2] == "10\n"
    assert second.note(hashed(KEY.origin)) == TREE.note(10) + lines
    assert (await after.add_checkpoint(TREE.submission(10, 20)))[0] == 200
    second.close()


def test_a_key_that_was_cut_is_no_key(tmp_path: Path, clock: MovableClock) -> None:
    (tmp_path / "key").write_bytes(b"")
    with pytest.raises(NoteError, match="0 bytes"):
        WitnessService("w.example", [KEY.vkey], Memory(tmp_path), clock)


def test_nobody_else_may_read_a_witnesss_folder(memory: Memory, tmp_path: Path) -> None:
    memory.seed()
    memory.keep(KEY.origin, TREE.note(1))
    assert [each.stat().st_mode & 0o077 for each in tmp_path.iterdir()] == [0, 0, 0]


async def test_a_note_with_many_signatures_is_kept_with_the_logs_and_its_own_alone(
    service: WitnessService, memory: Memory
) -> None:
    line = LogKey("stranger.example", bytes(32)).sign_note("x\n").split("\n\n")[1]
    body = write_submission(Submission(0, (), TREE.note(10) + line * 63))
    assert (await service.add_checkpoint(body))[0] == 200
    assert (memory.note(hashed(KEY.origin)) or "").count("\N{EM DASH}") == 3
    assert (await service.add_checkpoint(TREE.submission(10, 20)))[0] == 200


async def test_a_note_with_as_many_copies_of_the_logs_signature_as_it_can_hold_is_kept_with_one(
    service: WitnessService, memory: Memory
) -> None:
    line = TREE.note(10).split("\n\n")[1]
    full = write_submission(Submission(0, (), TREE.note(10) + line * 63))
    assert (await service.add_checkpoint(full))[0] == 200
    known = memory.known(KEY.origin)
    assert known is not None
    assert known.size == 10, "it can be read again"
    assert (await service.add_checkpoint(TREE.submission(10, 20)))[0] == 200
