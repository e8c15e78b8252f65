"""Currencies beside recognition: one compliance officer says what a unit is worth, another one approves it."""

from typing import Annotated

import msgspec
from litestar.params import PathParameter

import gamification
from access import Caller, Permission
from api.routing import command, query
from api.v1.wire import Body, Listing
from consent.vocabulary import Purpose
from gamification import CurrencyView, NewCurrency
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

Key = Annotated[str, PathParameter(pattern="^[a-z][a-z0-9-]*$", max_length=64)]
MANAGES = {"permission": Permission.CURRENCY_MANAGE, "purpose": Purpose.COMPLIANCE}


class NewCurrencyBody(Body, frozen=True, kw_only=True):
    """A currency to define, as a draft.

    ``unit_value`` hundredths of ``money`` (ISO 4217) are the fair market value of one unit. Neither ever changes: a new
    value is a new currency. No currency can be turned into another one, passed on or sold.
    """

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    unit_value: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    money: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]


@query.get(
    "/currencies",
    permission=Permission.CURRENCIES_READ,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.CURRENCIES_READ,
)
async def list_currencies(uow: UnitOfWork) -> Listing[CurrencyView]:
    """Return every currency beside recognition, drafts and withdrawn ones too, by key."""
    return Listing(list(await gamification.currencies(uow)), None)


@command.post("/currencies", **MANAGES, records=Action.CURRENCY_DEFINED, creates=True)
async def define_currency(uow: UnitOfWork, caller: Caller, data: NewCurrencyBody) -> CurrencyView:
    """Define a currency; nothing can be paid in it before another compliance officer approves it."""
    new = NewCurrency(**{field: getattr(data, field) for field in NewCurrency.__struct_fields__})
    return await gamification.define_currency(uow, caller.account, new)


@command.post("/currencies/{currency:str}/approve", **MANAGES, records=Action.CURRENCY_APPROVED)
async def approve_currency(uow: UnitOfWork, caller: Caller, currency: Key) -> CurrencyView:
    """Approve a currency; whoever defined it never does. It pays only where the pack of a country allows value."""
    return await gamification.approve_currency(uow, caller.account, currency)


@command.post("/currencies/{currency:str}/withdraw", **MANAGES, records=Action.CURRENCY_WITHDRAWN)
async def withdraw_currency(uow: UnitOfWork, currency: Key) -> CurrencyView:
    """Withdraw a currency for good; nothing more is paid in it or claimed for it."""
    return await gamification.withdraw_currency(uow, currency)


ROUTES = [list_currencies, define_currency, approve_currency, withdraw_currency]
