"""Second factors: nothing counts before it was shown, nothing opens twice, and who changes one signs others out."""

import asyncio
import base64
from datetime import timedelta

import pytest

import access
from access import (
    Action,
    AlertKind,
    Caller,
    Method,
    OneTimePasswordRequiredError,
    Refusal,
    SignInRefused,
    Tokens,
)
from access.rules.one_time import password_at, step_at
from tests.access.house import ANA, MAYA, PASSWORD, House


def shown(house: House, secret: str) -> str:
    """Return what an authenticator app shows now."""
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return password_at(raw, step_at(house.clock.now()))


async def enrolled(house: House) -> tuple[Caller, str, list[str]]:
    """Give Ana an authenticator; return who she is, its secret, and her recovery codes."""
    await house.account()
    caller = house.caller(await house.signed_in())
    enrolment = await house.do(access.enrol_authenticator, caller)
    codes = await house.do(access.confirm_authenticator, caller, shown(house, enrolment.secret))
    house.clock.move(timedelta(seconds=30))
    return caller, enrolment.secret, codes


async def opens(house: House, otp: str | None) -> bool:
    return isinstance(await house.do(access.sign_in, ANA.email, PASSWORD, otp), Tokens)


async def test_an_authenticator_counts_when_it_was_shown_to_work(house: House) -> None:
    await house.account()
    caller, elsewhere = house.caller(await house.signed_in()), await house.signed_in()
    enrolment = await house.do(access.enrol_authenticator, caller)
    assert await opens(house, None), "it does not count yet"
    with pytest.raises(access.OneTimePasswordWrongError):
        await house.do(access.confirm_authenticator, caller, "000000")
    codes = await house.do(access.confirm_authenticator, caller, shown(house, enrolment.secret))
    assert len(set(codes)) == 10
    assert [fact.action for fact in house.facts] == [Action.AUTHENTICATOR_CONFIRMED]
    assert not (await house.standing(elsewhere)).live, "who was signed in without it is out"
    with pytest.raises(access.AuthenticatorExistsError):
        await house.do(access.enrol_authenticator, caller)
    alerts = (await house.do(access.alerts, caller.account)).items
    assert [alert.kind for alert in alerts] == [AlertKind.AUTHENTICATOR_ADDED]
    view = await house.do(access.factors, caller.account)
    assert (view.authenticator, view.recovery_codes_left) == (True, 10)


async def test_with_an_authenticator_the_password_alone_opens_nothing_and_only_its_owner_learns_why(
    house: House,
) -> None:
    _, secret, _ = await enrolled(house)
    answer = await house.do(access.sign_in, ANA.email, PASSWORD)
    assert isinstance(answer, SignInRefused)
    assert isinstance(answer.error, OneTimePasswordRequiredError)
    assert [fact.reason for fact in house.facts] == [Refusal.OTP_MISSING]
    guessed = await house.refused(access.sign_in, ANA.email, "a wrong password", shown(house, secret))
    assert guessed == (Action.SIGN_IN_FAILED, Refusal.WRONG_SECRET)
    assert (await house.refused(access.sign_in, ANA.email, PASSWORD, "000000"))[1] == Refusal.WRONG_OTP
    assert await opens(house, shown(house, secret))
    assert house.facts[0].detail["methods"] == ["pwd", "otp"]
    assert not await opens(house, shown(house, secret)), "the same one opens once"
    house.clock.move(timedelta(seconds=30))
    assert await opens(house, shown(house, secret))


async def test_of_32_sign_ins_with_the_same_one_time_password_one_succeeds(house: House) -> None:
    _, secret, codes = await enrolled(house)
    proof = await access.prove(await house.do(access.credential, ANA.email), PASSWORD)
    for otp in (shown(house, secret), codes[0]):
        answers = await asyncio.gather(*(house.do(access.admit, proof, otp) for _ in range(32)))
        assert sum(isinstance(answer, Tokens) for answer in answers) == 1, otp


async def test_a_recovery_code_opens_once_and_its_owner_is_told(house: House) -> None:
    caller, _, codes = await enrolled(house)
    assert not await opens(house, codes[0][:-1] + ("a" if codes[0][-1] != "a" else "b"))
    assert await opens(house, codes[3].upper())
    assert house.facts[0].detail["methods"] == ["pwd", Method.RECOVERY_CODE]
    assert not await opens(house, codes[3])
    assert (await house.do(access.alerts, caller.account)).items[0].kind is AlertKind.RECOVERY_CODE_USED
    assert (await house.do(access.factors, caller.account)).recovery_codes_left == 9
    fresh = await house.do(access.renew_recovery_codes, caller)
    assert not await opens(house, codes[4]), "the old ones are void"
    assert await opens(house, fresh[0])


async def test_a_removed_authenticator_is_asked_for_no_more_and_its_codes_open_nothing(house: House) -> None:
    caller, secret, codes = await enrolled(house)
    await house.do(access.remove_authenticator, caller)
    assert (await house.do(access.alerts, caller.account)).items[0].kind is AlertKind.AUTHENTICATOR_REMOVED
    assert await opens(house, None)
    for nothing in (access.remove_authenticator, access.renew_recovery_codes):
        with pytest.raises(access.AuthenticatorNotFoundError):
            await house.do(nothing, caller)
    enrolment = await house.do(access.enrol_authenticator, caller)
    assert enrolment.secret != secret
    await house.do(access.confirm_authenticator, caller, shown(house, enrolment.secret))
    assert not await opens(house, codes[0])


async def test_the_database_holds_no_secret_of_an_authenticator(house: House) -> None:
    caller, secret, codes = await enrolled(house)
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    async with house.work.read(house.origin) as uow:
        wrapped = await uow.fetchval(
            "select wrapped_secret from access.authenticator where account = $1", caller.account
        )
        hashes = await uow.fetch("select code_hash from access.recovery_code")
    assert raw not in wrapped
    assert not any(code.replace("-", "").encode() in bytes(row[0]) for row in hashes for code in codes)


async def test_a_machine_has_no_authenticator(house: House) -> None:
    client = await house.do(access.create_machine_client, "Moodle", ["*"])
    tokens = await house.do(access.client_sign_in, client.client_id, client.client_secret)
    assert isinstance(tokens, Tokens)
    with pytest.raises(access.AuthenticatorNotFoundError):
        await house.do(access.enrol_authenticator, house.caller(tokens))
    await house.account(MAYA)
    maya = house.caller(await house.signed_in(MAYA))
    assert (await house.do(access.enrol_authenticator, maya)).uri.startswith("otpauth://")
