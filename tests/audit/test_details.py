"""Details sealed beside entries: the log commits to them, names whatever is done to them, and can't read them."""

import pytest

import audit
from audit import FindingKind, ranges
from audit.rules.details import SALT_BYTES, Claim, claims, commitment
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin, SealedDetail
from kernel.unit_of_work import Work
from tests.audit.log import FLIP, PERSON, change, fact, of, origin, sequence, superuser, verified

SALT = b"s" * SALT_BYTES
COUNT = 40
SEALED = (10, 20)
AT = "entry = (select entry from audit.leaf where index = {})"


def detail(number: int) -> SealedDetail:
    said = {"old": {"phone": None}, "new": {"phone": f"+44 {number}"}}
    return SealedDetail(subject=PERSON, commitment=commitment(SALT, said), ciphertext=b"sealed %d" % number)


def made(number: int) -> tuple[Origin, Fact]:
    sealed = (detail(number), detail(number + 1)) if number in SEALED else ()
    plain = fact(number)
    return origin(number), Fact(action=plain.action, subject=PERSON, detail=plain.detail, sealed=sealed)


@pytest.fixture
async def details(work: Work, database_url: str, clock: MovableClock) -> str:
    """A log in which two entries have two sealed details each."""
    await work.append([made(number) for number in range(COUNT)])
    await sequence(database_url, clock)
    return database_url


async def test_an_entry_commits_to_its_details_and_holds_nothing_of_them(
    work: Work, details: str, origin: Origin
) -> None:
    async with superuser(details) as owner:
        body = await owner.fetchval(
            "select body from audit.leaf l join audit.entry e on e.id = l.entry where index = 10"
        )
    assert b"+44" not in body
    assert b"sealed 10" not in body
    first, second = claims(body)
    assert isinstance(first, Claim)
    assert (first.commitment, second.commitment) == (detail(10).commitment.hex(), detail(11).commitment.hex())
    async with work.begin(origin) as uow:
        assert [each.ciphertext for each in await audit.sealed_details(uow, 10)] == [b"sealed 10", b"sealed 11"]
        assert await audit.sealed_details(uow, 11) == []


def test_a_commitment_says_nothing_without_its_salt() -> None:
    assert commitment(SALT, {"a": 1, "b": 2}) == commitment(SALT, {"b": 2, "a": 1})
    assert commitment(SALT, {"a": 1}) != commitment(b"t" * SALT_BYTES, {"a": 1})


FLIPPED = FLIP.format("ciphertext", 0)
TAMPERINGS = {
    "its ciphertext": (f"update audit.detail set ciphertext = {FLIPPED} where part = 1 and {AT}", [20]),
    "two swapped": (
        (
            "with pair as (select entry, ciphertext from audit.detail where part = 0) update audit.detail d"
            " set ciphertext = o.ciphertext from pair o where o.entry <> d.entry and d.part = 0"
        ),
        [10, 20],
    ),
    "two parts of one": (f"update audit.detail set part = 1 - part where {AT}", [20, 20]),
    "one deleted": (f"delete from audit.detail where part = 0 and {AT}", [20]),
    "one put in": (
        f"insert into audit.detail select gen_random_uuid(), entry, 2, 'x' from audit.detail where part = 0 and {AT}",
        [20],
    ),
    "one beside another": (
        "insert into audit.detail select gen_random_uuid(), entry, 0, 'x' from audit.leaf where index = 1",
        [COUNT],
    ),
}


@pytest.mark.parametrize("processes", [False, True], ids=["alone", "in-processes"])
@pytest.mark.parametrize("what", TAMPERINGS)
async def test_what_is_done_to_a_sealed_detail_is_named(
    details: str,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    processes: bool,  # noqa: FBT001
) -> None:
    if processes:
        monkeypatch.setattr(ranges, "FEW", 0)
    assert (await verified(details)).ok, "the control"
    statement, indexes = TAMPERINGS[what]
    async with superuser(details) as owner:
        await owner.execute("drop index audit.detail_entry_part")
    try:
        await change(details, statement.format(20))
        assert of(await verified(details)) == [(index, FindingKind.DETAIL_CHANGED) for index in indexes]
    finally:
        async with superuser(details) as owner:
            await owner.execute("delete from audit.detail")
            await owner.execute("create unique index detail_entry_part on audit.detail (entry, part)")
