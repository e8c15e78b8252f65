"""Addresses that are never to be used again: kept as a keyed hash, so that this outlives the person's erasure."""

import hmac
from collections.abc import Collection
from typing import Final

from consent.errors import SuppressionNotConfiguredError
from consent.rules.addresses import normal
from consent.store import suppressions as store
from consent.values import Address
from consent.vocabulary import Action, SuppressionReason
from kernel.unit_of_work import UnitOfWork

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


async def is_suppressed(uow: UnitOfWork, address: Address) -> bool:
    """Tell whether an address is never to be used.

    Raises:
        InvalidAddressError: it is no e-mail address or telephone number.

    """
    return await store.holds(uow, address.kind, _index(address))


def _index(address: Address) -> bytes:
    if not _keys:
        raise SuppressionNotConfiguredError("The key for suppressed addresses was not given.")
    return hmac.digest(_keys[0], f"{address.kind}\x00{normal(address)}".encode(), "sha256")
