"""Who somebody is as policy looks at it, at the moment at which something with a value is decided."""

from collections.abc import Mapping

from msgspec.structs import replace

import people
from gamification.policy_packs import packs_in_force
from gamification.reward_values import Known
from gamification.rules.policy import Pack, Person, Refusal, pack_for
from gamification.rules.policy.value import country_refusals, person_refusals
from kernel.unit_of_work import UnitOfWork
from people import Bearings, LegalStanding, LicenceStatus
from people.vocabulary import PersonId


async def as_known_now(uow: UnitOfWork, known: Known, person: PersonId, here: Bearings) -> Known:
    """Return what is known with what the person is in the home market now; what was known otherwise stays so."""
    found = _described((await people.standings(uow, [person], here.market))[person], here)
    said = {name: value for name in Person.__struct_fields__ if (value := getattr(known.person, name)) is not None}
    return replace(known, person=replace(found, **said))


async def eligible(uow: UnitOfWork, whereabouts: Mapping[PersonId, Bearings]) -> frozenset[PersonId]:
    """Return who of these people may be given something with a value in their home market today (C19).

    Nobody is looked up in a country that gives nothing with a value, which is every country until a pack is signed off.
    """
    allowed: set[PersonId] = set()
    for market in {here.market for here in whereabouts.values()}:
        pack = _valuing(uow, market)
        if pack is None:
            continue
        theirs = [person for person, here in whereabouts.items() if here.market == market]
        for person, standing in (await people.standings(uow, theirs, market)).items():
            if not any(person_refusals(pack, _described(standing, whereabouts[person]))):
                allowed.add(person)
    return frozenset(allowed)


async def refusals(uow: UnitOfWork, person: PersonId, here: Bearings) -> list[Refusal]:
    """Return why a person may be given nothing with a value now although the home market allows it."""
    pack = _valuing(uow, here.market)
    if pack is None:
        return []
    standing = (await people.standings(uow, [person], here.market))[person]
    return list(person_refusals(pack, _described(standing, here)))


def _valuing(uow: UnitOfWork, market: str) -> Pack | None:
    """Return the pack of a country that allows value today (UTC); None where it does not."""
    pack = pack_for(packs_in_force(), market, uow.now.date())
    return None if any(country_refusals(pack)) else pack


def _described(standing: LegalStanding, here: Bearings) -> Person:
    return Person(
        verified=standing.status in {LicenceStatus.VERIFIED, LicenceStatus.LAPSED},
        licence_active=standing.status is LicenceStatus.VERIFIED,
        profession=here.profession.value if here.profession else None,
        public_employee=standing.public_employee,
        covered_recipient=standing.covered_recipient,
        regions=frozenset(standing.states) or None,
    )
