"""Manifests and former keys are spelled in one way, and both verifiers refuse every other."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from audit.rules.checkpoints import Checkpoint
from audit.rules.exports import MOST_LEVELS
from audit.rules.notes import LogKey, NoteError
from kernel.canonical import canonical
from tests.audit.handmade import EXPORT_KEY, SAID, of, says
from tests.audit.judging import NODE, Case, compared, encoded
from tests.audit.log import KEY

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")

MUTATIONS = 2_500
NUMBERS = ("v", "first_index", "end_index", "count", "size", "removed")
OPTIONAL = ("removed", "exported_at", "request")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -1, 1.5, 2**53 - 1, 2**53, "", "1", "\u2028", "\x7f", "a\nb", [], ["x"], [None], {},
    {"a": 1}, {"a": None}, {"\U0001f600": 1, "\uffff": 2, "b": 3, "10": 4, "9": 5, "__proto__": 6}, {"a": 0.5},
    {"a": 1e22},
)  # fmt: skip
WRONG: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("origin", "exported_at", "request"): (None, True, 5, [], {}, ["x"]),
    NUMBERS: (None, True, "1", -1, [], 0.5),
    ("left", "right"): (None, {}, "", ["x"], [None], [5]),
    ("filters", "files"): (None, [], "", 5),
    ("filters",): ({"a": 0.5}, {"a": 1e22}, {"a": 5e-324}),
    ("files",): ({**SAID["files"], "range.bin": None}, {**SAID["files"], "range.bin": 5}),
}
PIECES = (
    "0", "1", "-0", "1.0", "1e0", "1E5", ".5", "1e400", "1" + "0" * 30, "9007199254740993", "null", "true", "NaN",
    '""', '"x"', '"\\ud800"', '"\\u0041"', '"\\/"', '"\\u2028"', "[]", "{}", "[1,]", ",", ":", '"', "\\", " ", "\n",
    "{", "}", "[", "]", '"v":1,', '"count":null,', '"filters":{},', "\ufeff", "\u00e9",
)  # fmt: skip
FORMER = LogKey(KEY.origin, bytes(32))
BEFORE = Checkpoint(KEY.origin, 5, bytes(32)).text()


def nested(levels: int) -> str:
    """A manifest that is so many levels deep: itself and its filters are two of them."""
    return says().replace('"filters":{', '"filters":{"aa":' + "[" * (levels - 2) + "]" * (levels - 2) + ",")


def respelled() -> Iterator[str]:
    """Yield manifests that say the same as a right one, to one reader of JSON or another."""
    right = says()
    yield from (json.dumps(SAID, sort_keys=True) + "\n", json.dumps(SAID, separators=(",", ":")) + "\n")
    yield from (f" {right}", right[:-1] + " \n", right + "\n", f"\ufeff{right}", right.replace(":[]", ":[\n]", 1))
    yield from (
        right.replace("\u00fc", "\\u00fc"),
        right.replace("/audit", "\\/audit"),
        right.replace('"v"', '"\\u0076"'),
    )
    for name in NUMBERS:
        member = f'"{name}":{SAID[name]}'
        for ending in (".0", "e0", "E0", "." + "0" * 400, "." + "0" * 30 + "1"):
            yield right.replace(member, member + ending)
        yield right.replace(member, f'"{name}":-{SAID[name]}')
        for wrong in ('"x"', "null", "2", "1e400"):
            yield right.replace(member, f'"{name}":{wrong},{member}')
    for name in ("origin", "filters", "files", "left", "exported_at", "request"):
        yield right.replace(f'"{name}":', f'"{name}":5,"{name}":')


def test_a_manifest_is_the_one_text_of_what_it_says() -> None:
    spellings = list(respelled())
    assert says() not in spellings
    assert compared([of(says())] + [of(spelling) for spelling in spellings]) == {
        "export accept": 1,
        "export refuse": len(spellings),
    }


def test_each_field_of_a_manifest_has_its_type() -> None:
    right: list[dict[str, Any]] = [
        {},
        {"filters": {"a": None, "b": [True, 2**53 - 1]}},
        {"later": {"\uffff": 1, "\U0001f600": "\u2028\x7f"}},
        {"exported_at": "", "request": "\x01\n\b"},
    ]
    wrong = [{name: value} for names, values in WRONG.items() for name in names for value in values]
    absent = [canonical({key: SAID[key] for key in SAID if key != name}).decode() + "\n" for name in SAID]
    assert compared([of(says(**each)) for each in right]) == {"export accept": len(right)}
    assert compared([of(says(**each)) for each in wrong]) == {"export refuse": len(wrong)}
    assert compared(list(map(of, absent))) == {
        "export accept": len(OPTIONAL),
        "export refuse": len(absent) - len(OPTIONAL),
    }


def test_a_manifest_holds_no_number_text_or_depth_that_readers_differ_about() -> None:
    extremes = (
        "1e400",
        "-1e400",
        "1" + "0" * 5_000,
        "9007199254740992",
        "1" + "0" * 20,
        '"\\ud800"',
        '"\\udc00\\ud800"',
        "-0",
    )
    wrong = [says().replace('"filters":{', f'"filters":{{"aa":{value},') for value in extremes]
    wrong += [nested(levels) for levels in (MOST_LEVELS + 1, 1_100, 100_000)]
    assert compared(list(map(of, wrong))) == {"export refuse": len(wrong)}
    assert compared([of(nested(levels)) for levels in (3, MOST_LEVELS)]) == {"export accept": 2}


def chanced(chance: random.Random) -> str:
    """Return a manifest with other values, or its text with other characters, or neither."""
    said: dict[str, Any] = dict(SAID)
    for _ in range(chance.choice((0, 0, 1, 2))):
        name = chance.choice([*SAID, "later"])
        value = chance.choice(VALUES)
        said[name] = {"a": value} if name == "filters" and chance.random() < 0.7 else value
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice(PIECES) + text[place + chance.choice((0, 0, 1, 3)) :]
    return text + "\n"


def test_both_agree_on_manifests_that_chance_makes() -> None:
    chance = random.Random(8_785)
    counted = compared([of(chanced(chance)) for _ in range(MUTATIONS)])
    assert min(counted["export accept"], counted["export refuse"]) > MUTATIONS // 20, counted


def before(*former: str) -> Case:
    """A checkpoint of a key that signs no more, and the former keys that are known."""
    note = FORMER.sign_note(BEFORE)
    return {"kind": "checkpoint", "data": encoded(note.encode()), "key": KEY.vkey, "former": list(former)}


def test_a_former_key_is_spelled_in_one_way_and_no_two_end_at_the_same_size() -> None:
    vkey = FORMER.vkey
    right = [before(f"{vkey} 5"), before(f"{KEY.vkey} 4", f"{vkey} {2**63 - 1}"), before(f"{vkey} 7", f"{KEY.vkey} 8")]
    sizes = ("", " ", " 05", " +5", " 5 ", " \u0665", " 5\r", " 5\n", " 5\x0b", " 5\u2028", "  5", "\t5", f" {2**63}")
    lines = [
        *(vkey + size for size in sizes),
        f"{vkey} {'9' * 5_000}",
        f" {vkey} 5",
        f"\n{vkey} 5",
        f"{vkey} 5\n{vkey} 6",
    ]
    wrong = [before(line) for line in lines] + [before(f"{vkey} 5", line) for line in ("", " ", "\n", f"{KEY.vkey} 5")]
    wrong += [before(f"{vkey} 4"), before(f"{KEY.vkey} 5"), before(f"{EXPORT_KEY.vkey} 5")]
    assert compared(right) == {"checkpoint accept": len(right)}
    assert compared(wrong) == {"checkpoint refuse": len(wrong)}


def test_both_agree_on_former_keys_that_chance_makes() -> None:
    chance = random.Random(63)
    pieces = (
        "\n",
        "\r",
        " ",
        "\x0b",
        "\u2028",
        "\u00a0",
        "0",
        "5",
        "9" * 19,
        "+",
        "-",
        "_",
        "=",
        "A",
        "\u0665",
        "\ufeff",
    )
    cases = []
    for _ in range(MUTATIONS):
        lines = [
            f"{chance.choice((FORMER, FORMER, KEY)).vkey} {chance.randrange(3, 8)}"
            for _ in range(chance.choice((1, 1, 2)))
        ]
        for place in range(len(lines)):
            if chance.random() < 0.4:
                at = chance.choice((0, len(lines[place]), len(lines[place]) - 1, chance.randrange(len(lines[place]))))
                lines[place] = lines[place][:at] + chance.choice(pieces) + lines[place][at + chance.randrange(2) :]
        cases.append(before(*lines))
    counted = compared(cases)
    assert min(counted["checkpoint accept"], counted["checkpoint refuse"]) > MUTATIONS // 20, counted


def test_a_name_with_half_a_surrogate_pair_is_refused_and_no_crash() -> None:
    for name in ("\udcff", "a\ud800"):
        with pytest.raises(NoteError, match="key name"):
            LogKey(name, bytes(32))
    assert LogKey("\ufffd\U0001f600", bytes(32)).origin == "\ufffd\U0001f600"
