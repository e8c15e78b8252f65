"""What else a superuser can do to tables, and anybody to files: found by both verifiers, with its index.

Together with test_verify.py (tables) and test_publisher.py (a fork with the stolen key) these are the tamperings that
the log is held against. Each has its control: what was not touched is in order.
"""

import base64
import random
import re
import zipfile
from hashlib import sha256
from io import BytesIO

import msgspec
import pytest

import audit
from audit import FindingKind
from audit.exporting import export_key
from audit.rules.checkpoints import Checkpoint
from audit.rules.cosignatures import ED25519_COSIGNATURE, Cosigner
from audit.rules.notes import LogKey
from audit.rules.offline import OfflineProof, write_proof
from audit.rules.rendering import csv_lines, harmless, page_rows
from kernel.canonical import canonical
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.audit.judging import Files, case_of, encoded, python, said
from tests.audit.log import FLIP, KEY, PERSON, SIZE, change, of, superuser, verified

EXPORT_KEY = export_key(KEY)
SOME = range(100, 400)
FLIPS, SOAK_FLIPS = 12, 200


def judged(files: Files) -> str:
    return said(case_of("export", files, exportKey=EXPORT_KEY.vkey))


async def exported(work: Work, origin: Origin, span: range = SOME, filters: audit.EntryFilter | None = None) -> Files:
    target = BytesIO()
    async with work.begin(origin) as uow:
        await audit.write_archive(uow, KEY, filters or audit.EntryFilter(), span, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
async def export(work: Work, log: str, origin: Origin) -> Files:
    assert log
    files = await exported(work, origin)
    assert judged(files) == "accept"
    return files


def signed_again(files: Files, /, **changes: object) -> Files:
    """Return the files with a manifest that fits them, signed by the export key: what its thief could do."""
    manifest = msgspec.json.decode(files["manifest"].split(b"\n\n")[0])
    digests = {name: sha256(data).hexdigest() for name, data in files.items() if name != "manifest"}
    text = canonical(manifest | {"files": digests} | changes).decode() + "\n"
    return files | {"manifest": EXPORT_KEY.sign_note(text).encode()}


def lines(files: Files) -> list[bytes]:
    return files["entries.jsonl"].splitlines(keepends=True)


async def test_an_export_holds_every_entry_of_its_range_byte_for_byte(export: Files, log: str) -> None:
    async with superuser(log) as owner:
        bodies = await owner.fetch(
            "select index, body from audit.leaf l join audit.entry e on e.id = l.entry"
            " where index >= 100 and index < 400 order by index"
        )
    assert lines(export) == [b'{"index":%d,"entry":%s}\n' % (row["index"], row["body"]) for row in bodies]
    assert {msgspec.json.decode(line)["index"] for line in lines(export)} == set(SOME)
    assert export["entries.csv"].count(b"\r\n") == len(SOME) + 1
    assert export["entries.html"].count(b"<tr>") == len(SOME) + 1


@pytest.mark.usefixtures("log")
async def test_a_filtered_export_proves_what_it_holds_and_does_not_call_itself_complete(
    work: Work, origin: Origin
) -> None:
    files = await exported(work, origin, SOME, audit.EntryFilter(subject=PERSON))
    assert len(lines(files)) == len(SOME) // 2
    assert judged(files) == "accept"
    manifest = audit.check_export(list(files), files.get, audit.KeyRing(KEY.vkey), EXPORT_KEY.vkey)
    assert (manifest.complete, manifest.filters) == (False, {"subject": str(PERSON)})
    whole = signed_again(files, filters={})
    assert judged(whole) == "refuse", "a filtered export can't be passed off as a whole one"


@pytest.mark.parametrize("thief", [False, True], ids=["as-found", "signed-again"])
async def test_an_export_with_a_row_less_a_row_more_or_another_order_is_found_out(export: Files, thief: bool) -> None:  # noqa: FBT001
    rows = lines(export)
    changes = {
        "minus a row": [*rows[:50], *rows[51:]],
        "minus the last": rows[:-1],
        "plus a row": [*rows[:50], rows[50], *rows[50:]],
        "another order": [*rows[:50], rows[51], rows[50], *rows[52:]],
        "another entry": [*rows[:50], rows[50].replace(b'"allowed"', b'"refused"'), *rows[51:]],
        "another index": [*rows[:50], re.sub(rb'"index":150', b'"index":151', rows[50]), *rows[51:]],
        "base64 of another": [*rows[:50], b'{"index":150,"base64":"AAAA"}\n', *rows[51:]],
        "cut": [*rows[:-1], rows[-1][:-1]],
    }
    for what, changed in changes.items():
        files = export | {"entries.jsonl": b"".join(changed)}
        if thief:
            files = signed_again(files, count=len(changed))
        assert judged(files) == "refuse", what
    as_base64 = b'{"index":150,"base64":"%s"}\n' % base64.b64encode(rows[50].split(b'"entry":')[1][:-2])
    control = signed_again(export | {"entries.jsonl": b"".join([*rows[:50], as_base64, *rows[51:]])})
    assert judged(control) == "accept", "the control: the same bytes, written otherwise"


async def test_every_other_file_of_an_export_is_held_too(export: Files) -> None:
    csv = export["entries.csv"].replace(b'"allowed"', b'"refused"', 1)
    for files in (
        export | {"entries.csv": csv},
        export | {"entries.html": export["entries.html"] + b" "},
        export | {"manifest": export["manifest"].replace(b'"count":300', b'"count":299')},
        export | {"extra.txt": b""},
        {name: data for name, data in export.items() if name != "entries.html"},
        export | {"range.bin": export["range.bin"][32:]},
        signed_again(export | {"range.bin": export["range.bin"][:-32] + bytes(32)}),
        signed_again(export, first_index=101),
        signed_again(export, end_index=399),
        signed_again(export, size=SIZE - 1),
        signed_again(export, left=[]),
        signed_again(export, count=-1),
        signed_again(export, v=2),
        signed_again(export, origin="another.example"),
        signed_again(export, files={}),
    ):
        assert judged(files) == "refuse"
    assert judged(signed_again(export)) == "accept"


async def test_an_export_of_another_log_proves_nothing(export: Files) -> None:
    other = LogKey("other.example/audit", bytes(32))
    for keys in ({"key": other.vkey}, {"exportKey": export_key(other).vkey}, {"exportKey": KEY.vkey}):
        case = case_of("export", export, exportKey=EXPORT_KEY.vkey)
        assert said(case | keys) == "refuse"


def test_cells_that_look_like_formulas_are_texts() -> None:
    for cell in (
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\uff1d1",
        "\n=1",
        "\ufeff=1",
        "\u200b-1",
        "\u3000\x0b@a",
    ):
        assert harmless(cell) == f"'{cell}"
    for cell in ("", "a=1", "1-1", "GET /x", "019c", "\u200ba", '{"a":"=1"}'):
        assert harmless(cell) == cell
    assert csv_lines([['a "quoted", cell', "=1"]]) == '"a ""quoted"", cell","\'=1"\r\n'
    assert "<script>" not in page_rows([["<script>alert(1)</script>"]])


async def flipped(log: str, chance: random.Random) -> int:
    """Flip one bit of an entry, a leaf hash or a tile; return the index that it is about."""
    index = chance.randrange(SIZE)
    entry = f"(select entry from audit.leaf where index = {index})"
    match chance.randrange(3):
        case 0:
            spot = f"{chance.randrange(10_000)} % octet_length(body)"
            await change(log, f"update audit.entry set body = {FLIP.format('body', spot)} where id = {entry}")
        case 1:
            spot = str(chance.randrange(32))
            flip = FLIP.format("leaf_hash", spot)
            await change(log, f"update audit.leaf set leaf_hash = {flip} where index = {index}")
        case _:
            spot = str(index % 256 * 32 + chance.randrange(32))
            await change(
                log, f"update audit.tile set hashes = {FLIP.format('hashes', spot)} where place = {index // 256}"
            )
    return index


async def flips(log: str, count: int) -> None:
    for seed in range(count):
        index = await flipped(log, random.Random(seed))
        report = await verified(log)
        assert [each.index for each in report.findings] == [index]
        assert await flipped(log, random.Random(seed)) == index
        assert (await verified(log)).ok, "the control: the bit is what it was"


async def test_one_bit_anywhere_in_the_tables_is_named_by_its_index(log: str) -> None:
    await flips(log, FLIPS)


@pytest.mark.soak
async def test_two_hundred_bits_anywhere_in_the_tables_are_named_by_their_index(log: str) -> None:
    await flips(log, SOAK_FLIPS)


async def test_an_entry_put_in_the_middle_and_one_put_in_twice_are_named(log: str) -> None:
    await change(log, "update audit.leaf set index = index + 1000 where index >= 300")
    await change(log, "update audit.leaf set index = index - 999 where index >= 1300")
    await change(
        log,
        "insert into audit.entry select gen_random_uuid(), body from audit.entry limit 1",
        "insert into audit.leaf select 300, e.id, l.leaf_hash, at, actor, subject, action, decision, purpose, resource,"
        " request, route from audit.entry e, audit.leaf l where l.index = 0 and not exists"
        " (select from audit.leaf o where o.entry = e.id)",
    )
    assert of(await verified(log))[0][0] == 300


async def test_an_entry_that_stands_under_a_second_index_is_named(log: str) -> None:
    await change(log, "drop index audit.leaf_entry_key")
    columns = "leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route"
    try:
        await change(
            log,
            "delete from audit.leaf where index = 301",
            f"insert into audit.leaf (index, entry, {columns}) select 301, entry, {columns} from audit.leaf"
            " where index = 300",
        )
        assert 301 in {index for index, _ in of(await verified(log))}
        await change(log, "delete from audit.leaf where index = 301")
    finally:
        await change_schema(log, "create unique index leaf_entry_key on audit.leaf (entry)")


async def change_schema(log: str, statement: str) -> None:
    async with superuser(log) as owner:
        await owner.execute(statement)


async def test_a_time_that_was_changed_is_named_in_the_entry_and_beside_it(log: str) -> None:
    await change(log, "update audit.leaf set at = at - interval '1 day' where index = 77")
    assert of(await verified(log)) == [(77, FindingKind.COLUMN_CHANGED)]
    await change(log, "update audit.leaf set at = at + interval '1 day' where index = 77")
    assert (await verified(log)).ok


@pytest.mark.usefixtures("log")
async def test_offline_proofs_hold_for_their_entry_index_size_and_log_alone(work: Work, origin: Origin) -> None:
    async with work.begin(origin) as uow:
        found = await audit.inclusion_proof(uow, 300)
    right = OfflineProof(found.index, tuple(found.hashes), found.checkpoint)

    def verdict(proof: OfflineProof, entry: bytes = found.entry, key: str = KEY.vkey) -> str:
        data = write_proof(proof).encode()
        return said({"kind": "proof", "data": encoded(data), "entry": encoded(entry), "key": key})

    assert verdict(right) == "accept"
    other = LogKey("other.example/audit", bytes(32))
    note = found.checkpoint
    smaller = KEY.sign_note(note.split("\n\n")[0].replace(f"\n{SIZE}\n", "\n301\n") + "\n")
    single = KEY.sign_note(f"{KEY.origin}\n1\n{note.splitlines()[2]}\n")
    assert verdict(msgspec.structs.replace(right, note=smaller)) == "refuse", "a wrong size"
    assert verdict(OfflineProof(0, (), single)) == "refuse", "an empty path in a tree of one"
    assert verdict(right, entry=found.hashes[0] + found.leaf_hash) == "refuse", "a node for a leaf"
    assert verdict(msgspec.structs.replace(right, index=301)) == "refuse"
    assert verdict(right, key=other.vkey) == "refuse", "another log"
    assert verdict(msgspec.structs.replace(right, hashes=right.hashes[:-1])) == "refuse"


def test_a_witnesss_signature_under_the_logs_key_makes_no_checkpoint() -> None:
    text = Checkpoint(KEY.origin, 1, bytes(32)).text()
    cosigned = f"{text}\n{Cosigner(KEY.origin, bytes(range(32)), ED25519_COSIGNATURE).line(text, 1)}"
    for note, verdict in ((cosigned, "refuse"), (KEY.sign_note(text), "accept")):
        assert said({"kind": "checkpoint", "data": encoded(note.encode()), "key": KEY.vkey}) == verdict


@pytest.mark.soak
async def test_what_nobody_touched_is_in_order_a_hundred_times_out_of_a_hundred(log: str) -> None:
    assert [(await verified(log)).ok for _ in range(100)] == [True] * 100


async def test_what_nobody_touched_is_in_order_every_time(log: str, export: Files) -> None:
    for _ in range(10):
        assert (await verified(log)).ok
    assert python([case_of("export", export, exportKey=EXPORT_KEY.vkey)] * 90) == ["accept"] * 90
