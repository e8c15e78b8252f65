"""Signing in: who gets in, and what of it is told and kept."""

import pytest
from argon2 import PasswordHasher

import access
import people
from access import AccountStatus, Action, Refusal, Role, Standing, Tokens
from tests.access.house import ANA, MAYA, PASSWORD, House


async def test_signing_in_gives_a_token_that_says_who_one_is(house: House) -> None:
    account = await house.account(MAYA)
    tokens = await house.signed_in(MAYA)
    assert [fact.action for fact in house.facts] == [Action.SIGNED_IN]
    assert (tokens.account, tokens.token_type, tokens.expires_in) == (account, "Bearer", 600)
    caller = house.caller(tokens)
    assert (caller.account, caller.session, caller.role) == (account, tokens.session, Role.MARKETER)
    assert caller.markets == {"GB", "SE"}
    assert await house.standing(tokens) == Standing(
        live=True,
        role=Role.MARKETER,
        markets=frozenset({"GB", "SE"}),
        brands=frozenset({"*"}),
        status=AccountStatus.ACTIVE,
        proved_at=house.clock.now(),
    )


async def test_the_scope_of_an_hcp_is_the_own_market(house: House) -> None:
    await house.account()
    caller = house.caller(await house.signed_in())
    assert caller.markets == {"SE"}
    assert caller.person is not None
    assert caller.person == (await house.do(people.find_by_email, ANA.email))


async def test_an_address_may_be_typed_in_any_case_and_a_password_may_not(house: House) -> None:
    await house.account()
    assert isinstance(await house.do(access.sign_in, " ANA@Klinik.example", PASSWORD), Tokens)
    assert await house.refused(access.sign_in, ANA.email, PASSWORD.upper()) == (
        Action.SIGN_IN_FAILED,
        Refusal.WRONG_SECRET,
    )


async def test_unknown_wrong_disabled_and_passwordless_look_alike_outside_and_differ_in_the_trail(house: House) -> None:
    account = await house.account()
    await house.account(MAYA)
    await house.do(access.disable_account, account)
    bo = people.NewPerson(name="Bo", market="SE", zone="UTC", locale="sv", email="bo@klinik.example")
    person = await house.do(people.register, bo)
    await house.do(access.open_account, person, role=Role.HCP)
    refusals = {
        "unknown": await house.refused(access.sign_in, "nobody@klinik.example", PASSWORD),
        "wrong": await house.refused(access.sign_in, MAYA.email, "another password"),
        "disabled": await house.refused(access.sign_in, ANA.email, PASSWORD),
        "passwordless": await house.refused(access.sign_in, "bo@klinik.example", PASSWORD),
        "strange": await house.refused(access.sign_in, "\x00\ud800", "\ud800"),
    }
    assert {action for action, _ in refusals.values()} == {Action.SIGN_IN_FAILED}
    assert [reason for _, reason in refusals.values()] == [
        Refusal.UNKNOWN,
        Refusal.WRONG_SECRET,
        Refusal.DISABLED,
        Refusal.WRONG_SECRET,
        Refusal.UNKNOWN,
    ]
    assert isinstance(await house.signed_in(MAYA), Tokens)


async def test_a_failed_sign_in_is_in_the_trail_without_the_address(house: House) -> None:
    account = await house.account()
    await house.refused(access.sign_in, ANA.email, "another password")
    assert house.facts[0].resource == f"account:{account}"
    assert "klinik" not in repr(house.facts)
    await house.refused(access.sign_in, "nobody@klinik.example", PASSWORD)
    assert house.facts[0].resource is None
    assert house.facts[0].subject is None
    assert "klinik" not in repr(house.facts)


async def test_in_three_steps_no_transaction_is_open_while_the_password_is_checked(house: House) -> None:
    await house.account()
    async with house.work.read(house.origin) as uow:
        credential = await access.credential(uow, ANA.email)
    proof = await access.prove(credential, PASSWORD)
    assert isinstance(await house.do(access.admit, proof), Tokens)


@pytest.mark.parametrize("change", ["disable", "password"])
async def test_an_account_that_changes_between_the_steps_does_not_get_in(house: House, change: str) -> None:
    account = await house.account()
    async with house.work.read(house.origin) as uow:
        proof = await access.prove(await access.credential(uow, ANA.email), PASSWORD)
    if change == "disable":
        await house.do(access.disable_account, account)
    else:
        await house.do(access.change_password, account, "a new password")
    assert await house.refused(access.admit, proof) == (Action.SIGN_IN_FAILED, Refusal.DISABLED)


async def test_a_hash_of_older_parameters_is_replaced_at_sign_in(house: House) -> None:
    account = await house.account()
    stored = PasswordHasher(memory_cost=8_192, time_cost=1, parallelism=1).hash(PASSWORD)
    async with house.work.begin(house.origin) as uow:
        await uow.execute("update access.account set password_hash = $2 where id = $1", account, stored)
    await house.signed_in()
    async with house.work.read(house.origin) as uow:
        replaced = await uow.fetchval("select password_hash from access.account where id = $1", account)
    assert replaced.startswith("$argon2id$v=19$m=12288,t=3,p=1$")
    await house.signed_in()


async def test_no_table_holds_a_password_or_a_token(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    client = await house.do(access.create_machine_client, "Moodle", ["SE"])
    async with house.work.read(house.origin) as uow:
        stored = [
            repr(await uow.fetch(f"select * from access.{table}"))
            for table in ("account", "session", "refresh_token", "machine_client")
        ]
    assert all(len(rows) > 10 for rows in stored)
    for secret in (PASSWORD, tokens.access_token, str(tokens.refresh_token), client.client_secret):
        assert not any(secret in rows for rows in stored)
        assert secret not in repr((tokens, client, ANA))
