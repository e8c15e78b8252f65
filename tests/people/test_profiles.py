"""Profiles on a real database: fields are opened one by one, changes keep what they leave out, licences lapse."""

from datetime import date, timedelta

import pytest
from msgspec import UNSET

import people
from kernel.clock import MovableClock
from kernel.crypto import SealError
from kernel.facts import Origin
from kernel.unit_of_work import Work
from people import (
    Change,
    ContactChannel,
    Field,
    Identifier,
    LicenceDecision,
    LicenceStatus,
    NewPerson,
    PersonId,
    PracticeSetting,
    Profession,
)
from people.rules.person import ZONE_COOLDOWN

ANA = NewPerson(
    name="Dr Ana Söderström",
    email="ana@klinik.example",
    market="SE",
    zone="Europe/Stockholm",
    locale="sv",
    identifiers=(Identifier("us-npi", "1234567893"),),
    phone="+46 8 123 456 78",
    practice="Södersjukhuset, ward 7",
    profession=Profession.PHYSICIAN,
    specialties=("cardiology",),
    setting=PracticeSetting.HOSPITAL,
    markets=("DK",),
    channels=(ContactChannel.EMAIL, ContactChannel.WEB),
)
SEALED = {
    Field.NAME: "update people.vault set name = '\\x01' where person = $1",
    Field.EMAIL: "update people.vault set email = '\\x01' where person = $1",
    Field.PHONE: "update people.vault set phone = '\\x01' where person = $1",
    Field.PRACTICE: "update people.vault set practice = '\\x01' where person = $1",
    Field.IDENTIFIERS: "update people.identifier set value = '\\x01' where person = $1",
    Field.LICENCES: "update people.licence set evidence = '\\x01' where person = $1",
}
"""Each sealed field, and what makes opening it fail."""


async def registered(work: Work, origin: Origin, new: NewPerson = ANA) -> PersonId:
    async with work.begin(origin) as uow:
        person = await people.register(uow, new)
        verified = LicenceDecision(status=LicenceStatus.VERIFIED, evidence="extract 17", expires_on=date(2026, 4, 1))
        await people.decide_licence(uow, person, "SE", verified)
    return person


async def changed(work: Work, origin: Origin, person: PersonId, new: Change, *, by_person: bool = False) -> None:
    async with work.begin(origin) as uow:
        await people.change(uow, person, new, by_person=by_person)


async def test_everything_that_is_entered_reads_back(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        profile = await people.profile(uow, person)
    for name in NewPerson.__struct_fields__:
        assert getattr(profile, name) == getattr(ANA, name), name
    (licence,) = profile.licences
    assert (licence.market, licence.status, licence.evidence) == ("SE", LicenceStatus.VERIFIED, "extract 17")


@pytest.mark.parametrize("broken", SEALED)
async def test_a_field_that_is_not_asked_for_is_not_opened(work: Work, origin: Origin, broken: Field) -> None:
    person = await registered(work, origin)
    async with work.begin(origin) as uow:
        await uow.execute(SEALED[broken], person)
    others = set(Field) - {broken}
    async with work.read(origin) as uow:
        view = await people.view(uow, person, others)
        assert {field for field in Field if getattr(view, field) is not UNSET} == others
        with pytest.raises(SealError):
            await people.view(uow, person, {broken})


async def test_what_is_not_sealed_is_read_without_the_persons_key(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.begin(origin) as uow:
        await uow.execute("update people.data_key set wrapped = set_byte(wrapped, 60, 0) where person = $1", person)
        await uow.execute("update people.data_key set wrapped = set_byte(wrapped, 61, 0) where person = $1", person)
    async with work.read(origin) as uow:
        view = await people.view(uow, person, set(Field) - SEALED.keys())
        assert (view.market, view.profession, view.specialties) == ("SE", Profession.PHYSICIAN, ("cardiology",))
        with pytest.raises(SealError):
            await people.view(uow, person, {Field.NAME})


async def test_a_reading_is_audited_with_the_names_of_the_fields(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    async with work.read(origin) as uow:
        await people.view(uow, person, {Field.PHONE, Field.MARKET})
        ((_, fact),) = uow.entries
    assert (fact.action, fact.subject, fact.detail) == ("people:profile:read", person, {"fields": ["market", "phone"]})


async def test_a_change_keeps_what_it_leaves_out(work: Work, origin: Origin) -> None:
    person = await registered(work, origin)
    await changed(work, origin, person, Change(phone=None, specialties=("cardiology", "sports-medicine"), locale="en"))
    async with work.read(origin) as uow:
        profile = await people.profile(uow, person)
    assert (profile.phone, profile.specialties, profile.locale) == (None, ("cardiology", "sports-medicine"), "en")
    for name in NewPerson.__struct_fields__:
        if name not in {"phone", "specialties", "locale"}:
            assert getattr(profile, name) == getattr(ANA, name), name


async def test_a_corrected_address_and_identifier_are_found_and_the_old_ones_are_not(
    work: Work, origin: Origin
) -> None:
    person = await registered(work, origin)
    await changed(
        work, origin, person, Change(email="ana.berg@klinik.example", identifiers=(Identifier("gb-gmc", "7654321"),))
    )
    async with work.read(origin) as uow:
        assert await people.find_by_email(uow, "ANA.berg@klinik.example") == person
        assert await people.find_by_email(uow, "ana@klinik.example") is None
        assert await people.find_by_identifier(uow, "gb-gmc", "7654321") == person
        assert await people.find_by_identifier(uow, "us-npi", "1234567893") is None


async def test_an_address_of_somebody_else_is_refused(work: Work, origin: Origin) -> None:
    await registered(work, origin)
    other = await registered(
        work, origin, NewPerson(name="Bo", email="bo@klinik.example", market="SE", zone="UTC", locale="sv")
    )
    with pytest.raises(people.PersonExistsError) as raised:
        await changed(work, origin, other, Change(email="ana@klinik.example"))
    assert raised.value.facts == {"field": "email"}
    await changed(work, origin, other, Change(email="bo.berg@klinik.example"))


async def test_the_time_zone_changes_once_in_a_while_and_staff_may_correct_it(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    person = await registered(work, origin)
    await changed(work, origin, person, Change(zone="Europe/London"), by_person=True)
    await changed(work, origin, person, Change(zone="Europe/London", locale="en"), by_person=True)
    with pytest.raises(people.ZoneCooldownError):
        await changed(work, origin, person, Change(zone="Europe/Paris"), by_person=True)
    await changed(work, origin, person, Change(zone="Europe/Madrid"))
    clock.move(ZONE_COOLDOWN - timedelta(seconds=1))
    with pytest.raises(people.ZoneCooldownError):
        await changed(work, origin, person, Change(zone="Europe/Paris"), by_person=True)
    clock.move(timedelta(seconds=1))
    await changed(work, origin, person, Change(zone="Europe/Paris"), by_person=True)
    async with work.read(origin) as uow:
        assert (await people.bearings(uow, [person]))[person].zone == "Europe/Paris"


async def test_a_licence_is_decided_per_market_and_shows_as_lapsed_when_it_ran_out(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    person = await registered(work, origin)
    async with work.begin(origin) as uow:
        await people.decide_licence(uow, person, "DK", LicenceDecision(status=LicenceStatus.PENDING))
    clock.move(timedelta(days=60))
    async with work.begin(origin) as uow:
        view = await people.view(uow, person, {Field.LICENCES})
        assert [(each.market, each.status) for each in view.licences or ()] == [("DK", "pending"), ("SE", "lapsed")]
        renewed = LicenceDecision(status=LicenceStatus.VERIFIED, evidence="extract 21")
        assert (await people.decide_licence(uow, person, "SE", renewed)).status is LicenceStatus.VERIFIED
        assert await uow.fetchval("select count(*) from people.licence where person = $1", person) == 2
        for market in ("UK", "se", ""):
            with pytest.raises(people.InvalidLicenceError):
                await people.decide_licence(uow, person, market, renewed)


@pytest.mark.parametrize(
    "moved",
    [
        "update people.vault set practice = phone where person = $1",
        "update people.vault set phone = (select phone from people.vault where person = $2) where person = $1",
        "update people.vault set phone = (select value from people.identifier where person = $1) where person = $1",
        "update people.licence set id = gen_random_uuid() where person = $1 or person = $2",
    ],
)
async def test_a_sealed_value_opens_in_its_own_table_column_and_row_alone(
    work: Work, origin: Origin, moved: str
) -> None:
    other = NewPerson(
        name="Bo", email="bo@klinik.example", market="SE", zone="UTC", locale="sv", phone="+46 8 999 99 99"
    )
    persons = [await registered(work, origin), await registered(work, origin, other)]
    async with work.begin(origin) as uow:
        assert (await people.profile(uow, persons[0])).practice == ANA.practice
        await uow.execute(moved, *persons[: 2 if "$2" in moved else 1])
        with pytest.raises(SealError):
            await people.profile(uow, persons[0])
