"""Currencies beside recognition: defined by a compliance officer, approved by another one, withdrawn for good.

An approved currency alone gives nobody anything: the pack of a person's country must allow value as well, when
something is published, when an award is made, and when something is claimed.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import asdict, replace

from gamification.currency_errors import (
    CurrencyAuthorError,
    CurrencyNotFoundError,
    CurrencyTakenError,
    CurrencyWithdrawnError,
)
from gamification.currency_values import CurrencyView, NewCurrency
from gamification.reward_values import Known
from gamification.rules import currencies as rules
from gamification.rules.policy import Currency
from gamification.store import currencies as store
from gamification.vocabulary import Action, CurrencyState
from kernel.unit_of_work import UnitOfWork


async def define_currency(uow: UnitOfWork, account: UUID, new: NewCurrency) -> CurrencyView:
    """Define a currency as a draft.

    Raises:
        InvalidCurrencyError: names the field.
        CurrencyTakenError: there is, or was, one with this key.

    """
    rules.check(new)
    made = CurrencyView(**asdict(new), state=CurrencyState.DRAFT, defined_by=account, defined_at=uow.now)
    if not await store.insert(uow, made):
        raise CurrencyTakenError(f"There is a currency {new.key} already.", field="key")
    uow.record(Action.CURRENCY_DEFINED, resource=_named(new.key), unit_value=new.unit_value, money=new.money)
    return made


async def approve_currency(uow: UnitOfWork, account: UUID, key: str) -> CurrencyView:
    """Approve a draft; again changes nothing.

    Raises:
        CurrencyNotFoundError: there is none.
        CurrencyAuthorError: ``account`` defined it.
        CurrencyWithdrawnError: it was withdrawn, and stays so.

    """
    found = await _found(uow, key)
    if found.defined_by == account:
        raise CurrencyAuthorError("Whoever defined a currency never approves it.")
    if found.state is CurrencyState.WITHDRAWN:
        raise CurrencyWithdrawnError("This currency was withdrawn.")
    repeated = found.state is CurrencyState.APPROVED
    if not repeated:
        await store.approve(uow, key, account)
        found = replace(found, state=CurrencyState.APPROVED, approved_by=account, approved_at=uow.now)
    uow.record(Action.CURRENCY_APPROVED, resource=_named(key), repeated=repeated)
    return found


async def withdraw_currency(uow: UnitOfWork, key: str) -> CurrencyView:
    """Withdraw a currency for good: nothing is paid in it or claimed for it any more. What people have stays theirs.

    Raises:
        CurrencyNotFoundError: there is none.

    """
    found = await _found(uow, key)
    repeated = found.state is CurrencyState.WITHDRAWN
    if not repeated:
        await store.withdraw(uow, key)
    uow.record(Action.CURRENCY_WITHDRAWN, resource=_named(key), repeated=repeated)
    return replace(found, state=CurrencyState.WITHDRAWN)


async def currencies(uow: UnitOfWork) -> Sequence[CurrencyView]:
    """Return every currency beside recognition, by key."""
    found = await store.currencies(uow)
    uow.record(Action.CURRENCIES_READ, count=len(found))
    return found


async def approved_currencies(uow: UnitOfWork) -> dict[str, Currency]:
    """Return the currencies that are approved, as policy looks at them."""
    return {each.key: rules.described(each) for each in await store.currencies(uow, CurrencyState.APPROVED)}


async def known(uow: UnitOfWork) -> Known:
    """Return what claims know of currencies; of people's licences nothing is known here."""
    return Known(currencies=await approved_currencies(uow))


async def _found(uow: UnitOfWork, key: str) -> CurrencyView:
    found = await store.currency(uow, key)
    if found is None:
        raise CurrencyNotFoundError("There is no such currency.")
    return found


def _named(key: str) -> str:
    return f"currency:{key}"
