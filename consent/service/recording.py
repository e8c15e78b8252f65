"""Recording what people answer, and making the projection of it again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

import people
from consent.rules.choices import basis_of, check_choice, check_purpose, check_reach, runs_out, waits_for_confirmation
from consent.rules.receipts.documents import timestamp
from consent.rules.standing import after, covering, latest, moment, state_at
from consent.service.confirming import ask_for_confirmation, give_up_confirmations, open_confirmations
from consent.service.showing import Showing, Showings, showings
from consent.store import standing as store
from consent.values import (
    CONSENT_PURPOSES,
    ConsentChoice,
    ConsentEvent,
    ConsentView,
    Question,
    Rebuilt,
    Record,
)
from consent.vocabulary import ACTION_OF, BOARD_TOPIC, Action, Answer, Channel, Purpose
from kernel import epochs
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork
from people.errors import PersonNotFoundError
from people.vocabulary import PersonId

ON_BOARDS: Final = frozenset({Purpose.GAMIFICATION, Purpose.LEADERBOARD, Purpose.ACCREDITED_SHARING})
"""Purposes without which a person is on no board."""

_REBUILD_BATCH: Final = 1_000


async def record_consent(uow: UnitOfWork, person: PersonId, purpose: Purpose, choice: ConsentChoice) -> ConsentView:
    """Record one answer; see ``record_consents``."""
    return (await record_consents(uow, person, [(purpose, choice)]))[0]


async def record_consents(
    uow: UnitOfWork, person: PersonId, choices: Sequence[tuple[Purpose, ConsentChoice]]
) -> list[ConsentView]:
    """Record answers of one person, in order; return how the person stands towards each question after all of them.

    Takes the person's lock first, so that a decision is wholly before or wholly after any of that person's
    activities. Every worker forgets what it knew before the answer to this leaves. A yes that has to be confirmed
    first (double opt-in) changes nothing until it is.

    Raises:
        PersonNotFoundError: nobody active has this id.
        PurposeNotConsentableError: a purpose that does not rest on consent.
        PurposeUnconfiguredError: a grant for which there is no lawful basis where the person is.
        InvalidConsentError: names the field.
        UnknownNoticeError: a version that was never published.
        UnknownShowingError: a showing of something else, or to somebody else.
        NoticeNotActiveError: a grant under a notice that was replaced.

    """
    for purpose, choice in choices:
        check(purpose, choice, uow.now)
    if not choices:
        return []
    bearings = (await people.lock(uow, [person])).get(person)
    if bearings is None:
        raise PersonNotFoundError("Nobody active has this id.")
    planned = await plan(uow, person, bearings.market, choices)
    await carry_out(uow, person, bearings.market, planned)
    waiting = await open_confirmations(uow, person, sorted({purpose for purpose, _ in choices}))
    asked = [Question(person, purpose, choice.channel, choice.topic) for purpose, choice in choices]
    return [view(uow, each, planned.known.get(each), waiting) for each in asked]


def check(purpose: Purpose, choice: ConsentChoice, now: datetime) -> None:
    """Accept only an answer that can be one, whoever gives it.

    Raises:
        PurposeNotConsentableError: a purpose that does not rest on consent.
        InvalidConsentError: names the field.

    """
    check_purpose(purpose)
    check_choice(choice, now)
    check_reach(purpose, choice)


class Plan(msgspec.Struct):
    """What answers come to, before any of it is written: ``known`` is how the person stands after them."""

    known: dict[Question, Record]
    shown: Showings
    events: list[ConsentEvent] = []
    asked: list[tuple[Question, ConsentChoice, Showing | None]] = []
    refused: set[Purpose] = set()


async def plan(
    uow: UnitOfWork, person: PersonId, market: str, choices: Sequence[tuple[Purpose, ConsentChoice]]
) -> Plan:
    """Return what ``choices`` come to, and write nothing; raises what ``record_consents`` does."""
    purposes = sorted({purpose for purpose, _ in choices})
    known = await store.answers(uow, [person], purposes)
    planned = Plan(known, await showings(uow, person, market, choices))
    for purpose, choice in choices:
        question = Question(person, purpose, choice.channel, choice.topic)
        if waits_for_confirmation(purpose, choice, market):
            planned.asked.append((question, choice, await planned.shown.of(purpose, choice, uow.now)))
            continue
        event = await _event(uow, question, choice, market, planned.shown, known.values())
        known[question] = after(known.get(question), event)
        planned.events.append(event)
        if choice.state is not Answer.GRANTED:
            planned.refused.add(purpose)
            planned.asked = [each for each in planned.asked if each[0].purpose is not purpose]
    return planned


async def carry_out(uow: UnitOfWork, person: PersonId, market: str, planned: Plan) -> None:
    """Write what was planned; the caller holds the person's lock."""
    await planned.shown.keep()
    for purpose in planned.refused:
        await give_up_confirmations(uow, person, purpose)
    for question, choice, showing in planned.asked:
        await ask_for_confirmation(uow, question, market, choice, showing)
    await keep(uow, person, planned)


async def _event(
    uow: UnitOfWork,
    question: Question,
    choice: ConsentChoice,
    market: str,
    shown: Showings,
    known: Collection[Record],
) -> ConsentEvent:
    occurred_at = choice.occurred_at or moment(latest(known), uow.now)
    showing = await shown.of(question.purpose, choice, occurred_at)
    authority = choice.authority
    return ConsentEvent(
        id=uow.new_id(),
        person=question.person,
        purpose=question.purpose,
        state=choice.state,
        notice=None if showing is None else showing.notice.id,
        notice_version=None if showing is None else showing.notice.version,
        method=choice.method,
        evidence=choice.evidence,
        evidence_sha256=choice.evidence_sha256,
        actor=account_of(uow.origin),
        on_behalf_of=uow.origin.on_behalf_of,
        occurred_at=occurred_at,
        received_at=max(occurred_at, uow.now),
        expires_at=runs_out(question.purpose, choice, occurred_at),
        channel=choice.channel,
        topic=choice.topic,
        basis=basis_of(question.purpose, choice, market),
        shown=None if showing is None or showing.shown is None else showing.shown.id,
        proxy=None if authority is None else authority.reference,
        proxy_document_sha256=None if authority is None else authority.document_sha256,
        proxy_scope=None if authority is None else authority.scope,
        proxy_expires_at=None if authority is None else authority.expires_at,
    )


def question_of(event: ConsentEvent) -> Question:
    """Return what an answer is about."""
    return Question(event.person, event.purpose, event.channel, event.topic)


def account_of(origin: Origin) -> UUID | None:
    """Return the account that acts; a program of ours and somebody unknown have none."""
    try:
        return UUID(origin.actor)
    except ValueError:
        return None


async def keep(uow: UnitOfWork, person: PersonId, planned: Plan) -> None:
    """Store answers and what they come to, say so, and make every worker forget; the caller holds the person's lock."""
    events, texts = planned.events, planned.shown.texts()
    if not events:
        return
    await store.insert_events(uow, events)
    await store.put_standing(uow, {each: planned.known[each] for each in map(question_of, events)})
    for event in events:
        uow.record(
            ACTION_OF[event.state],
            subject=person,
            resource=f"consent:{event.id}",
            purpose=event.purpose,
            notice_version=event.notice_version,
            method=event.method,
            **narrowed(event.channel, event.topic),
            **dated(event, texts),
        )
    announce(uow, person, {event.purpose for event in events})


def dated(event: ConsentEvent, texts: Mapping[UUID, bytes]) -> dict[str, Any]:
    """Return what binds a receipt to this very answer: when it was given and ends, and the text that was shown."""
    said = {"occurred_at": timestamp(event.occurred_at)}
    if event.expires_at is not None:
        said["expires_at"] = timestamp(event.expires_at)
    if event.notice is not None:
        said["notice_sha256"] = texts[event.notice].hex()
    return said


def narrowed(channel: Channel | None, topic: str | None) -> dict[str, Any]:
    """Return what an audit entry says of a channel and topic; nothing of those that were not named."""
    return {name: word for name, word in (("channel", channel), ("topic", topic)) if word is not None}


def announce(uow: UnitOfWork, person: PersonId, purposes: Collection[Purpose]) -> None:
    """Make every worker forget what it knew of ``person``, and the boards look again."""
    epochs.move(uow, person)
    if not ON_BOARDS.isdisjoint(purposes):
        uow.publish(BOARD_TOPIC, person)


def view(uow: UnitOfWork, question: Question, record: Record | None, waiting: dict[Question, datetime]) -> ConsentView:
    """Return how a person stands towards one question, as they are shown it."""
    return ConsentView(
        purpose=question.purpose,
        state=state_at(record, uow.now),
        notice_version=None if record is None else record.notice_version,
        decided_at=None if record is None else record.decided_at,
        channel=question.channel,
        topic=question.topic,
        expires_at=None if record is None else record.expires_at,
        confirm_by=waiting.get(question),
    )


async def consents(uow: UnitOfWork, person: PersonId) -> list[ConsentView]:
    """Return how ``person`` stands towards each purpose that rests on consent, unanswered ones included.

    Each purpose as a whole comes first, then single channels and topics about which something was said: each with the
    answer that counts for it, which is that of the whole where this was given later.
    """
    known = await store.answers(uow, [person], CONSENT_PURPOSES)
    waiting = await open_confirmations(uow, person, CONSENT_PURPOSES)
    uow.record(Action.CONSENTS_READ, subject=person, count=len(known))
    views = []
    for purpose in CONSENT_PURPOSES:
        whole = Question(person, purpose)
        narrowed = {each for each in (*known, *waiting) if each.purpose is purpose} - {whole}
        ordered = sorted(narrowed, key=lambda each: (each.channel or "", each.topic or ""))
        views += [view(uow, each, covering(known, each), waiting) for each in (whole, *ordered)]
    return views


async def rebuild_standing(uow: UnitOfWork) -> Rebuilt:
    """Compute the projection from the events again and put right what differs, while nobody else writes it."""
    await store.lock_projection(uow)
    last, count, changed = PersonId(UUID(int=0)), 0, 0
    while persons := await store.persons_after(uow, last, _REBUILD_BATCH):
        changed += await _rebuild(uow, persons)
        count += len(persons)
        last = persons[-1]
    uow.record(Action.STANDING_REBUILT, count=changed, people=count)
    return Rebuilt(people=count, changed=changed)


async def _rebuild(uow: UnitOfWork, persons: Sequence[PersonId]) -> int:
    right: dict[Question, Record] = {}
    for event in await store.events_of(uow, persons):
        right[question_of(event)] = after(right.get(question_of(event)), event)
    present = await store.answers(uow, persons, CONSENT_PURPOSES)
    plain = {question: msgspec.structs.replace(record, restricted=False) for question, record in present.items()}
    wrong = {question: record for question, record in right.items() if plain.get(question) != record}
    stray = [question for question in present if question not in right]
    await store.remove_standing(uow, stray)
    await store.put_standing(uow, wrong)
    for person in {question.person for question in (*wrong, *stray)}:
        epochs.move(uow, person)
        uow.publish(BOARD_TOPIC, person)
    return len(wrong) + len(stray)
