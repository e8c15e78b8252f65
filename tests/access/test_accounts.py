"""Accounts of people and of machines."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import access
import people
from access import EVERYTHING, AccountId, Action, NewAccount, Refusal, Role, Tokens
from tests.access.builders import within
from tests.access.house import ANA, MAYA, PASSWORD, House


async def test_a_machine_signs_in_with_its_secret_and_gets_no_refresh_token(house: House) -> None:
    client = await house.do(access.create_machine_client, "Moodle", ["SE", "GB"])
    tokens = await house.do(access.client_sign_in, client.client_id, client.client_secret)
    assert isinstance(tokens, Tokens)
    assert tokens.refresh_token is None
    caller = house.caller(tokens)
    assert (caller.role, caller.person, caller.account) == (Role.LEARNING_SYSTEM, None, client.account)
    assert caller.markets == {"SE", "GB"}
    assert (await house.standing(tokens)).live
    house.clock.move(timedelta(seconds=600))
    assert not (await house.standing(tokens)).live


async def test_a_machine_with_another_id_or_secret_or_a_disabled_one_is_refused(house: House) -> None:
    client = await house.do(access.create_machine_client, "Moodle", ["*"])
    other = await house.do(access.create_machine_client, "Webinars", ["*"])
    for client_id, secret, reason in (
        (client.client_id, other.client_secret, Refusal.WRONG_SECRET),
        (client.client_id, "", Refusal.WRONG_SECRET),
        (client.client_id, "\ud800", Refusal.WRONG_SECRET),
        (str(UUID(int=3)), client.client_secret, Refusal.UNKNOWN),
        ("nonsense", client.client_secret, Refusal.UNKNOWN),
        ("", "", Refusal.UNKNOWN),
    ):
        assert await house.refused(access.client_sign_in, client_id, secret) == (Action.SIGN_IN_FAILED, reason)
    await house.do(access.disable_account, client.account)
    assert (await house.refused(access.client_sign_in, client.client_id, client.client_secret))[1] == Refusal.DISABLED
    assert isinstance(await house.do(access.client_sign_in, other.client_id, other.client_secret), Tokens)


async def test_a_machine_has_no_password_and_takes_no_role_of_a_person(house: House) -> None:
    client = await house.do(access.create_machine_client, "Moodle", ["*"])
    with pytest.raises(access.AccountNotFoundError):
        await house.do(access.change_password, client.account, PASSWORD)
    with pytest.raises(access.InvalidAccountError):
        await house.do(access.change_role, client.account, Role.ADMINISTRATOR, EVERYTHING)
    assert isinstance(await house.do(access.client_sign_in, client.client_id, client.client_secret), Tokens)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("password", {"password": "too short"}),
        ("password", {"password": "x" * 129}),
        ("markets", {"markets": ()}),
        ("markets", {"markets": ("UK",)}),
        ("role", {"role": Role.LEARNING_SYSTEM}),
        ("email", {"email": "maya"}),
        ("zone", {"zone": "Mars/Olympus"}),
    ],
)
async def test_an_account_that_can_not_be_made_leaves_nothing_behind(
    house: House, field: str, change: dict[str, Any]
) -> None:
    given = {name: getattr(MAYA, name) for name in MAYA.__struct_fields__}
    with pytest.raises((access.InvalidAccountError, people.InvalidPersonError)) as raised:
        await house.account(NewAccount(**(given | change)))
    assert raised.value.facts["field"] == field
    await house.account(MAYA)
    async with house.work.read(house.origin) as uow:
        assert await uow.fetchval("select count(*) from people.person") == 1


async def test_a_person_has_one_account(house: House) -> None:
    account = await house.account()
    person = await house.do(people.find_by_email, ANA.email)
    assert person is not None
    assert await house.do(access.account_of, person) == account
    with pytest.raises(access.AccountExistsError) as raised:
        await house.do(access.open_account, person, role=Role.HCP)
    assert raised.value.facts == {"field": "person"}
    with pytest.raises(people.PersonExistsError):
        await house.account()


async def test_an_account_needs_a_person_who_exists(house: House) -> None:
    nobody = people.PersonId(UUID(int=5))
    with pytest.raises(people.PersonNotFoundError):
        await house.do(access.open_account, nobody, role=Role.HCP)
    assert await house.do(access.account_of, nobody) is None


async def test_an_account_that_does_not_exist_can_not_be_changed(house: House) -> None:
    nothing = AccountId(UUID(int=5))
    for service, arguments in (
        (access.disable_account, ()),
        (access.enable_account, ()),
        (access.change_role, (Role.MARKETER, within("GB"))),
        (access.change_password, (PASSWORD,)),
    ):
        with pytest.raises(access.AccountNotFoundError):
            await house.do(service, nothing, *arguments)
    await house.do(access.disable_account, await house.account())


async def test_making_an_account_is_audited_without_who_or_what(house: House) -> None:
    await house.account()
    assert [fact.action for fact in house.facts] == [people.Action.PERSON_REGISTERED, Action.ACCOUNT_CREATED]
    assert house.facts[1].detail == {"role": "hcp", "markets": ["SE"], "brands": []}
    await house.do(access.create_machine_client, "Moodle", ["GB"])
    assert [fact.action for fact in house.facts] == [Action.CLIENT_CREATED]
    assert "Ana" not in repr(house.facts)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines"])
async def test_a_machine_client_has_a_name_of_one_line(house: House, name: str) -> None:
    with pytest.raises(access.InvalidAccountError) as raised:
        await house.do(access.create_machine_client, name, ["GB"])
    assert raised.value.facts == {"field": "name"}
    await house.do(access.create_machine_client, "Moodle", ["GB"])


async def test_the_database_refuses_what_access_would_never_store(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    for statement in (
        "update access.account set role = 'root'",
        "update access.account set role = 'learning_system'",
        "update access.account set status = 'asleep'",
        "update access.account set markets = '{}'",
        "update access.session set expires_at = expires_at + interval '1 second'",
        "update access.refresh_token set used_at = now()",
        "delete from people.person",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            async with house.work.begin(house.origin) as uow:
                await uow.execute(statement)
    assert (await house.standing(tokens)).live
