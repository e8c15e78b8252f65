"""One healthcare professional and the notices that they can be shown."""

from itertools import count

import pytest

import consent
import people
from consent import NewNotice
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import Identifier, NewPerson, PersonId

_numbers = count(1)


async def registered(work: Work, origin: Origin) -> PersonId:
    """Register one more person."""
    identifier = Identifier("consent-test", str(next(_numbers)))
    async with work.begin(origin) as uow:
        return await people.register(
            uow,
            NewPerson(name="Ada Sample", market="FR", zone="Europe/Paris", locale="fr-FR", identifiers=(identifier,)),
        )


@pytest.fixture
async def person(work: Work, origin: Origin) -> PersonId:
    return await registered(work, origin)


@pytest.fixture
async def notices(work: Work, origin: Origin) -> None:
    """Publish version 1 of every notice, in English."""
    async with work.begin(origin) as uow:
        for purpose in consent.CONSENT_PURPOSES:
            text = f"We use your data for {purpose}. You can stop at any time."
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=1, locale="en", text=text))
