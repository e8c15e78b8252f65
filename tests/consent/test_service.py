"""Answers are kept as they were given, and only a yes in force lets anything happen."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

import consent
from consent import (
    BOARD_TOPIC,
    CONSENT_PURPOSES,
    Action,
    ConsentRequiredError,
    InvalidConsentError,
    Method,
    NewNotice,
    NoticeNotActiveError,
    Purpose,
    PurposeNotConsentableError,
    Reason,
    State,
    UnknownNoticeError,
)
from consent.rules.receipts.documents import timestamp
from consent.store.standing import events_of
from kernel import epochs
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId, PersonNotFoundError
from tests.consent.answers import DENIAL, GRANT, NOBODY, PAPER, WITHDRAWAL, reason, say

pytestmark = pytest.mark.usefixtures("notices")


@pytest.mark.parametrize("purpose", CONSENT_PURPOSES)
async def test_no_consent_no_processing(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId, purpose: Purpose
) -> None:
    day = timedelta(days=1)
    steps = [
        (None, Reason.CONSENT_ABSENT),
        (DENIAL, Reason.CONSENT_DENIED),
        (replace(GRANT, expires_at=clock.now() + day), Reason.CONSENT_GRANTED),
        (WITHDRAWAL, Reason.CONSENT_WITHDRAWN),
        (replace(GRANT, expires_at=clock.now() + day), Reason.CONSENT_GRANTED),
    ]
    for choice, expected in steps:
        if choice is not None:
            await say(work, origin, person, purpose, choice)
        await gate_says(work, origin, person, purpose, expected)
    clock.move(day)
    await gate_says(work, origin, person, purpose, Reason.CONSENT_EXPIRED)


async def gate_says(work: Work, origin: Origin, person: PersonId, purpose: Purpose, expected: Reason) -> None:
    async with work.read(origin) as uow:
        if expected is Reason.CONSENT_GRANTED:
            assert (await consent.require(uow, person, purpose)).reason is expected
            return
        with pytest.raises(ConsentRequiredError) as refusal:
            await consent.require(uow, person, purpose)
    assert refusal.value.facts == {"purpose": purpose, "reason": expected}


async def test_a_withdrawal_leaves_other_purposes_as_they_are(work: Work, origin: Origin, person: PersonId) -> None:
    for purpose in (Purpose.ENGAGEMENT, Purpose.ANALYTICS):
        await say(work, origin, person, purpose, GRANT)
    await say(work, origin, person, Purpose.ANALYTICS, WITHDRAWAL)
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_GRANTED
    assert await reason(work, origin, person, Purpose.ANALYTICS) is Reason.CONSENT_WITHDRAWN


async def test_a_withdrawal_beats_an_earlier_grant_that_arrives_late(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    signed_at = clock.now()
    clock.move(timedelta(days=2))
    await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)
    clock.move(timedelta(days=2))
    answer = await say(work, origin, person, Purpose.ENGAGEMENT, replace(PAPER, occurred_at=signed_at))
    assert answer.state is State.WITHDRAWN
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_WITHDRAWN
    signed_later = replace(PAPER, occurred_at=clock.now() - timedelta(days=1))
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, signed_later)).state is State.GRANTED


async def test_a_withdrawal_on_a_slow_clock_is_in_force(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    clock.move(-timedelta(seconds=2))
    answer = await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)
    assert answer.state is State.WITHDRAWN
    assert await reason(work, origin, person, Purpose.ENGAGEMENT) is Reason.CONSENT_WITHDRAWN


async def test_the_purposes_that_need_no_consent_are_open_to_people_who_gave_none(
    work: Work, origin: Origin, person: PersonId
) -> None:
    assert await reason(work, origin, person, Purpose.SERVICE) is Reason.BASIS_CONTRACT
    with pytest.raises(PurposeNotConsentableError) as refusal:
        await say(work, origin, person, Purpose.SERVICE, WITHDRAWAL)
    assert refusal.value.facts["field"] == "purpose"


async def test_a_decision_names_the_event_and_what_it_rests_on(work: Work, origin: Origin, person: PersonId) -> None:
    account = UUID(int=77)
    by_representative = replace(origin, actor=str(account), on_behalf_of="practice 12")
    async with work.begin(by_representative) as uow:
        await consent.record_consent(uow, person, Purpose.ENGAGEMENT, PAPER)
        entries = {fact.action: fact for _, fact in uow.entries}
    async with work.read(origin) as uow:
        decision = await consent.check(uow, person, Purpose.ENGAGEMENT)
        (event,) = await events_of(uow, [person])
        notice = await uow.fetchrow("select * from consent.notice_version where id = $1", event.notice)
    assert (decision.event, decision.notice_version) == (event.id, 1)
    assert (event.method, event.evidence, event.evidence_sha256) == (Method.PAPER, "paper form 17", bytes(range(32)))
    assert (event.actor, event.on_behalf_of) == (account, "practice 12")
    assert notice is not None
    assert (notice["purpose"], notice["version"], notice["locale"]) == ("engagement", 1, "en")
    fact = entries[Action.CONSENT_GRANTED]
    assert (fact.subject, fact.resource) == (person, f"consent:{event.id}")
    said = {"purpose": "engagement", "notice_version": 1, "method": "paper", "notice_sha256": notice["sha256"].hex()}
    assert fact.detail == said | {"occurred_at": timestamp(event.occurred_at)}


async def test_an_answer_that_our_own_programs_record_names_no_account(
    work: Work, origin: Origin, person: PersonId
) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)
    async with work.read(origin) as uow:
        (event,) = await events_of(uow, [person])
    assert origin.actor.startswith("system:")
    assert event.actor is None


async def test_a_grant_under_a_replaced_notice_is_refused(work: Work, origin: Origin, person: PersonId) -> None:
    async with work.begin(origin) as uow:
        new = NewNotice(purpose=Purpose.ENGAGEMENT, version=2, locale="en", text="We keep a longer record.")
        await consent.publish_notice(uow, new)
    with pytest.raises(NoticeNotActiveError) as refusal:
        await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    assert refusal.value.facts["active_version"] == 2
    with pytest.raises(UnknownNoticeError):
        await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, notice_version=3))
    answer = await say(work, origin, person, Purpose.ENGAGEMENT, replace(GRANT, notice_version=2))
    assert (answer.state, answer.notice_version) == (State.GRANTED, 2)


async def test_an_answer_that_cannot_be_stored_leaves_nothing(work: Work, origin: Origin, person: PersonId) -> None:
    choices = [(Purpose.ENGAGEMENT, GRANT), (Purpose.ANALYTICS, replace(PAPER, evidence=None))]
    async with work.begin(origin) as uow:
        with pytest.raises(InvalidConsentError):
            await consent.record_consents(uow, person, choices)
        assert await events_of(uow, [person]) == []
        await consent.record_consents(uow, person, choices[:1])
        assert len(await events_of(uow, [person])) == 1


async def test_nobody_answers_for_a_person_who_does_not_exist(work: Work, origin: Origin, person: PersonId) -> None:
    with pytest.raises(PersonNotFoundError):
        await say(work, origin, NOBODY, Purpose.ENGAGEMENT, GRANT)
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)).state is State.GRANTED


async def test_a_person_sees_every_purpose_answered_or_not(
    work: Work, origin: Origin, clock: MovableClock, person: PersonId
) -> None:
    paper = [
        (Purpose.ENGAGEMENT, replace(PAPER, occurred_at=clock.now() - timedelta(days=3))),
        (Purpose.MARKETING_EMAIL, replace(DENIAL, method=Method.PAPER, evidence="paper form 17")),
    ]
    async with work.begin(origin) as uow:
        recorded = await consent.record_consents(uow, person, paper)
    async with work.read(origin) as uow:
        listed = await consent.consents(uow, person)
        assert [fact.action for _, fact in uow.entries] == [Action.CONSENTS_READ]
    assert [view.purpose for view in listed] == list(CONSENT_PURPOSES)
    assert [view for view in listed if view.state is not State.ABSENT] == recorded
    assert recorded[0].decided_at == clock.now() - timedelta(days=3)
    absent = next(view for view in listed if view.purpose is Purpose.LEADERBOARD)
    assert (absent.state, absent.notice_version, absent.decided_at) == (State.ABSENT, None, None)


async def test_answers_about_boards_are_announced_to_the_boards(work: Work, origin: Origin, person: PersonId) -> None:
    await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)
    assert await announced(work, origin, person) == []
    for purpose in (Purpose.LEADERBOARD, Purpose.GAMIFICATION):
        await say(work, origin, person, purpose, WITHDRAWAL)
    assert await announced(work, origin, person) == [BOARD_TOPIC, BOARD_TOPIC]


async def announced(work: Work, origin: Origin, person: PersonId) -> list[str]:
    async with work.read(origin) as uow:
        return [row["topic"] for row in await uow.fetch("select topic from kernel.outbox where key = $1", person)]


async def test_every_worker_forgets_before_an_answer_leaves(work: Work, origin: Origin, person: PersonId) -> None:
    marks = epochs._epochs[0]
    before, _ = await marks.read([person])
    assert (await marks.read([person]))[0] == before
    await say(work, origin, person, Purpose.ENGAGEMENT, WITHDRAWAL)
    after, _ = await marks.read([person])
    assert after != before
    assert after != [None]


async def test_no_answer_is_recorded_while_the_database_is_read_only(
    work: Work, origin: Origin, person: PersonId
) -> None:
    assert DB.reads is not None
    with pytest.raises(Exception, match="read-only"):
        async with work.read(origin) as uow:
            await consent.record_consent(uow, person, Purpose.ENGAGEMENT, GRANT)
    assert (await say(work, origin, person, Purpose.ENGAGEMENT, GRANT)).state is State.GRANTED
