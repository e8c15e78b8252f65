"""What is known of a healthcare professional: one's own, and what staff may see and correct of it."""

from datetime import date
from uuid import UUID

from litestar.params import FromPath, FromQuery
from msgspec import UNSET, UnsetType

import access
import people
from access import Caller, Permission
from api.routing import command, query
from api.v1.hcps import NewIdentifier, known_person
from api.v1.joining import FACTOR_SECONDS
from api.v1.wire import Body, Email, Limit, Listing
from consent.vocabulary import BOARD_TOPIC, Purpose
from kernel import cursors
from kernel.errors import ForbiddenError
from kernel.unit_of_work import UnitOfWork
from people import Licence, LicenceDecision, View, WaitingLicence
from people.vocabulary import (
    Action,
    ContactChannel,
    LicenceStatus,
    PersonId,
    PracticeSetting,
    Profession,
)


class OwnChange(Body, frozen=True, kw_only=True):
    """What becomes of the named fields; one that is left out stays, null or an empty list removes.

    The time zone can change once in 30 days. Name, e-mail address and identifiers are corrected by staff.
    """

    phone: str | UnsetType | None = UNSET
    practice: str | UnsetType | None = UNSET
    zone: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    profession: Profession | UnsetType | None = UNSET
    specialties: tuple[str, ...] | UnsetType = UNSET
    setting: PracticeSetting | UnsetType | None = UNSET
    markets: tuple[str, ...] | UnsetType = UNSET
    channels: tuple[ContactChannel, ...] | UnsetType = UNSET


class StaffChange(Body, frozen=True, kw_only=True):
    """What becomes of the named fields; one that is left out stays, null or an empty list removes."""

    name: str | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    identifiers: tuple[NewIdentifier, ...] | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    practice: str | UnsetType | None = UNSET
    zone: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    profession: Profession | UnsetType | None = UNSET
    specialties: tuple[str, ...] | UnsetType = UNSET
    setting: PracticeSetting | UnsetType | None = UNSET
    markets: tuple[str, ...] | UnsetType = UNSET


class DecidedLicence(Body, frozen=True, kw_only=True):
    """What is decided about the licence in ``market``.

    ``evidence`` says where the proof is; ``expires_on`` is the last day on which the licence is valid. ``states`` are
    those in which the person is licensed, practises or lives (``CA``). ``public_employee``: a public body employs the
    person; ``covered_recipient``: transfers of value to the person are reported by name; null: nobody knows, and until
    somebody does the person gets nothing of value. A decision replaces all of the one before it.
    """

    market: str
    status: LicenceStatus
    evidence: str | None = None
    expires_on: date | None = None
    states: tuple[str, ...] = ()
    public_employee: bool | None = None
    covered_recipient: bool | None = None


class OwnLicence(Body, frozen=True, kw_only=True):
    """A licence as its holder tells of it: where the proof is, and the last day on which it is valid."""

    market: str
    evidence: str
    expires_on: date | None = None


class AddressNotLentError(ForbiddenError):
    """Somebody with emergency access would correct an address, to which letters with codes would go."""

    code = "address-not-lent"
    remedy = "End the emergency, or let somebody correct it whose role and markets allow it."


@query.get(
    "/me/profile", permission=Permission.OWN_HCP_PROFILE_READ, purpose=Purpose.SERVICE, records=Action.PROFILE_READ
)
async def own_profile(uow: UnitOfWork, caller: Caller) -> View:
    """Return everything that is known of the caller."""
    return await people.view(uow, _own(caller), access.PERMISSION_FIELDS[Permission.OWN_HCP_PROFILE_READ])


@command.patch(
    "/me/profile", permission=Permission.OWN_HCP_PROFILE_WRITE, purpose=Purpose.SERVICE, records=Action.PROFILE_CHANGED
)
async def change_own_profile(uow: UnitOfWork, caller: Caller, data: OwnChange) -> View:
    """Change the named fields of the caller's profile and return all of it."""
    person = _own(caller)
    await _change(uow, person, data, by_person=True)
    return await people.view(uow, person, access.PERMISSION_FIELDS[Permission.OWN_HCP_PROFILE_READ])


@query.get(
    "/hcps/{person:uuid}/profile",
    permission=Permission.HCP_READ,
    purpose=Purpose.SERVICE,
    records=Action.PROFILE_READ,
)
async def hcp_profile(uow: UnitOfWork, caller: Caller, person: FromPath[UUID]) -> View:
    """Return the fields of a healthcare professional that the caller's permissions list; no other is opened."""
    return await people.view(
        uow, await known_person(uow, caller, person), access.shown_fields(caller.role, caller.lent)
    )


@command.patch(
    "/hcps/{person:uuid}/profile",
    permission=Permission.HCP_WRITE,
    purpose=Purpose.SERVICE,
    records=Action.PROFILE_CHANGED,
    factor_seconds=FACTOR_SECONDS,
)
async def change_hcp_profile(uow: UnitOfWork, caller: Caller, person: FromPath[UUID], data: StaffChange) -> View:
    """Correct the named fields of a healthcare professional and return those that the caller may see."""
    known = await known_person(uow, caller, person)
    if data.email is not UNSET and caller.break_glass is not None:
        raise AddressNotLentError("An address is not corrected in an emergency.", field="email")
    if data.email is not UNSET and data.email != (await people.view(uow, known, {people.Field.EMAIL})).email:
        await access.move_address(uow, known)  # another mailbox may have the same normal form
    await _change(uow, known, data, by_person=False)
    return await people.view(uow, known, access.shown_fields(caller.role, caller.lent))


@command.put(
    "/me/licences",
    permission=Permission.OWN_HCP_PROFILE_WRITE,
    purpose=Purpose.SERVICE,
    records=Action.LICENCE_CHANGED,
)
async def submit_licence(uow: UnitOfWork, caller: Caller, data: OwnLicence) -> Licence:
    """Submit the licence to practise in one market; it is pending until staff decided, and is corrected like this."""
    return await people.submit_licence(uow, _own(caller), data.market, data.evidence, data.expires_on)


@query.get(
    "/licences",
    permission=Permission.LICENCE_DECIDE,
    purpose=Purpose.COMPLIANCE,
    records=Action.LICENCES_READ,
)
async def pending_licences(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[WaitingLicence]:
    """Return the licences of people in the caller's markets that wait for a decision, the oldest first."""
    found = await people.pending_licences(uow, caller.markets, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.put(
    "/hcps/{person:uuid}/licences",
    permission=Permission.LICENCE_DECIDE,
    purpose=Purpose.COMPLIANCE,
    records=Action.LICENCE_CHANGED,
)
async def decide_licence(uow: UnitOfWork, caller: Caller, person: FromPath[UUID], data: DecidedLicence) -> Licence:
    """Say what is known of a person's licence to practise in one market."""
    known = await known_person(uow, caller, person)
    decision = LicenceDecision(**{name: getattr(data, name) for name in LicenceDecision.__struct_fields__})
    return await people.decide_licence(uow, known, data.market, decision)


async def _change(uow: UnitOfWork, person: PersonId, data: OwnChange | StaffChange, *, by_person: bool) -> None:
    given = {name: getattr(data, name) for name in data.__struct_fields__}
    if isinstance(given.get("identifiers"), tuple):
        given["identifiers"] = tuple(people.Identifier(each.system, each.value) for each in given["identifiers"])
    await people.change(uow, person, people.Change(**given), by_person=by_person)
    if data.locale is not UNSET or data.profession is not UNSET:
        uow.publish(BOARD_TOPIC, person)  # some boards are narrowed by language, some by profession


def _own(caller: Caller) -> PersonId:
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return caller.person


ROUTES = [
    own_profile,
    change_own_profile,
    hcp_profile,
    change_hcp_profile,
    submit_licence,
    pending_licences,
    decide_licence,
]
