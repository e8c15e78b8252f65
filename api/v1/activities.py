"""What HCPs did: posted by their apps, or by learning systems for many of them."""

import json
from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar.params import FromPath

import gamification
from access import Caller, Permission, Role
from api.passage import Passage
from api.routing import command, merged
from api.text import unstorable
from api.v1.wire import Body
from consent.values import Decision
from consent.vocabulary import Purpose
from engagement import Draft, Malformed, parse
from engagement.vocabulary import Action
from gamification.values import ActivityResult, Delivery
from gamification.vocabulary import Action as GamificationAction
from kernel.decoding import located
from kernel.errors import InvalidError
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

MOST: Final = 1_000
RECORDED: Final = (Action.ACTIVITY_RECORDED, Action.ACTIVITY_REFUSED)
DraftList = Annotated[list[Draft], msgspec.Meta(max_length=MOST)]

_list: Final = msgspec.json.Decoder(list[msgspec.Raw])
_one: Final = msgspec.json.Decoder(msgspec.Raw)


class Results(msgspec.Struct, frozen=True):
    """One result per activity, in the order they were sent."""

    results: list[ActivityResult]


class Taken(Body, frozen=True, kw_only=True):
    """Why an activity is taken back."""

    reason: gamification.Retraction


class Retracted(msgspec.Struct, frozen=True):
    """An activity that counts for nothing any more; ``counted`` says whether it did until now."""

    activity: UUID
    counted: bool


@merged.post(
    "/me/activities",
    permission=Permission.ACTIVITY_RECORD,
    purpose=Purpose.ENGAGEMENT,
    records=RECORDED,
    body_type=Draft | DraftList,
)
async def record_own_activities(passage: Passage, caller: Caller, body: bytes) -> Results:
    """Record one activity of the caller, or a list of up to 1,000; each is answered with what it changed."""
    return await _deliver(passage, caller, read_drafts(body))


@merged.post(
    "/activities",
    permission=Permission.ACTIVITY_DELIVER,
    purpose=Purpose.ENGAGEMENT,
    records=RECORDED,
    body_type=Draft | DraftList,
)
async def deliver_activities(passage: Passage, caller: Caller, body: bytes) -> Results:
    """Record activities of many HCPs, each with its ``actor``; without that person's consent it is refused alone."""
    drafts = read_drafts(body)
    if len(drafts) == 1 and isinstance(drafts[0], Draft) and drafts[0].actor is None:
        message = "An activity that is delivered for somebody must name the actor."
        raise InvalidError(message, field="actor")
    return await _deliver(passage, caller, drafts)


@command.post(
    "/activities/{activity:uuid}/retract",
    permission=Permission.ACTIVITY_RETRACT,
    purpose=Purpose.COMPLIANCE,
    records=GamificationAction.ACTIVITY_RETRACTED,
)
async def retract_activity(uow: UnitOfWork, caller: Caller, activity: FromPath[UUID], data: Taken) -> Retracted:
    """Let an activity count for nothing any more, with all that rested on it; a machine client only what it told."""
    told_by = caller.account if caller.role is Role.LEARNING_SYSTEM else None
    return Retracted(activity, await gamification.retract(uow, activity, data.reason, caller.markets, told_by))


def read_drafts(body: bytes) -> list[Draft | Malformed]:
    """Read one activity or a list of them; in a list, what can't be read is refused by itself.

    Raises:
        InvalidError: the body is no JSON, holds too many activities, or its only activity can't be read.

    """
    try:
        if body.lstrip()[:1] != b"[":
            only = _parsed(_one.decode(body))
            if isinstance(only, Malformed):
                raise InvalidError(f"{only.field}: {only.detail}.", field=only.field)
            return [only]
        raws = _each(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field, detail = unstorable(body) or located(error)
        raise InvalidError(f"{field}: {detail}.", field=field) from None
    if len(raws) > MOST:
        raise InvalidError(f"A request carries at most {MOST} activities, this one {len(raws)}.", field="activities")
    return [_parsed(raw) for raw in raws]


def _each(body: bytes) -> Sequence[bytes | msgspec.Raw]:
    """Return the bytes of each activity; one that holds half of a character must not make the others unreadable."""
    try:
        return _list.decode(body)
    except msgspec.DecodeError:
        if unstorable(body) is None:
            raise
    return [json.dumps(each).encode() for each in json.loads(body)]


def _parsed(raw: bytes | msgspec.Raw) -> Draft | Malformed:
    draft = parse(raw)
    found = unstorable(bytes(raw)) if isinstance(draft, Malformed) else None
    return draft if found is None else Malformed(*found, draft.id)


async def _deliver(passage: Passage, caller: Caller, drafts: list[Draft | Malformed]) -> Results:
    def origin_for(decision: Decision | None, person: PersonId | None) -> Origin:
        origin = passage.origin(subject_decision=decision)
        return origin if person in {None, caller.person} else msgspec.structs.replace(origin, on_behalf_of=str(person))

    delivery = Delivery(
        origin_for=origin_for,
        account=caller.account,
        markets=caller.markets,
        person=caller.person,
        drafts=drafts,
    )
    results = await passage.runtime.merging.record(delivery)
    passage.sealed = True
    return Results(results)


ROUTES = [record_own_activities, deliver_activities, retract_activity]
