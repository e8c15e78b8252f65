"""Addresses that are never to be used again: kept as a keyed hash, so that this outlives the person's erasure."""

import hmac
from collections.abc import Collection
from typing import Final
from uuid import UUID

import people
from consent.errors import SuppressionNotConfiguredError, SuppressionNotFoundError
from consent.message_values import SuppressionView
from consent.rules.addresses import is_address, normal
from consent.store import suppressions as store
from consent.values import Address
from consent.vocabulary import Action, AddressKind, LiftReason, SuppressionReason
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Field, PersonId

_keys: Final[list[bytes]] = []


def configure(key: bytes) -> None:
    """Set the process's key (32 bytes), which is used for nothing else; called once by whoever composes the program."""
    _keys[:] = [key]


async def suppress(uow: UnitOfWork, addresses: Collection[Address], reason: SuppressionReason) -> None:
    """See to it that nobody is ever reached at ``addresses`` again, whoever has them; doing it again is harmless.

    Raises:
        InvalidAddressError: one is no e-mail address or telephone number.

    """
    indexes = [(address.kind, _index(address)) for address in addresses]
    await store.insert(uow, indexes, reason)
    uow.record(Action.ADDRESS_SUPPRESSED, count=len(indexes), reason=reason)


async def suppress_person(uow: UnitOfWork, person: PersonId, reason: SuppressionReason) -> None:
    """Suppress every address that the vault has of ``person``; nothing else of it is opened."""
    await suppress(uow, await _addresses(uow, person), reason)


async def is_person_suppressed(uow: UnitOfWork, person: PersonId) -> bool:
    """Tell whether any address that the vault has of ``person`` is never to be used."""
    return any([await is_suppressed(uow, address) for address in await _addresses(uow, person)])


async def is_suppressed(uow: UnitOfWork, address: Address) -> bool:
    """Tell whether an address is never to be used.

    Raises:
        InvalidAddressError: it is no e-mail address or telephone number.

    """
    return await suppression_of(uow, address) is not None


async def suppression_of(uow: UnitOfWork, address: Address) -> SuppressionView | None:
    """Return why an address is never to be used, or None where it may be.

    Raises:
        InvalidAddressError: it is no e-mail address or telephone number.

    """
    return await store.find(uow, address.kind, _index(address))


async def find_suppression(uow: UnitOfWork, address: Address) -> list[SuppressionView]:
    """Return the suppression of an address for whoever is about to lift it; none or one.

    Raises:
        InvalidAddressError: it is no e-mail address or telephone number.

    """
    found = await suppression_of(uow, address)
    uow.record(Action.SUPPRESSIONS_READ, count=int(found is not None))
    return [] if found is None else [found]


async def suppressions(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[SuppressionView]:
    """Return the suppressions in force, in the order of their ids."""
    found = page(await store.listed(uow, after, limit + 1), limit)
    uow.record(Action.SUPPRESSIONS_READ, count=len(found.items))
    return found


async def lift_suppression(uow: UnitOfWork, identifier: UUID, account: UUID, reason: LiftReason) -> SuppressionView:
    """Let an address be used again; what consent says of whoever has it holds as before.

    Raises:
        SuppressionNotFoundError: no suppression of this id is in force.

    """
    lifted = await store.lift(uow, identifier, account, reason)
    if lifted is None:
        raise SuppressionNotFoundError("There is no such suppression.")
    uow.record(Action.SUPPRESSION_LIFTED, resource=f"suppression:{identifier}", reason=reason)
    return lifted


async def _addresses(uow: UnitOfWork, person: PersonId) -> list[Address]:
    known = await people.view(uow, person, {Field.EMAIL, Field.PHONE})
    given = ((AddressKind.EMAIL, known.email), (AddressKind.PHONE, known.phone))
    return [Address(kind, text) for kind, text in given if isinstance(text, str) and is_address(Address(kind, text))]


def _index(address: Address) -> bytes:
    if not _keys:
        raise SuppressionNotConfiguredError("The key for suppressed addresses was not given.")
    return hmac.digest(_keys[0], f"{address.kind}\x00{normal(address)}".encode(), "sha256")
