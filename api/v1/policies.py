"""What the law of each country allows to be given, as Laurel understands it, for whoever plans or checks a campaign."""

from datetime import date
from typing import Annotated

from litestar.params import FromQuery, PathParameter

import gamification
from access import Permission
from api.routing import query
from consent.vocabulary import Purpose
from gamification import PoliciesView, PolicyView
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

Country = Annotated[str, PathParameter(pattern="^[A-Z]{2}$")]


@query.get(
    "/policies", permission=Permission.POLICIES_READ, purpose=Purpose.CONTENT_OPERATIONS, records=Action.POLICIES_READ
)
async def policies(uow: UnitOfWork, on: FromQuery[date | None] = None) -> PoliciesView:
    """Return the policy packs that hold on a day (today in UTC unless given); a country without one isn't in it."""
    return gamification.policies_view(gamification.packs_in_force(), on or uow.now.date())


@query.get(
    "/policies/{country:str}",
    permission=Permission.POLICIES_READ,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.POLICIES_READ,
)
async def policy(uow: UnitOfWork, country: Country, on: FromQuery[date | None] = None) -> PolicyView:
    """Return the pack that holds in a country on a day; without one it is the pack ``recognition-only``."""
    day = on or uow.now.date()
    return gamification.policy_view(gamification.pack_for(gamification.packs_in_force(), country, day), day)


ROUTES = [policies, policy]
