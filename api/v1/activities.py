"""What HCPs did: posted by their apps, or by learning systems for many of them."""

from typing import Annotated, Final

import msgspec

from access import Caller, Permission
from api.passage import Passage
from api.routing import merged
from consent.values import Decision
from consent.vocabulary import Purpose
from engagement import Draft, Malformed, parse
from engagement.vocabulary import Action
from gamification.values import ActivityResult, Delivery
from kernel.decoding import located
from kernel.errors import InvalidError
from kernel.unit_of_work import Origin

MOST: Final = 1_000
RECORDED: Final = (Action.ACTIVITY_RECORDED, Action.ACTIVITY_REFUSED)
DraftList = Annotated[list[Draft], msgspec.Meta(max_length=MOST)]

_list: Final = msgspec.json.Decoder(list[msgspec.Raw])
_one: Final = msgspec.json.Decoder(msgspec.Raw)


class Results(msgspec.Struct, frozen=True):
    """One result per activity, in the order they were sent."""

    results: list[ActivityResult]


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
    """Record activities of many HCPs, each with its ``actor``; whoever has not consented refuses that activity alone."""
    drafts = read_drafts(body)
    if len(drafts) == 1 and isinstance(drafts[0], Draft) and drafts[0].actor is None:
        message = "An activity that is delivered for somebody must name the actor."
        raise InvalidError(message, field="actor")
    return await _deliver(passage, caller, drafts)


def read_drafts(body: bytes) -> list[Draft | Malformed]:
    """Read one activity or a list of them; in a list, what can't be read is refused by itself.

    Raises:
        InvalidError: the body is no JSON, holds too many activities, or its only activity can't be read.

    """
    try:
        if body.lstrip()[:1] == b"[":
            raws = _list.decode(body)
        else:
            raws = [_one.decode(body)]
            only = parse(raws[0])
            if isinstance(only, Malformed):
                raise InvalidError(f"{only.field}: {only.detail}.", field=only.field)
            return [only]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field, detail = located(error)
        raise InvalidError(f"The body is not JSON: {detail}.", field=field) from None
    if len(raws) > MOST:
        raise InvalidError(f"A request carries at most {MOST} activities, this one {len(raws)}.", field="activities")
    return [parse(raw) for raw in raws]


async def _deliver(passage: Passage, caller: Caller, drafts: list[Draft | Malformed]) -> Results:
    def origin_for(decision: Decision | None) -> Origin:
        return passage.origin(subject_decision=decision)

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


ROUTES = [record_own_activities, deliver_activities]
