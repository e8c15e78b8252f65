"""Passkeys: making one, proving with one, listing and removing them."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import people
from access.configuration import relying_party
from access.errors import PasskeyNotFoundError, PasskeyRefusedError
from access.rules import passkeys as rules
from access.rules.jose import text
from access.service.alerting import alert
from access.service.factors import changed_factors, first_codes
from access.store import passkeys as store
from access.store import sessions
from access.values import Caller
from access.vocabulary import AccountId, Action, AlertKind, Ceremony, Method, Role
from access.webauthn_json import NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest, PasskeyView
from kernel.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(seconds=rules.TIMEOUT_SECONDS)


async def passkeys(uow: UnitOfWork, account: AccountId) -> list[PasskeyView]:
    """Return the passkeys of an account, the oldest first."""
    found = await store.passkeys(uow, account)
    uow.record(Action.PASSKEYS_READ, resource=f"account:{account}", count=len(found))
    return found


async def offer_passkey(uow: UnitOfWork, caller: Caller) -> PasskeyCreation:
    """Return what a device needs to make a passkey for the caller, within five minutes.

    Raises:
        PasskeyNotFoundError: a machine has none.

    """
    if caller.person is None:
        raise PasskeyNotFoundError("A machine client has no passkey; it has its secret.")
    challenge = await _challenge(uow, caller.account, Ceremony.REGISTRATION)
    name = (await people.profile(uow, caller.person)).email or str(caller.account)
    ids = [each.credential_id for each in await store.known(uow, caller.account)]
    uow.record(Action.PASSKEY_OFFERED, subject=caller.person, resource=f"account:{caller.account}")
    return rules.creation(relying_party(), caller.account, name, challenge, ids, verified=_verified(caller.role))


async def add_passkey(uow: UnitOfWork, caller: Caller, answer: PasskeyAnswer) -> NewPasskey:
    """Make the passkey count that a device has made, and end every other session.

    Raises:
        PasskeyRefusedError: it is no answer to what this account was asked, or comes too late.
        PasskeyExistsError: it is known already.

    """
    challenge = rules.challenge_of(answer)
    taken = await store.take_challenge(uow, rules.challenge_hash(challenge), caller.account, Ceremony.REGISTRATION)
    if not taken:
        raise rules.refused()
    made = rules.made(answer, relying_party(), challenge, verified=_verified(caller.role))
    passkey = uow.new_id()
    codes = await first_codes(uow, caller.account)
    await store.insert(uow, passkey, caller.account, made)
    await sessions.proved(uow, caller.session, Method.PASSKEY)
    await changed_factors(uow, caller, Action.PASSKEY_ADDED, AlertKind.PASSKEY_ADDED)
    return NewPasskey(passkey, uow.now, codes)


async def remove_passkey(uow: UnitOfWork, caller: Caller, passkey: UUID) -> None:
    """Remove one of the caller's passkeys, and end every other session.

    Raises:
        PasskeyNotFoundError: the caller has no such passkey.

    """
    if not await store.remove(uow, caller.account, passkey):
        raise PasskeyNotFoundError("There is no such passkey.")
    await changed_factors(uow, caller, Action.PASSKEY_REMOVED, AlertKind.PASSKEY_REMOVED)


async def ask_passkey(uow: UnitOfWork, caller: Caller) -> PasskeyRequest:
    """Return what one of the caller's passkeys is to sign, within five minutes, to show once more who they are.

    Raises:
        PasskeyNotFoundError: there is none.

    """
    asked = await request_for(uow, caller.account, caller.role, Ceremony.PROOF)
    if asked is None:
        raise PasskeyNotFoundError("This account has no passkey.")
    uow.record(Action.PASSKEY_ASKED, subject=caller.person, resource=f"account:{caller.account}")
    return asked


async def request_for(uow: UnitOfWork, account: AccountId, role: Role, ceremony: Ceremony) -> PasskeyRequest | None:
    """Return what one of the account's passkeys is to sign; None where it has none."""
    known = await store.known(uow, account)
    if not known:
        return None
    challenge = await _challenge(uow, account, ceremony)
    ids = [each.credential_id for each in known]
    return rules.request(relying_party(), challenge, ids, verified=_verified(role))


async def prove_passkey(
    uow: UnitOfWork, account: AccountId, role: Role, answer: PasskeyAnswer, ceremony: Ceremony
) -> bool:
    """Tell whether ``answer`` is one of the account's passkeys to what it was asked; it can't be given twice.

    A passkey whose count went back is refused, and its owner told: there is a copy of it.
    """
    try:
        challenge = rules.challenge_of(answer)
        if not await store.take_challenge(uow, rules.challenge_hash(challenge), account, ceremony):
            return False
        known = _named(await store.known(uow, account), answer)
        asker = relying_party()
        count = rules.sign_count(answer, known, account, asker, challenge, verified=_verified(role))
    except PasskeyRefusedError:
        return False
    if rules.went_back(known.sign_count, count) or not await store.used(uow, known.id, count):
        await alert(uow, account, AlertKind.PASSKEY_COPIED)
        return False
    return True


def _named(known: Sequence[rules.Known], answer: PasskeyAnswer) -> rules.Known:
    found = [each for each in known if text(each.credential_id) == answer.id]
    if not found:
        raise rules.refused()
    return found[0]


async def _challenge(uow: UnitOfWork, account: AccountId, ceremony: Ceremony) -> bytes:
    challenge = secrets.token_bytes(rules.CHALLENGE_BYTES)
    await store.insert_challenge(uow, rules.challenge_hash(challenge), account, ceremony, uow.now + LIFETIME)
    return challenge


def _verified(role: Role) -> bool:
    """Staff must have shown the device a fingerprint, a face or a PIN; of HCPs it is asked where the device can."""
    return role is not Role.HCP
