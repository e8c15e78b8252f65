"""People with something in every room, and what is left of them."""

from pathlib import Path
from uuid import uuid4

import access
import consent
import people
from access import Role
from api.holdings import registry
from consent import NewRequest, Registry, RequestType
from gamification import Boards
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.settings import Settings
from kernel.unit_of_work import UnitOfWork, Work
from people import Identifier, NewPerson, PersonId
from tests.consent.answers import GRANT

ACTIVITIES = """
insert into engagement.activity (id, person, verb, content, kind, tags, occurred_at, local_date, channel, market,
    content_class, extensions, recorded_at, recorded_by)
select gen_random_uuid(), $1, 'viewed', gen_random_uuid(), 'webinar', '{a,b}',
    $3::timestamptz - n * interval '1 second', $3::date, 'web', 'GB', 'medical', $4, $3, $5
from generate_series(1, $2::int) as n
"""


def registry_at(folder: Path, cache: Cache, *, activity_retention_days: int | None = None) -> Registry:
    """Return the house's own registry, with its list of erasures in ``folder``."""
    return registry(Settings(home=folder, activity_retention_days=activity_retention_days), Boards(cache))


async def somebody(uow: UnitOfWork, *, activities: int = 3, name: str = "Dr Ada Sample", note: str = "x") -> PersonId:
    """Register somebody with an account, consents and activities."""
    identifier = Identifier("clinic-roll", uuid4().hex)
    new = NewPerson(
        name=name,
        email=f"{uuid4().hex}@clinic.example",
        market="GB",
        zone="Europe/London",
        locale="en-GB",
        identifiers=(identifier,),
    )
    person = await people.register(uow, new)
    account = await access.open_account(uow, person, role=Role.HCP, markets=["GB"])
    await consent.record_consents(uow, person, [(purpose, GRANT) for purpose in consent.CONSENT_PURPOSES])
    await uow.execute(ACTIVITIES, person, activities, uow.now, f'{{"urn:note":"{note}"}}'.encode(), account)
    return person


async def asked(work: Work, origin: Origin, reg: Registry, person: PersonId, type_: RequestType) -> consent.RequestView:
    """Ask for something, and have it accepted where somebody must look at it."""
    async with work.begin(origin) as uow:
        view = await consent.ask(uow, reg, person, NewRequest(type=type_))
    if type_ is RequestType.ERASURE:
        async with work.begin(origin) as uow:
            await consent.complete(uow, reg, ["*"], view.id)
    return view
