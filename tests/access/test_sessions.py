"""Staying signed in, and the end of it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

import access
from access import EVERYTHING, AccountId, AccountStatus, Action, AlertKind, Refusal, Role, SessionId, Standing, Tokens
from access.rules.rotation import GRACE
from access.service.sessions import IDLE
from kernel import epochs
from kernel.cache import Cache
from tests.access.builders import within
from tests.access.house import MAYA, PASSWORD, House


async def mark(cache: Cache, account: AccountId) -> str | None:
    (found,), _ = await epochs.Epochs(cache).read([account])
    return found


async def test_refreshing_rotates_the_token_and_keeps_the_session(house: House) -> None:
    await house.account()
    first = await house.signed_in()
    house.clock.move(timedelta(minutes=9))
    second = await house.refreshed(first)
    house.clock.move(timedelta(minutes=9))
    third = await house.refreshed(second)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert first.session == second.session == third.session
    assert [fact.action for fact in house.facts] == [Action.SESSION_REFRESHED]
    assert house.caller(third).session == first.session


async def test_of_64_refreshes_at_once_none_is_signed_out_and_all_get_the_same_successor(house: House) -> None:
    await house.account()
    first = await house.signed_in()
    answers = await asyncio.gather(*(house.refreshed(first) for _ in range(64)))
    assert len({answer.refresh_token for answer in answers}) == 1
    assert len({answer.access_token for answer in answers}) == 64
    async with house.work.read(house.origin) as uow:
        assert await uow.fetchval("select count(*) from access.refresh_token where used_at is null") == 1
        assert await uow.fetchval("select count(*) from access.refresh_token") == 2
    assert (await house.standing(first)).live
    await house.refreshed(answers[0])


async def test_a_repeat_within_the_grace_gets_the_same_successor(house: House) -> None:
    await house.account()
    first = await house.signed_in()
    second = await house.refreshed(first)
    house.clock.move(GRACE)
    assert (await house.refreshed(first)).refresh_token == second.refresh_token
    assert (await house.standing(first)).live


async def test_reuse_after_the_grace_ends_the_whole_session(house: House, cache: Cache) -> None:
    account = await house.account()
    first = await house.signed_in()
    elsewhere = await house.signed_in()
    second = await house.refreshed(first)
    before = await mark(cache, account)
    house.clock.move(GRACE + timedelta(seconds=1))
    assert await house.refused(access.refresh, str(first.refresh_token)) == (Action.REFRESH_REUSED, Refusal.REUSED)
    assert await mark(cache, account) != before
    assert not (await house.standing(first)).live
    assert await house.refused(access.refresh, str(second.refresh_token)) == (Action.SIGN_IN_FAILED, Refusal.ENDED)
    assert (await house.standing(elsewhere)).live
    await house.refreshed(elsewhere)


async def test_a_thief_who_repeats_within_the_grace_is_given_away_by_the_next_rotation(house: House) -> None:
    await house.account()
    first = await house.signed_in()
    owner, thief = await house.refreshed(first), await house.refreshed(first)
    house.clock.move(timedelta(minutes=9))
    await house.refreshed(thief)
    house.clock.move(timedelta(minutes=1))
    assert await house.refused(access.refresh, str(owner.refresh_token)) == (Action.REFRESH_REUSED, Refusal.REUSED)
    assert not (await house.standing(first)).live


async def test_a_session_ends_after_twelve_hours_whatever_happens(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    for _ in range(80):
        house.clock.move(timedelta(minutes=8, seconds=59))
        tokens = await house.refreshed(tokens)
    house.clock.move(timedelta(minutes=1))
    last = await house.refreshed(tokens)
    assert 0 < last.expires_in < 600
    assert (await house.standing(last)).live
    house.clock.move(timedelta(seconds=last.expires_in))
    assert not (await house.standing(last)).live
    assert await house.refused(access.refresh, str(last.refresh_token)) == (Action.SIGN_IN_FAILED, Refusal.EXPIRED)
    with pytest.raises(access.TokenRefusedError):
        house.caller(last)


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\ud800", "a" * 100_000])
async def test_a_refresh_token_that_is_none_of_ours_is_refused(house: House, token: str) -> None:
    assert await house.refused(access.refresh, token) == (Action.SIGN_IN_FAILED, Refusal.UNKNOWN)


async def test_an_access_token_does_not_refresh_nor_a_refresh_token_give_access(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    assert await house.refused(access.refresh, tokens.access_token) == (Action.SIGN_IN_FAILED, Refusal.UNKNOWN)
    with pytest.raises(access.TokenRefusedError):
        house.verifier.verify(str(tokens.refresh_token))
    assert house.caller(await house.refreshed(tokens)).account == tokens.account


async def test_ending_a_session_ends_that_one_for_everyone(house: House, cache: Cache) -> None:
    account = await house.account()
    here, elsewhere = await house.signed_in(), await house.signed_in()
    before = await mark(cache, account)
    await house.do(access.end_session, here.session)
    assert [fact.action for fact in house.facts] == [Action.SESSION_ENDED]
    assert await mark(cache, account) != before
    assert not (await house.standing(here)).live
    assert (await house.standing(elsewhere)).live
    assert await house.refused(access.refresh, str(here.refresh_token)) == (Action.SIGN_IN_FAILED, Refusal.ENDED)


async def test_ending_twice_or_ending_nothing_is_harmless(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    for session in (tokens.session, tokens.session, SessionId(UUID(int=7))):
        await house.do(access.end_session, session)
    assert not (await house.standing(tokens)).live
    assert (await house.standing(await house.signed_in())).live


async def test_a_session_of_another_account_is_no_session(house: House) -> None:
    await house.account()
    await house.account(MAYA)
    ana, maya = await house.signed_in(), await house.signed_in(MAYA)
    async with house.work.read(house.origin) as uow:
        own, others = await access.standings(uow, [(ana.session, ana.account), (ana.session, maya.account)])
        assert own.live
        assert others == Standing(live=False)


@pytest.mark.parametrize("change", ["disable", "role", "password"])
async def test_whatever_changes_an_account_ends_its_sessions_and_moves_its_epoch(
    house: House, cache: Cache, change: str
) -> None:
    account = await house.account(MAYA)
    tokens = await house.signed_in(MAYA)
    before = await mark(cache, account)
    assert before == await mark(cache, account)
    if change == "disable":
        await house.do(access.disable_account, account)
    elif change == "role":
        await house.do(access.change_role, account, Role.COMPLIANCE_OFFICER, EVERYTHING)
    else:
        await house.do(access.change_password, account, "a new password")
    assert house.facts[0].detail["sessions_ended"] == 1
    assert await mark(cache, account) != before
    assert not (await house.standing(tokens)).live
    assert (await house.refused(access.refresh, str(tokens.refresh_token)))[0] == Action.SIGN_IN_FAILED


async def test_a_disabled_account_is_out_until_it_is_enabled_and_signs_in_again(house: House) -> None:
    account = await house.account()
    tokens = await house.signed_in()
    await house.do(access.disable_account, account)
    assert (await house.standing(tokens)).status is AccountStatus.DISABLED
    await house.do(access.enable_account, account)
    assert not (await house.standing(tokens)).live
    assert (await house.standing(await house.signed_in())).live


async def test_a_changed_role_is_in_the_next_token_and_a_changed_password_opens(house: House) -> None:
    account = await house.account(MAYA)
    await house.do(access.change_role, account, Role.COMPLIANCE_OFFICER, within("DE"))
    caller = house.caller(await house.signed_in(MAYA))
    assert caller.role is Role.COMPLIANCE_OFFICER
    assert caller.markets == {"DE"}
    await house.do(access.change_password, account, "a new password")
    assert (await house.refused(access.sign_in, MAYA.email, PASSWORD))[1] == Refusal.WRONG_SECRET
    assert isinstance(await house.do(access.sign_in, MAYA.email, "a new password"), Tokens)


async def test_with_valkey_away_ending_a_session_is_answered_when_nobody_can_remember_it_any_more(house: House) -> None:
    await house.account()
    tokens = await house.signed_in()
    epochs.use(epochs.Epochs(Cache("unix:///nonexistent/valkey.sock")))
    begun = asyncio.get_running_loop().time()
    await house.do(access.end_session, tokens.session)
    assert epochs.REMEMBERED_SECONDS <= asyncio.get_running_loop().time() - begun < 3
    assert not (await house.standing(tokens)).live


async def test_a_session_that_nobody_uses_for_an_hour_can_not_be_refreshed(house: House) -> None:
    await house.account()
    idle, used = await house.signed_in(), await house.signed_in()
    house.clock.move(IDLE - timedelta(seconds=1))
    used = await house.refreshed(used)
    house.clock.move(timedelta(seconds=1))
    assert await house.refused(access.refresh, str(idle.refresh_token)) == (Action.SIGN_IN_FAILED, Refusal.EXPIRED)
    house.clock.move(IDLE - timedelta(seconds=2))
    await house.refreshed(used)


async def test_reuse_and_changes_leave_an_alert_that_the_owner_can_read(house: House) -> None:
    account = await house.account(MAYA)
    first = await house.signed_in(MAYA)
    await house.refreshed(first)
    assert (await house.do(access.alerts, account)).items == []
    house.clock.move(GRACE + timedelta(seconds=1))
    await house.refused(access.refresh, str(first.refresh_token))
    await house.do(access.change_role, account, Role.COMPLIANCE_OFFICER, EVERYTHING)
    await house.do(access.change_password, account, "a new password")
    newest, role, reuse = (await house.do(access.alerts, account)).items
    assert (newest.kind, role.kind) == (AlertKind.PASSWORD_CHANGED, AlertKind.ROLE_CHANGED)
    assert (reuse.kind, reuse.session) == (AlertKind.REFRESH_REUSED, first.session)
    assert (await house.do(access.alerts, account, role.id, 10)).items == [reuse]
    assert (await house.do(access.alerts, await house.account())).items == [], "everybody's own"


async def test_somebody_sees_and_ends_their_own_sessions_and_nobody_elses(house: House, cache: Cache) -> None:
    account = await house.account()
    stranger = await house.account(MAYA)
    here, elsewhere, third = [await house.signed_in() for _ in range(3)]
    theirs = await house.signed_in(MAYA)
    seen = await house.do(access.own_sessions, account)
    assert [view.session for view in seen] == [third.session, elsewhere.session, here.session]
    assert {view.methods for view in seen} == {("pwd",)}
    before = await mark(cache, account)
    await house.do(access.end_own_session, elsewhere.session, account)
    assert await mark(cache, account) != before
    for session, whose in ((elsewhere.session, account), (theirs.session, account), (here.session, stranger)):
        with pytest.raises(access.SessionNotFoundError):
            await house.do(access.end_own_session, session, whose)
    assert await house.do(access.end_other_sessions, here.session, account) == 1
    assert [view.session for view in await house.do(access.own_sessions, account)] == [here.session]
    assert (await house.standing(here)).live
    assert (await house.standing(theirs)).live
    assert not (await house.standing(third)).live


@pytest.mark.soak
async def test_of_64_refreshes_at_once_none_is_ever_signed_out_in_a_thousand_runs(house: House) -> None:
    await house.account()
    for _ in range(1_000):
        first = await house.signed_in()
        answers = await asyncio.gather(*(house.refreshed(first) for _ in range(64)))
        assert len({answer.refresh_token for answer in answers}) == 1
        async with house.work.read(house.origin) as uow:
            heads = "select count(*) from access.refresh_token where session = $1 and used_at is null"
            assert await uow.fetchval(heads, first.session) == 1
        await house.refreshed(answers[0])
