"""What the caller may want to use next."""

from typing import Annotated

from litestar.params import QueryParameter

import journeys
from access import Caller, Permission
from api.passage import Passage
from api.routing import query
from api.v1.wire import Listing
from consent.vocabulary import Purpose
from journeys.values import Recommendation
from journeys.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

Few = Annotated[int, QueryParameter(ge=1, le=50)]


@query.get(
    "/me/recommendations",
    permission=Permission.RECOMMENDATIONS_READ,
    purpose=Purpose.PERSONALISATION,
    records=Action.RECOMMENDATIONS_READ,
)
async def recommendations(
    uow: UnitOfWork, caller: Caller, passage: Passage, limit: Few = 10
) -> Listing[Recommendation]:
    """Return content that the caller has not used yet, best first; ``because`` names the subjects that led to it."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return Listing(await journeys.recommendations(uow, caller.person, passage.whereabouts(), limit))


ROUTES = [recommendations]
