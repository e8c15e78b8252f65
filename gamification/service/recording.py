"""Recording activities: many requests in one transaction, each with its own answer.

Load the people (locked in id order), what they agreed to, the content and the known ids; judge every activity; store
what is new; award what it earns; record it in the audit log.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

import consent
import content
import engagement
import people
from consent.values import Decision
from consent.vocabulary import Purpose
from content.values import ScoringView
from content.vocabulary import ContentId
from engagement import Activity, Draft, Malformed, Refusal, Stored, extension_bytes
from engagement.vocabulary import Action, Reason
from gamification.service.awarding import award_all
from gamification.service.publishing import newest_version
from gamification.service.recipients import eligible
from gamification.store import standings
from gamification.values import ActivityResult, Delivery, Effects, Status
from gamification.vocabulary import RECOGNITION
from kernel.unit_of_work import UnitOfWork
from people import Bearings
from people.vocabulary import PersonId

NOTHING = Effects()
ACTOR_UNKNOWN = Refusal(Reason.ACTOR_UNKNOWN, "actor", "There is no such person in the markets of this client.")
ID_TAKEN = Refusal(Reason.ID_TAKEN, "id", "This id names an activity of another person.")
PURPOSES = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION, Purpose.LEADERBOARD)


class Scene(msgspec.Struct):
    """Everything that judging needs, loaded at once for all deliveries."""

    now: datetime
    retention_days: int | None
    rules_version: int
    bearings: Mapping[PersonId, Bearings]
    consents: Mapping[tuple[PersonId, Purpose], Decision]
    eligible: frozenset[PersonId]
    content: Mapping[ContentId, ScoringView]
    owners: dict[UUID, PersonId]
    known: frozenset[UUID]


class Judged(msgspec.Struct):
    """One draft with its verdict: to be stored, a repeat, or refused."""

    id: UUID | None
    person: PersonId | None
    stored: Stored | None = None
    refusal: Refusal | None = None


async def record_deliveries(
    uow: UnitOfWork, deliveries: Sequence[Delivery], *, retention_days: int | None
) -> list[list[ActivityResult] | BaseException]:
    """Record all deliveries in one transaction; the answers come in the order of the drafts.

    A delivery of a person's own activities without that person's consent is answered with ConsentRequiredError.

    Raises:
        ActivityRacedError: another transaction used one of the ids in between; roll back and begin again.

    """
    scene = await _load(uow, deliveries, retention_days)
    judged = [_judge(scene, delivery) for delivery in deliveries]
    fresh = [each.stored for verdicts in judged for each in verdicts if each.stored is not None]
    await engagement.store_activities(uow, fresh)
    effects = await award_all(uow, fresh, scene.consents)
    repeated = [
        each.id for each in _flat(judged) if each.id is not None and each.id in scene.known and not each.refusal
    ]
    earlier = await standings.outcomes(uow, repeated) if repeated else {}
    answers: list[list[ActivityResult] | BaseException] = []
    for delivery, verdicts in zip(deliveries, judged, strict=True):
        refusal = _own_refusal(scene, delivery)
        results = [_result(each, effects, earlier) for each in verdicts]
        if refusal is None:
            _record(uow, scene, delivery, verdicts, results)
        answers.append(refusal or results)
    return answers


async def _load(uow: UnitOfWork, deliveries: Sequence[Delivery], retention_days: int | None) -> Scene:
    drafts = [draft for delivery in deliveries for draft in delivery.drafts if isinstance(draft, Draft)]
    persons = {person for delivery in deliveries for person in _actors(delivery)}
    bearings = await people.lock(uow, sorted(persons)) if persons else {}
    records = await consent.standing(uow, list(bearings), PURPOSES) if bearings else {}
    decisions = {
        (person, purpose): consent.decide(purpose, records.get((person, purpose)), uow.now, where.market)
        for person, where in bearings.items()
        for purpose in PURPOSES
    }
    for market in {where.market for where in bearings.values()}:
        gap = consent.decide(Purpose.ENGAGEMENT, None, uow.now, market)
        await consent.note_gap(uow, gap, Purpose.ENGAGEMENT, market)
    scored = {person: where for person, where in bearings.items() if decisions[person, Purpose.GAMIFICATION].allowed}
    for_value = await eligible(uow, scored)
    views = await content.for_scoring(uow, list({ContentId(draft.object) for draft in drafts})) if drafts else {}
    owners = await engagement.owners(uow, [draft.id for draft in drafts]) if drafts else {}
    version = await newest_version(uow)
    known = frozenset(owners)
    return Scene(uow.now, retention_days, version, bearings, decisions, for_value, views, owners, known)


def _actors(delivery: Delivery) -> set[PersonId]:
    if delivery.person is not None:
        return {delivery.person}
    return {PersonId(draft.actor) for draft in delivery.drafts if isinstance(draft, Draft) and draft.actor is not None}


def _own_refusal(scene: Scene, delivery: Delivery) -> consent.ConsentRequiredError | None:
    """The gate said yes a moment ago; this is the answer under the person's lock, which no withdrawal can slip past."""
    if delivery.person is None:
        return None
    decision = scene.consents.get((delivery.person, Purpose.ENGAGEMENT))
    if decision is not None and decision.allowed:
        return None
    reason = decision.reason.value if decision else Reason.ACTOR_UNKNOWN.value
    return consent.refused(Purpose.ENGAGEMENT, reason)


def _judge(scene: Scene, delivery: Delivery) -> list[Judged]:
    return [
        Judged(draft.id, delivery.person, refusal=Refusal(Reason.MALFORMED, draft.field, draft.detail))
        if isinstance(draft, Malformed)
        else _judge_one(scene, delivery, draft)
        for draft in delivery.drafts
    ]


def _judge_one(scene: Scene, delivery: Delivery, draft: Draft) -> Judged:
    actor = delivery.person or draft.actor
    if actor is None or (delivery.person is not None and draft.actor not in {None, delivery.person}):
        return Judged(draft.id, None, refusal=Refusal(Reason.MALFORMED, "actor", "Must name the person."))
    person = PersonId(actor)
    bearings = scene.bearings.get(person)
    if bearings is None or not ("*" in delivery.markets or bearings.market in delivery.markets):
        return Judged(draft.id, None, refusal=ACTOR_UNKNOWN)
    consented = scene.consents[(person, Purpose.ENGAGEMENT)].allowed
    owner = scene.owners.get(draft.id)
    if owner is not None and consented:
        return Judged(draft.id, person, refusal=None if owner == person else ID_TAKEN)
    view = scene.content.get(ContentId(draft.object))
    visible = view is not None and content.scores(view, bearings.market, draft.occurred_at)
    refusal = engagement.admit(
        draft, consented=consented, visible=visible, now=scene.now, retention_days=scene.retention_days
    )
    if refusal is not None or view is None:
        return Judged(draft.id, person, refusal=refusal)
    scene.owners[draft.id] = person  # a second one with this id in the same transaction is a repeat
    return Judged(draft.id, person, stored=_stored(scene, delivery, draft, person, bearings, view))


def _stored(
    scene: Scene, delivery: Delivery, draft: Draft, person: PersonId, bearings: Bearings, view: ScoringView
) -> Stored:
    scored = scene.consents[(person, Purpose.GAMIFICATION)].allowed
    result = draft.result
    return Stored(
        activity=Activity(
            id=draft.id,
            person=person,
            verb=draft.verb,
            content=ContentId(draft.object),
            kind=view.kind,
            tags=view.tags,
            occurred_at=draft.occurred_at,
            local_date=draft.occurred_at.astimezone(ZoneInfo(bearings.zone)).date(),
            channel=draft.context.channel,
            market=bearings.market,
            content_class=view.content_class,
            score=result.score,
            success=result.success,
            completion=result.completion,
            progress=result.progress,
            duration_seconds=result.duration_seconds,
            due_at=view.due_at,
            profession=bearings.profession if scored else None,
            eligible=person in scene.eligible,
        ),
        recorded_at=scene.now,
        recorded_by=delivery.account,
        rules_version=scene.rules_version if scored else None,
        extensions=extension_bytes(draft),
    )


def _result(judged: Judged, effects: Mapping[UUID, Effects], earlier: Mapping[UUID, bytes]) -> ActivityResult:
    if judged.refusal is not None:
        refusal = judged.refusal
        return ActivityResult(
            judged.id, Status.REFUSED, refusal.reason.value, refusal.field, refusal.detail, effects=NOTHING
        )
    assert judged.id is not None  # noqa: S101 - only a malformed activity has none, and that is refused
    if judged.stored is not None:
        return ActivityResult(judged.id, Status.RECORDED, effects=effects.get(judged.id, NOTHING))
    if judged.id in earlier:
        return ActivityResult(judged.id, Status.REPEATED, effects=msgspec.json.decode(earlier[judged.id], type=Effects))
    return ActivityResult(judged.id, Status.REPEATED, effects=effects.get(judged.id, NOTHING))


def _record(
    uow: UnitOfWork, scene: Scene, delivery: Delivery, verdicts: Sequence[Judged], results: Sequence[ActivityResult]
) -> None:
    """Leave one audit entry per person of the delivery, and one for what names nobody we know."""
    by_person: dict[PersonId | None, list[ActivityResult]] = {}
    for each, result in zip(verdicts, results, strict=True):
        by_person.setdefault(each.person, []).append(result)
    if not by_person:
        by_person[delivery.person] = []
    for person, theirs in by_person.items():
        statuses = Counter(result.status for result in theirs)
        decision = scene.consents.get((person, Purpose.ENGAGEMENT)) if person is not None else None
        refused = Counter(result.reason for result in theirs if result.reason is not None)
        all_refused = bool(theirs) and statuses[Status.REFUSED] == len(theirs)
        uow.record(
            Action.ACTIVITY_REFUSED if all_refused else Action.ACTIVITY_RECORDED,
            subject=person,
            count=statuses[Status.RECORDED],
            reason=next(iter(refused)) if all_refused else None,
            outcome="refused" if all_refused else "succeeded",
            origin=delivery.origin_for(decision, person),
            repeated=statuses[Status.REPEATED],
            refused=dict(refused),
            points=_recognition(theirs) if statuses[Status.RECORDED] else 0,
        )


def _recognition(results: Sequence[ActivityResult]) -> int:
    """Return the recognition points that moved now, those of quests too; points of different currencies have no sum."""
    effects = [result.effects or NOTHING for result in results if result.status is Status.RECORDED]
    moved = [each.points for every in effects for each in every.points if each.currency == RECOGNITION]
    return sum(moved) + sum(quest.points for every in effects for quest in every.quests)


def _flat(judged: Sequence[Sequence[Judged]]) -> list[Judged]:
    return [each for verdicts in judged for each in verdicts]
