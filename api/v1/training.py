"""Training of staff in security and privacy, through Laurel's own content."""

from datetime import datetime
from uuid import UUID

import msgspec

import content
from access import AccountId, Caller, Permission, training
from access.vocabulary import Action
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body
from consent.vocabulary import Purpose
from content.values import ContentItem
from content.vocabulary import ContentId
from kernel.unit_of_work import UnitOfWork


class Completion(Body, frozen=True, kw_only=True):
    """That a member of staff completed a module: who, which ``item`` with the tag staff-training, and when."""

    account: UUID
    item: UUID
    completed_at: datetime


class OwnTraining(msgspec.Struct, frozen=True, kw_only=True):
    """When the caller completed a module, until when that counts, and which modules there are."""

    required: bool
    completed_at: datetime | None
    expires_at: datetime | None
    items: list[ContentItem]


@query.get(
    "/me/training", permission=Permission.OWN_TRAINING_READ, purpose=Purpose.SERVICE, records=Action.TRAINING_READ
)
async def own_training(uow: UnitOfWork, caller: Caller, passage: Passage) -> OwnTraining:
    """Return what the caller has to learn about security and privacy, and for how long what they learnt counts."""
    settings = passage.runtime.settings
    completed_at, expires_at = await training.own(uow, caller, settings.training_days) or (None, None)
    return OwnTraining(
        required=settings.needs_training,
        completed_at=completed_at,
        expires_at=expires_at,
        items=await content.training_items(uow, caller.scope),
    )


@command.post(
    "/training", permission=Permission.TRAINING_RECORD, purpose=Purpose.SERVICE, records=Action.TRAINING_RECORDED,
    status_code=204,
)  # fmt: skip
async def record_training(uow: UnitOfWork, caller: Caller, data: Completion) -> None:
    """Record that somebody else on the staff completed a module; sending it again changes nothing."""
    item = await content.training_item(uow, ContentId(data.item), caller.scope)
    await training.record(uow, caller, AccountId(data.account), item.id, data.completed_at)


ROUTES = [own_training, record_training]
