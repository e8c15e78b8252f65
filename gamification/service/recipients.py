"""Who somebody is as policy looks at it, at the moment at which something with a value is decided."""

from msgspec.structs import replace

import people
from gamification.reward_values import Known
from kernel.unit_of_work import UnitOfWork
from people import Bearings, LicenceStatus
from people.vocabulary import PersonId


async def with_licence(uow: UnitOfWork, known: Known, person: PersonId, here: Bearings) -> Known:
    """Return what is known with the person's licence in the home market and the profession, as they are now.

    Whether the person is a public employee or a covered recipient nobody can tell Laurel yet, and what was known
    otherwise stays so.
    """
    status = (await people.licence_statuses(uow, [person], here.market))[person]
    verified, said = status in {LicenceStatus.VERIFIED, LicenceStatus.LAPSED}, known.person
    return replace(
        known,
        person=replace(
            said,
            verified=verified if said.verified is None else said.verified,
            licence_active=status is LicenceStatus.VERIFIED if said.licence_active is None else said.licence_active,
            profession=said.profession or (here.profession.value if here.profession else None),
        ),
    )
