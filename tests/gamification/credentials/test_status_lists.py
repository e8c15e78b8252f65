"""Status lists: one bit per credential, drawn at random, never given again, and true within the next request."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gamification
from gamification.credential_vocabulary import Form
from gamification.errors import AwardNotFoundError, CredentialDocumentNotFoundError
from gamification.rules.credentials import integrity, status
from gamification.rules.credentials.documents import StatusList
from gamification.rules.earnings import AwardKey
from gamification.service import publishing
from gamification.store import awards as award_store
from gamification.store import credentials as store
from gamification.values import Grant, IssuedCredential, Reversal
from gamification.vocabulary import AwardKind, AwardState
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people.vocabulary import PersonId
from tests.gamification.credentials.badges import issuer

RULES = (Path(__file__).parents[3] / "samples" / "rules" / "demonstration.yaml").read_text()
RULES = RULES.replace("percent or more.\n    when", "percent or more.\n    expires_after_days: 30\n    when", 1)
RULES = RULES.replace("Attended a first webinar.\n", "Attended a first webinar.\n    hidden: true\n", 1)
JANE, SAM = PersonId(UUID(int=11)), PersonId(UUID(int=12))
KEY = AwardKey("top-mark", "", "ever")


@pytest.fixture
async def shelf(work: Work, origin: Origin) -> Work:
    """Published rules, so that there are badges to be earned."""
    publishing._versions.clear()
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, RULES)
    return work


async def grant(work: Work, origin: Origin, person: PersonId, key: AwardKey = KEY) -> UUID:
    async with work.begin(origin) as uow:
        given = Grant(
            person=person,
            key=key,
            points=0,
            rules_version=1,
            activity=UUID(int=5),
            consent=None,
            occurred_at=uow.now,
            kind=AwardKind.POINTS if key.subject else AwardKind.BADGE,
        )
        assert await award_store.grant(uow, [given]) == 1
        found: UUID = await uow.fetchval(
            "select id from gamification.award where person = $1 and rule = $2", person, key.rule
        )
        return found


async def reverse(work: Work, origin: Origin, person: PersonId) -> None:
    async with work.begin(origin) as uow:
        assert await award_store.reverse(uow, [Reversal(person, KEY)]) == 1


async def claim(work: Work, origin: Origin, award: UUID) -> IssuedCredential:
    async with work.begin(origin) as uow:
        return await store.claim(uow, award)


async def listed(work: Work, origin: Origin, number: int = 1) -> StatusList:
    async with work.read(origin) as uow:
        return await gamification.badge_status(uow, issuer(), number)


@given(st.sets(st.integers(0, status.BITS - 1), max_size=30))
def test_a_list_says_of_every_index_what_it_was_made_of(revoked: set[int]) -> None:
    encoded = status.encode(revoked)
    assert all(status.is_set(encoded, index) for index in revoked)
    others = {index ^ 1 for index in revoked} - revoked | ({0, status.BITS - 1} - revoked)
    assert not any(status.is_set(encoded, index) for index in others)
    assert status.is_set(encoded, status.BITS) is None
    assert len(encoded) < 600, "16 KiB of almost nothing"


def test_a_list_that_is_short_or_no_list_says_nothing() -> None:
    assert status.is_set(status.encode({3}), 3) is True
    for broken in (status.encode({3}, 1_024), "u", "uAAAA", "u!", status.encode({3})[:-20]):
        assert status.is_set(broken, 3) is None


async def test_a_badge_that_is_taken_back_is_revoked_and_one_that_is_given_again_is_not(
    shelf: Work, origin: Origin
) -> None:
    award = await grant(shelf, origin, JANE)
    issued = await claim(shelf, origin, award)
    other = await claim(shelf, origin, await grant(shelf, origin, SAM))

    async def revoked() -> list[bool | None]:
        encoded = (await listed(shelf, origin)).credential_subject.encoded_list
        return [status.is_set(encoded, each.list_index) for each in (issued, other)]

    assert await revoked() == [False, False]
    await reverse(shelf, origin, JANE)
    assert await revoked() == [True, False]
    async with shelf.read(origin) as uow:
        assert await store.is_revoked(uow, issued.id) is True
        assert await store.is_revoked(uow, UUID(int=7)) is None
    assert await grant(shelf, origin, JANE) == award
    assert await revoked() == [False, False]
    assert await claim(shelf, origin, award) == issued, "its ids and its bit are the same for ever"


async def test_two_badges_of_one_person_have_nothing_in_common(shelf: Work, origin: Origin) -> None:
    first = await claim(shelf, origin, await grant(shelf, origin, JANE))
    second = await claim(shelf, origin, await grant(shelf, origin, JANE, AwardKey("first-webinar", "", "ever")))
    ids = {first.id, first.subject, second.id, second.subject}
    assert len(ids) == 4
    assert {each.version for each in ids} == {4}, "an id with a time in it would say what belongs together"
    assert first.list_index != second.list_index
    assert not ids & {JANE, first.award, second.award}


async def test_a_person_gets_only_badges_of_their_own_that_still_count(shelf: Work, origin: Origin) -> None:
    award = await grant(shelf, origin, JANE)
    points = await grant(shelf, origin, JANE, AwardKey("read-module-part", "x", "2026-03-02"))
    async with shelf.begin(origin) as uow:
        facts = await gamification.issue_badge(uow, award, JANE, Form.JWT)
        for whose, what in ((SAM, award), (JANE, points), (JANE, UUID(int=9))):
            with pytest.raises(AwardNotFoundError):
                await gamification.issue_badge(uow, what, whose, Form.JWT)
    assert (facts.key, facts.name) == ("top-mark", "Top mark")
    await reverse(shelf, origin, JANE)
    async with shelf.begin(origin) as uow:
        with pytest.raises(AwardNotFoundError):
            await gamification.issue_badge(uow, award, JANE, Form.JWT)


@pytest.mark.parametrize("state", [each for each in AwardState if each is not AwardState.ACTIVE])
async def test_a_badge_whose_award_does_not_count_is_revoked_for_whatever_reason(
    shelf: Work, origin: Origin, state: AwardState
) -> None:
    award = await grant(shelf, origin, JANE)
    issued = await claim(shelf, origin, award)
    for moved, revoked in (((AwardState.ACTIVE, state), True), ((state, AwardState.ACTIVE), False)):
        async with shelf.begin(origin) as uow:
            assert await award_store.put_state(uow, award, *moved)
        async with shelf.read(origin) as uow:
            assert await store.is_revoked(uow, issued.id) is revoked
            assert await store.revoked(uow, 1) == ([issued.list_index] if revoked else [])


async def test_a_badge_that_expires_says_when(shelf: Work, origin: Origin) -> None:
    lasting = await grant(shelf, origin, JANE, AwardKey("first-webinar", "", "ever"))
    award = await grant(shelf, origin, JANE)
    async with shelf.begin(origin) as uow:
        facts = await gamification.issue_badge(uow, award, JANE, Form.JSON)
        assert facts.expires_at == uow.now + timedelta(days=30)
        assert (await gamification.issue_badge(uow, lasting, JANE, Form.JSON)).expires_at is None


async def test_what_a_hidden_badge_is_given_for_is_not_public(shelf: Work, origin: Origin) -> None:
    async with shelf.read(origin) as uow:
        assert (await gamification.badge_achievement(uow, issuer(), "top-mark")).name == "Top mark"
        for key in ("first-webinar", "nothing-of-the-kind"):
            with pytest.raises(CredentialDocumentNotFoundError):
                await gamification.badge_achievement(uow, issuer(), key)


async def test_many_workers_that_hand_out_badges_at_the_same_time_give_every_award_one_credential_and_one_bit(
    shelf: Work, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BITS", 4)
    awards = [await grant(shelf, origin, PersonId(UUID(int=100 + number))) for number in range(9)]
    claimed = await asyncio.gather(*(claim(shelf, origin, award) for award in awards for _ in range(4)))
    assert {each.award for each in claimed} == set(awards)
    assert len({each.id for each in claimed}) == len(awards)
    places = {(each.list_number, each.list_index) for each in claimed}
    assert len(places) == len(awards)
    assert {number for number, _ in places} >= {1, 2, 3}, "a list that is full is followed by the next"


async def test_a_bit_is_never_given_again(shelf: Work, origin: Origin) -> None:
    issued = await claim(shelf, origin, await grant(shelf, origin, JANE))
    for statement in ("update {} set list_index = 1", "delete from {}", "truncate {}"):
        with pytest.raises(asyncpg.PostgresError, match=r"append-only|permission denied"):
            async with shelf.begin(origin) as uow:
                await uow.execute(statement.format("gamification.credential"))
    with pytest.raises(asyncpg.UniqueViolationError, match="credential_bit"):
        async with shelf.begin(origin) as uow:
            await uow.execute(
                "insert into gamification.credential values ($1, $2, $3, $4, $5, now())",
                UUID(int=1),
                UUID(int=2),
                UUID(int=3),
                issued.list_number,
                issued.list_index,
            )
    assert await claim(shelf, origin, await grant(shelf, origin, SAM)) != issued


async def test_a_list_that_nobody_is_in_is_not_there(shelf: Work, origin: Origin) -> None:
    assert (await listed(shelf, origin, 1)).id == "https://laurel.example/credentials/status/1"
    for number in (0, -1, 2, 10**12):
        with pytest.raises(CredentialDocumentNotFoundError):
            await listed(shelf, origin, number)


def test_a_list_is_signed_again_when_a_bit_changes_and_every_hour(clock: MovableClock) -> None:
    ours = issuer()
    first = ours.status_list(1, [5], clock.now())
    clock.move(timedelta(minutes=59))
    assert ours.status_list(1, [5], clock.now()) is first
    changed = ours.status_list(1, [5, 6], clock.now())
    assert changed.credential_subject.encoded_list != first.credential_subject.encoded_list
    clock.move(timedelta(minutes=61))
    later = ours.status_list(1, [5, 6], clock.now())
    assert later.valid_from > changed.valid_from
    signed = ours.proven(later, clock.now())
    assert integrity.holds(signed, ours.keys.ed25519.public_key())
    words = json.loads(msgspec.json.encode(signed))
    assert set(words) == {"@context", "id", "type", "issuer", "validFrom", "validUntil", "credentialSubject", "proof"}
