"""Both verifiers accept and refuse exactly the same: what is right, what kills parsers, and what chance makes."""

import base64
import random
from collections.abc import Iterator

import pytest

from audit.rules.checkpoints import Checkpoint
from audit.rules.notes import LogKey
from audit.rules.offline import OfflineProof, write_proof
from audit.rules.proofs import inclusion_ranges
from audit.rules.resources import write_bundle
from audit.rules.tree import CompactRange, complete_hash, leaf_hash
from tests.audit.judging import NODE, Case, compared, encoded
from tests.audit.log import KEY

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")

FORMER = LogKey(KEY.origin, bytes(32))
OTHER = LogKey("other.example/log", b"o" * 32)
ENTRIES = [b'{"number":%d}' % number for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
MUTATIONS = 4_000
SOAK_MUTATIONS = 1_000_000
BATCH = 20_000
PIECES = [
    b"\n", b"\n\n", b"\r\n", b"\r", b"\0", b"\x0b", b"\x1f", b" ", b"  ", b"\t", b"\xc2\xa0", b"\xc2\x85",
    b"\xef\xbb\xbf", b"\xe2\x80\x94 ", b"\xe2\x80\xa8", b"\xe1\x9a\x80", b"\xff", b"\xed\xa0\x80", b"+", b"-", b"=",
    b"==", b"/", b"_", b"0", b"00", b"+5", b"1_0", b"9223372036854775807", b"9223372036854775808", b"x", b"x000/",
    b".p/", b"256", b"index ", b"extra ", b"extra AAA=\n", b"old 1\n", b"A", b"AAAA", b"\xd9\xa1", b"{", b'"', b"\\",
    b"1e3",
]  # fmt: skip


def range_hash(start: int, end: int) -> bytes:
    tree = CompactRange()
    tree.extend(LEAVES[start:end])
    return tree.root


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint(KEY.origin, size, range_hash(0, size))


def proof(index: int, size: int) -> bytes:
    hashes = tuple(range_hash(start, end) for start, end in inclusion_ranges(index, size))
    return write_proof(OfflineProof(index, hashes, KEY.sign_note(checkpoint(size).text()))).encode()


def line(note: str) -> str:
    return note.rsplit("\n\n", 1)[1]


def right() -> Iterator[tuple[str, bytes, Case]]:
    """Yield what both must accept: kind, data, and what else the kind asks for."""
    for text in ("one\n", "one\n\ntwo\n", "\u00fc \u2028\n", "\n", "\ufeff\n"):
        yield "note", KEY.sign_note(text).encode(), {"key": KEY.vkey}
    note = KEY.sign_note("many\n")
    yield "note", (note + line(OTHER.sign_note("x\n")) * 63).encode(), {"key": KEY.vkey}
    yield "note", (note + line(note)).encode(), {"key": KEY.vkey}
    for size in (0, 1, 256, 300, 2**63 - 1):
        root = range_hash(0, size) if size <= 300 else bytes(32)
        text = Checkpoint(KEY.origin, size, root).text()
        yield "checkpoint", KEY.sign_note(text).encode(), {"key": KEY.vkey}
        yield "checkpoint", KEY.sign_note(text + "an extension\n").encode(), {"key": KEY.vkey}
    former = {"key": KEY.vkey, "former": [f"{FORMER.vkey} 100"]}
    yield "checkpoint", FORMER.sign_note(checkpoint(100).text()).encode(), former
    yield "checkpoint", KEY.sign_note(checkpoint(101).text()).encode(), former
    for vkey in (KEY.vkey, "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"):
        yield "key", vkey.encode(), {}
    for path in ("0/000", "63/999.p/255", "entries/x001/x234/067", "entries/273.p/112", "1/x001/000.p/1"):
        yield "path", path.encode(), {}
    for bundle in ([], [b""], ENTRIES[:5], [b"x" * 65_535]):
        yield "bundle", write_bundle(bundle), {}
    for index, size in ((0, 1), (0, 2), (299, 300), (255, 300), (256, 300), (7, 256)):
        yield "proof", proof(index, size), {"key": KEY.vkey, "entry": encoded(ENTRIES[index])}
    extra = proof(3, 9).replace(b"@v1\n", b"@v1\nextra AAAA\n")
    yield "proof", extra, {"key": KEY.vkey, "entry": encoded(ENTRIES[3])}


RIGHT = [{"kind": kind, "data": encoded(data), **more} for kind, data, more in right()]


def wrong() -> Iterator[Case]:
    """Yield what both must refuse: what kills parsers, and forgeries."""
    note = KEY.sign_note(checkpoint(5).text())
    text, signature = checkpoint(5).text(), line(note)
    flood = line(OTHER.sign_note("x\n")) * 64 + signature
    broken = [
        note.replace("\n", "\r\n"), note[:-1], note + "\n", note.replace("\n\n", "\n\n\n"), f"{text}\n{flood}",
        f"{text}{signature}", note.replace("\u2014 ", "\u2014\u00a0"), note.replace("\u2014 ", "- "),
        f"{text}\n{signature.rstrip()}=\n", f"{text}\n{signature.replace('+', '-').replace('/', '_')}x\n",
    ]  # fmt: skip
    for size in ("05", "+5", "-5", "5_0", "1_0", " 5", "5 ", "", "\u0665", "9223372036854775808", "1e1", "0x5"):
        lines = text.split("\n")
        broken.append(KEY.sign_note("\n".join([lines[0], size, *lines[2:]])))
    roots = ("", "AAAA", text.split("\n")[2][:-1], text.split("\n")[2][:-2] + "B=", "-" * 43 + "=")
    broken += [KEY.sign_note(f"{KEY.origin}\n5\n{root}\n") for root in roots]
    broken += [
        KEY.sign_note(f"{KEY.origin}\n5\n"), KEY.sign_note(text + "\nafter an empty line\n"),
        KEY.sign_note(Checkpoint(OTHER.origin, 5, bytes(32)).text()), OTHER.sign_note(text), FORMER.sign_note(text),
    ]  # fmt: skip
    for each in broken:
        yield {"kind": "checkpoint", "data": encoded(each.encode()), "key": KEY.vkey}
    former = {"key": KEY.vkey, "former": [f"{FORMER.vkey} 100"]}
    yield {"kind": "checkpoint", "data": encoded(FORMER.sign_note(checkpoint(101).text()).encode()), **former}
    yield {"kind": "checkpoint", "data": encoded(KEY.sign_note(checkpoint(100).text()).encode()), **former}
    for name in ("", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\u0085b", "a\x1fb"):
        yield {"kind": "key", "data": encoded(f"{name}+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".encode())}
    node_as_leaf = LEAVES[0] + LEAVES[1]
    forged = [
        (proof(0, 300).replace(b"index 0", b"index 1"), ENTRIES[0]), (proof(0, 300), ENTRIES[1]),
        (proof(0, 2).replace(b"index 0", b"index 00"), ENTRIES[0]), (proof(0, 300), node_as_leaf),
        (proof(1, 4).replace(b"index 1", b"index 0"), node_as_leaf),
        (write_proof(OfflineProof(0, (), KEY.sign_note(checkpoint(2).text()))).encode(), ENTRIES[0]),
        (write_proof(OfflineProof(0, (bytes(32),) * 64, KEY.sign_note(checkpoint(2).text()))).encode(), ENTRIES[0]),
        (write_proof(OfflineProof(5, (), KEY.sign_note(checkpoint(5).text()))).encode(), ENTRIES[0]),
        (proof(0, 2).replace(b"\n\n", b"\n", 1), ENTRIES[0]),
        (proof(0, 2).replace(b"proof@v1", b"proof@v2"), ENTRIES[0]),
        (proof(0, 2).replace(b"@v1\n", b"@v1\nextra AA=A\n"), ENTRIES[0]),
        (proof(0, 2).replace(b"@v1\n", b"@v1\nextra AAAA\nextra AAAA\n"), ENTRIES[0]),
    ]  # fmt: skip
    for data, entry in forged:
        yield {"kind": "proof", "data": encoded(data), "key": KEY.vkey, "entry": encoded(entry)}


def mutated(chance: random.Random) -> Case:
    """Return something right with a few bytes changed."""
    case = chance.choice(RIGHT)
    data = bytearray(base64.b64decode(case["data"]))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        place = chance.randint(0, len(data))
        match chance.randrange(6):
            case 0 if data:
                data[min(place, len(data) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                data[place:place] = chance.choice(PIECES)
            case 2:
                del data[place : place + chance.choice((1, 1, 2, 40))]
            case 3:
                data[place : place + chance.choice((1, 2, 8))] = chance.choice(PIECES)
            case 4:
                data[place:place] = data[: chance.choice((1, 20, 120))]
            case _:
                spot = bytes(data).find(b"\n", place)
                data[max(spot, 0) : max(spot, 0) + 1] = chance.choice(PIECES)
    return {**case, "data": encoded(bytes(data))}


def test_what_is_right_is_accepted_by_both() -> None:
    counted = compared(RIGHT)
    assert not [said for said in counted if said.endswith("refuse")], counted
    assert complete_hash(LEAVES[:256]) == range_hash(0, 256)


def test_what_is_wrong_is_refused_by_both() -> None:
    counted = compared(list(wrong()))
    assert not [said for said in counted if said.endswith("accept")], counted


def test_both_agree_on_what_chance_makes() -> None:
    chance = random.Random(20_261_128)
    counted = compared([mutated(chance) for _ in range(MUTATIONS)])
    assert {said.split(" ")[1] for said in counted} == {"accept", "refuse"}


@pytest.mark.soak
def test_both_agree_on_a_million_things_that_chance_makes() -> None:
    for seed in range(SOAK_MUTATIONS // BATCH):
        chance = random.Random(seed)
        compared([mutated(chance) for _ in range(BATCH)])
