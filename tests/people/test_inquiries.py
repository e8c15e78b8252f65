"""Licences that registers are asked about: one worker asks, and what was decided meanwhile stands."""

import asyncio
from datetime import timedelta

import people
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import (
    Change,
    Field,
    Identifier,
    Inquiry,
    LicenceDecision,
    LicenceStatus,
    NewPerson,
    PersonId,
    RegisterEntry,
    RegisterFinding,
)
from people.rules.registers import RegisterSource

SOURCES = {"us-nppes": RegisterSource(market="US", system="us-npi", file="/unused")}
ANA = NewPerson(
    name="Ana Berg",
    market="US",
    zone="America/New_York",
    locale="en",
    identifiers=(Identifier("us-npi", "1234567893"), Identifier("gb-gmc", "7654321")),
)
YES = RegisterEntry(name="BERG ANA", active=True, expires_on=None, reference="7")


async def waiting(work: Work, origin: Origin, new: NewPerson = ANA) -> PersonId:
    async with work.begin(origin) as uow:
        person = await people.register(uow, new)
        staff_said = LicenceDecision(status=LicenceStatus.PENDING, states=("NY",), covered_recipient=True)
        await people.decide_licence(uow, person, "US", staff_said)
    return person


async def claimed(work: Work, origin: Origin) -> Inquiry | None:
    async with work.begin(origin) as uow:
        return await people.claim_inquiry(uow, SOURCES)


async def settled(work: Work, origin: Origin, inquiry: Inquiry, entry: RegisterEntry | None = YES) -> RegisterFinding:
    async with work.begin(origin) as uow:
        return await people.settle_inquiry(uow, inquiry, "1234567893", entry)


async def test_of_many_workers_one_asks_and_who_dies_leaves_it_to_be_asked_again(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    person = await waiting(work, origin)
    found = await asyncio.gather(*(claimed(work, origin) for _ in range(8)))
    (inquiry,) = [each for each in found if each is not None]
    assert (inquiry.person, inquiry.register, inquiry.system) == (person, "us-nppes", "us-npi")
    clock.move(timedelta(seconds=59))
    assert await claimed(work, origin) is None
    clock.move(timedelta(seconds=1))
    assert await claimed(work, origin) == inquiry
    clock.move(timedelta(seconds=119))
    assert await claimed(work, origin) is None
    async with work.read(origin) as uow:
        assert await people.identifier_of(uow, inquiry) == "1234567893"


async def test_a_yes_keeps_what_staff_said_of_the_legal_class(work: Work, origin: Origin) -> None:
    person = await waiting(work, origin)
    inquiry = await claimed(work, origin)
    assert inquiry is not None
    assert await settled(work, origin, inquiry) is RegisterFinding.ACTIVE
    async with work.read(origin) as uow:
        view = await people.view(uow, person, {Field.LICENCES})
    (licence,) = view.licences or ()
    assert (licence.status, licence.evidence) == (LicenceStatus.VERIFIED, "register us-nppes, entry 7")
    assert (licence.states, licence.covered_recipient) == (("NY",), True)


async def test_what_was_decided_or_submitted_meanwhile_stands(work: Work, origin: Origin) -> None:
    person = await waiting(work, origin)
    inquiry = await claimed(work, origin)
    assert inquiry is not None
    async with work.begin(origin) as uow:
        await people.decide_licence(uow, person, "US", LicenceDecision(status=LicenceStatus.REJECTED))
    assert await settled(work, origin, inquiry) is RegisterFinding.UNAVAILABLE
    async with work.begin(origin) as uow:
        view = await people.view(uow, person, {Field.LICENCES})
        assert [each.status for each in view.licences or ()] == [LicenceStatus.REJECTED]
        await people.submit_licence(uow, person, "US", "another letter", None)
    assert await settled(work, origin, inquiry) is RegisterFinding.UNAVAILABLE
    again = await claimed(work, origin)
    assert again is not None
    assert await settled(work, origin, again) is RegisterFinding.ACTIVE


async def test_a_yes_about_a_number_that_was_corrected_meanwhile_is_none(work: Work, origin: Origin) -> None:
    person = await waiting(work, origin)
    inquiry = await claimed(work, origin)
    assert inquiry is not None
    for number, finding in (("1245319599", RegisterFinding.UNAVAILABLE), ("1234567893", RegisterFinding.ACTIVE)):
        async with work.begin(origin) as uow:
            corrected = Change(identifiers=(Identifier("us-npi", number),))
            await people.change(uow, person, corrected, by_person=False)
        assert await settled(work, origin, inquiry) is finding


async def test_who_has_no_number_of_the_register_or_no_key_any_more_is_not_asked_about(
    work: Work, origin: Origin
) -> None:
    erased = await waiting(work, origin)
    numbers = (Identifier("gb-gmc", "7654322"),)
    await waiting(work, origin, NewPerson(name="Bo", market="US", zone="UTC", locale="en", identifiers=numbers))
    async with work.begin(origin) as uow:
        await uow.execute("delete from people.data_key where person = $1", erased)
    assert await claimed(work, origin) is None
    third = (Identifier("us-npi", "1245319599"),)
    other = await waiting(work, origin, NewPerson(name="Cy", market="US", zone="UTC", locale="en", identifiers=third))
    found = await claimed(work, origin)
    assert found is not None
    assert found.person == other
