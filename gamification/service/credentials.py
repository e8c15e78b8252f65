"""Badges as Open Badges 3.0: handing them out, taking them back, and telling what one is worth."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from gamification.credential_vocabulary import Form
from gamification.credentials import BadgeIssuer
from gamification.errors import AwardNotFoundError, BadgeUnreadableError, CredentialDocumentNotFoundError
from gamification.rules.credentials import art, baking, documents
from gamification.rules.credentials.baking import PictureError
from gamification.rules.credentials.documents import Achievement, BadgeFacts, StatusList
from gamification.rules.credentials.judging import Judgement, credential_of, examined, judged, listed
from gamification.rules.grammar import Badge, RuleSet
from gamification.rules.parts import badges
from gamification.service.publishing import newest_version, rules_for, rules_of
from gamification.store import awards as award_store
from gamification.store import credentials as store
from gamification.vocabulary import Action, AwardKind, AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_URN: Final = "urn:uuid:"


async def issue_badge(uow: UnitOfWork, award_id: UUID, person: PersonId, form: Form) -> BadgeFacts:
    """Return what the credential of a person's own badge is made of; its ids are the same each time it is asked for.

    Raises:
        AwardNotFoundError: it is no badge, another person's, or it was taken back.

    """
    award = await award_store.award(uow, award_id)
    held = award is not None and award.kind == AwardKind.BADGE and award.state == AwardState.ACTIVE
    if award is None or not held or award.person != person:
        message = "There is no such badge."
        raise AwardNotFoundError(message)
    known = await store.of_award(uow, award.id)
    issued = known or await store.claim(uow, award.id)
    definition = _named(await rules_for(uow, award.rules_version, person), award.rule)
    uow.record(
        Action.CREDENTIAL_ISSUED,
        subject=person,
        resource=f"award:{award.id}",
        credential=str(issued.id),
        form=form.value,
        repeated=known is not None,
    )
    assert definition is not None  # noqa: S101 - the version that made the award has the badge
    lasts = definition.expires_after_days
    return BadgeFacts(
        id=issued.id,
        subject=issued.subject,
        key=award.rule,
        name=definition.name,
        description=definition.description,
        earned_at=award.occurred_at,
        expires_at=award.occurred_at + timedelta(days=lasts) if lasts else None,
        number=issued.list_number,
        index=issued.list_index,
    )


def written_badge(issuer: BadgeIssuer, facts: BadgeFacts, form: Form, at: datetime) -> bytes:
    """Return a badge, signed ``at``, in one of its forms."""
    unsigned = issuer.badge(facts)
    if form is Form.JSON:
        return issuer.text(unsigned, at).encode()
    token = issuer.token(unsigned)
    if form is Form.JWT:
        return token.encode()
    name, description = documents.plain(facts.name), documents.plain(facts.description)
    if form is Form.SVG:
        return baking.bake_svg(art.svg(facts.key, name, description), token).encode()
    return baking.bake_png(art.png(facts.key, name, description), token)


async def badge_status(uow: UnitOfWork, issuer: BadgeIssuer, number: int) -> StatusList:
    """Return status list ``number`` as it stands, not yet signed.

    Raises:
        CredentialDocumentNotFoundError: no badge was ever put into that list.

    """
    if not 1 <= number <= max(1, await store.last_list(uow)):
        raise _missing()
    return issuer.status_list(number, await store.revoked(uow, number), uow.now)


def written_list(issuer: BadgeIssuer, unsigned: StatusList, form: Form) -> bytes:
    """Return a status list, signed: as a token, or as JSON with its proof."""
    if form is Form.JWT:
        return issuer.token(unsigned).encode()
    return issuer.text(unsigned, documents.instant(unsigned.valid_from)).encode()


async def badge_achievement(uow: UnitOfWork, issuer: BadgeIssuer, key: str) -> Achievement:
    """Return what the badge ``key`` is given for, by the newest version of the rules that has it.

    Raises:
        CredentialDocumentNotFoundError: there never was such a badge, or only its holders may know of it.

    """
    for version in range(await newest_version(uow), 0, -1):
        definition = _named(await rules_of(uow, version), key)
        if definition is not None and not definition.hidden:
            return documents.achievement(issuer.addresses, key, definition.name, definition.description)
    raise _missing()


async def verify_badge(uow: UnitOfWork, issuer: BadgeIssuer, presented: bytes) -> Judgement:
    """Return what a presented badge is worth now: its signature first, then what became of the award.

    Raises:
        BadgeUnreadableError: there is no badge in it.

    """
    seen = examined(presented_credential(presented), issuer.trust)
    revoked = None
    if seen.badge is not None:
        revoked = await store.is_revoked(uow, UUID(seen.badge.id.removeprefix(_URN)))
    return judged(seen, uow.now, revoked=revoked)


def judge_badge(issuer: BadgeIssuer, presented: bytes, status_list: str, now: datetime) -> Judgement:
    """Return what a presented badge is worth by a status list that was fetched before; no database is asked.

    Raises:
        BadgeUnreadableError: there is no badge in it.

    """
    seen = examined(presented_credential(presented), issuer.trust)
    revoked = None if seen.badge is None else listed(status_list, issuer.trust, seen.badge, now)
    return judged(seen, now, revoked=revoked)


def presented_credential(presented: bytes) -> str:
    """Return the token or JSON inside what was presented.

    Raises:
        BadgeUnreadableError: there is none in it.

    """
    try:
        return credential_of(presented)
    except PictureError as error:
        raise BadgeUnreadableError(str(error), field="credential") from error


def written_document(document: Achievement) -> dict[str, object]:
    """Return an achievement as a document of its own, with the context that explains its words."""
    body: dict[str, object] = msgspec.to_builtins(document)
    return {"@context": [documents.CREDENTIALS_CONTEXT, documents.BADGES_CONTEXT]} | body


def _named(ruleset: RuleSet, key: str) -> Badge | None:
    return next((badge for badge in badges(ruleset) if badge.key == key), None)


def _missing() -> CredentialDocumentNotFoundError:
    message = "Nothing of a badge stands at this address."
    return CredentialDocumentNotFoundError(message)
