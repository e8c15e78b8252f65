"""Cosignatures against bytes put together by hand as c2sp.org/tlog-cosignature says, and keys that change."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit.rules.checkpoints import Checkpoint
from audit.rules.cosignatures import ED25519_COSIGNATURE, ML_DSA_44, CosignatureVerifier, Cosigner
from audit.rules.keyring import FormerKey, KeyRing, read_former_keys
from audit.rules.notes import LogKey, NoteError, parse_note, parse_vkey

SEED = bytes(range(32))
NAME = "witness.example/w1"
KEY = LogKey("example.com/behind-the-sofa", SEED)
CHECKPOINT = Checkpoint(KEY.origin, 20_852_163, bytes.fromhex("0a" * 32))
TEXT = CHECKPOINT.text()
NOTE = KEY.sign_note(TEXT)
TIME = 1_679_315_147
KINDS = (ED25519_COSIGNATURE, ML_DSA_44)


def raw(line: str) -> bytes:
    return base64.b64decode(line.split(" ")[2])


def test_an_ed25519_cosignature_is_over_the_text_behind_its_header_and_time() -> None:
    signature = raw(Cosigner(NAME, SEED, ED25519_COSIGNATURE).line(TEXT, TIME))
    assert len(signature) == 4 + 8 + 64
    assert int.from_bytes(signature[4:12], "big") == TIME
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    Ed25519PrivateKey.from_private_bytes(SEED).public_key().verify(signature[12:], message)


def test_an_ml_dsa_44_cosignature_is_over_the_cosigned_message() -> None:
    signature = raw(Cosigner(NAME, SEED, ML_DSA_44).line(TEXT, TIME))
    assert len(signature) == 4 + 8 + 2_420
    message = b"".join(
        (
            b"subtree/v1\n\0", b"\x12", NAME.encode(), TIME.to_bytes(8, "big"), bytes([len(KEY.origin)]),
            KEY.origin.encode(), (0).to_bytes(8, "big"), CHECKPOINT.size.to_bytes(8, "big"), CHECKPOINT.root,
        )
    )  # fmt: skip
    MLDSA44PrivateKey.from_seed_bytes(SEED).public_key().verify(signature[12:], message)


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_of_a_cosignature_is_read_and_every_change_is_noticed(kind: bytes) -> None:
    cosigner = Cosigner(NAME, SEED, kind)
    verifier = CosignatureVerifier(cosigner.vkey)
    assert parse_vkey(cosigner.vkey).kind == kind
    line = cosigner.line(TEXT, TIME)
    assert verifier.time_of(parse_note(NOTE + line)) == TIME
    assert verifier.time_of(parse_note(NOTE)) is None, "it did not sign"
    assert verifier.time_of(parse_note(NOTE + line + cosigner.line(TEXT, TIME + 9))) == TIME + 9
    data = bytearray(raw(line))
    for place in (4, 11, 12, len(data) - 1):
        changed = bytes(data[:place]) + bytes([data[place] ^ 1]) + bytes(data[place + 1 :])
        bad = f"\N{EM DASH} {NAME} {base64.b64encode(changed).decode()}\n"
        with pytest.raises(NoteError):
            verifier.time_of(parse_note(NOTE + bad))
    other = KEY.sign_note(Checkpoint(KEY.origin, CHECKPOINT.size + 1, CHECKPOINT.root).text())
    with pytest.raises(NoteError):
        verifier.time_of(parse_note(other + line))
    cut = f"\N{EM DASH} {NAME} {base64.b64encode(bytes(data[:-1])).decode()}\n"
    with pytest.raises(NoteError, match="length"):
        verifier.time_of(parse_note(NOTE + cut))


def test_a_logs_key_is_no_cosigners_and_a_cosigners_no_logs() -> None:
    with pytest.raises(NoteError):
        CosignatureVerifier(KEY.vkey)
    for kind in KINDS:
        with pytest.raises(NoteError):
            KeyRing(Cosigner(NAME, SEED, kind).vkey)


FORMER = LogKey(KEY.origin, bytes(32))


def test_a_former_key_verifies_what_it_signed_and_nothing_above() -> None:
    ring = KeyRing(KEY.vkey, [FormerKey(FORMER.vkey, 100)])
    for size, key, other in ((100, FORMER, KEY), (101, KEY, FORMER), (0, FORMER, KEY)):
        text = Checkpoint(KEY.origin, size, bytes(32)).text()
        assert ring.open(key.sign_note(text)).size == size
        with pytest.raises(NoteError, match="not signed by this key"):
            ring.open(other.sign_note(text))


def test_former_keys_are_lines_of_a_key_and_a_size() -> None:
    both = [FormerKey(FORMER.vkey, 100), FormerKey(KEY.vkey, 7)]
    for ending in ("", "\n"):
        assert read_former_keys(f"{FORMER.vkey} 100\n{KEY.vkey} 7{ending}") == both
    assert read_former_keys("") == []
    unkeyed = (
        "",
        " -1",
        " 1 2",
        " \u0661",
        "  1",
        " 1 ",
        " 01",
        " 1\r",
        " 1\x0b",
        " 1\u2028",
        f" {2**63}",
        f" {'9' * 5_000}",
    )
    lines = ["x 1", f" {FORMER.vkey} 1", *(f"{FORMER.vkey}{ending}" for ending in unkeyed)]
    for text in (*lines, "\n", f"\n{FORMER.vkey} 1", f"{FORMER.vkey} 1\n\n", f"{FORMER.vkey} 1\n\n{KEY.vkey} 7"):
        with pytest.raises(NoteError):
            read_former_keys(text)
    with pytest.raises(NoteError, match="another log"):
        KeyRing(KEY.vkey, [FormerKey(LogKey("another.example", SEED).vkey, 1)])
    with pytest.raises(NoteError, match="same checkpoint"):
        KeyRing(KEY.vkey, [FormerKey(FORMER.vkey, 1), FormerKey(KEY.vkey, 1)])
