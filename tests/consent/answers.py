"""Answers that tests give, and a short way to give them."""

from uuid import UUID

from msgspec.structs import replace

import consent
from consent import Answer, ConsentChoice, ConsentView, Method, Purpose, Reason
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import PersonId

GRANT = ConsentChoice(state=Answer.GRANTED, notice_version=1)
DENIAL = ConsentChoice(state=Answer.DENIED, notice_version=1)
WITHDRAWAL = ConsentChoice(state=Answer.WITHDRAWN)
PAPER = replace(GRANT, method=Method.PAPER, evidence="paper form 17", evidence_sha256=bytes(range(32)))
NOBODY = PersonId(UUID(int=404))


async def say(work: Work, origin: Origin, person: PersonId, purpose: Purpose, choice: ConsentChoice) -> ConsentView:
    async with work.begin(origin) as uow:
        return await consent.record_consent(uow, person, purpose, choice)


async def reason(work: Work, origin: Origin, person: PersonId, purpose: Purpose) -> Reason:
    async with work.read(origin) as uow:
        return (await consent.check(uow, person, purpose)).reason
