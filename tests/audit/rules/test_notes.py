"""Signed notes against the specification's example, and against everything that must be refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from audit.rules.notes import MOST_SIGNATURES, LogKey, LogVerifier, NoteError, parse_note

# c2sp.org/signed-note, the worked example.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "This is an example message.\n"
LINE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NOTE = f"{TEXT}\n{LINE}"

KEY = LogKey("laurel.example/audit", bytes(range(32)))
ROOT = bytes(range(32))
NBSP = "\N{NO-BREAK SPACE}"


def foreign_line(name: str = "other.example", key_id: bytes = b"\x01\x02\x03\x04") -> str:
    return f"— {name} {base64.b64encode(key_id + bytes(64)).decode()}\n"


def test_the_example_of_the_specification_opens() -> None:
    verifier = LogVerifier(VKEY)
    assert (verifier.name, verifier.key_id.hex()) == ("example.com/foo", "530d903a")
    assert verifier.open(NOTE) == TEXT


def test_a_key_reads_what_it_signed_and_no_other_key_does() -> None:
    note = KEY.sign_note("one\n\ntwo\n")
    assert LogVerifier(KEY.vkey).open(note) == "one\n\ntwo\n"
    with pytest.raises(NoteError, match="not signed by this key"):
        LogVerifier(VKEY).open(note)
    assert note == KEY.sign_note("one\n\ntwo\n")


def test_the_last_empty_line_separates_text_from_signatures() -> None:
    note = parse_note(f"text\n\n— not.a/signature AAAA\n\n{LINE}")
    assert note.text == "text\n\n— not.a/signature AAAA\n"
    assert len(note.signatures) == 1


def test_signatures_of_other_keys_are_passed_over() -> None:
    same_name = foreign_line("example.com/foo")
    same_id = foreign_line("other.example", bytes.fromhex("530d903a"))
    assert LogVerifier(VKEY).open(f"{TEXT}\n{foreign_line()}{same_name}{LINE}{same_id}") == TEXT


def test_a_wrong_signature_beside_a_right_one_spoils_the_note() -> None:
    wrong = foreign_line("example.com/foo", bytes.fromhex("530d903a"))
    assert LogVerifier(VKEY).open(f"{TEXT}\n{LINE}") == TEXT
    for order in (wrong + LINE, LINE + wrong):
        with pytest.raises(NoteError, match="wrong"):
            LogVerifier(VKEY).open(f"{TEXT}\n{order}")


def test_at_least_sixteen_signatures_are_read_and_a_flood_is_not() -> None:
    assert LogVerifier(VKEY).open(f"{TEXT}\n{foreign_line() * 15}{LINE}") == TEXT
    with pytest.raises(NoteError, match="signatures"):
        parse_note(f"{TEXT}\n{LINE * (MOST_SIGNATURES + 1)}")


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}{LINE}",
        f"{TEXT}\n{LINE}".removesuffix("\n"),
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\n{LINE}trailing\n",
        f"{TEXT}\r\n\r\n{LINE}",
        f"tab\t\n\n{LINE}",
        f"nul\0\n\n{LINE}",
        f"\ud800\n\n{LINE}",
        f"{TEXT}\n-{LINE[1:]}",
        f"{TEXT}\n{LINE.replace('— ', '—')}",
        f"{TEXT}\n{LINE.replace('foo ', 'foo  ')}",
        f"{TEXT}\n{LINE.replace('example.com/foo ', ' ')}",
        f"{TEXT}\n{LINE.replace('example.com/foo', 'example.com/f+o')}",
        f"{TEXT}\n{LINE.replace('example.com/foo', 'example.com/f' + NBSP + 'o')}",
        f"{TEXT}\n{LINE.replace('QM=', 'QM')}",
        f"{TEXT}\n{LINE.replace('QM=', 'QN=')}",
        f"{TEXT}\n{LINE.replace('QM=', 'QM= ')}",
        f"{TEXT}\n{LINE.replace('Uw2Q', 'Uw2-')}",
        f"{TEXT}\n— example.com/foo Uw2QOg==\n",
        f"{TEXT}\n— example.com/foo\n",
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    assert parse_note(NOTE).text == TEXT
    with pytest.raises(NoteError):
        parse_note(note)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_any_changed_character_is_noticed(at: int, character: str) -> None:
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed == NOTE:
        assert LogVerifier(VKEY).open(changed) == TEXT
    else:
        with pytest.raises(NoteError):
            LogVerifier(VKEY).open(changed)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY.replace("example.com/foo", "example.com/bar"),
        VKEY.replace("example.com/foo", ""),
        VKEY.replace("+Aek", "+Bek"),
        VKEY + "AAAA",
        VKEY + "\n",
        VKEY[:-1],
    ],
)
def test_a_malformed_verifier_key_is_refused(vkey: str) -> None:
    assert LogVerifier(VKEY).vkey == VKEY
    with pytest.raises(NoteError):
        LogVerifier(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\N{NO-BREAK SPACE}b", "a\x1fb"])
def test_a_malformed_name_is_refused(name: str) -> None:
    assert LogKey("a", bytes(32)).origin == "a"
    with pytest.raises(NoteError):
        LogKey(name, bytes(32))


def test_a_seed_of_another_length_is_refused_and_the_seed_is_not_shown() -> None:
    with pytest.raises(NoteError):
        LogKey("a", bytes(31))
    assert repr(KEY) == f"LogKey({KEY.vkey})"


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "\ud800\n"])
def test_only_well_formed_text_is_signed(text: str) -> None:
    assert KEY.sign_note("fine\n")
    with pytest.raises(NoteError):
        KEY.sign_note(text)


def test_a_checkpoint_has_three_lines_and_comes_back_as_it_went() -> None:
    checkpoint = Checkpoint(KEY.origin, 20_852_163, ROOT)
    assert checkpoint.text().split("\n") == ["laurel.example/audit", "20852163", base64.b64encode(ROOT).decode(), ""]
    assert open_checkpoint(KEY.sign_note(checkpoint.text()), LogVerifier(KEY.vkey)) == checkpoint


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = KEY.sign_note(Checkpoint("other.example", 1, ROOT).text())
    assert LogVerifier(KEY.vkey).open(note)
    with pytest.raises(NoteError, match="another log"):
        open_checkpoint(note, LogVerifier(KEY.vkey))


def test_extension_lines_are_passed_over() -> None:
    text = Checkpoint("a", 5, ROOT).text()
    assert parse_checkpoint(text + "extension\n") == parse_checkpoint(text) == Checkpoint("a", 5, ROOT)


@pytest.mark.parametrize("size", ["", "-1", "+5", "05", "00", "1_0", "٣", " 5", "5 ", "0x5", "1e3", "9" * 20])
def test_a_size_that_is_not_plain_decimal_is_refused(size: str) -> None:
    root = base64.b64encode(ROOT).decode()
    assert parse_checkpoint(f"a\n5\n{root}\n").size == 5
    assert parse_checkpoint(f"a\n0\n{root}\n").size == 0
    with pytest.raises(NoteError):
        parse_checkpoint(f"a\n{size}\n{root}\n")


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "\n",
        "AAAA\n",
        base64.b64encode(bytes(33)).decode() + "\n",
        "A" * 42 + "B=\n",
        "A" * 43 + "=",
        "A" * 43 + "=\n\n",
    ],
)
def test_a_root_that_is_not_32_bytes_is_refused(tail: str) -> None:
    assert parse_checkpoint("a\n5\n" + "A" * 43 + "=\n").root == bytes(32)
    with pytest.raises(NoteError):
        parse_checkpoint(f"a\n5\n{tail}")
