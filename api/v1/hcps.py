"""Healthcare professionals, and what they agreed to on paper."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath

import access
import consent
import gamification
import people
from access import Caller, Permission, Role
from api.passage import Passage
from api.routing import command
from api.v1.consents import Topic, known_purpose
from api.v1.wire import Body, Email, Password
from consent.values import Authority, ConsentChoice, ConsentView
from consent.vocabulary import Action as ConsentAction
from consent.vocabulary import Answer, Channel, Method, Purpose, State
from kernel.errors import ForbiddenError, InvalidError
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Action, ContactChannel, PersonId, PracticeSetting, Profession

OWN_METHODS = frozenset({Method.APP, Method.CONFIRMATION})
"""How nobody but the person answers."""

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class NewIdentifier(Body, frozen=True, kw_only=True):
    """What another register calls the person."""

    system: str
    value: str


class NewHcp(Body, frozen=True, kw_only=True):
    """A healthcare professional; with a password the account can sign in at once.

    ``specialties`` are words such as ``internal-medicine``, ``markets`` the countries beside ``market`` in which the
    person practises, ``channels`` the ways to be reached, the most welcome first.
    """

    name: str
    email: Email
    market: str
    zone: str
    locale: str
    identifiers: list[NewIdentifier] = msgspec.field(default_factory=list)
    password: Password | None = None
    phone: str | None = None
    practice: str | None = None
    profession: Profession | None = None
    specialties: tuple[str, ...] = ()
    setting: PracticeSetting | None = None
    markets: tuple[str, ...] = ()
    channels: tuple[ContactChannel, ...] = ()


class CreatedHcp(msgspec.Struct, frozen=True):
    """``id`` names the person in every other request."""

    id: UUID
    account: UUID


class Evidence(Body, frozen=True, kw_only=True):
    """Where the signed paper is, and the SHA-256 (hex) of its scan."""

    reference: str
    sha256: Digest | None = None


class Proxy(Body, frozen=True, kw_only=True):
    """By what right somebody else answered: a reference to who (no name), the signed document, its scope and end."""

    reference: str
    document_sha256: Digest
    scope: Annotated[list[Purpose], msgspec.Meta(min_length=1, max_length=20)]
    expires_at: datetime


class PaperConsent(Body, frozen=True, kw_only=True):
    """One answer that a person gave outside the apps."""

    purpose: str
    state: Answer
    notice_version: int | None = None
    method: Method
    evidence: Evidence
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    channel: Channel | None = None
    topic: Topic | None = None
    authority: Proxy | None = None


class PaperConsents(Body, frozen=True, kw_only=True):
    """Up to twenty answers of one person."""

    consents: Annotated[list[PaperConsent], msgspec.Meta(min_length=1, max_length=20)]


class RecordedConsents(msgspec.Struct, frozen=True):
    """What the answers led to."""

    items: list[ConsentView]


class OutsideMarketError(ForbiddenError):
    """The caller's markets don't include this one."""

    code = "outside-market"


class PersonUnknownError(people.PersonNotFoundError):
    """There is no such person in the caller's markets."""

    code = "person-not-found"


@command.post(
    "/hcps", permission=Permission.HCP_CREATE, purpose=Purpose.SERVICE, records=Action.PERSON_REGISTERED, creates=True
)
async def create_hcp(uow: UnitOfWork, caller: Caller, data: NewHcp) -> CreatedHcp:
    """Register a healthcare professional and open an account."""
    if people.is_market(data.market) and not access.in_scope(caller, data.market):
        message = f"Your markets don't include {data.market}."
        raise OutsideMarketError(message, field="market")
    person = await people.register(
        uow,
        people.NewPerson(
            name=data.name,
            email=data.email,
            market=data.market,
            zone=data.zone,
            locale=data.locale,
            identifiers=tuple(people.Identifier(each.system, each.value) for each in data.identifiers),
            phone=data.phone,
            practice=data.practice,
            profession=data.profession,
            specialties=data.specialties,
            setting=data.setting,
            markets=data.markets,
            channels=data.channels,
        ),
    )
    account = await access.open_account(uow, person, role=Role.HCP, markets=(data.market,), password=data.password)
    return CreatedHcp(person, account)


@command.post(
    "/hcps/{person:uuid}/consents",
    permission=Permission.CONSENT_DELIVER,
    purpose=Purpose.COMPLIANCE,
    records=(
        ConsentAction.CONSENT_GRANTED,
        ConsentAction.CONSENT_WITHDRAWN,
        ConsentAction.CONSENT_DENIED,
        ConsentAction.CONFIRMATION_ASKED,
    ),
    creates=True,
)
async def record_paper_consents(
    uow: UnitOfWork, caller: Caller, passage: Passage, person: FromPath[UUID], data: PaperConsents
) -> RecordedConsents:
    """Record what a person answered on paper or by phone, with the evidence."""
    if any(each.method in OWN_METHODS for each in data.consents):
        message = "An answer given in an app is given by the person, at PUT /v1/me/consents/{purpose}."
        raise InvalidError(message, field="consents.method")
    uow.act_for(await known_person(uow, caller, person))
    choices = [(known_purpose(each.purpose), choice_of(each)) for each in data.consents]
    views = await consent.record_consents(uow, PersonId(person), choices)
    refused = {view.purpose for view in views if view.state is not State.GRANTED}
    await gamification.leave(uow, passage.runtime.boards, PersonId(person), refused)
    return RecordedConsents(views)


async def known_person(uow: UnitOfWork, caller: Caller, person: UUID) -> PersonId:
    """Return the id of an HCP active in the caller's markets: never the caller, and no member of staff.

    Raises:
        PersonUnknownError: there is no such person, or the caller may not know of one.

    """
    known = (await people.bearings(uow, [PersonId(person)])).get(PersonId(person))
    own = caller.person == person
    if (
        known is None
        or own
        or not access.in_scope(caller, known.market)
        or await access.staff_among(uow, {PersonId(person)})
    ):
        message = "There is no such person."
        raise PersonUnknownError(message)
    return PersonId(person)


def choice_of(given: PaperConsent) -> ConsentChoice:
    """Return an answer as the room takes it."""
    return ConsentChoice(
        state=given.state,
        notice_version=given.notice_version,
        method=given.method,
        evidence=given.evidence.reference,
        evidence_sha256=bytes.fromhex(given.evidence.sha256) if given.evidence.sha256 else None,
        occurred_at=given.occurred_at,
        expires_at=given.expires_at,
        channel=given.channel,
        topic=given.topic,
        authority=None if given.authority is None else _authority(given.authority),
    )


def _authority(given: Proxy) -> Authority:
    return Authority(
        reference=given.reference,
        document_sha256=bytes.fromhex(given.document_sha256),
        scope=tuple(given.scope),
        expires_at=given.expires_at,
    )


ROUTES = [create_hcp, record_paper_consents]
