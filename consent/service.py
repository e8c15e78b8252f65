"""The use cases of consent: publish a notice, record an answer, ask whether data may be used."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

import people
from consent import store
from consent.errors import ConsentRequiredError, InvalidNoticeError, NoticeImmutableError
from consent.rules.choices import check_choice, check_purpose
from consent.rules.gate import decide
from consent.rules.notices import best_translation, check_notice, shown_notice
from consent.rules.standing import after, moment, state_at
from consent.values import (
    CONSENT_PURPOSES,
    ConsentChoice,
    ConsentEvent,
    ConsentView,
    Decision,
    NewNotice,
    Notice,
    NoticeReference,
    Rebuilt,
    Record,
)
from consent.vocabulary import BOARD_TOPIC, Action, Answer, Purpose
from kernel import epochs
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork
from people.errors import PersonNotFoundError
from people.vocabulary import PersonId

_ACTIONS: Final = {
    Answer.GRANTED: Action.CONSENT_GRANTED,
    Answer.DENIED: Action.CONSENT_DENIED,
    Answer.WITHDRAWN: Action.CONSENT_WITHDRAWN,
}

_ON_BOARDS: Final = frozenset({Purpose.GAMIFICATION, Purpose.LEADERBOARD})
"""Purposes without which a person is on no board."""

_REBUILD_BATCH: Final = 1_000


async def publish_notice(uow: UnitOfWork, new: NewNotice) -> Notice:
    """Publish a version of a notice, or a translation of the newest version; the same text again is harmless.

    Raises:
        InvalidNoticeError: names the field; a version MUST follow the one before it.
        NoticeImmutableError: published with another text, or replaced by a newer version.

    """
    check_notice(new)
    stored = await store.notice(uow, new.purpose, new.version, new.locale)
    if stored is None:
        references = await store.notice_references([new.purpose])
        newest = max((reference.version for reference in references), default=0)
        if new.version < newest:
            raise NoticeImmutableError("A newer version of this notice exists.", purpose=new.purpose)
        if new.version > newest + 1:
            raise InvalidNoticeError(f"The next version is {newest + 1}.", field="version")
        stored = await _publish(uow, new)
    if stored.text != new.text:
        raise NoticeImmutableError("This version was published with another text.", purpose=new.purpose)
    uow.record(
        Action.NOTICE_PUBLISHED,
        resource=f"notice:{stored.id}",
        purpose=stored.purpose,
        version=stored.version,
        locale=stored.locale,
        sha256=stored.sha256.hex(),
    )
    return stored


async def _publish(uow: UnitOfWork, new: NewNotice) -> Notice:
    """Insert ``new`` and return what is stored: somebody else's text where they were a moment faster."""
    notice = Notice(
        id=uow.new_id(),
        purpose=new.purpose,
        version=new.version,
        locale=new.locale,
        text=new.text,
        sha256=sha256(new.text.encode()).digest(),
        published_at=uow.now,
    )
    await store.insert_notice(uow, notice)
    return await store.notice(uow, new.purpose, new.version, new.locale) or notice


async def active_notices(uow: UnitOfWork, locale: str) -> list[Notice]:
    """Return the newest notice of each purpose, in the translation that a reader of ``locale`` understands best."""
    translations = defaultdict[Purpose, list[Notice]](list)
    for notice in await store.newest_notices(uow):
        translations[notice.purpose].append(notice)
    uow.record(Action.NOTICES_READ, count=len(translations), locale=locale)
    return [best_translation(translations[purpose], locale) for purpose in Purpose if purpose in translations]


async def record_consent(uow: UnitOfWork, person: PersonId, purpose: Purpose, choice: ConsentChoice) -> ConsentView:
    """Record one answer; see ``record_consents``."""
    return (await record_consents(uow, person, [(purpose, choice)]))[0]


async def record_consents(
    uow: UnitOfWork, person: PersonId, choices: Sequence[tuple[Purpose, ConsentChoice]]
) -> list[ConsentView]:
    """Record answers of one person, in order; return how the person stands towards each purpose after all of them.

    Takes the person's lock first, so that a decision is wholly before or wholly after any of that person's
    activities. Every worker forgets what it knew before the answer to this leaves.

    Raises:
        PersonNotFoundError: nobody active has this id.
        PurposeNotConsentableError: a purpose that does not rest on consent.
        InvalidConsentError: names the field.
        UnknownNoticeError: a version that was never published.
        NoticeNotActiveError: a grant under a notice that was replaced.

    """
    for purpose, choice in choices:
        check_purpose(purpose)
        check_choice(choice, uow.now)
    if not choices:
        return []
    purposes = sorted({purpose for purpose, _ in choices})
    if person not in await people.lock(uow, [person]):
        raise PersonNotFoundError("Nobody active has this id.")
    notices = await store.notice_references(purposes)
    known = await store.standing(uow, [person], purposes)
    events: list[ConsentEvent] = []
    for purpose, choice in choices:
        before = known.get((person, purpose))
        event = _event(uow, person, purpose, choice, shown_notice(notices, purpose, choice), before)
        known[person, purpose] = after(before, event)
        events.append(event)
    await store.insert_events(uow, events)
    await store.put_standing(uow, known)
    _announce(uow, person, events)
    return [_view(uow, purpose, known[person, purpose]) for purpose, _ in choices]


def _event(
    uow: UnitOfWork,
    person: PersonId,
    purpose: Purpose,
    choice: ConsentChoice,
    notice: NoticeReference | None,
    before: Record | None,
) -> ConsentEvent:
    occurred_at = choice.occurred_at or moment(before, uow.now)
    return ConsentEvent(
        id=uow.new_id(),
        person=person,
        purpose=purpose,
        state=choice.state,
        notice=None if notice is None else notice.id,
        notice_version=choice.notice_version,
        method=choice.method,
        evidence=choice.evidence,
        evidence_sha256=choice.evidence_sha256,
        actor=_account(uow.origin),
        on_behalf_of=uow.origin.on_behalf_of,
        occurred_at=occurred_at,
        received_at=max(occurred_at, uow.now),
        expires_at=choice.expires_at,
    )


def _account(origin: Origin) -> UUID | None:
    """Return the account that acts; a program of ours and somebody unknown have none."""
    try:
        return UUID(origin.actor)
    except ValueError:
        return None


def _announce(uow: UnitOfWork, person: PersonId, events: Collection[ConsentEvent]) -> None:
    for event in events:
        uow.record(
            _ACTIONS[event.state],
            subject=person,
            resource=f"consent:{event.id}",
            purpose=event.purpose,
            notice_version=event.notice_version,
            method=event.method,
        )
    epochs.move(uow, person)
    if any(event.purpose in _ON_BOARDS for event in events):
        uow.publish(BOARD_TOPIC, person)


def announce_standing(uow: UnitOfWork, person: PersonId) -> None:
    """Let every worker forget how ``person`` stands, and the boards ask again."""
    epochs.move(uow, person)
    uow.publish(BOARD_TOPIC, person)


def _view(uow: UnitOfWork, purpose: Purpose, record: Record | None) -> ConsentView:
    return ConsentView(
        purpose=purpose,
        state=state_at(record, uow.now),
        notice_version=None if record is None else record.notice_version,
        decided_at=None if record is None else record.decided_at,
    )


async def consents(uow: UnitOfWork, person: PersonId) -> list[ConsentView]:
    """Return how ``person`` stands towards each purpose that rests on consent, unanswered ones included."""
    known = await store.standing(uow, [person], CONSENT_PURPOSES)
    uow.record(Action.CONSENTS_READ, subject=person, count=len(known))
    return [_view(uow, purpose, known.get((person, purpose))) for purpose in CONSENT_PURPOSES]


async def standing(uow: UnitOfWork, persons: Collection[PersonId], purposes: Collection[Purpose]) -> store.Standing:
    """Return how each of ``persons`` stands towards each of ``purposes``; an unanswered one has no key.

    One query whatever their number. Feed each to ``decide``: a record alone is no permission.
    """
    return await store.standing(uow, list(persons), list(purposes))


async def check(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> Decision:
    """Return what the gate says about ``person`` and ``purpose`` now."""
    if purpose not in CONSENT_PURPOSES:
        return decide(purpose, None, uow.now)
    known = await store.standing(uow, [person], [purpose])
    return decide(purpose, known.get((person, purpose)), uow.now)


async def require(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> Decision:
    """Return the gate's yes about ``person`` and ``purpose``.

    Raises:
        ConsentRequiredError: it says no; the facts hold the purpose and the reason.

    """
    decision = await check(uow, person, purpose)
    if not decision.allowed:
        raise ConsentRequiredError(
            "This person has not consented to this use of their data.", purpose=purpose, reason=decision.reason
        )
    return decision


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
    right: store.Standing = {}
    for event in await store.events_of(uow, persons):
        key = (event.person, event.purpose)
        right[key] = after(right.get(key), event)
    present = await store.standing(uow, persons, CONSENT_PURPOSES)
    plain = {key: msgspec.structs.replace(record, restricted=False) for key, record in present.items()}
    wrong = {key: record for key, record in right.items() if plain.get(key) != record}
    stray = [key for key in present if key not in right]
    await store.remove_standing(uow, stray)
    await store.put_standing(uow, wrong)
    for person in {person for person, _ in (*wrong, *stray)}:
        epochs.move(uow, person)
        uow.publish(BOARD_TOPIC, person)
    return len(wrong) + len(stray)
