"""Publishing: every second with every signature there is, whatever the witnesses do, and never without saying so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

import audit
from audit import publisher as publishing_side
from audit import witnesses
from audit.publisher import NAME as PUBLISHER
from audit.rules.checkpoints import open_checkpoint
from audit.rules.cosignatures import CosignatureVerifier
from audit.rules.notes import LogVerifier, parse_note, parse_vkey, write_signature
from audit.session import connected
from audit.witnesses import Witnesses
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.audit.log import KEY, sequence, sequenced, superuser, write
from tests.audit.witnessing import NAME, Answer, Tree, honest, http, listening, times, witness
from tests.logs import captured


@asynccontextmanager
async def publishing(
    database_url: str, clock: MovableClock, policy: audit.Policy | None = None
) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    async with connected(database_url, PUBLISHER) as connection:
        asked = Witnesses(policy) if policy else None
        publisher = audit.Publisher(database_url, KEY, clock, policy)
        yield partial(publisher.publish, connection, asked)
        if asked:
            await asked.close()


async def published(work: Work, origin: Origin) -> tuple[str, audit.Status]:
    async with work.read(origin) as uow:
        return await audit.served_checkpoint(uow), await audit.status(uow)


async def test_a_published_checkpoint_carries_both_of_the_logs_signatures_and_is_signed_again_when_idle(
    work: Work, database_url: str, clock: MovableClock, origin: Origin
) -> None:
    await sequenced(work, database_url, clock, (30,))
    cosigner = CosignatureVerifier(audit.log_cosigner(KEY).vkey)
    async with publishing(database_url, clock) as publish:
        assert await publish()
        note, status = await published(work, origin)
        assert open_checkpoint(note, LogVerifier(KEY.vkey)).size == status.published_size == 30
        assert cosigner.time_of(parse_note(note)) == int(clock.now().timestamp())
        assert (status.witnessed_size, status.unmet_since) == (30, None)
        assert not await publish(), "nothing is new"
        clock.move(timedelta(seconds=61))
        assert await publish()
        again, _ = await published(work, origin)
        assert again != note
        assert cosigner.time_of(parse_note(again)) == int(clock.now().timestamp())
        await write(work, 5, 30)
        await sequence(database_url, clock)
        assert await publish()
        assert (await published(work, origin))[1].published_size == 35


def policy_of(*urls: str, keys: dict[str, str], quorum: str = "all") -> audit.Policy:
    lines = [f"log {KEY.vkey}"]
    lines += [f"witness {name} {keys[name]} {url}" for name, url in zip(keys, urls, strict=True)]
    lines += [f"group G {quorum} {' '.join(keys)}", "quorum G"]
    return audit.parse_policy("\n".join(lines).encode())


async def test_witnesses_sign_what_is_published_and_proofs_carry_their_signatures(
    work: Work, database_url: str, clock: MovableClock, tmp_path: Path, origin: Origin
) -> None:
    service = witness(tmp_path, clock)
    async with listening(honest(service)) as url:
        policy = policy_of(url, keys={"w": service.vkeys[1]})
        async with publishing(database_url, clock, policy) as publish:
            for number in range(4):
                await write(work, 100, number * 100)
                await sequence(database_url, clock)
                assert await publish()
                note, status = await published(work, origin)
                assert times(service, note) == [None, int(clock.now().timestamp())], "the policy's key alone"
                assert status.witnessed_size == status.published_size == (number + 1) * 100
        # A log that forgot what the witness has seen asks again, from where the witness says.
        async with publishing(database_url, clock, policy) as publish:
            await write(work, 7, 400)
            await sequence(database_url, clock)
            await publish()
    async with work.read(origin) as uow:
        proof = await audit.inclusion_proof(uow, 3)
    assert times(service, proof.checkpoint) == [None, int(clock.now().timestamp())]


async def down(_: bytes) -> bytes:
    raise ConnectionError


async def slow(_: bytes) -> bytes:
    await asyncio.sleep(30)
    return b""


async def garbage(_: bytes) -> bytes:
    return b"\x00\xff not http at all\r\n\r\n"


async def nonsense(_: bytes) -> bytes:
    return http(200, "text/plain", "\N{EM DASH} witness.example/w1 AAAA\n\n\n")


async def endless(_: bytes) -> bytes:
    return http(200, "text/plain", "x" * 1_000_000)


async def always_conflict(_: bytes) -> bytes:
    return http(409, "text/x.tlog.size", "3\n")


async def conflict_with_words(_: bytes) -> bytes:
    return http(409, "text/x.tlog.size", "+1_0\n")


async def other_root(_: bytes) -> bytes:
    """Refuse another root of the same size as tlog-witness 1.0.0 has it: a conflict that names no size."""
    return http(409, "text/plain", "")


async def saw_more(_: bytes) -> bytes:
    return http(409, "text/x.tlog.size", "999999\n")


async def failing(_: bytes) -> bytes:
    return http(500, "text/plain", "")


BAD: dict[str, Answer] = {
    each.__name__: each
    for each in (
        down,
        slow,
        garbage,
        nonsense,
        endless,
        always_conflict,
        conflict_with_words,
        other_root,
        saw_more,
        failing,
    )
}


@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_witness_stops_nothing_and_is_not_passed_over_in_silence(
    work: Work, database_url: str, clock: MovableClock, tmp_path: Path, origin: Origin, bad: str
) -> None:
    good, other = witness(tmp_path / "good", clock), witness(tmp_path / "other", clock)
    keys = {"good": good.vkeys[0], "bad": other.vkeys[0]}
    await sequenced(work, database_url, clock, (10,))
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(listening(answer)) for answer in (honest(good), BAD[bad])]
        publish = await stack.enter_async_context(publishing(database_url, clock, policy_of(*urls, keys=keys)))
        with captured(publishing_side, witnesses) as logs:
            began = asyncio.get_running_loop().time()
            assert await publish()
            assert asyncio.get_running_loop().time() - began < 3
        note, status = await published(work, origin)
        assert times(good, note)[0] is not None, "the other witness has signed"
        assert times(other, note) == [None, None]
        assert (status.published_size, status.witnessed_size) == (10, 0)
        assert status.unmet_since == clock.now()
        (alarm,) = [each for each in logs if each["event"] == "audit_witness_policy_unmet"]
        assert (alarm["log_level"], alarm["missing"]) == ("error", ["bad"])
        assert any(each.get("witness") == "bad" for each in logs)
        if bad == "saw_more":
            assert any(each["event"] == "audit_witness_saw_more" for each in logs)
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(listening(honest(each))) for each in (good, other)]
        publish = await stack.enter_async_context(publishing(database_url, clock, policy_of(*urls, keys=keys)))
        assert await publish()
    _, status = await published(work, origin)
    assert (status.witnessed_size, status.unmet_since) == (10, None), "the control: both are there"


async def test_a_lying_witness_is_not_counted(
    work: Work, database_url: str, clock: MovableClock, tmp_path: Path, origin: Origin
) -> None:
    await sequenced(work, database_url, clock, (10,))
    right, wrong = witness(tmp_path / "right", clock), witness(tmp_path / "wrong", clock)
    lies = Tree(10)

    async def lying(_body: bytes) -> bytes:
        """Answer with its good signature over another checkpoint."""
        _, _, lines = await wrong.add_checkpoint(lies.submission(0, 10))
        return http(200, "text/plain", lines)

    async with listening(lying) as url, listening(honest(right)) as good_url:
        keys = {"right": right.vkeys[0], "wrong": wrong.vkeys[0]}
        policy = policy_of(good_url, url, keys=keys, quorum="any")
        async with publishing(database_url, clock, policy) as publish:
            await publish()
    note, status = await published(work, origin)
    assert (times(right, note)[0] is not None, times(wrong, note)) == (True, [None, None])
    assert status.unmet_since is None, "any of the two is enough"


@pytest.mark.parametrize("more", ["the log's name", "many lines", "another witness's name"])
async def test_what_a_witness_says_besides_its_own_line_is_not_published(
    work: Work, database_url: str, clock: MovableClock, tmp_path: Path, origin: Origin, more: str
) -> None:
    await sequenced(work, database_url, clock, (10,))
    right, other = witness(tmp_path / "right", clock), witness(tmp_path / "other", clock)
    junk = write_signature("other.example/w2", b"abcd", b"x" * 72)
    said = {
        "the log's name": write_signature(KEY.origin, KEY.key_id, b"x" * 64),
        "many lines": junk * 60,
        "another witness's name": write_signature(NAME, parse_vkey(other.vkeys[0]).key_id, b"x" * 72),
    }

    async def talking(body: bytes) -> bytes:
        _, _, lines = await right.add_checkpoint(body)
        return http(200, "text/plain", lines + said[more])

    async with listening(talking) as url, listening(honest(other)) as other_url:
        keys = {"right": right.vkeys[0], "other": other.vkeys[0]}
        policy = policy_of(url, other_url, keys=keys)
        async with publishing(database_url, clock, policy) as publish:
            await publish()
    note, status = await published(work, origin)
    assert open_checkpoint(note, LogVerifier(KEY.vkey)).size == 10
    assert (status.unmet_since, sorted(policy.signers(note))) == (None, ["other", "right"])
    assert note.count("\N{EM DASH}") == 4, "the log's two, and one of each witness"


async def test_a_fork_made_with_the_stolen_key_of_the_log_is_seen_by_the_witness_alone(
    work: Work, database_url: str, clock: MovableClock, tmp_path: Path, origin: Origin
) -> None:
    service = witness(tmp_path, clock)
    async with listening(honest(service)) as url:
        policy = policy_of(url, keys={"w": service.vkeys[0]})
        await sequenced(work, database_url, clock, (40,))
        async with publishing(database_url, clock, policy) as publish:
            await publish()
        kept, _ = await published(work, origin)
        await _rewrite(work, database_url, clock)
        assert (await audit.verify(database_url, KEY.vkey)).ok, "by itself the other history is in order"
        against = await audit.verify(database_url, KEY.vkey, against=kept)
        assert [each.kind for each in against.findings] == [audit.FindingKind.CHECKPOINT_CONTRADICTED]
        with captured(publishing_side, witnesses) as logs:
            async with publishing(database_url, clock, policy) as publish:
                await publish()
    note, status = await published(work, origin)
    assert times(service, note) == [None, None]
    assert status.unmet_since is not None
    assert [each["status"] for each in logs if each["event"] == "audit_witness_refused"] == [422]
    assert any(each["event"] == "audit_witness_policy_unmet" for each in logs)


async def _rewrite(work: Work, database_url: str, clock: MovableClock) -> None:
    """Make another history of the same length and longer, as a superuser with the log's key can."""
    async with superuser(database_url) as owner:
        for table in ("checkpoint", "tile", "leaf", "pending", "entry", "publication"):
            await owner.execute(f"delete from audit.{table}")
    await sequenced(work, database_url, clock, (45,))
